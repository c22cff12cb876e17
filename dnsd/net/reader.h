/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader.h - a thread that answers: its view of the zones, its time, its counters, and the sign of
 * its life.
 *
 * Round by round it leaves the zones, waits for the network (some 50 ms at most), and enters: then
 * context.zones and context.now are good until it leaves again. Each entering leaves a stamp, the
 * tick. It stands first in the structure of its owner, which run() gets back by a cast. */
#ifndef PROXIMA_NET_READER_H
#define PROXIMA_NET_READER_H

#include "common/err.h"
#include "common/vigil.h"
#include "dnsd/net/context.h"
#include "dnsd/zone/publish.h"

#include <pthread.h>

enum { READER_NAME_MAX = 16 }; /* with its 0: what the kernel keeps of a thread's name */

struct reader {
    struct net_context context; /* first: it is aligned to a cache line */
    char name[READER_NAME_MAX];
    size_t index;
    struct publish *publish;
    void (*run)(struct reader *reader);
    pthread_t thread;
    atomic_int phase; /* enum reader_phase */
    _Atomic int64_t tick_ns;
    _Atomic pid_t tid;  /* 0 until it runs */
    struct vigil vigil; /* the main thread's, over this one */
};

/* Makes it reader `index` of what will be published, not yet running; borrows `settings`. */
void reader_init(struct reader *reader, size_t index, const struct query_settings *settings);

/* Starts its thread, which calls `run` within the zones and ends when that returns. */
int reader_start(struct reader *reader, struct publish *publish, void (*run)(struct reader *),
                 struct err *err);

/* For its own thread, around each wait. */
void reader_leave(struct reader *reader);
void reader_enter(struct reader *reader);

/* True once it has ended, or was never started. Any thread. */
bool reader_ended(const struct reader *reader);

/* Waits for it to end, if it was started. */
void reader_join(struct reader *reader);

/* When it last entered; never before it has started. Any thread. */
struct mono reader_tick(const struct reader *reader);

/* Whether it hangs or is starved, if it has not entered for longer than it ever waits; otherwise
 * VIGIL_EARLY. For the main thread, and often: see vigil_look. */
enum vigil_verdict reader_watch(struct reader *reader, struct mono now);

#endif
