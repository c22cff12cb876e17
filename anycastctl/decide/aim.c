/* SPDX-License-Identifier: GPL-3.0-or-later */
/* aim.c - the rules of announcing and withdrawing, from single waits up to who outranks whom. */
#include "anycastctl/decide/aim.h"

static struct aim aim_at(enum level level, enum policy_reason reason)
{
    return (struct aim){ .level = level, .reason = reason, .next = level };
}

static struct aim aim_stay(const struct policy *s, enum policy_reason reason)
{
    return aim_at((enum level)s->level, reason);
}

static struct aim aim_wait(enum level level, enum policy_reason reason, uint32_t wait_ms,
                           enum level next)
{
    return (struct aim){ .level = level, .reason = reason, .wait_ms = wait_ms, .next = next };
}

/* Where health keeps a level that it would not raise: who no longer wants to leave is at backup. */
static enum level resting_level(const struct policy *s)
{
    return s->level == LEVEL_LEAVING ? LEVEL_BACKUP : (enum level)s->level;
}

static struct aim aim_rest(const struct policy *s, enum policy_reason reason)
{
    return aim_at(resting_level(s), reason);
}

static struct aim aim_backup_at_most(const struct policy *s, enum policy_reason reason)
{
    return s->level > LEVEL_BACKUP ? aim_at(LEVEL_BACKUP, reason) : aim_rest(s, reason);
}

/* ---- up ---- */

static uint32_t hold_left_ms(const struct policy *s, const struct policy_rules *rules,
                             const struct policy_input *in)
{
    const bool announcing = s->level == LEVEL_WITHDRAWN;
    return announcing && !in->alone ? rules->hold_ms - s->since_withdrawn_ms : 0;
}

static uint32_t budget_left_ms(const struct policy *s, const struct policy_rules *rules,
                               const struct policy_input *in)
{
    const bool announcing = s->level == LEVEL_WITHDRAWN;
    if (s->ordered || in->alone)
        return 0;
    return flap_left_ms(announcing ? s->announced_penalty_ms : s->promoted_penalty_ms,
                        &rules->flap);
}

/* Up to `level`, for which `run` observations spoke: after rise, hold and flap budget. */
static struct aim aim_up(const struct policy *s, const struct policy_rules *rules,
                         const struct policy_input *in, enum level level, uint8_t run)
{
    const uint32_t hold_ms = hold_left_ms(s, rules, in);
    const uint32_t flap_ms = budget_left_ms(s, rules, in);

    if (run < rules->rise)
        return aim_rest(s, REASON_RISING);
    if (flap_ms > hold_ms)
        return aim_wait(resting_level(s), REASON_FLAP, flap_ms, level);
    if (hold_ms > 0)
        return aim_wait(resting_level(s), REASON_HOLD, hold_ms, level);
    return aim_at(level, level == LEVEL_NORMAL ? REASON_HEALTHY : REASON_CAUSE);
}

/* ---- out, as far as the floor allows ---- */

/* Time brings the look, or ends the wait if that was had already. */
static struct aim aim_wait_for_look(const struct policy *s, const struct policy_input *in,
                                    enum policy_reason reason, uint32_t wait_ms)
{
    const enum level level = (enum level)s->level;
    return aim_wait(level, reason, wait_ms, in->looked ? LEVEL_WITHDRAWN : level);
}

/* What the other sites are told by `leaving` or `drain` must have reached them. */
static struct aim aim_settle(const struct policy *s, const struct policy_rules *rules,
                             const struct policy_input *in, enum policy_reason why)
{
    const uint32_t left_ms = rules->settle_ms - s->settled_ms;

    if (in->behind)
        return aim_stay(s, REASON_TURN);
    if (!s->confirmed)
        return aim_stay(s, REASON_SETTLE);
    if (left_ms > 0)
        return aim_wait_for_look(s, in, REASON_SETTLE, left_ms);
    if (in->looked)
        return aim_at(LEVEL_WITHDRAWN, why);
    struct aim aim = aim_stay(s, REASON_SETTLE);
    aim.look = true;
    return aim;
}

static struct aim aim_out(const struct policy *s, const struct policy_rules *rules,
                          const struct policy_input *in, enum policy_reason why)
{
    if (s->level == LEVEL_WITHDRAWN)
        return aim_stay(s, why);
    if (in->floor == FLOOR_NONE)
        return aim_at(LEVEL_WITHDRAWN, why);
    if (in->floor != FLOOR_HOLDS)
        return aim_backup_at_most(s, REASON_FLOOR);
    if (s->level > LEVEL_LEAVING)
        return aim_at(LEVEL_LEAVING, why);
    return aim_settle(s, rules, in, why);
}

/* A stop need not wait for the other sites, and an order with force does not. */
static bool is_free_to_go(const struct policy_input *in)
{
    return in->stopping || in->force || in->floor == FLOOR_NONE;
}

static struct aim aim_planned_out(const struct policy *s, const struct policy_rules *rules,
                                  const struct policy_input *in, enum policy_reason why)
{
    return is_free_to_go(in) ? aim_at(LEVEL_WITHDRAWN, why) : aim_out(s, rules, in, why);
}

/* The drain goes on for `left_ms`: does time alone end it? */
static struct aim aim_drain(const struct policy *s, const struct policy_rules *rules,
                            const struct policy_input *in, enum policy_reason reason,
                            uint32_t left_ms)
{
    const uint32_t settle_ms = rules->settle_ms - s->settled_ms;

    if (is_free_to_go(in))
        return aim_wait(LEVEL_DRAIN, reason, left_ms, LEVEL_WITHDRAWN);
    if (in->floor != FLOOR_HOLDS || in->behind || !s->confirmed || s->level != LEVEL_DRAIN)
        return aim_at(LEVEL_DRAIN, reason);
    return aim_wait_for_look(s, in, reason, left_ms > settle_ms ? left_ms : settle_ms);
}

/* A planned way out: drain until quiet, at least min, at most max; then withdrawn. */
static struct aim aim_leave(const struct policy *s, const struct policy_rules *rules,
                            const struct policy_input *in, enum policy_reason reason)
{
    const bool quiet = in->quiet && rules->drain_min_ms < rules->drain_max_ms;
    const uint32_t enough_ms = quiet ? rules->drain_min_ms : rules->drain_max_ms;

    if (s->level == LEVEL_WITHDRAWN)
        return aim_stay(s, reason);
    if (s->drain_ms >= enough_ms && (s->level == LEVEL_DRAIN || is_free_to_go(in)))
        return aim_planned_out(s, rules, in, reason);
    return aim_drain(s, rules, in, reason, enough_ms - s->drain_ms);
}

/* ---- by health ---- */

static struct aim aim_good(const struct policy *s, const struct policy_rules *rules,
                           const struct policy_input *in)
{
    return s->level == LEVEL_NORMAL ? aim_stay(s, REASON_HEALTHY)
                                    : aim_up(s, rules, in, LEVEL_NORMAL, s->good);
}

static struct aim aim_soft(const struct policy *s, const struct policy_rules *rules,
                           const struct policy_input *in)
{
    if (s->level < LEVEL_LEAVING)
        return aim_up(s, rules, in, LEVEL_BACKUP, s->serviceable);
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
        return aim_out(s, rules, in, REASON_CAUSE);
    if (s->bad >= rules->fall) /* soft for long; what is worse now has yet to be confirmed */
        return aim_backup_at_most(s, REASON_CAUSE);
    return aim_rest(s, REASON_FALLING);
}

static struct aim aim_auto(const struct policy *s, const struct policy_rules *rules,
                           const struct policy_input *in)
{
    switch (cause_class(in->cause)) {
    case CLASS_GOOD:
    case CLASS_ALARM:
        return aim_good(s, rules, in);
    case CLASS_SOFT:
        return aim_soft(s, rules, in);
    case CLASS_WRONG:
        return aim_wrong(s, rules, in);
    case CLASS_UNKNOWN:
    case CLASS_FATAL: /* taken before */
        break;
    }
    return s->adopted ? aim_stay(s, REASON_ADOPTED) : aim_rest(s, REASON_CAUSE);
}

/* ---- who outranks whom ---- */

/* Death, then a departure, then orders, then health. */
struct aim aim_take(const struct policy *s, const struct policy_rules *rules,
                    const struct policy_input *in)
{
    const enum cause_class class = cause_class(in->cause);

    if (class == CLASS_FATAL)
        return aim_at(LEVEL_WITHDRAWN, in->intent == INTENT_WITHDRAWN && s->level == LEVEL_WITHDRAWN
                                           ? REASON_OPERATOR
                                           : REASON_CAUSE);
    if (in->intent == INTENT_WITHDRAWN)
        return aim_planned_out(s, rules, in, REASON_OPERATOR);
    if (in->intent == INTENT_DRAIN)
        return aim_leave(s, rules, in, REASON_OPERATOR);
    if (in->stopping)
        return aim_leave(s, rules, in, REASON_STOPPING);
    if (in->intent == INTENT_FORCED && class != CLASS_UNKNOWN)
        return aim_at(LEVEL_NORMAL, REASON_OPERATOR);
    return aim_auto(s, rules, in);
}
