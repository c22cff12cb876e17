/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parallel.c - a few threads that take jobs by number until none is left. */
#include "dnsd/zone/parallel.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

enum { THREADS_MAX = 64 };

struct work {
    void (*run)(void *arg, size_t job);
    void *arg;
    size_t count;
    atomic_size_t next;
};

static void *take_jobs(void *arg)
{
    struct work *work = arg;
    size_t job;
    while ((job = atomic_fetch_add(&work->next, 1)) < work->count)
        work->run(work->arg, job);
    return NULL;
}

void parallel_run(size_t count, unsigned threads, void (*run)(void *arg, size_t job), void *arg)
{
    struct work work = { .run = run, .arg = arg, .count = count };
    pthread_t helpers[THREADS_MAX] = { 0 };
    size_t wanted = threads < THREADS_MAX ? threads : THREADS_MAX, started = 0;
    if (wanted > count)
        wanted = count;
    if (wanted <= 1) {
        take_jobs(&work);
        return;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    /* One that cannot be started is not missed: the others do its work. */
    while (started + 1 < wanted && pthread_create(&helpers[started], NULL, take_jobs, &work) == 0)
        started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    take_jobs(&work);
    while (started)
        pthread_join(helpers[--started], NULL);
}
