/* SPDX-License-Identifier: GPL-3.0-or-later */
/* background.c - starting and leaving such a thread. */
#include "common/background.h"

#include "common/log.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { LEAVE_MS = 2000 };

pthread_t background_start(void *(*run)(void *arg), void *arg)
{
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&thread, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        log_event(LOG_ERROR, "no-thread", "error=\"%s\"", strerror(failed));
        abort();
    }
    return thread;
}

struct timespec background_deadline(clockid_t clock, int ms)
{
    struct timespec t;
    clock_gettime(clock, &t);
    t.tv_nsec += (ms % 1000) * 1000000L;
    t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000L;
    t.tv_nsec %= 1000000000L;
    return t;
}

bool background_join(pthread_t thread)
{
    struct timespec until = background_deadline(CLOCK_REALTIME, LEAVE_MS);
    return pthread_timedjoin_np(thread, NULL, &until) == 0;
}
