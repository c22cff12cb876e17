/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy_laws.c - the policy's promises as predicates over one step and a shadow. */
#include "tests/unit/policy_laws.h"

#include <stdio.h>
#include <string.h>

static uint32_t age(uint32_t ms, uint32_t elapsed_ms, uint32_t limit)
{
    return elapsed_ms >= limit - ms ? limit : ms + elapsed_ms;
}

struct shadow shadow_begin(const struct policy_rules *rules)
{
    return (struct shadow){ .withdrawn_ms = rules->hold_ms };
}

void transition_take(struct transition *t, const struct policy *before,
                     const struct policy_rules *rules, const struct policy_input *in)
{
    t->rules = rules;
    t->before = *before;
    t->in = *in;
    t->after = policy_step(*before, rules, in, &t->out);
}

static enum cause_class class_of(const struct transition *t)
{
    return cause_class(t->in.cause);
}

static bool is_rise(const struct transition *t)
{
    return policy_is_rise((enum level)t->before.level, t->out.level);
}

static bool told_to_leave(const struct policy_input *in)
{
    return in->intent == INTENT_DRAIN || (in->stopping && in->intent != INTENT_WITHDRAWN);
}

static bool undisturbed(const struct policy_input *in) /* by operators and departures */
{
    return in->intent == INTENT_AUTO && !in->stopping;
}

static bool is_ordered_out(const struct policy_input *in)
{
    return in->intent == INTENT_DRAIN || in->intent == INTENT_WITHDRAWN;
}

/* Must a withdrawal go by the floor? */
static bool bound_by_floor(const struct transition *t)
{
    return class_of(t) != CLASS_FATAL && t->in.floor != FLOOR_NONE && !t->in.stopping &&
           !(t->in.force && is_ordered_out(&t->in));
}

/* --- laws of one step ------------------------------------------------------------------------ */

static const char *law_decision_is_state(const struct transition *t)
{
    return t->out.level == t->after.level && t->out.cause == t->in.cause &&
                   t->out.changed == (t->before.level != t->after.level)
               ? NULL
               : "the decision says what the state says";
}

static const char *law_fatal_withdraws(const struct transition *t)
{
    return class_of(t) != CLASS_FATAL || t->out.level == LEVEL_WITHDRAWN
               ? NULL
               : "never announced while the cause is local-fatal";
}

static const char *law_soft_stays_announced(const struct transition *t)
{
    const bool soft = class_of(t) == CLASS_SOFT ||
                      (class_of(t) == CLASS_WRONG && t->in.floor >= FLOOR_BROKEN);
    return !soft || !undisturbed(&t->in) || t->before.level < LEVEL_LEAVING ||
                   t->out.level >= LEVEL_BACKUP
               ? NULL
               : "soft, or wrong below the floor, never goes under backup";
}

static const char *law_doubt_never_raises(const struct transition *t)
{
    const bool doubt = class_of(t) == CLASS_UNKNOWN ||
                       (class_of(t) == CLASS_WRONG && t->in.intent != INTENT_FORCED);
    return !doubt || !is_rise(t) ? NULL : "unknown and wrong raise nothing";
}

static const char *law_floor_is_kept(const struct transition *t)
{
    if (!bound_by_floor(t) || !t->out.changed || t->out.level != LEVEL_WITHDRAWN)
        return NULL;
    if (t->in.floor != FLOOR_HOLDS)
        return "nobody withdraws below the floor";
    if (t->before.level > LEVEL_LEAVING)
        return "who withdraws was leaving or drained before";
    return t->in.looked && !t->in.behind ? NULL : "who withdraws has looked, and has its turn";
}

static const char *law_leaving_is_meant(const struct transition *t)
{
    const bool wants = class_of(t) == CLASS_WRONG || t->in.intent == INTENT_WITHDRAWN ||
                       t->after.adopted;
    if (t->out.level != LEVEL_LEAVING)
        return NULL;
    return wants && (t->after.adopted || t->in.floor == FLOOR_HOLDS)
               ? NULL
               : "leaving is who wants to withdraw, and may";
}

static const char *law_adopted_is_kept(const struct transition *t)
{
    const bool ordered = told_to_leave(&t->in) || t->in.intent == INTENT_WITHDRAWN;
    if (!t->before.adopted || class_of(t) != CLASS_UNKNOWN || ordered)
        return NULL;
    return t->after.adopted && !t->out.changed && t->out.reason == REASON_ADOPTED
               ? NULL
               : "what was adopted is kept until there is evidence";
}

static const char *law_orders_are_obeyed(const struct transition *t)
{
    const enum cause_class class = class_of(t);
    const bool sane = class != CLASS_FATAL && class != CLASS_UNKNOWN;

    if (t->in.intent == INTENT_WITHDRAWN && !bound_by_floor(t) && t->out.level != LEVEL_WITHDRAWN)
        return "ordered withdrawn is withdrawn";
    if (t->in.intent == INTENT_WITHDRAWN && t->out.level > LEVEL_BACKUP)
        return "ordered withdrawn is at most backup";
    if (is_ordered_out(&t->in) && is_rise(t))
        return "who is ordered away is not raised";
    if (told_to_leave(&t->in) && t->out.level > LEVEL_DRAIN)
        return "told to leave is at most drain";
    if (told_to_leave(&t->in) && t->before.level == LEVEL_WITHDRAWN &&
        t->out.level != LEVEL_WITHDRAWN)
        return "a withdrawn one that is told to leave stays withdrawn";
    if (t->in.intent == INTENT_FORCED && !t->in.stopping && sane && t->out.level != LEVEL_NORMAL)
        return "forced is normal";
    return NULL;
}

static bool down_explained(const struct transition *t)
{
    const enum cause_class class = class_of(t);
    const bool wrong_out = class == CLASS_WRONG && t->in.floor <= FLOOR_HOLDS;

    switch (t->out.reason) {
    case REASON_CAUSE:
        return t->out.level <= LEVEL_LEAVING ? class == CLASS_FATAL || wrong_out
                                             : t->out.level == LEVEL_BACKUP && class >= CLASS_SOFT;
    case REASON_FLOOR:
        return (class == CLASS_WRONG || t->in.intent == INTENT_WITHDRAWN) &&
               t->in.floor >= FLOOR_BROKEN && t->out.level == LEVEL_BACKUP && t->out.alarm;
    case REASON_OPERATOR:
        return t->in.intent == INTENT_DRAIN ||
               (t->in.intent == INTENT_WITHDRAWN && t->out.level <= LEVEL_LEAVING);
    case REASON_STOPPING:
        return t->in.stopping && t->out.level <= LEVEL_DRAIN;
    default:
        return false;
    }
}

static bool up_explained(const struct transition *t)
{
    const enum cause_class class = class_of(t);

    switch (t->out.reason) {
    case REASON_HEALTHY:
        return undisturbed(&t->in) && class < CLASS_SOFT && t->out.level == LEVEL_NORMAL;
    case REASON_CAUSE:
        return undisturbed(&t->in) && class == CLASS_SOFT && t->out.level == LEVEL_BACKUP;
    case REASON_OPERATOR:
        return t->in.intent == INTENT_FORCED && t->out.level == LEVEL_NORMAL;
    default:
        return false;
    }
}

static const char *law_changes_are_explained(const struct transition *t)
{
    if (t->out.level < t->before.level)
        return down_explained(t) ? NULL : "a change down has a reason that explains it";
    if (is_rise(t))
        return up_explained(t) ? NULL : "a change up has a reason that explains it";
    return NULL;
}

static const char *law_leave_is_earned(const struct transition *t)
{
    const bool out_and_known = t->before.level == LEVEL_WITHDRAWN && t->in.confirmed;
    return !t->out.may_leave || (t->in.stopping && out_and_known)
               ? NULL
               : "dnsd may leave only when it asked, and the withdrawal was confirmed";
}

/* --- laws of history -------------------------------------------------------------------------- */

static bool is_automatic_rise(const struct transition *t)
{
    return is_rise(t) && t->in.intent != INTENT_FORCED;
}

static const char *law_budget_holds(const struct transition *t, const struct shadow *shadow)
{
    const uint32_t penalty_ms = t->before.level == LEVEL_WITHDRAWN ? shadow->announced_ms
                                                                   : shadow->promoted_ms;
    return !is_automatic_rise(t) || shadow->ordered || t->in.alone ||
                   flap_left_ms(penalty_ms, &t->rules->flap) == 0
               ? NULL
               : "no more automatic rises than the budget";
}

static const char *law_hold_holds(const struct transition *t, const struct shadow *shadow)
{
    return !is_automatic_rise(t) || t->before.level != LEVEL_WITHDRAWN || t->in.alone ||
                   shadow->withdrawn_ms >= t->rules->hold_ms
               ? NULL
               : "not announced again within the hold time";
}

static const char *law_drain_is_long_enough(const struct transition *t, const struct shadow *shadow)
{
    const bool planned = t->out.reason == REASON_OPERATOR || t->out.reason == REASON_STOPPING;
    const uint32_t enough = t->in.quiet ? t->rules->drain_min_ms : t->rules->drain_max_ms;

    if (!t->out.changed || t->out.level != LEVEL_WITHDRAWN || !planned || !told_to_leave(&t->in))
        return NULL;
    return shadow->drain_ms >= enough ? NULL : "a drain lasts its minimum, until quiet";
}

static const char *law_settled_before_gone(const struct transition *t, const struct shadow *shadow)
{
    return !bound_by_floor(t) || !t->out.changed || t->out.level != LEVEL_WITHDRAWN ||
                   shadow->settled_ms >= t->rules->settle_ms
               ? NULL
               : "the other sites had time to see it leave";
}

static const char *law_linger_is_long_enough(const struct transition *t,
                                             const struct shadow *shadow)
{
    return !t->out.may_leave || shadow->linger_ms >= t->rules->linger_ms
               ? NULL
               : "dnsd leaves only after the linger, which begins with the confirmation";
}

static void shadow_pass(struct shadow *shadow, const struct transition *t)
{
    const uint32_t ms = t->in.elapsed_ms;

    shadow->announced_ms = flap_pass(shadow->announced_ms, &t->rules->flap, ms);
    shadow->promoted_ms = flap_pass(shadow->promoted_ms, &t->rules->flap, ms);
    shadow->withdrawn_ms = age(shadow->withdrawn_ms, ms, t->rules->hold_ms);
    if (t->before.level == LEVEL_DRAIN)
        shadow->drain_ms = age(shadow->drain_ms, ms, t->rules->drain_max_ms);
    if (!t->in.confirmed)
        shadow->linger_ms = shadow->settled_ms = 0;
    else if (shadow->confirmed && t->before.level == LEVEL_WITHDRAWN)
        shadow->linger_ms = age(shadow->linger_ms, ms, t->rules->linger_ms);
    else if (shadow->confirmed && t->before.level <= LEVEL_LEAVING)
        shadow->settled_ms = age(shadow->settled_ms, ms, t->rules->settle_ms);
}

static void shadow_record_rise(struct shadow *shadow, const struct transition *t)
{
    uint32_t *penalty_ms = t->before.level == LEVEL_WITHDRAWN ? &shadow->announced_ms
                                                              : &shadow->promoted_ms;
    *penalty_ms = flap_record(*penalty_ms, &t->rules->flap);
}

static void shadow_record(struct shadow *shadow, const struct transition *t)
{
    shadow->confirmed = t->in.confirmed && !t->out.changed;
    if (!t->out.changed)
        return;
    if (is_automatic_rise(t) && !shadow->ordered)
        shadow_record_rise(shadow, t);
    if (t->out.level == LEVEL_WITHDRAWN && t->out.reason == REASON_CAUSE)
        shadow->withdrawn_ms = 0;
    if (is_rise(t) || t->out.level < t->before.level)
        shadow->ordered = !is_rise(t) && t->out.reason == REASON_OPERATOR;
    shadow->drain_ms = shadow->linger_ms = shadow->settled_ms = 0;
}

const char *laws_check(const struct transition *t, struct shadow *shadow)
{
    static const char *(*const laws[])(const struct transition *) = {
        law_decision_is_state,  law_fatal_withdraws,   law_soft_stays_announced,
        law_doubt_never_raises, law_floor_is_kept,     law_leaving_is_meant,
        law_adopted_is_kept,    law_orders_are_obeyed, law_changes_are_explained,
        law_leave_is_earned,
    };
    const char *broken = NULL;

    for (size_t i = 0; i < sizeof(laws) / sizeof(laws[0]) && !broken; i++)
        broken = laws[i](t);
    shadow_pass(shadow, t);
    if (!broken)
        broken = law_budget_holds(t, shadow);
    if (!broken)
        broken = law_hold_holds(t, shadow);
    if (!broken)
        broken = law_drain_is_long_enough(t, shadow);
    if (!broken)
        broken = law_settled_before_gone(t, shadow);
    if (!broken)
        broken = law_linger_is_long_enough(t, shadow);
    shadow_record(shadow, t);
    return broken;
}

/* --- laws of time ------------------------------------------------------------------------------
 */

/* Only time passes, and nothing else changes. */
static struct policy_decision wait_ms(const struct transition *t, uint32_t ms)
{
    struct policy_input in = t->in;
    struct policy_decision out;

    in.elapsed_ms = ms;
    in.observed = false;
    policy_step(t->after, t->rules, &in, &out);
    return out;
}

static bool same_outcome(const struct policy_decision *a, const struct policy_decision *b)
{
    return a->level == b->level && a->may_leave == b->may_leave && a->look == b->look;
}

const char *law_next_is_true(const struct transition *t)
{
    const int64_t ms = t->out.next_ms;

    if (ms == -1)
        return wait_ms(t, 1000).changed ? "next_ms is -1, but time alone changes the level" : NULL;
    if (ms <= 0)
        return "next_ms is -1 or positive";
    const struct policy_decision early = wait_ms(t, (uint32_t)ms - 1);
    if (!same_outcome(&t->out, &early))
        return "something changes before next_ms";
    const struct policy_decision then = wait_ms(t, (uint32_t)ms);
    if (same_outcome(&t->out, &then))
        return "nothing changes at next_ms";
    return then.level == t->out.next ? NULL : "the level after next_ms is not `next`";
}

/* Where the first part already changes the level, the parts differ rightly: ages count from the
 * change. Where the confirmation is new, the linger counts from it. */
const char *law_time_splits(const struct transition *t)
{
    struct policy_input in = t->in;
    struct policy_decision out;

    if (t->before.confirmed != in.confirmed)
        return NULL;
    in.observed = false;
    const struct policy first = policy_step(t->before, t->rules, &in, &out);
    if (out.changed)
        return NULL;
    in.observed = t->in.observed;
    const struct policy second = policy_step(first, t->rules, &in, &out);
    const enum policy_reason reason = out.reason;
    in.elapsed_ms += t->in.elapsed_ms;
    const struct policy whole = policy_step(t->before, t->rules, &in, &out);
    return memcmp(&whole, &second, sizeof(whole)) == 0 && out.reason == reason
               ? NULL
               : "two steps do what one of their length does";
}

const char *law_recovers(const struct policy *state, const struct policy_rules *rules)
{
    const struct policy_input good = { .elapsed_ms = 1, .observed = true, .confirmed = true };
    const uint32_t enough = rules->rise + rules->hold_ms + 2 * rules->flap.half_life_ms + 1;
    struct policy s = *state;
    struct policy_decision out;

    for (uint32_t i = 0; i < enough; i++)
        s = policy_step(s, rules, &good, &out);
    return s.level == LEVEL_NORMAL ? NULL : "good observations end in normal";
}

const char *law_leaves(const struct policy *state, const struct policy_rules *rules)
{
    static const enum cause causes[] = { CAUSE_NONE, CAUSE_UNKNOWN, CAUSE_ZONE_STALE };

    for (size_t i = 0; i < 2 * sizeof(causes) / sizeof(causes[0]); i++) {
        const bool stopping = i % 2;
        struct policy_input in = { .cause = causes[i / 2],
                                   .stopping = stopping,
                                   .intent = stopping ? INTENT_AUTO : INTENT_DRAIN };
        struct policy_decision out;
        struct policy s = policy_step(*state, rules, &in, &out);
        in.elapsed_ms = rules->drain_max_ms;
        s = policy_step(s, rules, &in, &out);
        if (s.level != LEVEL_WITHDRAWN)
            return "a drain reaches withdrawn within drain_max_ms";
        in.confirmed = true;
        s = policy_step(s, rules, &in, &out);
        in.elapsed_ms = rules->linger_ms;
        policy_step(s, rules, &in, &out);
        if (out.may_leave != stopping)
            return "a stopping dnsd may leave after the linger";
    }
    return NULL;
}

/* Only as far as the floor allows: with it, after the drain and the settling; without, never. */
const char *law_leaves_by_the_floor(const struct policy *state, const struct policy_rules *rules)
{
    static const enum intent intents[] = { INTENT_DRAIN, INTENT_WITHDRAWN };

    for (size_t i = 0; i < 4; i++) {
        const bool holds = i / 2;
        struct policy_input in = { .cause = CAUSE_ZONE_STALE,
                                   .intent = intents[i % 2],
                                   .floor = holds ? FLOOR_HOLDS : FLOOR_BROKEN,
                                   .confirmed = true,
                                   .looked = true };
        struct policy_decision out;
        struct policy s = policy_step(*state, rules, &in, &out);
        in.elapsed_ms = rules->drain_max_ms;
        s = policy_step(s, rules, &in, &out);
        in.elapsed_ms = rules->settle_ms;
        s = policy_step(s, rules, &in, &out);
        if (holds && s.level != LEVEL_WITHDRAWN)
            return "who may leave is gone after the drain and the settling";
        if (!holds && state->level != LEVEL_WITHDRAWN && s.level == LEVEL_WITHDRAWN)
            return "who may not leave stays";
    }
    return NULL;
}

void transition_print(const struct transition *t)
{
    static const char *const floors[] = { "none", "holds", "broken", "blind" };

    fprintf(
        stderr,
        "  +%u ms %s cause=%s floor=%s%s%s%s intent=%s%s%s%s%s: %s -> %s (%s%s%s) next=%s in %lld\n",
        t->in.elapsed_ms, t->in.observed ? "round" : "-", cause_name(t->in.cause),
        floors[t->in.floor], t->in.alone ? " alone" : "", t->in.behind ? " behind" : "",
        t->in.looked ? " looked" : "", intent_name(t->in.intent), t->in.force ? " force" : "",
        t->in.stopping ? " stopping" : "", t->in.quiet ? " quiet" : "",
        t->in.confirmed ? " confirmed" : "", level_name((enum level)t->before.level),
        level_name(t->out.level), policy_reason_name(t->out.reason), t->out.alarm ? ", alarm" : "",
        t->out.look ? ", look" : "", level_name(t->out.next), (long long)t->out.next_ms);
}
