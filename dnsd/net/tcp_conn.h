/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_conn.h - one connection: length-prefixed messages in and out (RFC 1035 4.2.2, RFC 7766).
 *
 * Input is read into a scratch buffer that all connections of a worker share; a connection owns
 * memory only for a message that is not whole yet, and for output that the client has not taken.
 * While output waits, no input is read: a client that asks without reading stops itself. */
#ifndef PROXIMA_NET_TCP_CONN_H
#define PROXIMA_NET_TCP_CONN_H

#include "common/loop.h"
#include "dnsd/net/context.h"
#include "dnsd/net/net.h"
#include "dnsd/net/tcp_input.h"
#include "dnsd/net/tcp_table.h"

enum {
    TCP_FRAME_MAX = 2 + DNS_MESSAGE_MAX,
    TCP_READ_BYTES = 8 * 1024, /* per turn: some 200 queries, so that others get theirs soon */
};

struct tcp_scratch {
    uint8_t in[TCP_FRAME_MAX + TCP_READ_BYTES];
    uint8_t out[2 * TCP_FRAME_MAX]; /* room for a largest response is kept behind what waits */
    struct tcp_input input;
};

/* What the connections of a worker share. */
struct tcp_shared {
    struct ev_loop *loop;
    struct net_context *context;
    struct tcp_table *table;
    struct tcp_scratch *scratch;
    const struct tcp_settings *settings;
};

/* A connection that was accepted: counts its queries in `queries`, too, which is its listener's and
 * borrowed. */
struct tcp_accepted {
    int fd;
    struct addr client;
    _Atomic uint64_t *queries;
};

/* Takes the accepted socket; the connection frees itself when it ends. Borrows `shared`. */
void tcp_conn_open(const struct tcp_shared *shared, const struct tcp_accepted *accepted);

/* Closes and frees it. `entry` is its place in the table. */
void tcp_conn_close(struct tcp_entry *entry);

/* Answers what has arrived, then closes it, unless output waits: then it is closed after that. */
void tcp_conn_finish(struct tcp_entry *entry);

#endif
