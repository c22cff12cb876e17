/* SPDX-License-Identifier: GPL-3.0-or-later */
/* apply.h - a new bird.conf into a BIRD that runs, or back to the one before.
 *
 * Order: look at BIRD's sessions and at what it announces over each → put the files in place →
 * `configure`, none other being under way → look again, until all is as it should be or the time
 * is over. If it is not: the old files, `configure`, look again. What should be:
 *   - the services' protocols that were enabled still are, and no other;
 *   - sessions that were established, and still are in bird.conf, are again (one whose settings
 *     changed has to come up anew);
 *   - there is a session with a provider, if there was one before, whatever it was called;
 *   - such a session is sent the same prefixes of ours as before;
 *   - BIRD has no BGP session that is not in bird.conf.
 * That a session comes up that is new is not waited for: the other side may not be ready. */
#ifndef PROXIMA_BIRD_CONFIG_APPLY_H
#define PROXIMA_BIRD_CONFIG_APPLY_H

#include "bird/config/files.h"
#include "bird/config/plan.h"
#include "common/err.h"

struct bird_apply {
    int wait_ms; /* for sessions to come up again, and for each answer of BIRD; 0: 30 s */
    void *arg;
    void (*step)(void *arg, const char *text); /* what is done; may be NULL */
};

/* 0: applied. -1: not, and `err` says why, and whether all is as before. */
int bird_apply(const struct bird_apply *how, const struct plan *plan,
               const struct bird_files *fresh, struct err *err);

#endif
