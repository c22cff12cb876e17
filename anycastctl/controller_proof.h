/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controller_proof.h - the proof of each change: carries what the rooms see to its ladder
 * (act/ladder.h), and the ladder to event log, history and alarms.
 *
 * The latest change of each service and family has its ladder here; earlier ones are in the event
 * log. The clock is the controller's. */
#ifndef PROXIMA_CONTROLLER_PROOF_H
#define PROXIMA_CONTROLLER_PROOF_H

#include "anycastctl/act/exports.h"
#include "anycastctl/act/ladder.h"
#include "anycastctl/act/reconcile.h"
#include "anycastctl/model/query_rate.h"
#include "anycastctl/sense/glasses.h"

#include <jansson.h>

struct controller;
struct subject;

struct proof {
    struct ladder ladder;
    struct query_rate busy;   /* while it was announced last */
    struct query_rate before; /* the same, before this change */
    struct query_rate then;   /* when the change was decided */
    bool alarmed;
};

/* Before the first change. */
void proof_init(struct proof *proof);

/* The level has changed from `from` to what is decided now: the former change is overtaken. */
void proof_begin(struct controller *c, struct subject about, enum level from);

/* BIRD answered a command; was read and is as wanted; was asked about a session. */
void proof_acted(struct controller *c, const struct reconcile_act *act);
void proof_confirmed(struct controller *c, struct subject about);
void proof_seen(void *arg, const struct exports_seen *seen); /* `arg` is the controller */
void proof_listed(void *arg, unsigned service, enum family family, bool any, struct mono asked);

void proof_glass(void *arg, const struct glass_seen *seen); /* likewise */

/* Looks at the query rate, and at the time. */
void proof_tick(struct controller *c, struct subject about, struct mono now);

/* Alarms: what should have been proven by now. */
void proof_view(const struct controller *c, struct node_view *view);

/* The ladder of this change as in the event `proof`, as it stands now; NULL: it is none of the
 * latest. Returns new. `arg` is the controller. */
json_t *proof_of_change(void *arg, uint64_t change);

#endif
