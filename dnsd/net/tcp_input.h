/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_input.h - the messages in what a client has sent (RFC 1035 4.2.2), parsed several at a time,
 * so that the memory that one has to wait for is fetched while others are parsed. Knows framing;
 * nothing of connections. */
#ifndef PROXIMA_NET_TCP_INPUT_H
#define PROXIMA_NET_TCP_INPUT_H

#include "dnsd/query/query.h"

enum { TCP_INPUT_BATCH_MAX = 16 }; /* 8 to 32 cost the same; one alone costs a third more */

/* `taken` is for all to read: the bytes of the messages that were given. The rest is private. */
struct tcp_input {
    size_t taken;
    size_t len;
    const uint8_t *bytes;
    const struct zone_set *zones;
    struct query_request request; /* of each message, but for its bytes */
    size_t parsed, given;         /* queries */
    struct query queries[TCP_INPUT_BATCH_MAX];
};

/* Bytes of the frame at the start of `bytes`, its length field included; 0 if it is not whole. */
size_t tcp_input_frame(const uint8_t *bytes, size_t len);

/* Begins with `len` bytes, which are borrowed as `zones` are while messages are taken. `request` is
 * of each message, but for bytes and len. */
void tcp_input_begin(struct tcp_input *input, const uint8_t *bytes, size_t len,
                     const struct query_request *request, const struct zone_set *zones);

/* The next message, which is good until the next call; NULL if there is no whole one left. */
struct query *tcp_input_next(struct tcp_input *input);

#endif
