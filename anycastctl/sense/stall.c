/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stall.c - how late a loop is. */
#include "anycastctl/sense/stall.h"

struct stall stall_begin(int64_t limit_ms, struct mono now)
{
    return (struct stall){ .limit_ms = limit_ms, .turned = now, .running = now };
}

bool stall_turn(struct stall *stall, struct mono now)
{
    const bool late = mono_diff_ms(now, stall->turned) >= stall->limit_ms;

    stall->turned = now;
    if (late)
        stall->running = now;
    return late;
}

int64_t stall_age_ms(const struct stall *stall, struct mono then, struct mono now)
{
    const struct mono from = mono_before(then, stall->running) ? stall->running : then;
    const int64_t ms = mono_diff_ms(now, from);

    return ms > 0 ? ms : 0;
}
