/* SPDX-License-Identifier: GPL-3.0-or-later */
/* counters.h - what a worker counts. Each worker alone writes its own (relaxed atomics: plain loads
 * and stores, on cache lines of their own); the main thread sums them up for reports. */
#ifndef PROXIMA_NET_COUNTERS_H
#define PROXIMA_NET_COUNTERS_H

#include "common/report.h"
#include "dnsd/query/query.h"

#include <stdalign.h>
#include <stdatomic.h>

enum { CACHE_LINE_BYTES = 64 };

struct net_counters {
    alignas(CACHE_LINE_BYTES) struct {
#define NET_COUNTER_FIELD(name) _Atomic uint64_t name;
        REPORT_COUNTERS(NET_COUNTER_FIELD)
#undef NET_COUNTER_FIELD
    };
};

/* For the one thread that owns the counter: no locked instruction is needed. */
static inline void counter_add(_Atomic uint64_t *counter, uint64_t n)
{
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + n, memory_order_relaxed);
}

static inline void counter_set(_Atomic uint64_t *counter, uint64_t value)
{
    atomic_store_explicit(counter, value, memory_order_relaxed);
}

/* Counts what became of one query: its response by RCODE, its cookie, its client's limit. Owner's
 * thread. */
void counters_query(struct net_counters *counters, const struct query_result *result);

/* Adds what stands in `from` to `*sum`. Any thread. */
void counters_sum(const struct net_counters *from, struct report_counters *sum);

#endif
