/* SPDX-License-Identifier: GPL-3.0-or-later */
/* background.h - a thread for what a disk may delay. Signals stay with the loop's thread; leaving
 * waits for it only so long, because a blocked file may never return. */
#ifndef PROXIMA_COMMON_BACKGROUND_H
#define PROXIMA_COMMON_BACKGROUND_H

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

/* Starts `run(arg)`. Out of threads is like out of memory: it ends the process with a log line. */
pthread_t background_start(void *(*run)(void *arg), void *arg);

/* Waits at most 2 s for its end. False: it is still blocked, and needs all that it was given. */
bool background_join(pthread_t thread);

/* The moment `ms` from now on `clock`, as pthread's timed functions want it. */
struct timespec background_deadline(clockid_t clock, int ms);

#endif
