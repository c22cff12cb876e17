/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy.c - the step: time passes, evidence is counted, an aim is taken, the state follows it.
 * Knows the rules of announcing; hides how they are weighed. Pure. */
#include "anycastctl/decide/policy.h"

#include "anycastctl/decide/flap.h"

/* Where one step wants to go, and why. */
struct aim {
    enum level level;
    enum policy_reason reason;
    uint32_t wait_ms; /* 0, or when time alone takes it to `next` */
    enum level next;
};

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

    s->since_withdrawn_ms = flap_saturate(s->since_withdrawn_ms, ms, rules->hold_ms);
    flap_pass(s->announced_ago_ms, ms, rules->flap_window_ms);
    flap_pass(s->promoted_ago_ms, ms, rules->flap_window_ms);
    if (s->level == LEVEL_DRAIN)
        s->drain_ms = flap_saturate(s->drain_ms, ms, rules->drain_max_ms);
    s->linger_ms = s->level == LEVEL_WITHDRAWN && confirmed
                       ? flap_saturate(s->linger_ms, ms, rules->linger_ms)
                       : 0;
    s->confirmed = in->confirmed;
}

static struct aim aim_at(enum level level, enum policy_reason reason)
{
    return (struct aim){ .level = level, .reason = reason, .next = level };
}

static struct aim aim_stay(const struct policy *s, enum policy_reason reason)
{
    return aim_at((enum level)s->level, reason);
}

static struct aim aim_wait(const struct policy *s, enum policy_reason reason, uint32_t wait_ms,
                           enum level next)
{
    return (struct aim){ (enum level)s->level, reason, wait_ms, next };
}

/* Up to `level`, for which `run` observations spoke: after rise, hold and flap budget. */
static struct aim aim_up(const struct policy *s, const struct policy_rules *rules, enum level level,
                         uint8_t run)
{
    const bool announcing = s->level == LEVEL_WITHDRAWN;
    const uint32_t *ago_ms = announcing ? s->announced_ago_ms : s->promoted_ago_ms;
    const uint32_t hold_ms = announcing ? rules->hold_ms - s->since_withdrawn_ms : 0;
    const uint32_t flap_ms = s->ordered
                                 ? 0
                                 : flap_left_ms(ago_ms, rules->flap_cycles, rules->flap_window_ms);

    if (run < rules->rise)
        return aim_stay(s, REASON_RISING);
    if (flap_ms > hold_ms)
        return aim_wait(s, REASON_FLAP, flap_ms, level);
    if (hold_ms > 0)
        return aim_wait(s, REASON_HOLD, hold_ms, level);
    return aim_at(level, level == LEVEL_NORMAL ? REASON_HEALTHY : REASON_CAUSE);
}

static struct aim aim_backup_at_most(const struct policy *s, enum policy_reason reason)
{
    return s->level > LEVEL_BACKUP ? aim_at(LEVEL_BACKUP, reason) : aim_stay(s, reason);
}

static struct aim aim_good(const struct policy *s, const struct policy_rules *rules)
{
    return s->level == LEVEL_NORMAL ? aim_stay(s, REASON_HEALTHY)
                                    : aim_up(s, rules, LEVEL_NORMAL, s->good);
}

static struct aim aim_soft(const struct policy *s, const struct policy_rules *rules)
{
    if (s->level < LEVEL_BACKUP)
        return aim_up(s, rules, LEVEL_BACKUP, s->serviceable);
    if (s->level > LEVEL_BACKUP && s->bad < rules->fall)
        return aim_stay(s, REASON_FALLING);
    return aim_backup_at_most(s, REASON_CAUSE);
}

static struct aim aim_wrong(const struct policy *s, const struct policy_rules *rules,
                            const struct policy_input *in)
{
    if (s->level == LEVEL_WITHDRAWN)
        return aim_stay(s, REASON_CAUSE);
    if (s->wrong >= rules->fall)
        return in->floor == FLOOR_HOLDS ? aim_at(LEVEL_WITHDRAWN, REASON_CAUSE)
                                        : aim_backup_at_most(s, REASON_FLOOR);
    if (s->bad >= rules->fall) /* soft for long; what is worse now has yet to be confirmed */
        return aim_backup_at_most(s, REASON_CAUSE);
    return aim_stay(s, REASON_FALLING);
}

/* A planned way out: drain until quiet, at least min, at most max; then withdrawn. */
static struct aim aim_leave(const struct policy *s, const struct policy_rules *rules,
                            const struct policy_input *in, enum policy_reason reason)
{
    const bool quiet = in->quiet && rules->drain_min_ms < rules->drain_max_ms;
    const uint32_t enough_ms = quiet ? rules->drain_min_ms : rules->drain_max_ms;
    const bool wrong = s->wrong >= rules->fall && in->floor == FLOOR_HOLDS;

    if (s->level == LEVEL_WITHDRAWN)
        return aim_stay(s, reason);
    if (wrong)
        return aim_at(LEVEL_WITHDRAWN, REASON_CAUSE);
    if (s->drain_ms >= enough_ms)
        return aim_at(LEVEL_WITHDRAWN, reason);
    return (struct aim){ LEVEL_DRAIN, reason, enough_ms - s->drain_ms, LEVEL_WITHDRAWN };
}

static struct aim aim_auto(const struct policy *s, const struct policy_rules *rules,
                           const struct policy_input *in)
{
    switch (cause_class(in->cause)) {
    case CLASS_GOOD:
    case CLASS_ALARM:
        return aim_good(s, rules);
    case CLASS_SOFT:
        return aim_soft(s, rules);
    case CLASS_WRONG:
        return aim_wrong(s, rules, in);
    case CLASS_UNKNOWN:
    case CLASS_FATAL: /* taken before */
        break;
    }
    return aim_stay(s, s->adopted ? REASON_ADOPTED : REASON_CAUSE);
}

/* The order is the precedence: death, then a departure, then orders, then health. */
static struct aim take_aim(const struct policy *s, const struct policy_rules *rules,
                           const struct policy_input *in)
{
    const enum cause_class class = cause_class(in->cause);

    if (in->intent == INTENT_WITHDRAWN)
        return aim_at(LEVEL_WITHDRAWN, class == CLASS_FATAL && s->level != LEVEL_WITHDRAWN
                                           ? REASON_CAUSE
                                           : REASON_OPERATOR);
    if (class == CLASS_FATAL)
        return aim_at(LEVEL_WITHDRAWN, REASON_CAUSE);
    if (in->intent == INTENT_DRAIN)
        return aim_leave(s, rules, in, REASON_OPERATOR);
    if (in->stopping)
        return aim_leave(s, rules, in, REASON_STOPPING);
    if (in->intent == INTENT_FORCED && class != CLASS_UNKNOWN)
        return aim_at(LEVEL_NORMAL, REASON_OPERATOR);
    return aim_auto(s, rules, in);
}

/* The state after the level went from s->level to aim->level. */
static void follow(struct policy *s, const struct policy_rules *rules, const struct aim *aim)
{
    const bool up = aim->level > s->level;

    if (up && aim->reason != REASON_OPERATOR && !s->ordered)
        flap_record(s->level == LEVEL_WITHDRAWN ? s->announced_ago_ms : s->promoted_ago_ms,
                    rules->flap_cycles);
    if (aim->level == LEVEL_WITHDRAWN && aim->reason == REASON_CAUSE)
        s->since_withdrawn_ms = 0;
    s->ordered = !up && aim->reason == REASON_OPERATOR;
    s->level = (uint8_t)aim->level;
    s->adopted = false;
    s->confirmed = false; /* that was the level before */
    s->drain_ms = 0;
    s->linger_ms = 0;
}

static bool is_alarming(const struct policy_input *in, const struct aim *aim)
{
    const enum cause_class class = cause_class(in->cause);

    return aim->reason == REASON_FLOOR || aim->reason == REASON_FLAP || class == CLASS_ALARM ||
           (in->floor == FLOOR_BROKEN && aim->level <= LEVEL_DRAIN) ||
           (in->intent == INTENT_FORCED && class >= CLASS_SOFT);
}

static void say(const struct policy *s, const struct policy_rules *rules,
                const struct policy_input *in, const struct aim *aim, struct policy_decision *out)
{
    const bool leaving = in->stopping && s->level == LEVEL_WITHDRAWN && s->confirmed;

    out->level = aim->level;
    out->reason = aim->reason;
    out->cause = in->cause;
    out->alarm = is_alarming(in, aim);
    out->may_leave = leaving && s->linger_ms >= rules->linger_ms;
    out->next = aim->next;
    out->next_ms = aim->wait_ms > 0 ? (int64_t)aim->wait_ms : -1;
    if (leaving && !out->may_leave)
        out->next_ms = (int64_t)(rules->linger_ms - s->linger_ms);
}

struct policy policy_begin(enum level found, const struct policy_rules *rules)
{
    struct policy s = {
        .level = (uint8_t)found,
        .adopted = found != LEVEL_WITHDRAWN,
        .since_withdrawn_ms = rules->hold_ms,
    };
    flap_clear(s.announced_ago_ms, rules->flap_window_ms);
    flap_clear(s.promoted_ago_ms, rules->flap_window_ms);
    return s;
}

struct policy policy_step(struct policy state, const struct policy_rules *rules,
                          const struct policy_input *input, struct policy_decision *decision)
{
    pass_time(&state, rules, input);
    count_evidence(&state, rules, input);
    const struct aim aim = take_aim(&state, rules, input);
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
