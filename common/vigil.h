/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vigil.h - a thread that does not get on: does it hang, or does the kernel give it no CPU?
 *
 * A starved thread can run, is let run next to nothing, and has waited for nothing else since; but
 * for one short wait, where it was about to do that when it lost the CPU. Who waits for a lock, a
 * disk or a debugger hangs; and so does a loop without end, because it is given enough CPU to get
 * on. So the kernel is asked for three things: its state and its voluntary
 * switches (/proc/PID/task/TID/status, for which no right is needed), and its CPU time. Not used
 * is the run delay of /proc/…/schedstat, which many kernels lack.
 *
 * Where the kernel says nothing, or it is too early to tell, the thread counts as hung: to be
 * starved is an excuse, and wants proof. A virtual CPU that the hypervisor takes away is not seen:
 * to the kernel, whoever is on it runs. */
#ifndef PROXIMA_COMMON_VIGIL_H
#define PROXIMA_COMMON_VIGIL_H

#include "common/mono.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

enum {
    VIGIL_ENOUGH_MS = 20, /* who was given so much CPU time would have got on: some µs are enough */
    VIGIL_WAIT_MS = 60,   /* nobody who is well waits for so long, once it is late */
};

/* One look at a thread. */
struct vigil_look {
    struct mono at; /* never: nothing was seen */
    bool runnable;  /* runs, or would if it had a CPU */
    uint64_t waits; /* how often it has given up the CPU by itself, since it began */
    int64_t ran_ns; /* CPU time, since it began */
};

enum vigil_verdict {
    VIGIL_EARLY, /* to tell */
    VIGIL_STARVED,
    VIGIL_HUNG,
};

struct vigil {
    pid_t process, thread; /* 0: none */
    clockid_t clock;
    struct mono tick;        /* its last progress */
    struct vigil_look first; /* the first look after that */
    struct vigil_look wait;  /* the first look at its present wait */
    enum vigil_verdict verdict;
};

/* Over the thread `tid` of our own process, which is `handle`, for as long as it runs. */
struct vigil vigil_over_thread(pid_t tid, pthread_t handle);

/* Over the main thread of another process: but the CPU time of all its threads counts, so that none
 * of them turns in an endless loop. */
struct vigil vigil_over_process(pid_t pid);

/* Looks at a thread which got on last at `tick`, and is late. Call it some times before the verdict
 * is needed: it rests on what happened since the first look at the same tick. */
enum vigil_verdict vigil_look(struct vigil *vigil, struct mono tick, struct mono now);

/* The same with a look that was taken. Pure. */
enum vigil_verdict vigil_step(struct vigil *vigil, struct mono tick, struct vigil_look look);

/* Reads `runnable` and `waits` out of the text of a status file; -1 if it lacks them. */
int vigil_parse(const char *status, struct vigil_look *out);

#endif
