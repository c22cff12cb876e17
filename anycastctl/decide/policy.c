/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy.c - the step: time passes, evidence is counted, an aim is taken, the state follows it.
 * Knows how the state is kept; the rules are aim.c's. Pure. */
#include "anycastctl/decide/policy.h"

#include "anycastctl/decide/aim.h"

static uint32_t saturate(uint32_t value, uint32_t more, uint32_t limit)
{
    return value >= limit || more >= limit - value ? limit : value + more;
}

static uint8_t grow(uint8_t run, uint8_t limit)
{
    return run < limit ? (uint8_t)(run + 1) : limit;
}

/* A run of observations grows by a round that agrees, and breaks by anything that does not. */
static uint8_t run_on(uint8_t run, bool agrees, bool observed, uint8_t limit)
{
    if (!agrees)
        return 0;
    return observed ? grow(run, limit) : run;
}

static void count_evidence(struct policy *s, const struct policy_rules *rules,
                           const struct policy_input *in)
{
    const enum cause_class class = cause_class(in->cause);
    const bool known = class != CLASS_UNKNOWN;

    s->bad = run_on(s->bad, class >= CLASS_SOFT, in->observed, rules->fall);
    s->wrong = run_on(s->wrong, class >= CLASS_WRONG, in->observed, rules->fall);
    s->good = run_on(s->good, known && class < CLASS_SOFT, in->observed, rules->rise);
    s->serviceable = run_on(s->serviceable, known && class < CLASS_WRONG, in->observed,
                            rules->rise);
    s->adopted = s->adopted && !known;
}

static void pass_time(struct policy *s, const struct policy_rules *rules,
                      const struct policy_input *in)
{
    const uint32_t ms = in->elapsed_ms;
    const bool confirmed = in->confirmed && s->confirmed;
    const bool going = s->level == LEVEL_LEAVING || s->level == LEVEL_DRAIN;
    const bool gone = s->level == LEVEL_WITHDRAWN;

    s->since_withdrawn_ms = saturate(s->since_withdrawn_ms, ms, rules->hold_ms);
    s->announced_penalty_ms = flap_pass(s->announced_penalty_ms, &rules->flap, ms);
    s->promoted_penalty_ms = flap_pass(s->promoted_penalty_ms, &rules->flap, ms);
    if (s->level == LEVEL_DRAIN)
        s->drain_ms = saturate(s->drain_ms, ms, rules->drain_max_ms);
    s->settled_ms = going && confirmed ? saturate(s->settled_ms, ms, rules->settle_ms) : 0;
    s->linger_ms = gone && confirmed ? saturate(s->linger_ms, ms, rules->linger_ms) : 0;
    s->confirmed = in->confirmed;
}

bool policy_is_rise(enum level from, enum level to)
{
    return to > from && !(from == LEVEL_LEAVING && to == LEVEL_BACKUP);
}

static void record_rise(struct policy *s, const struct policy_rules *rules)
{
    uint32_t *penalty_ms = s->level == LEVEL_WITHDRAWN ? &s->announced_penalty_ms
                                                       : &s->promoted_penalty_ms;
    *penalty_ms = flap_record(*penalty_ms, &rules->flap);
}

/* The state after the level went from s->level to aim->level. */
static void follow(struct policy *s, const struct policy_rules *rules, const struct aim *aim)
{
    const bool up = policy_is_rise((enum level)s->level, aim->level);

    if (up && aim->reason != REASON_OPERATOR && !s->ordered)
        record_rise(s, rules);
    if (aim->level == LEVEL_WITHDRAWN && aim->reason == REASON_CAUSE)
        s->since_withdrawn_ms = 0;
    if (up || aim->level < s->level) /* from leaving to backup is neither */
        s->ordered = !up && aim->reason == REASON_OPERATOR;
    s->level = (uint8_t)aim->level;
    s->adopted = false;
    s->confirmed = false; /* that was the level before */
    s->settled_ms = 0;
    s->drain_ms = 0;
    s->linger_ms = 0;
}

/* Going, or gone, although too few other sites are known to announce. */
static bool is_below_floor(const struct policy_input *in, const struct aim *aim)
{
    const bool planned = aim->reason == REASON_OPERATOR || aim->reason == REASON_STOPPING;
    return aim->level <= LEVEL_DRAIN &&
           (in->floor == FLOOR_BROKEN || (in->floor == FLOOR_BLIND && planned));
}

static bool is_alarming(const struct policy_input *in, const struct aim *aim)
{
    const enum cause_class class = cause_class(in->cause);

    return aim->reason == REASON_FLOOR || aim->reason == REASON_FLAP || class == CLASS_ALARM ||
           is_below_floor(in, aim) || (in->intent == INTENT_FORCED && class >= CLASS_SOFT);
}

static void say(const struct policy *s, const struct policy_rules *rules,
                const struct policy_input *in, const struct aim *aim, struct policy_decision *out)
{
    const bool leaving = in->stopping && s->level == LEVEL_WITHDRAWN && s->confirmed;

    out->level = aim->level;
    out->reason = aim->reason;
    out->cause = in->cause;
    out->alarm = is_alarming(in, aim);
    out->look = aim->look;
    out->may_leave = leaving && s->linger_ms >= rules->linger_ms;
    out->next = aim->next;
    out->next_ms = aim->wait_ms > 0 ? (int64_t)aim->wait_ms : -1;
    if (leaving && !out->may_leave)
        out->next_ms = (int64_t)(rules->linger_ms - s->linger_ms);
}

struct policy policy_begin(enum level found, const struct policy_rules *rules)
{
    return (struct policy){
        .level = (uint8_t)found,
        .adopted = found != LEVEL_WITHDRAWN,
        .since_withdrawn_ms = rules->hold_ms,
    };
}

struct policy policy_step(struct policy state, const struct policy_rules *rules,
                          const struct policy_input *input, struct policy_decision *decision)
{
    pass_time(&state, rules, input);
    count_evidence(&state, rules, input);
    const struct aim aim = aim_take(&state, rules, input);
    decision->changed = aim.level != state.level;
    if (decision->changed)
        follow(&state, rules, &aim);
    say(&state, rules, input, &aim, decision);
    return state;
}

static const char *const reason_names[] = {
#define POLICY_REASON_NAME(id, name) [id] = name,
    POLICY_REASONS(POLICY_REASON_NAME)
#undef POLICY_REASON_NAME
};

const char *policy_reason_name(enum policy_reason reason)
{
    return reason_names[reason];
}
