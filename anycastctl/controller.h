/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controller.h - the one loop of anycastd, where its rooms meet.
 *
 *   sense ──cause──▶ policy_step, per service and family ──level──▶ reconcile ──▶ BIRD
 *                          ▲     │                                     │
 *           orders ────────┘     └──▶ event log          confirmed, found, drift
 *                          ▲                                           │
 *                          └───────────────────────────────────────────┘
 *
 * Beside it, exports looks whether the neighbours were really sent what BIRD has; only the view and
 * the event log hear of it.
 *
 * What the other sites announce is told with every step (sense/fleet.h); news of them leads to one.
 * Each cause, round of observation, order and reply of BIRD leads to a step; a timer makes the
 * steps that time alone asks for. The policies begin when BIRD's state is first known, with what it
 * announces; after a restart of BIRD they begin anew, withdrawn. The guard holds our lease
 * meanwhile; leaving withdraws nothing. */
#ifndef PROXIMA_CONTROLLER_H
#define PROXIMA_CONTROLLER_H

#include "anycastctl/model/settings.h"
#include "common/err.h"
#include "common/loop.h"

#include <stdbool.h>

struct controller;

/* Opens the sockets and starts. Borrows `settings` until controller_free; controller_reload changes
 * its policy, drain and drill. `path` is where they were read from, borrowed likewise. */
struct controller *controller_new(struct ev_loop *loop, struct settings *settings, const char *path,
                                  struct err *err);
/* Leaves in order: BIRD, the intent folder and the orders stay as they are. */
void controller_free(struct controller *controller);

/* Reopens the event log, and reads the settings again: policy, drain and drill take effect at once.
 * A broken file is logged, and changes nothing. */
void controller_reload(struct controller *controller);

/* BIRD's state has been read, and all policies have begun. */
bool controller_is_ready(const struct controller *controller);

#endif
