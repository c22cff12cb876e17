/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trial.h - does work first in a child process, to see whether it ends at all. For libraries that
 * end or crash the process on bad input. */
#ifndef PROXIMA_COMMON_TRIAL_H
#define PROXIMA_COMMON_TRIAL_H

#include "common/err.h"

enum trial_end {
    TRIAL_DONE,   /* the work returned 0 */
    TRIAL_FAILED, /* it returned something else: `err` is what it said */
    TRIAL_DIED,   /* it did not return: `err` is how it ended and what it wrote to stderr */
};

/* Forks, calls `work(arg)` in the child, and waits for it, at most `limit_ms`. The child has no
 * descriptor of ours, default signal actions, no core dumps, and is killed when we die. The work
 * must not need threads or locks of ours: only the calling thread exists in the child. */
enum trial_end trial_run(int (*work)(const void *arg, struct err *err), const void *arg,
                         int limit_ms, struct err *err);

#endif
