/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parallel.h - many independent jobs on a few threads. */
#ifndef PROXIMA_ZONE_PARALLEL_H
#define PROXIMA_ZONE_PARALLEL_H

#include <stddef.h>

/* Calls run(arg, job) once for each job from 0 to count - 1, on up to `threads` threads (the
 * caller's is one of them); returns when all are done. The threads take no signals. */
void parallel_run(size_t count, unsigned threads, void (*run)(void *arg, size_t job), void *arg);

#endif
