/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control.h - the control socket of dnsd (common/ctl.h is the protocol). The commands:
 *
 *   {"cmd": "status"}                     → status_json
 *   {"cmd": "stats"}                      → status_stats_json
 *   {"cmd": "zones", "zone": "NAME"}      → status_zones_json; all zones without "zone"
 *   {"cmd": "reload"}                     → reads the configuration again, loads what has changed:
 *   {"cmd": "reload", "zone": "NAME"}       or one zone, changed or not; "force": true loads all.
 *       {"loaded", "unchanged", "failed", "removed", "problems": [{"zone", "state", "error"}],
 *        "restart_needed": [settings that have changed and that only a restart applies]}
 *   {"cmd": "fail", "zones": ["NAME", …], "for_ms": 5000} → {"zones": how many}: for a drill, these
 *       answer SERVFAIL for so long, at most 10 minutes. "for_ms": 0 ends it. Root and our own user
 *       and group only. */
#ifndef PROXIMA_OPS_CONTROL_H
#define PROXIMA_OPS_CONTROL_H

#include "common/err.h"
#include "common/loop.h"
#include "dnsd/ops/failing.h"
#include "dnsd/ops/health.h"
#include "dnsd/ops/reload.h"
#include "dnsd/ops/reporter.h"

struct control;

/* What the commands look at and act on. */
struct control_parts {
    const struct health *health;
    const struct net *net;
    const struct reporter *reporter;
    struct reload *reload;
    const struct guard *guard;
    struct failing *failing;
};

/* Listens on `path`. Borrows all until control_free, which closes the socket. */
struct control *control_new(struct ev_loop *loop, const char *path,
                            const struct control_parts *parts, struct err *err);
void control_free(struct control *control);

#endif
