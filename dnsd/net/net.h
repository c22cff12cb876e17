/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net.h - bytes from and to the network: everything between the sockets and the query engine.
 *
 * The parts: `listen` makes sockets. A `worker` has sockets of its own on every address
 * (SO_REUSEPORT): a thread for each UDP socket (`udp`, with `udp_batch` for its system calls), and
 * one with a loop for `tcp` (`tcp_conn` moves a connection's bytes, `tcp_input` finds the messages
 * in them, `tcp_table` knows who is connected, `tcp_timeout` how long one may be idle). What these
 * threads have in common is a `reader`. Nothing is shared on the way of a query but the set of
 * zones, which a thread enters when it wakes and leaves before it waits again (zone/publish.h).
 * This header is the whole of it, for ops/.
 *
 * Why a thread for each UDP socket: waiting in the receive call takes two system calls for a lone
 * query, an event loop three. At 20,000 queries a second, which come one by one, that is a tenth
 * of all CPU time.
 *
 * Threads: all functions are for the main thread. What workers tell of themselves (ticks, counters)
 * are atomics. Sockets are made in net_open, so that privileges can be given up before net_start.
 */
#ifndef PROXIMA_NET_NET_H
#define PROXIMA_NET_NET_H

#include "common/addr.h"
#include "common/err.h"
#include "common/mono.h"
#include "common/report.h"
#include "dnsd/net/listen.h"
#include "dnsd/query/query.h"
#include "dnsd/zone/publish.h"

#include <stdbool.h>

struct tcp_settings {
    size_t connections_max;  /* of each worker; the longest idle one gives way */
    size_t per_network_max;  /* of those, from one IPv4 /24 or IPv6 /56 */
    int segment_max;         /* bytes of a segment, either way: see listen.h */
    int64_t idle_timeout_ms; /* without a whole message in or out, at most: see tcp_timeout.h */
};

/* Borrowed by the workers until net_close; constant. */
struct net_settings {
    size_t listen_count;
    const struct addr *listen; /* port 0: the kernel chooses one */
    size_t workers;            /* at least 1 */
    struct udp_settings udp;
    struct tcp_settings tcp;
    struct query_settings query;
};

struct net;

/* Opens all sockets. Addresses that the machine lacks are logged and bound all the same. */
struct net *net_open(const struct net_settings *settings, struct err *err);

/* How many readers of the zones the workers will be. */
size_t net_readers(const struct net *net);

/* Starts the workers, as readers 0.. of `zones`. On error those that run are ended again. */
int net_start(struct net *net, struct publish *zones, struct err *err);

/* Asks all workers to answer what is queued and to end. */
void net_stop(struct net *net);

/* True once all workers have ended (or none was started). */
bool net_stopped(const struct net *net);

/* Waits for the workers to end (call net_stop before), and frees all. */
void net_close(struct net *net);

size_t net_workers(const struct net *net);
struct mono net_worker_tick(const struct net *net, size_t worker);
/* True if it does not turn for want of CPU. Ask often: the first answers are "no". */
bool net_worker_is_starved(const struct net *net, size_t worker, struct mono now);
void net_worker_counters(const struct net *net, size_t worker, struct report_counters *out);
void net_counters(const struct net *net, struct report_counters *out); /* of all workers */

/* The addresses, with the ports that the kernel chose. */
size_t net_listen_count(const struct net *net);
const struct addr *net_listen(const struct net *net, size_t i);

/* Queries that came to address `i`, over UDP and TCP, whoever of the workers got them. Those to an
 * address that a wildcard stands for count there, unless it is listened on by itself, too. */
uint64_t net_queries_at(const struct net *net, size_t i);

/* Addresses that other sites have, too. Borrowed from the settings. */
const struct prefix *net_anycast(const struct net *net, size_t *count);

#endif
