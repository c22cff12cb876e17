/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy_bench.h - for tests: a policy with rules as an operator would set them, and time and
 * causes that come over it. */
#ifndef PROXIMA_TESTS_POLICY_BENCH_H
#define PROXIMA_TESTS_POLICY_BENCH_H

#include "anycastctl/decide/policy.h"

#include <stdbool.h>
#include <stdint.h>

enum { ROUND_MS = 200 };

extern const struct policy_rules rules;

/* One policy under test, and what it is told all the time. */
struct bench {
    struct policy state;
    struct policy_input in;
    struct policy_decision out;
};

struct bench bench_at(enum level found);

/* Announced and healthy for so long that nothing is left of how it came there. */
struct bench bench_healthy(void);

/* Each returns the level that is decided at the end. */
enum level step(struct bench *b, uint32_t elapsed_ms, bool observed);
enum level rounds(struct bench *b, enum cause cause, int count);
enum level event(struct bench *b, enum cause cause); /* something happened between two rounds */
enum level wait_ms(struct bench *b, uint32_t ms);

#endif
