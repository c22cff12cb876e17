/* SPDX-License-Identifier: GPL-3.0-or-later */
/* health.h - what dnsd knows of itself: its state, its workers' ticks, its zones, its counters; in
 * the form of a report (common/report.h). For the main thread. */
#ifndef PROXIMA_OPS_HEALTH_H
#define PROXIMA_OPS_HEALTH_H

#include "common/report.h"
#include "dnsd/net/net.h"
#include "dnsd/ops/failing.h"

enum health_worker { WORKER_TURNS, WORKER_STARVED, WORKER_HUNG };

struct health {
    const char *node;
    enum report_state state;
    int64_t started_unix;
    const struct net *net;         /* NULL until the workers run */
    const struct failing *failing; /* has the current zones, once there are some */
    uint32_t zones[REPORT_ZONE_STATE_COUNT];
    enum health_worker worker[REPORT_WORKERS_MAX]; /* as the log knows */
};

/* Counts the zones of the current set. Call it after each change of it. */
void health_count_zones(struct health *health);

/* Fills all of the zeroed `report` but `seq` and `sent`, which is the time now. */
void health_fill(const struct health *health, const struct report_reply *watch,
                 struct report *report);

/* Looks at the workers' ticks: logs "worker-hung", "worker-starved" and "worker-recovered" once
 * each. Returns true if that has changed for one of them. */
bool health_watch_workers(struct health *health, struct mono now);

/* True if no worker hangs, as health_watch_workers saw it. A starved one does not: it turns again
 * as soon as it gets a CPU. */
bool health_none_hangs(const struct health *health);

#endif
