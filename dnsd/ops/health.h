/* SPDX-License-Identifier: GPL-3.0-or-later */
/* health.h - what dnsd knows of itself: its state, its workers' ticks, its zones, its counters; in
 * the form of a report (common/report.h). For the main thread. */
#ifndef PROXIMA_OPS_HEALTH_H
#define PROXIMA_OPS_HEALTH_H

#include "common/report.h"
#include "dnsd/net/net.h"
#include "dnsd/ops/failing.h"

struct health {
    const char *node;
    enum report_state state;
    int64_t started_unix;
    const struct net *net;         /* NULL until the workers run */
    const struct failing *failing; /* has the current zones, once there are some */
    uint32_t zones[REPORT_ZONE_STATE_COUNT];
    bool hung[REPORT_WORKERS_MAX]; /* as the log knows */
};

/* Counts the zones of the current set. Call it after each change of it. */
void health_count_zones(struct health *health);

/* Fills all of the zeroed `report` but `seq` and `sent`. */
void health_fill(const struct health *health, const struct report_reply *watch,
                 struct report *report);

/* Looks at the workers' ticks: logs "worker-hung" and "worker-recovered" once each. Returns true if
 * that has changed for one of them. */
bool health_watch_workers(struct health *health, struct mono now);

/* True if no worker hangs, as health_watch_workers saw it. */
bool health_all_turn(const struct health *health);

#endif
