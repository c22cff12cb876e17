/* SPDX-License-Identifier: GPL-3.0-or-later */
/* context.h - what a worker's UDP and TCP sides share: the zones and the times of this turn of the
 * loop, the settings, the counters. The worker sets `zones` and the times when its loop wakes;
 * `zones` is NULL while it waits, and must not be kept over a turn. */
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
