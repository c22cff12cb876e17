/* SPDX-License-Identifier: GPL-3.0-or-later */
/* context.h - what an answering thread has at hand: the zones and the times of this round, the
 * settings, the counters. The thread sets `zones` and the times when it wakes (reader.h); `zones`
 * is NULL while it waits, and must not be kept over a round. */
#ifndef PROXIMA_NET_CONTEXT_H
#define PROXIMA_NET_CONTEXT_H

#include "common/mono.h"
#include "dnsd/net/counters.h"
#include "dnsd/query/query.h"

struct net_context {
    const struct zone_set *zones;
    struct mono now;
    uint32_t unix_s; /* the wall clock, modulo 2^32 */
    const struct query_settings *query;
    struct net_counters counters;
};

#endif
