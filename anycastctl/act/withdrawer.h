/* SPDX-License-Identifier: GPL-3.0-or-later */
/* withdrawer.h - the guard's hands: its own connection to BIRD, ready and idle, that can only
 * withdraw. What is demanded is disabled, and again until BIRD's state, read back, confirms it; the
 * intent folder is emptied of it. It never announces, and undoes nothing.
 *
 * When BIRD does not confirm, withdrawer_kill() ends it, so that its sessions drop. */
#ifndef PROXIMA_ACT_WITHDRAWER_H
#define PROXIMA_ACT_WITHDRAWER_H

#include "anycastctl/model/settings.h"
#include "common/err.h"
#include "common/loop.h"
#include "common/mono.h"

#include <stdbool.h>

struct withdrawer;

struct withdrawer_events {
    void *arg;
    void (*changed)(void *arg); /* BIRD came, went, or was read */
};

/* Borrows `settings` until withdrawer_free. */
struct withdrawer *withdrawer_new(struct ev_loop *loop, const struct settings *settings,
                                  const struct withdrawer_events *events);
void withdrawer_free(struct withdrawer *withdrawer);

/* Demands that a service is withdrawn in one family, or no longer. Acts at once. */
void withdrawer_demand(struct withdrawer *withdrawer, unsigned service, enum family family,
                       bool demanded);
/* All of them, in one command. */
void withdrawer_demand_all(struct withdrawer *withdrawer);

/* BIRD was read since the last command, and all that is demanded is withdrawn. */
bool withdrawer_confirmed(const struct withdrawer *withdrawer);
/* BIRD was read, and announces something of ours. */
bool withdrawer_sees_announced(const struct withdrawer *withdrawer);

bool withdrawer_connected(const struct withdrawer *withdrawer);
/* When the present BIRD was first met; never if none was. */
struct mono withdrawer_bird_since(const struct withdrawer *withdrawer);

/* Ends the BIRD that was met last, if it still runs. Returns 1 if it was ended, -1 with the reason;
 * 0 if none runs, or one that is only now met (withdrawer_bird_since() says when). */
int withdrawer_kill(struct withdrawer *withdrawer, struct err *err);

#endif
