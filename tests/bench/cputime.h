/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cputime.h - how much CPU processes have used: all of their threads, user and system together. */
#ifndef PROXIMA_BENCH_CPUTIME_H
#define PROXIMA_BENCH_CPUTIME_H

#include <stdint.h>

enum { CPUTIME_PIDS_MAX = 64 };

struct cputime_pids {
    int pids[CPUTIME_PIDS_MAX];
    unsigned count;
};

/* From "123,456"; returns -1 when that is not a list of process ids. */
int cputime_parse(const char *text, struct cputime_pids *pids);

/* Nanoseconds so far, of all of them. From the scheduler's own account, or where the kernel keeps
 * none, from utime + stime, in ticks of 10 ms. Processes that have gone count nothing. */
uint64_t cputime_ns(const struct cputime_pids *pids);

/* Of the calling process. */
uint64_t cputime_self_ns(void);

#endif
