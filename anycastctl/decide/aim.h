/* SPDX-License-Identifier: GPL-3.0-or-later */
/* aim.h - where a step of the policy wants to go, and why: the rules of policy.h, one function
 * each. Only policy.c uses it. Pure. */
#ifndef PROXIMA_DECIDE_AIM_H
#define PROXIMA_DECIDE_AIM_H

#include "anycastctl/decide/policy.h"

struct aim {
    enum level level;
    enum policy_reason reason;
    uint32_t wait_ms; /* 0, or when time alone changes something */
    enum level next;  /* the level then */
    bool look;        /* the fleet must be read first */
};

/* `state` has counted the input's time and evidence already. */
struct aim aim_take(const struct policy *state, const struct policy_rules *rules,
                    const struct policy_input *input);

#endif
