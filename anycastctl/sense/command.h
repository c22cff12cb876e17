/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command.h - one run of a program: no shell, a process group of its own, nothing of ours open but
 * the pipe that takes what it prints. Never waits for it: its end is an event (pidfd).
 *
 * After its time the whole group is killed, and the outcome is told at once; the process may take
 * longer to go (one that waits for a dead disk cannot be killed), and until then the run is not
 * free. What it leaves behind in its group when it ends is killed, too. */
#ifndef PROXIMA_SENSE_COMMAND_H
#define PROXIMA_SENSE_COMMAND_H

#include "common/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { COMMAND_LINE_MAX = 160 };

enum command_outcome {
    COMMAND_PASSED,  /* exit status 0 */
    COMMAND_FAILED,  /* another one, or a signal */
    COMMAND_LATE,    /* it had not ended in its time */
    COMMAND_NOT_RUN, /* the system would not: says nothing of what it was to look at */
};

struct command {
    /* Set by the owner. */
    struct ev_loop *loop;
    void (*told)(struct command *command); /* `outcome` and `line` are there */
    void (*gone)(struct command *command); /* afterwards: it may be started again */
    void *arg;

    enum command_outcome outcome;
    char line[COMMAND_LINE_MAX]; /* the outcome in words, with the first line that it printed; what
                                    does not print is '?' */

    /* Its own. */
    pid_t pid; /* 0: free */
    bool is_told;
    ev_io ended, output; /* the pidfd, the pipe */
    ev_timer timeout;
    int64_t timeout_ms;
    size_t printed; /* bytes of `text` */
    char text[COMMAND_LINE_MAX];
    size_t discarded;
};

/* Once, before the first start; the owner's fields are set. */
void command_init(struct command *command);

/* Runs words[0], an absolute path; the list ends with NULL, as does `environment`. The outcome
 * comes from the loop, unless it could not even be forked: then `told` and `gone` are called from
 * here. */
void command_start(struct command *command, char *const *words, char *const *environment,
                   int64_t timeout_ms);

/* Kills what runs. Tells nothing. */
void command_stop(struct command *command);

#endif
