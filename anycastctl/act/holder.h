/* SPDX-License-Identifier: GPL-3.0-or-later */
/* holder.h - anycastd's end of the lease: connects to the guard, and renews every
 * LEASE_INTERVAL_MS. Never blocks; a guard that is not there is tried again each time. */
#ifndef PROXIMA_ACT_HOLDER_H
#define PROXIMA_ACT_HOLDER_H

#include "anycastctl/act/lease.h"
#include "common/loop.h"

struct holder;

struct holder_ops {
    void *arg;
    /* Before each renewal: fills what the guard must know; `seq` and `sent` are ours. Returns
     * dnsd's pidfd (borrowed), or -1. */
    int (*terms)(void *arg, struct lease *out);
    /* The guard came, went, or gained or lost its own connection to BIRD. */
    void (*changed)(void *arg);
};

/* `path` is borrowed until holder_free. */
struct holder *holder_new(struct ev_loop *loop, const char *path, const struct holder_ops *ops);
void holder_free(struct holder *holder);

/* Renews now: something fatal has begun, or is over. */
void holder_renew(struct holder *holder);

bool holder_connected(const struct holder *holder);
bool holder_guard_has_bird(const struct holder *holder);
/* Why it is not connected. */
const char *holder_problem(const struct holder *holder);

#endif
