/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy_laws.h - what must hold on every step of the policy, written without looking at how the
 * policy keeps its state: a shadow is carried along beside it, which counts on its own. */
#ifndef PROXIMA_TESTS_POLICY_LAWS_H
#define PROXIMA_TESTS_POLICY_LAWS_H

#include "anycastctl/decide/policy.h"

/* Ages saturate at the rule they are for. No padding: shadows are compared as bytes. */
struct shadow {
    uint32_t announced_ms, promoted_ms; /* penalties of flap.h, for automatic rises */
    uint32_t withdrawn_ms;              /* since a cause withdrew */
    uint32_t drain_ms;                  /* since the level became drain */
    uint32_t settled_ms;         /* leaving or drain, and confirmed, at both ends of each step */
    uint32_t linger_ms;          /* withdrawn, likewise */
    uint32_t ordered, confirmed; /* 0, 1: the last change was ordered, down; confirmed before */
};

struct shadow shadow_begin(const struct policy_rules *rules);

/* One step taken by the policy, as a law sees it. */
struct transition {
    const struct policy_rules *rules;
    struct policy before, after;
    struct policy_input in;
    struct policy_decision out;
};

void transition_take(struct transition *out, const struct policy *before,
                     const struct policy_rules *rules, const struct policy_input *in);

/* Checks all laws of one step and moves the shadow. NULL if they hold, else the one that is broken.
 */
const char *laws_check(const struct transition *t, struct shadow *shadow);

/* next_ms says when time alone changes something, and what. */
const char *law_next_is_true(const struct transition *t);

/* Two such steps in a row do what one of twice the time does. */
const char *law_time_splits(const struct transition *t);

/* From here, good observations end in normal. */
const char *law_recovers(const struct policy *state, const struct policy_rules *rules);

/* From here, an order to leave ends in withdrawn within drain_max_ms. */
const char *law_leaves(const struct policy *state, const struct policy_rules *rules);

/* From here, an order without force ends in withdrawn where the floor holds, and only there. */
const char *law_leaves_by_the_floor(const struct policy *state, const struct policy_rules *rules);

/* One line for a counterexample. */
void transition_print(const struct transition *t);

#endif
