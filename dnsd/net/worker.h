/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worker.h - one answering thread: its own loop, its own sockets, its own counters. It shares one
 * pointer with the others, the published set of zones, and never waits for anything but the
 * network. */
#ifndef PROXIMA_NET_WORKER_H
#define PROXIMA_NET_WORKER_H

#include "common/err.h"
#include "dnsd/net/net.h"

struct worker;

/* Makes worker `index`, not yet running; borrows `settings` until it is freed. */
struct worker *worker_new(size_t index, const struct net_settings *settings);

/* Gives it listening sockets, which it closes in the end. Before worker_start. */
void worker_add_udp(struct worker *worker, int fd);
void worker_add_tcp(struct worker *worker, int fd);

/* Starts the thread; it reads `zones` as reader `index`. */
int worker_start(struct worker *worker, struct publish *zones, struct err *err);

/* Asks it to answer what is queued and to end. Any thread. */
void worker_stop(struct worker *worker);

/* True once the thread has ended, or was never started. Any thread. */
bool worker_ended(const struct worker *worker);

/* Waits for the thread to end, then frees all. */
void worker_free(struct worker *worker);

/* When its loop last turned; never before it has started. Any thread. */
struct mono worker_tick(const struct worker *worker);

/* Adds its counters to `*sum`. Any thread. */
void worker_counters(const struct worker *worker, struct report_counters *sum);

#endif
