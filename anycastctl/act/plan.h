/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan.h - which command comes next to make BIRD announce one service in one family as decided.
 *
 * Pure: the level wanted and the state of its protocols in, one command out. After each the
 * caller reads BIRD's state again and asks anew, so that a plan never goes on from what it merely
 * hopes. What it keeps to (measured on BIRD 2.0.12 to 3.3.2, see the essay in reconcile.h):
 *  - make before break: the wanted protocol is up before another one goes down;
 *  - others go in the order normal, backup, leaving, drain, least preferred first: what disappears
 * is never the route in use, until the last, and then the wanted one takes over in the same update;
 *  - a withdrawal is one command for all levels: a better one never shows up in between;
 *  - where BIRD's configuration has no protocol for `leaving`, providers see backup all the same.
 */
#ifndef PROXIMA_ACT_PLAN_H
#define PROXIMA_ACT_PLAN_H

#include "common/level.h"

#include <stdbool.h>

enum proto_state {
    PROTO_UNKNOWN, /* not read */
    PROTO_MISSING, /* read, and BIRD's configuration has no such protocol */
    PROTO_DOWN,
    PROTO_CHANGING, /* on its way up or down: may still have its route */
    PROTO_UP,
};

/* One service in one family; [LEVEL_WITHDRAWN] is not used. */
struct proto_states {
    enum proto_state level[LEVEL_COUNT];
};

enum plan_verb {
    PLAN_DONE,     /* BIRD is as wanted */
    PLAN_READ,     /* the state must be read (again) first */
    PLAN_ENABLE,   /* `level` */
    PLAN_DISABLE,  /* `level` */
    PLAN_WITHDRAW, /* all levels at once */
    PLAN_BLOCKED,  /* the protocol of the wanted level is missing: only a person can help */
};

struct plan {
    enum plan_verb verb;
    enum level level; /* of PLAN_ENABLE and PLAN_DISABLE */
};

struct plan plan_next(enum level wanted, const struct proto_states *states);

/* What the neighbours see: the most preferred level that may have its route (drain over leaving
 * over backup over normal), or LEVEL_WITHDRAWN. Returns false if a state is unknown. */
bool plan_announced(const struct proto_states *states, enum level *out);

#endif
