/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy_bench.c - steps of a policy, one after another. */
#include "tests/unit/policy_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

const struct policy_rules rules = { .fall = 3,
                                    .rise = 5,
                                    .hold_ms = 10000,
                                    .flap = { .cycles = 2, .half_life_ms = 900000 },
                                    .settle_ms = 1000,
                                    .drain_min_ms = 60000,
                                    .drain_max_ms = 300000,
                                    .linger_ms = 120000 };

struct bench bench_at(enum level found)
{
    return (struct bench){ .state = policy_begin(found, &rules),
                           .in = { .cause = CAUSE_NONE, .floor = FLOOR_NONE, .confirmed = true } };
}

enum level step(struct bench *b, uint32_t elapsed_ms, bool observed)
{
    b->in.elapsed_ms = elapsed_ms;
    b->in.observed = observed;
    b->state = policy_step(b->state, &rules, &b->in, &b->out);
    return b->out.level;
}

enum level rounds(struct bench *b, enum cause cause, int count)
{
    b->in.cause = cause;
    for (int i = 0; i < count; i++)
        step(b, ROUND_MS, true);
    return b->out.level;
}

enum level event(struct bench *b, enum cause cause)
{
    b->in.cause = cause;
    return step(b, 1, false);
}

enum level wait_ms(struct bench *b, uint32_t ms)
{
    return step(b, ms, false);
}

struct bench bench_healthy(void)
{
    struct bench b = bench_at(LEVEL_NORMAL);
    rounds(&b, CAUSE_NONE, 10);
    wait_ms(&b, 1000000);
    assert_int_equal(b.out.level, LEVEL_NORMAL);
    assert_int_equal(b.out.reason, REASON_HEALTHY);
    return b;
}
