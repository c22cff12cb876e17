/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp.h - the TCP side of one worker: who may be connected, and for how long (RFC 7766, RFC 9210).
 *
 * At most `connections_max` connections, of which `per_network_max` from one network: when a new
 * one comes, the one that was idle for longest makes place. A connection without a whole message in
 * or out for `idle_timeout_ms` is closed, so neither a client that writes byte by byte nor one that
 * never reads holds its place; as connections fill, that time shortens (tcp_timeout.h). One thread.
 */
#ifndef PROXIMA_NET_TCP_H
#define PROXIMA_NET_TCP_H

#include "common/loop.h"
#include "dnsd/net/context.h"
#include "dnsd/net/net.h"

struct tcp;

/* Borrows its arguments until tcp_free, which closes all sockets. */
struct tcp *tcp_new(struct ev_loop *loop, struct net_context *context,
                    const struct tcp_settings *settings, size_t listeners_max);
void tcp_free(struct tcp *tcp);

/* Takes the listening socket `fd` of listen_tcp. */
void tcp_add(struct tcp *tcp, int fd);

/* Starts accepting. */
void tcp_start(struct tcp *tcp);

/* Call it some times a second: closes what was idle too long, and accepts again after the process
 * had run out of descriptors. */
void tcp_tick(struct tcp *tcp);

/* Begins to leave: accepts what is queued, then no more; answers what has arrived, and closes all
 * connections but those whose output waits for the client. Within a turn of the loop. */
void tcp_drain(struct tcp *tcp);

/* Connections that are open. */
size_t tcp_open(const struct tcp *tcp);

/* Queries that came over connections of listening socket `listener`, in the order of tcp_add. Any
 * thread. */
uint64_t tcp_queries(const struct tcp *tcp, size_t listener);

#endif
