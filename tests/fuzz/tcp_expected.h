/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_expected.h - for fuzz_tcp: what a client is to receive for all that it sent, worked out from
 * the whole stream, one message after another, with no socket, no pieces and no waiting. */
#ifndef PROXIMA_TESTS_FUZZ_TCP_EXPECTED_H
#define PROXIMA_TESTS_FUZZ_TCP_EXPECTED_H

#include "dnsd/net/tcp_conn.h"

enum { TCP_EXPECTED_MAX = 8 << 20 };

struct tcp_expected {
    size_t len;
    bool ended; /* a message came that is no query: nothing behind it is answered */
    uint8_t bytes[TCP_EXPECTED_MAX];
};

/* `stream` of `len` bytes is what a connection from `client` got, as the only one of `shared`. */
void tcp_expect(struct tcp_expected *expected, const struct tcp_shared *shared,
                const struct addr *client, const uint8_t *stream, size_t len);

#endif
