/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thread.h - how every thread of dnsd but the main one is made: named, deaf to the signals that the
 * main thread handles, with a stack of its own for fatal signals (so that a stack overflow is
 * reported too). */
#ifndef PROXIMA_NET_THREAD_H
#define PROXIMA_NET_THREAD_H

#include "common/err.h"

#include <pthread.h>

/* Starts `run(arg)`. `name`: at most 15 bytes. */
int thread_start(pthread_t *thread, const char *name, void (*run)(void *arg), void *arg,
                 struct err *err);

/* Gives the calling thread a stack for signal handlers, until it ends. thread_start does it. */
void thread_use_signal_stack(void);

#endif
