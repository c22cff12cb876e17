/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy.h - at which level one service is announced in one address family.
 *
 * A pure step function: state and rules and one input in, state' and a decision out. No I/O, no
 * clock, no allocation; time comes in as the milliseconds elapsed since the step before. The state
 * is small plain saturating integers, so that a test visits every reachable state. policy.c counts,
 * aim.c decides. What it promises:
 *  - never announced while the cause is local-fatal: down at once, whatever an operator ordered;
 *  - CLASS_WRONG and CLASS_SOFT act after `fall` consecutive observations of that class or worse;
 *    CLASS_SOFT never below backup; CLASS_WRONG withdraws only where the floor holds, else backup,
 *    with an alarm; CLASS_WRONG never raises a level;
 *  - the floor: no withdrawal but a local-fatal one, a stop's, or one ordered with force, unless
 *    enough other sites announce. The way down is `leaving` (or `drain`), confirmed by BIRD for
 *    `settle_ms`, then a look at the fleet that was asked for after that, then, if the floor still
 *    holds and no other site's turn is first, withdrawn. So of two sites that rely on each other,
 *    each sees the other one leave before it is gone, if the fleet's view is younger than
 *    `settle_ms`. Below the floor: backup (a drain: drain), with an alarm, and as soon as the
 *    floor holds, the same way again;
 *  - a run of observations grows by completed rounds, and is broken by any step that contradicts;
 *  - up only after `rise` consecutive observations that allow it, `hold_ms` after the last
 *    withdrawal for a cause, and within the flap budget (flap.h), of which automatic announcements
 *    have one, and promotions (a rise of what is announced already) another. The way back from an
 *    operator's order is not automatic. Where no other site announces, neither hold nor budget;
 *  - unknown evidence (anycastd just started) keeps an adopted level, and announces nothing that
 *    was not announced, not even forced;
 *  - an operator's order: drain (and a stopping dnsd, even if forced): drain for min..max, until
 *    quiet, then withdrawn; withdrawn: at once; both as far as the floor allows, unless with force;
 *    forced: normal whatever the evidence but unknown or local-fatal, without hold and budget;
 *    auto: all of the above;
 *  - every change has a reason and a cause;
 *  - how time is cut into steps makes no difference. */
#ifndef PROXIMA_DECIDE_POLICY_H
#define PROXIMA_DECIDE_POLICY_H

#include "anycastctl/decide/flap.h"
#include "anycastctl/model/cause.h"
#include "anycastctl/model/intent.h"
#include "common/level.h"

#include <stdbool.h>
#include <stdint.h>

/* Do enough other sites announce? None: no other site is asked for. Blind: they can't be seen. */
enum policy_floor { FLOOR_NONE, FLOOR_HOLDS, FLOOR_BROKEN, FLOOR_BLIND };

struct policy_rules {
    uint8_t fall, rise; /* 1..100 consecutive observations */
    uint32_t hold_ms;
    struct flap_budget flap;
    uint32_t settle_ms; /* 1 or more: between `leaving` and the look that decides */
    uint32_t drain_min_ms, drain_max_ms;
    uint32_t linger_ms; /* answering goes on so long after a planned withdrawal */
};

struct policy_input {
    uint32_t elapsed_ms; /* since the step before */
    bool observed;       /* a round of observation was completed: counts towards fall and rise */
    enum cause cause;    /* the worst that holds now */
    enum policy_floor floor;
    bool alone;  /* the other sites can be seen, and none of them announces at all */
    bool behind; /* another site is leaving, and it is that one's turn */
    bool looked; /* the fleet was read since the decision asked for a `look` */
    enum intent intent;
    bool force;     /* the order need not keep the floor */
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
    X(REASON_SETTLE, "settle")    /* leaving: the other sites shall have seen it first */          \
    X(REASON_TURN, "turn")        /* leaving: another site goes first */                           \
    X(REASON_OPERATOR, "operator")                                                                 \
    X(REASON_STOPPING, "stopping")

enum policy_reason {
#define POLICY_REASON_ENUM(id, name) id,
    POLICY_REASONS(POLICY_REASON_ENUM)
#undef POLICY_REASON_ENUM
        POLICY_REASON_COUNT
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
    uint32_t settled_ms;         /* up to settle_ms: leaving or drain, and confirmed by BIRD */
    uint32_t drain_ms;           /* up to drain_max_ms: how long the level has been drain */
    uint32_t linger_ms;          /* up to linger_ms: withdrawn, and confirmed by BIRD */
    uint32_t announced_penalty_ms, promoted_penalty_ms; /* as in flap.h */
};

struct policy_decision {
    enum level level;
    enum policy_reason reason;
    enum cause cause;
    bool changed;   /* the level differs from the step before */
    bool alarm;     /* someone should look: a withdrawal that the floor forbids or forbade, forced
                       against evidence, flap budget exhausted, a cause of class alarm */
    bool look;      /* the fleet must be read anew before this can go on */
    bool may_leave; /* stopping, withdrawn, confirmed, and the linger is over */
    int64_t
        next_ms; /* > 0: when time alone changes the level, look or may_leave; -1: only an input */
    enum level next; /* the level then, all else equal */
};

/* The state at start: `found` is what BIRD announces now (withdrawn after a boot). */
struct policy policy_begin(enum level found, const struct policy_rules *rules);

struct policy policy_step(struct policy state, const struct policy_rules *rules,
                          const struct policy_input *input, struct policy_decision *decision);

/* True if routing is drawn to `to` more than to `from`: leaving and backup are the same to it. */
bool policy_is_rise(enum level from, enum level to);

const char *policy_reason_name(enum policy_reason reason);

#endif
