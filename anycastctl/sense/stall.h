/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stall.h - does a loop run on time? A process that was stopped, starved or swapped out sees
 * everybody else fall silent; its own absence must not be taken for theirs. So ages are counted
 * only from when the loop last began to run on time. Used for our own loop, and for dnsd's
 * reporter, whose word on its workers is as good as its own punctuality. Pure. */
#ifndef PROXIMA_SENSE_STALL_H
#define PROXIMA_SENSE_STALL_H

#include "common/mono.h"

#include <stdbool.h>

struct stall {
    int64_t limit_ms;    /* a turn so long behind the last is late */
    struct mono turned;  /* the last turn */
    struct mono running; /* since when the loop has run on time */
};

struct stall stall_begin(int64_t limit_ms, struct mono now);

/* The loop turned. True if it did so late: then what was heard meanwhile is to be read first, and
 * every wait begins anew. */
bool stall_turn(struct stall *stall, struct mono now);

/* How long ago `then` was, in milliseconds, as far as the loop has been running since. */
int64_t stall_age_ms(const struct stall *stall, struct mono then, struct mono now);

#endif
