/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trial.h - does work first in a child process, to see whether it ends at all. For libraries that
 * end or crash the process on bad input. */
#ifndef PROXIMA_COMMON_TRIAL_H
#define PROXIMA_COMMON_TRIAL_H

#include "common/err.h"

/* Forks, calls `work(arg)` in the child, and waits. Returns 0 if `work` returned within `limit_ms`;
 * else -1 with how it ended and what it wrote to stderr. The child has no descriptor of ours but
 * its stderr (a pipe), default signal actions, no core dumps, and is killed when we die. The work
 * must not need threads or locks of ours: only the calling thread exists in the child. */
int trial_run(void (*work)(const void *arg), const void *arg, int limit_ms, struct err *err);

#endif
