/* SPDX-License-Identifier: GPL-3.0-or-later */
/* process.h - the process behind a daemon's control socket, found by what the kernel knows of the
 * socket, never by a name; and found again after a restart of ours, if it is still the same. */
#ifndef PROXIMA_BREAKER_PROCESS_H
#define PROXIMA_BREAKER_PROCESS_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
    int pidfd; /* -1: none */
    pid_t pid;
    uint64_t started; /* in ticks since boot: with the pid, it names a process for good */
};

/* Finds who listens at the unix socket `path`. Close with process_close. */
int process_find(const char *path, struct process *out, struct err *err);

/* Finds the process that was `pid`, started at `started`. -1 if it is gone. */
int process_find_again(pid_t pid, uint64_t started, struct process *out);

void process_close(struct process *process);

int process_signal(const struct process *process, int number, struct err *err);

/* True if somebody listens at `path` who is not `than`. */
bool process_is_new(const char *path, const struct process *than);

#endif
