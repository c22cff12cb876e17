/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thread.c - making threads. Knows signal masks and alternate stacks. */
#include "dnsd/net/thread.h"

#include "common/mem.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

enum { SIGNAL_STACK_BYTES = 64 * 1024 }; /* AVX-512 and AMX state alone take some 11 KiB of it */

static _Thread_local uint8_t signal_stack[SIGNAL_STACK_BYTES];

struct start {
    void (*run)(void *arg);
    void *arg;
};

/* A sanitizer's runtime may have given one already: that one stays. */
void thread_use_signal_stack(void)
{
    stack_t now;
    const stack_t ours = { .ss_sp = signal_stack, .ss_size = sizeof signal_stack };
    if (sigaltstack(NULL, &now) == 0 && now.ss_flags & SS_DISABLE)
        (void)sigaltstack(&ours, NULL);
}

static void *thread_main(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    thread_use_signal_stack();
    start.run(start.arg);
    return NULL;
}

/* What a fault raises must reach its handler in every thread: blocked, it would end the process
 * without one. */
static void mask_all_but_faults(sigset_t *set)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };
    sigfillset(set);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(set, faults[i]);
}

int thread_start(pthread_t *thread, const char *name, void (*run)(void *arg), void *arg,
                 struct err *err)
{
    struct start *start = mem_alloc(sizeof *start);
    *start = (struct start){ run, arg };

    sigset_t deaf, before;
    mask_all_but_faults(&deaf);
    pthread_sigmask(SIG_SETMASK, &deaf, &before);
    int error = pthread_create(thread, NULL, thread_main, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) {
        free(start);
        errno = error;
        return err_sys(err, "cannot start thread %s", name);
    }
    pthread_setname_np(*thread, name);
    return 0;
}
