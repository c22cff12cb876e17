/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worker.h - a thread for each UDP socket and one for TCP, which between them answer on all
 * addresses. Each has counters of its own; they share one pointer with the others, the published
 * set of zones, and never wait for anything but the network. */
#ifndef PROXIMA_NET_WORKER_H
#define PROXIMA_NET_WORKER_H

#include "common/err.h"
#include "dnsd/net/net.h"

struct worker;

/* How many readers of the published zones all workers are. */
size_t worker_readers(const struct net_settings *settings);

/* Makes worker `index`, not yet running; borrows `settings` until it is freed. */
struct worker *worker_new(size_t index, const struct net_settings *settings);

/* Gives it listening sockets, which it closes in the end. Before worker_start. */
void worker_add_udp(struct worker *worker, int fd);
void worker_add_tcp(struct worker *worker, int fd);

/* Starts the threads. On error some may run: worker_stop ends them. */
int worker_start(struct worker *worker, struct publish *zones, struct err *err);

/* Asks it to answer what is queued and to end. Any thread. */
void worker_stop(struct worker *worker);

/* True once the threads have ended, or were never started. Any thread. */
bool worker_ended(const struct worker *worker);

/* Waits for the threads to end, then frees all. */
void worker_free(struct worker *worker);

/* When each of its threads had turned at least; never before it has started. Any thread. */
struct mono worker_tick(const struct worker *worker);

/* True if what keeps it from turning is that a thread of it, or several, get no CPU. For the main
 * thread, and often: what is told rests on more than one look. */
bool worker_is_starved(struct worker *worker, struct mono now);

/* Adds its counters to `*sum`. Any thread. */
void worker_counters(const struct worker *worker, struct report_counters *sum);

/* Queries that came to its sockets on address `i`, in the order in which they were added. Any
 * thread. */
uint64_t worker_queries_at(const struct worker *worker, size_t i);

#endif
