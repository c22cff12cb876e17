/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy.h - at which level one service is announced in one address family.
 *
 * A pure step function: state and rules and one input in, state' and a decision out. No I/O, no
 * clock, no allocation; time comes in as the milliseconds elapsed since the step before. The state
 * is small plain saturating integers, so that a test visits every reachable state. What it
 * promises:
 *  - never announced while the cause is local-fatal: down at once, whatever an operator ordered;
 *  - CLASS_WRONG and CLASS_SOFT act after `fall` consecutive observations of that class or worse;
 *    CLASS_SOFT never below backup; CLASS_WRONG withdraws only where the floor holds, else backup,
 *    with an alarm; CLASS_WRONG never raises a level;
 *  - a run of observations grows by completed rounds, and is broken by any step that contradicts;
 *  - up only after `rise` consecutive observations that allow it, `hold_ms` after the last
 *    withdrawal for a cause, and within the flap budget: at most `flap_cycles` automatic
 *    announcements in any `flap_window_ms`, and as many promotions (a rise of what is announced
 *    already). The way back from an operator's order is not automatic;
 *  - unknown evidence (anycastd just started) keeps an adopted level, and announces nothing that
 *    was not announced, not even forced;
 *  - an operator's order: drain (and a stopping dnsd, even if forced): drain for min..max, until
 *    quiet, then withdrawn; withdrawn: at once; forced: normal whatever the evidence but unknown or
 *    local-fatal, without hold and budget; auto: all of the above;
 *  - every change has a reason and a cause;
 *  - how time is cut into steps makes no difference. */
#ifndef PROXIMA_DECIDE_POLICY_H
#define PROXIMA_DECIDE_POLICY_H

#include "anycastctl/model/cause.h"
#include "anycastctl/model/intent.h"
#include "common/level.h"

#include <stdbool.h>
#include <stdint.h>

/* Are enough other sites announcing? Blind: there is no view of the other sites. */
enum policy_floor { FLOOR_HOLDS, FLOOR_BROKEN, FLOOR_BLIND };

enum { POLICY_FLAP_CYCLES_MAX = 4 };

struct policy_rules {
    uint8_t fall, rise; /* 1..100 consecutive observations */
    uint32_t hold_ms;
    uint8_t flap_cycles; /* 1..POLICY_FLAP_CYCLES_MAX */
    uint32_t flap_window_ms;
    uint32_t drain_min_ms, drain_max_ms;
    uint32_t linger_ms; /* answering goes on so long after a planned withdrawal */
};

struct policy_input {
    uint32_t elapsed_ms; /* since the step before */
    bool observed;       /* a round of observation was completed: counts towards fall and rise */
    enum cause cause;    /* the worst that holds now */
    enum policy_floor floor;
    enum intent intent;
    bool stopping;  /* dnsd asks to leave */
    bool quiet;     /* the query rate has fallen so far that a drain has done its work */
    bool confirmed; /* BIRD's state was read back and equals the last decision */
};

#define POLICY_REASONS(X)                                                                          \
    X(REASON_HEALTHY, "healthy")                                                                   \
    X(REASON_ADOPTED, "adopted")  /* found announced at start; evidence is still out */            \
    X(REASON_CAUSE, "cause")      /* the cause asks for this level */                              \
    X(REASON_FALLING, "falling")  /* bad, but not yet `fall` times: the level stays */             \
    X(REASON_RISING, "rising")    /* good, but not yet `rise` times */                             \
    X(REASON_HOLD, "hold")        /* good, waiting for the hold time */                            \
    X(REASON_FLAP, "flap_budget") /* good, but too many changes lately */                          \
    X(REASON_FLOOR, "floor")      /* would withdraw, but too few other sites are seen: backup */   \
    X(REASON_OPERATOR, "operator")                                                                 \
    X(REASON_STOPPING, "stopping")

enum policy_reason {
#define POLICY_REASON_ENUM(id, name) id,
    POLICY_REASONS(POLICY_REASON_ENUM)
#undef POLICY_REASON_ENUM
};

/* Only what the next step needs; all counters saturate. */
struct policy {
    uint8_t level;               /* enum level, as decided last */
    uint8_t bad, wrong;          /* consecutive observations at least soft, wrong; up to `fall` */
    uint8_t good, serviceable;   /* consecutive observations at most alarm, soft; up to `rise` */
    bool adopted;                /* the level was found in BIRD, not decided */
    bool ordered;                /* the last change was down, by an operator's order */
    bool confirmed;              /* the level was confirmed at the step before */
    uint32_t since_withdrawn_ms; /* up to hold_ms: how long ago a cause withdrew last */
    uint32_t drain_ms;           /* up to drain_max_ms: how long the level has been drain */
    uint32_t linger_ms;          /* up to linger_ms: withdrawn, and confirmed by BIRD */
    uint32_t announced_ago_ms[POLICY_FLAP_CYCLES_MAX]; /* up to flap_window_ms, newest first */
    uint32_t promoted_ago_ms[POLICY_FLAP_CYCLES_MAX];
};

struct policy_decision {
    enum level level;
    enum policy_reason reason;
    enum cause cause;
    bool changed; /* the level differs from the step before */
    bool alarm;   /* someone should look: a withdrawal the floor forbids or forbade, forced against
                     evidence, flap budget exhausted, a cause of class alarm */
    bool may_leave; /* stopping, withdrawn, confirmed, and the linger is over */
    int64_t
        next_ms; /* > 0: when time alone changes the level or may_leave; -1: only an input can */
    enum level next; /* the level then, all else equal */
};

/* The state at start: `found` is what BIRD announces now (withdrawn after a boot). */
struct policy policy_begin(enum level found, const struct policy_rules *rules);

struct policy policy_step(struct policy state, const struct policy_rules *rules,
                          const struct policy_input *input, struct policy_decision *decision);

const char *policy_reason_name(enum policy_reason reason);

#endif
