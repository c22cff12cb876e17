/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intake.h - the report socket: dnsd's reports, and whether its process lives.
 *
 * One dnsd reports at a time. A further process that connects waits in line, unread, until the
 * present one has closed its connection or is dead; so that in a hand-over of one dnsd to the next
 * the old one decides, by closing, and a second dnsd started by mistake changes nothing. A second
 * connection of the same process replaces its first.
 *
 * The process is known by a pidfd: passed in the first report, or asked of the kernel. A connection
 * that closes while the process lives is silence, not death. */
#ifndef PROXIMA_SENSE_INTAKE_H
#define PROXIMA_SENSE_INTAKE_H

#include "anycastctl/sense/stall.h"
#include "common/err.h"
#include "common/loop.h"
#include "common/mono.h"
#include "common/report.h"

#include <stdbool.h>
#include <sys/types.h>

struct intake;

enum intake_process {
    INTAKE_UNSEEN,    /* nobody has connected yet */
    INTAKE_CONNECTED, /* and lives */
    INTAKE_CLOSED,    /* lives, but its connection is gone */
    INTAKE_DUMPING,   /* died, its core is being written */
    INTAKE_DEAD,
};

struct intake_facts {
    enum intake_process process;
    pid_t pid;          /* of the one that is or was connected; 0: unseen */
    uint64_t processes; /* how many have been seen: grows when another takes over */
    uint64_t reports;   /* how many have come */
    struct mono since;  /* when it connected, closed or died */
    bool reported;      /* `report` is this process's last one, and `pace` how on time they come */
    struct report report;
    struct stall pace;
};

struct intake_settings {
    const char *path;                 /* borrowed, as is `user` */
    const char *user;                 /* who may report besides root and ourselves; may be "" */
    const struct report_reply *watch; /* borrowed: sent to whoever connects */
};

/* Listens. Calls `woken` when something came or ended; it reads nothing by itself: intake_drain()
 * does. */
struct intake *intake_new(struct ev_loop *loop, const struct intake_settings *settings,
                          void (*woken)(void *arg), void *arg, struct err *err);
void intake_free(struct intake *intake); /* NULL is fine */

/* Reads all that is there, and looks whether the process lives. Never blocks. */
void intake_drain(struct intake *intake, struct mono now);

/* Borrowed; as of the last intake_drain(). */
const struct intake_facts *intake_facts(const struct intake *intake);

/* Descriptor of the process, -1 if none. Borrowed; changes when another takes over. */
int intake_pidfd(const struct intake *intake);

/* Tells a connected dnsd that its prefixes are withdrawn for good. */
void intake_tell_withdrawn(struct intake *intake);

#endif
