/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outlook.h - what would change a decision, in one line for a person: "announces again in 24 s if 3
 * more probes pass". Says what the policy counts, and decides nothing. Pure. */
#ifndef PROXIMA_DECIDE_OUTLOOK_H
#define PROXIMA_DECIDE_OUTLOOK_H

#include "anycastctl/decide/policy.h"

enum { OUTLOOK_MAX = 256 };

/* A decision, what it was made of, and what is known around it. */
struct outlook_scene {
    const struct policy *state; /* after the step */
    const struct policy_rules *rules;
    const struct policy_input *input;
    const struct policy_decision *decision;
    int64_t since_ms;      /* how long ago the step was */
    unsigned others;       /* other sites that announce at normal; 0 where blind */
    unsigned min_sites;    /* so many are asked for */
    uint32_t first;        /* the node that goes first; 0: none */
    const char *blind;     /* why the other sites can't be seen; "" */
    int64_t order_left_ms; /* until the order ends; -1: until the next one */
};

/* Returns `out`: one line, without a full stop. */
char *outlook_text(const struct outlook_scene *scene, char out[OUTLOOK_MAX]);

#endif
