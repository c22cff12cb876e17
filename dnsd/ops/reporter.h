/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reporter.h - the line to anycastd (common/report.h): connects, and connects again; reports every
 * 100 ms and whenever it is told to. It never blocks: a report that anycastd does not take is lost,
 * and the gap in the sequence numbers shows it. */
#ifndef PROXIMA_OPS_REPORTER_H
#define PROXIMA_OPS_REPORTER_H

#include "common/loop.h"
#include "common/report.h"

#include <stdbool.h>

struct reporter;

struct reporter_owner {
    /* Fills all of `report` but `seq` and `sent`, which is now. `watch`: the zones that anycastd
     * asked about. */
    void (*fill)(void *arg, const struct report_reply *watch, struct report *report);
    /* anycastd confirms that the prefix is withdrawn. */
    void (*withdrawn)(void *arg);
    void *arg;
};

/* Starts. Borrows `loop`, `path` and what `owner` points to until reporter_free. */
struct reporter *reporter_new(struct ev_loop *loop, const char *path,
                              const struct reporter_owner *owner);
void reporter_free(struct reporter *reporter);

/* Something has changed: reports at once. */
void reporter_send(struct reporter *reporter);

bool reporter_is_connected(const struct reporter *reporter);

#endif
