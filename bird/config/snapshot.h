/* SPDX-License-Identifier: GPL-3.0-or-later */
/* snapshot.h - BIRD's sessions and announcements at one moment, and what another moment must have
 * of them. Part of apply. */
#ifndef PROXIMA_BIRD_CONFIG_SNAPSHOT_H
#define PROXIMA_BIRD_CONFIG_SNAPSHOT_H

#include "bird/ask.h"
#include "bird/config/plan.h"
#include "bird/show.h"

struct snapshot {
    size_t count;
    struct bird_proto *protos;
    /* By the plan's session, and the services' prefix in a family: was it sent? */
    bool sent[PLAN_SESSIONS_MAX][FAMILY_COUNT][PLAN_PREFIXES_MAX];
};

void snapshot_free(struct snapshot *snapshot);

/* Asks BIRD. */
int snapshot_take(struct bird_ask *ask, const struct plan *plan, struct snapshot *out,
                  struct err *err);

/* NULL, or what is wrong and will not get right by waiting, in new memory. */
char *snapshot_fault(const struct plan *plan, const struct snapshot *after);

/* NULL, or what is not yet as it should be (apply.h has the list), in new memory. */
char *snapshot_problem(const struct plan *plan, const struct snapshot *before,
                       const struct snapshot *after);

/* How many of the plan's sessions are established. */
unsigned snapshot_established(const struct plan *plan, const struct snapshot *snapshot);

#endif
