/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan.c - one look at the states, one command. */
#include "anycastctl/act/plan.h"

/* From the least preferred in BIRD to the most: 210, 220, 225, 230. */
static const enum level by_preference[] = { LEVEL_NORMAL, LEVEL_BACKUP, LEVEL_LEAVING,
                                            LEVEL_DRAIN };

enum { PROTOCOLS = sizeof by_preference / sizeof *by_preference };

static bool any(const struct proto_states *states, enum proto_state state)
{
    for (int i = 0; i < PROTOCOLS; i++)
        if (states->level[by_preference[i]] == state)
            return true;
    return false;
}

/* What is unknown is withdrawn too: a command too many does no harm, a route too many does. */
static struct plan plan_withdrawn(const struct proto_states *states)
{
    if (any(states, PROTO_UP) || any(states, PROTO_UNKNOWN))
        return (struct plan){ PLAN_WITHDRAW, LEVEL_WITHDRAWN };
    return (struct plan){ any(states, PROTO_CHANGING) ? PLAN_READ : PLAN_DONE, LEVEL_WITHDRAWN };
}

static struct plan plan_others_down(enum level wanted, const struct proto_states *states)
{
    for (int i = 0; i < PROTOCOLS; i++) {
        enum level other = by_preference[i];
        if (other != wanted && states->level[other] == PROTO_UP)
            return (struct plan){ PLAN_DISABLE, other };
    }
    return (struct plan){ any(states, PROTO_CHANGING) ? PLAN_READ : PLAN_DONE, wanted };
}

static struct plan plan_announcing(enum level wanted, const struct proto_states *states)
{
    switch (states->level[wanted]) {
    case PROTO_UP:
        return plan_others_down(wanted, states);
    case PROTO_DOWN:
        return (struct plan){ PLAN_ENABLE, wanted };
    case PROTO_MISSING:
        return (struct plan){ PLAN_BLOCKED, wanted };
    default:
        return (struct plan){ PLAN_READ, wanted };
    }
}

/* What providers see of `leaving` is backup. The other sites are not told, so it is never done. */
static struct plan plan_without_leaving(const struct proto_states *states)
{
    const struct plan plan = plan_announcing(LEVEL_BACKUP, states);
    return plan.verb == PLAN_DONE ? (struct plan){ PLAN_BLOCKED, LEVEL_LEAVING } : plan;
}

struct plan plan_next(enum level wanted, const struct proto_states *states)
{
    if (wanted == LEVEL_WITHDRAWN)
        return plan_withdrawn(states);
    if (any(states, PROTO_UNKNOWN))
        return (struct plan){ PLAN_READ, wanted };
    if (wanted == LEVEL_LEAVING && states->level[wanted] == PROTO_MISSING)
        return plan_without_leaving(states);
    return plan_announcing(wanted, states);
}

bool plan_announced(const struct proto_states *states, enum level *out)
{
    *out = LEVEL_WITHDRAWN;
    for (int i = 0; i < PROTOCOLS; i++) {
        enum proto_state state = states->level[by_preference[i]];
        if (state == PROTO_UP || state == PROTO_CHANGING)
            *out = by_preference[i];
    }
    return !any(states, PROTO_UNKNOWN);
}
