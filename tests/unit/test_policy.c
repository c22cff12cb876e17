/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_policy.c - each promise of policy.h by an example, with rules as an operator would set them.
 * test_policy_space.c visits every state. */
#include "anycastctl/decide/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUND_MS = 200 };

static const struct policy_rules rules = { .fall = 3,
                                           .rise = 5,
                                           .hold_ms = 10000,
                                           .flap = { .cycles = 2, .half_life_ms = 900000 },
                                           .settle_ms = 1000,
                                           .drain_min_ms = 60000,
                                           .drain_max_ms = 300000,
                                           .linger_ms = 120000 };

/* One policy under test, and what it is told all the time. */
struct bench {
    struct policy state;
    struct policy_input in;
    struct policy_decision out;
};

static struct bench bench_at(enum level found)
{
    return (struct bench){ .state = policy_begin(found, &rules),
                           .in = { .cause = CAUSE_NONE, .floor = FLOOR_NONE, .confirmed = true } };
}

static enum level step(struct bench *b, uint32_t elapsed_ms, bool observed)
{
    b->in.elapsed_ms = elapsed_ms;
    b->in.observed = observed;
    b->state = policy_step(b->state, &rules, &b->in, &b->out);
    return b->out.level;
}

static enum level rounds(struct bench *b, enum cause cause, int count)
{
    b->in.cause = cause;
    for (int i = 0; i < count; i++)
        step(b, ROUND_MS, true);
    return b->out.level;
}

/* Something happened between two rounds. */
static enum level event(struct bench *b, enum cause cause)
{
    b->in.cause = cause;
    return step(b, 1, false);
}

static enum level wait_ms(struct bench *b, uint32_t ms)
{
    return step(b, ms, false);
}

/* Announced and healthy for so long that nothing is left of how it came there. */
static struct bench bench_healthy(void)
{
    struct bench b = bench_at(LEVEL_NORMAL);
    rounds(&b, CAUSE_NONE, 10);
    wait_ms(&b, 1000000);
    assert_int_equal(b.out.level, LEVEL_NORMAL);
    assert_int_equal(b.out.reason, REASON_HEALTHY);
    return b;
}

static void death_withdraws_at_once(void **unused)
{
    (void)unused;
    for (int cause = 0; cause < CAUSE_COUNT; cause++) {
        if (cause_class((enum cause)cause) != CLASS_FATAL)
            continue;
        struct bench b = bench_healthy();
        assert_int_equal(event(&b, (enum cause)cause), LEVEL_WITHDRAWN);
        assert_true(b.out.changed);
        assert_int_equal(b.out.reason, REASON_CAUSE);
        assert_int_equal(b.out.cause, cause);
    }
}

static void death_outranks_orders(void **unused)
{
    (void)unused;
    static const enum intent intents[] = { INTENT_FORCED, INTENT_DRAIN };
    for (size_t i = 0; i < 2; i++) {
        struct bench b = bench_healthy();
        b.in.intent = intents[i];
        wait_ms(&b, 1);
        assert_int_equal(event(&b, CAUSE_DNSD_DEAD), LEVEL_WITHDRAWN);
        assert_int_equal(b.out.reason, REASON_CAUSE);
    }
}

static void soft_falls_to_backup_after_fall_rounds(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    assert_int_equal(rounds(&b, CAUSE_ZONE_STALE, 2), LEVEL_NORMAL);
    assert_int_equal(b.out.reason, REASON_FALLING);
    assert_int_equal(event(&b, CAUSE_ZONE_STALE), LEVEL_NORMAL); /* no round: does not count */
    assert_int_equal(rounds(&b, CAUSE_ZONE_STALE, 1), LEVEL_BACKUP);
    assert_int_equal(b.out.reason, REASON_CAUSE);
    assert_int_equal(rounds(&b, CAUSE_TCP_SILENT, 1000), LEVEL_BACKUP);
}

static void one_good_round_breaks_the_fall(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    rounds(&b, CAUSE_ANSWER_WRONG, 2);
    assert_int_equal(rounds(&b, CAUSE_NONE, 1), LEVEL_NORMAL);
    assert_int_equal(rounds(&b, CAUSE_ANSWER_WRONG, 2), LEVEL_NORMAL);
}

static void wrong_withdraws_at_once_where_no_floor_is_asked_for(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    assert_int_equal(rounds(&b, CAUSE_ANSWER_WRONG, 2), LEVEL_NORMAL);
    assert_int_equal(rounds(&b, CAUSE_ANSWER_WRONG, 1), LEVEL_WITHDRAWN);
    assert_int_equal(b.out.reason, REASON_CAUSE);
}

/* Leaving, with other sites there, for as long as BIRD has confirmed it. */
static struct bench bench_leaving(void)
{
    struct bench b = bench_healthy();
    b.in.floor = FLOOR_HOLDS;
    assert_int_equal(rounds(&b, CAUSE_ANSWER_WRONG, 3), LEVEL_LEAVING);
    assert_int_equal(b.out.reason, REASON_CAUSE);
    assert_int_equal(b.out.next_ms, -1);
    assert_int_equal(wait_ms(&b, 5000), LEVEL_LEAVING); /* confirmed only at its end */
    assert_int_equal(b.out.reason, REASON_SETTLE);
    assert_int_equal(b.out.next_ms, 1000);
    return b;
}

static void wrong_leaves_settles_looks_and_withdraws(void **unused)
{
    (void)unused;
    struct bench b = bench_leaving();
    assert_int_equal(wait_ms(&b, 999), LEVEL_LEAVING);
    assert_false(b.out.look);
    assert_int_equal(wait_ms(&b, 1), LEVEL_LEAVING);
    assert_true(b.out.look);
    assert_int_equal(wait_ms(&b, 100000), LEVEL_LEAVING); /* it waits for that look */
    b.in.looked = true;
    assert_int_equal(wait_ms(&b, 1), LEVEL_WITHDRAWN);
    assert_int_equal(b.out.reason, REASON_CAUSE);
    assert_false(b.out.alarm);
}

static void settling_is_counted_while_bird_confirms(void **unused)
{
    (void)unused;
    struct bench b = bench_leaving();
    wait_ms(&b, 900);
    b.in.confirmed = false; /* somebody has disabled it */
    wait_ms(&b, 900);
    assert_int_equal(b.out.next_ms, -1);
    b.in.confirmed = true;
    wait_ms(&b, 900);
    assert_int_equal(b.out.next_ms, 1000);
}

static void who_leaves_waits_its_turn(void **unused)
{
    (void)unused;
    struct bench b = bench_leaving();
    b.in.looked = b.in.behind = true;
    assert_int_equal(wait_ms(&b, 2000), LEVEL_LEAVING);
    assert_int_equal(b.out.reason, REASON_TURN);
    b.in.behind = false;
    assert_int_equal(wait_ms(&b, 1), LEVEL_WITHDRAWN);
}

static void a_floor_that_breaks_while_leaving_is_backup(void **unused)
{
    (void)unused;
    struct bench b = bench_leaving();
    wait_ms(&b, 900);
    b.in.floor = FLOOR_BROKEN; /* the other one is leaving too */
    b.in.looked = true;
    assert_int_equal(wait_ms(&b, 1000), LEVEL_BACKUP);
    assert_int_equal(b.out.reason, REASON_FLOOR);
    assert_true(b.out.alarm);
    b.in.floor = FLOOR_HOLDS; /* and from the start */
    assert_int_equal(wait_ms(&b, 1), LEVEL_LEAVING);
}

static void who_no_longer_wants_to_leave_is_at_backup(void **unused)
{
    (void)unused;
    static const enum cause causes[] = { CAUSE_NONE, CAUSE_ZONE_STALE, CAUSE_UNKNOWN };
    for (size_t i = 0; i < 3; i++) {
        struct bench b = bench_leaving();
        assert_int_equal(event(&b, causes[i]), LEVEL_BACKUP);
        assert_int_equal(b.state.promoted_penalty_ms, 0); /* nothing that others could see */
    }
    struct bench b = bench_leaving();
    assert_int_equal(rounds(&b, CAUSE_NONE, 5), LEVEL_NORMAL);
}

static void wrong_is_backup_and_alarm_below_the_floor(void **unused)
{
    (void)unused;
    static const enum policy_floor floors[] = { FLOOR_BROKEN, FLOOR_BLIND };
    for (size_t i = 0; i < 2; i++) {
        struct bench b = bench_healthy();
        b.in.floor = floors[i];
        assert_int_equal(rounds(&b, CAUSE_UDP_SILENT, 100), LEVEL_BACKUP);
        assert_int_equal(b.out.reason, REASON_FLOOR);
        assert_true(b.out.alarm);
        b.in.floor = FLOOR_HOLDS; /* another site came back */
        assert_int_equal(wait_ms(&b, 1), LEVEL_LEAVING);
    }
}

static void one_wrong_round_in_a_long_soft_time_does_not_withdraw(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    rounds(&b, CAUSE_ZONE_STALE, 100);
    assert_int_equal(rounds(&b, CAUSE_ANSWER_WRONG, 2), LEVEL_BACKUP);
    assert_int_equal(rounds(&b, CAUSE_ANSWER_WRONG, 1), LEVEL_WITHDRAWN);
}

static void wrong_raises_nothing(void **unused)
{
    (void)unused;
    struct bench b = bench_at(LEVEL_WITHDRAWN);
    b.in.floor = FLOOR_BROKEN;
    assert_int_equal(rounds(&b, CAUSE_ANSWER_WRONG, 100), LEVEL_WITHDRAWN);
    assert_true(b.out.alarm);
}

static void load_is_told_and_not_acted_upon(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    assert_false(b.out.alarm);
    assert_int_equal(rounds(&b, CAUSE_OVERLOAD, 100), LEVEL_NORMAL);
    assert_true(b.out.alarm);
}

static void up_after_rise_and_hold(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    event(&b, CAUSE_DNSD_DEAD);
    event(&b, CAUSE_DNSD_STARTING);
    assert_int_equal(rounds(&b, CAUSE_NONE, 4), LEVEL_WITHDRAWN);
    assert_int_equal(b.out.reason, REASON_RISING);
    assert_int_equal(b.out.next_ms, -1);
    assert_int_equal(rounds(&b, CAUSE_NONE, 1), LEVEL_WITHDRAWN);
    assert_int_equal(b.out.reason, REASON_HOLD);
    assert_int_equal(b.out.next_ms, 10000 - 1 - 5 * ROUND_MS);
    assert_int_equal(b.out.next, LEVEL_NORMAL);
    assert_int_equal(wait_ms(&b, (uint32_t)b.out.next_ms - 1), LEVEL_WITHDRAWN);
    assert_int_equal(wait_ms(&b, 1), LEVEL_NORMAL);
    assert_int_equal(b.out.reason, REASON_HEALTHY);
}

static void a_short_death_breaks_the_rise(void **unused)
{
    (void)unused;
    struct bench b = bench_at(LEVEL_WITHDRAWN);
    rounds(&b, CAUSE_NONE, 4);
    event(&b, CAUSE_DNSD_DEAD); /* not a round of its own */
    assert_int_equal(rounds(&b, CAUSE_NONE, 4), LEVEL_WITHDRAWN);
    assert_int_equal(rounds(&b, CAUSE_NONE, 1), LEVEL_NORMAL);
}

static void a_boot_needs_rise_but_no_hold(void **unused)
{
    (void)unused;
    struct bench b = bench_at(LEVEL_WITHDRAWN);
    assert_int_equal(rounds(&b, CAUSE_UNKNOWN, 10), LEVEL_WITHDRAWN);
    assert_int_equal(rounds(&b, CAUSE_NONE, 4), LEVEL_WITHDRAWN);
    assert_int_equal(rounds(&b, CAUSE_NONE, 1), LEVEL_NORMAL);
}

static void a_soft_cause_announces_at_backup(void **unused)
{
    (void)unused;
    struct bench b = bench_at(LEVEL_WITHDRAWN);
    assert_int_equal(rounds(&b, CAUSE_ZONE_STALE, 4), LEVEL_WITHDRAWN);
    assert_int_equal(rounds(&b, CAUSE_ZONE_STALE, 1), LEVEL_BACKUP);
    assert_int_equal(rounds(&b, CAUSE_NONE, 4), LEVEL_BACKUP);
    assert_int_equal(rounds(&b, CAUSE_NONE, 1), LEVEL_NORMAL);
}

static void the_budget_ends_the_flapping(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    for (int i = 0; i < 2; i++) {
        event(&b, CAUSE_DNSD_DEAD);
        rounds(&b, CAUSE_NONE, 5);
        assert_int_equal(wait_ms(&b, 10000), LEVEL_NORMAL);
    }
    event(&b, CAUSE_DNSD_DEAD);
    rounds(&b, CAUSE_NONE, 5);
    assert_int_equal(wait_ms(&b, 10000), LEVEL_WITHDRAWN);
    assert_int_equal(b.out.reason, REASON_FLAP);
    assert_true(b.out.alarm);
    /* A half-life after the burst, but for what its length made of it. */
    assert_in_range(b.out.next_ms, 870000, 900000);
    assert_int_equal(wait_ms(&b, (uint32_t)b.out.next_ms - 1), LEVEL_WITHDRAWN);
    assert_int_equal(wait_ms(&b, 1), LEVEL_NORMAL);
}

static void hold_and_budget_are_waived_where_nobody_else_announces(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    b.in.floor = FLOOR_BROKEN;
    b.in.alone = true;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(event(&b, CAUSE_DNSD_DEAD), LEVEL_WITHDRAWN);
        assert_true(b.out.alarm);
        assert_int_equal(rounds(&b, CAUSE_NONE, 4), LEVEL_WITHDRAWN);
        assert_int_equal(rounds(&b, CAUSE_NONE, 1), LEVEL_NORMAL);
    }
    event(&b, CAUSE_DNSD_DEAD);
    b.in.alone = false; /* now there is somebody who can */
    assert_int_equal(rounds(&b, CAUSE_NONE, 100), LEVEL_WITHDRAWN);
    assert_int_equal(b.out.reason, REASON_FLAP);
}

static void promotions_have_a_budget_too(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(rounds(&b, CAUSE_TCP_SILENT, 3), LEVEL_BACKUP);
        assert_int_equal(rounds(&b, CAUSE_NONE, 5), LEVEL_NORMAL);
    }
    assert_int_equal(rounds(&b, CAUSE_TCP_SILENT, 3), LEVEL_BACKUP);
    assert_int_equal(rounds(&b, CAUSE_NONE, 100), LEVEL_BACKUP);
    assert_int_equal(b.out.reason, REASON_FLAP);
}

static void adopted_is_kept_until_evidence(void **unused)
{
    (void)unused;
    for (int level = LEVEL_DRAIN; level <= LEVEL_NORMAL; level++) {
        struct bench b = bench_at((enum level)level);
        assert_int_equal(rounds(&b, CAUSE_UNKNOWN, 100), level);
        assert_int_equal(b.out.reason, REASON_ADOPTED);
        assert_int_equal(rounds(&b, CAUSE_NONE, 5), LEVEL_NORMAL);
    }
    struct bench b = bench_at(LEVEL_NORMAL);
    rounds(&b, CAUSE_UNKNOWN, 1);
    assert_int_equal(event(&b, CAUSE_PORT_CLOSED), LEVEL_WITHDRAWN);
}

static void a_drain_lasts_until_quiet(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    b.in.intent = INTENT_DRAIN;
    assert_int_equal(wait_ms(&b, 1), LEVEL_DRAIN);
    assert_int_equal(b.out.reason, REASON_OPERATOR);
    assert_int_equal(b.out.next_ms, 300000);
    assert_int_equal(b.out.next, LEVEL_WITHDRAWN);
    b.in.quiet = true;
    assert_int_equal(wait_ms(&b, 59999), LEVEL_DRAIN);
    assert_int_equal(b.out.next_ms, 1);
    b.in.quiet = false;
    assert_int_equal(wait_ms(&b, 100000), LEVEL_DRAIN);
    b.in.quiet = true;
    assert_int_equal(wait_ms(&b, 1), LEVEL_WITHDRAWN);
    assert_int_equal(b.out.reason, REASON_OPERATOR);
    assert_false(b.out.may_leave); /* dnsd did not ask */
}

static void a_drain_ends_though_it_is_never_quiet(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    b.in.intent = INTENT_DRAIN;
    wait_ms(&b, 1);
    assert_int_equal(wait_ms(&b, 299999), LEVEL_DRAIN);
    assert_int_equal(wait_ms(&b, 1), LEVEL_WITHDRAWN);
}

static void a_drain_below_the_floor_waits_at_its_end(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    b.in.intent = INTENT_DRAIN;
    b.in.floor = FLOOR_HOLDS;
    wait_ms(&b, 1);
    b.in.floor = FLOOR_BROKEN; /* the other site drains too */
    assert_int_equal(wait_ms(&b, 400000), LEVEL_DRAIN);
    assert_int_equal(b.out.reason, REASON_FLOOR);
    assert_true(b.out.alarm);
    b.in.floor = FLOOR_HOLDS;
    wait_ms(&b, 1000);
    assert_true(b.out.look);
    b.in.looked = true;
    assert_int_equal(wait_ms(&b, 1), LEVEL_WITHDRAWN);
    assert_int_equal(b.out.reason, REASON_OPERATOR);
}

static void a_short_drain_settles_all_the_same(void **unused)
{
    (void)unused;
    const struct policy_rules quick = { .fall = 1,
                                        .rise = 1,
                                        .settle_ms = 1000,
                                        .drain_max_ms = 10,
                                        .flap = { .cycles = 2, .half_life_ms = 1000 } };
    struct policy_input in = { .intent = INTENT_DRAIN, .floor = FLOOR_HOLDS, .confirmed = true };
    struct policy_decision out;
    struct policy s = policy_step(policy_begin(LEVEL_NORMAL, &quick), &quick, &in, &out);
    in.elapsed_ms = 20;
    s = policy_step(s, &quick, &in, &out);
    assert_int_equal(out.level, LEVEL_DRAIN);
    assert_int_equal(out.reason, REASON_SETTLE);
    assert_int_equal(out.next_ms, 1000);
    in.elapsed_ms = 1000;
    policy_step(s, &quick, &in, &out);
    assert_true(out.look);
}

static void with_force_an_order_needs_no_floor(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    b.in.intent = INTENT_WITHDRAWN;
    b.in.floor = FLOOR_BROKEN;
    b.in.force = true;
    assert_int_equal(wait_ms(&b, 1), LEVEL_WITHDRAWN);
    assert_int_equal(b.out.reason, REASON_OPERATOR);
    assert_true(b.out.alarm);
}

static void without_force_a_withdrawal_leaves_first(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    b.in.intent = INTENT_WITHDRAWN;
    b.in.floor = FLOOR_HOLDS;
    assert_int_equal(wait_ms(&b, 1), LEVEL_LEAVING);
    assert_int_equal(b.out.reason, REASON_OPERATOR);
    wait_ms(&b, 1);
    b.in.floor = FLOOR_BLIND;
    assert_int_equal(wait_ms(&b, 1), LEVEL_BACKUP);
    assert_int_equal(b.out.reason, REASON_FLOOR);
    b.in.floor = FLOOR_HOLDS;
    b.in.intent = INTENT_AUTO; /* resumed: what an order did needs no budget */
    assert_int_equal(wait_ms(&b, 1), LEVEL_NORMAL);
    assert_int_equal(b.state.promoted_penalty_ms, 0);
}

static void a_stopping_dnsd_leaves_after_the_linger(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    b.in.stopping = b.in.quiet = true;
    assert_int_equal(wait_ms(&b, 1), LEVEL_DRAIN);
    assert_int_equal(wait_ms(&b, 60000), LEVEL_WITHDRAWN);
    assert_int_equal(b.out.reason, REASON_STOPPING);
    b.in.confirmed = false; /* BIRD has yet to say so */
    wait_ms(&b, 500000);
    assert_false(b.out.may_leave);
    assert_int_equal(b.out.next_ms, -1);
    b.in.confirmed = true;
    wait_ms(&b, 50000); /* confirmed only at its end */
    assert_int_equal(b.out.next_ms, 120000);
    wait_ms(&b, 119999);
    assert_false(b.out.may_leave);
    wait_ms(&b, 1);
    assert_true(b.out.may_leave);
    assert_int_equal(b.out.level, LEVEL_WITHDRAWN);
}

static void a_stop_outranks_forced_and_alarms_below_the_floor(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    b.in.intent = INTENT_FORCED;
    b.in.floor = FLOOR_BROKEN;
    b.in.stopping = true;
    assert_int_equal(wait_ms(&b, 1), LEVEL_DRAIN);
    assert_true(b.out.alarm);
    assert_int_equal(wait_ms(&b, 300000), LEVEL_WITHDRAWN);
    assert_true(b.out.alarm);
}

static void the_next_dnsd_after_a_stop_needs_no_hold(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    b.in.stopping = true;
    wait_ms(&b, 1);
    assert_int_equal(wait_ms(&b, 300000), LEVEL_WITHDRAWN);
    b.in.stopping = false;
    event(&b, CAUSE_DNSD_DEAD);
    event(&b, CAUSE_DNSD_STARTING);
    assert_int_equal(rounds(&b, CAUSE_NONE, 5), LEVEL_NORMAL);
}

static void ordered_withdrawn_is_at_once_and_resumes_without_budget(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    for (int i = 0; i < 10; i++) {
        b.in.intent = INTENT_WITHDRAWN;
        assert_int_equal(wait_ms(&b, 1), LEVEL_WITHDRAWN);
        assert_int_equal(b.out.reason, REASON_OPERATOR);
        b.in.intent = INTENT_AUTO;
        assert_int_equal(wait_ms(&b, 1), LEVEL_NORMAL);
    }
}

static void a_death_during_a_drain_takes_the_privilege(void **unused)
{
    (void)unused;
    struct bench b = bench_healthy();
    b.in.intent = INTENT_DRAIN;
    wait_ms(&b, 1);
    event(&b, CAUSE_DNSD_DEAD);
    b.in.intent = INTENT_AUTO;
    assert_int_equal(rounds(&b, CAUSE_NONE, 5), LEVEL_WITHDRAWN);
    assert_int_equal(b.out.reason, REASON_HOLD);
}

static void forced_is_normal_against_evidence(void **unused)
{
    (void)unused;
    struct bench b = bench_at(LEVEL_WITHDRAWN);
    b.in.intent = INTENT_FORCED;
    assert_int_equal(event(&b, CAUSE_UNKNOWN), LEVEL_WITHDRAWN);
    assert_int_equal(event(&b, CAUSE_ANSWER_WRONG), LEVEL_NORMAL);
    assert_int_equal(b.out.reason, REASON_OPERATOR);
    assert_true(b.out.alarm);
    assert_int_equal(event(&b, CAUSE_DNSD_HUNG), LEVEL_WITHDRAWN);
    assert_int_equal(event(&b, CAUSE_NONE), LEVEL_NORMAL); /* neither rise nor hold nor budget */
    assert_false(b.out.alarm);
}

static void names_are_told(void **unused)
{
    (void)unused;
    assert_string_equal(intent_name(INTENT_FORCED), "forced");
    assert_string_equal(policy_reason_name(REASON_FLAP), "flap_budget");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(death_withdraws_at_once),
        cmocka_unit_test(death_outranks_orders),
        cmocka_unit_test(soft_falls_to_backup_after_fall_rounds),
        cmocka_unit_test(one_good_round_breaks_the_fall),
        cmocka_unit_test(wrong_withdraws_at_once_where_no_floor_is_asked_for),
        cmocka_unit_test(wrong_leaves_settles_looks_and_withdraws),
        cmocka_unit_test(settling_is_counted_while_bird_confirms),
        cmocka_unit_test(who_leaves_waits_its_turn),
        cmocka_unit_test(a_floor_that_breaks_while_leaving_is_backup),
        cmocka_unit_test(who_no_longer_wants_to_leave_is_at_backup),
        cmocka_unit_test(wrong_is_backup_and_alarm_below_the_floor),
        cmocka_unit_test(one_wrong_round_in_a_long_soft_time_does_not_withdraw),
        cmocka_unit_test(wrong_raises_nothing),
        cmocka_unit_test(load_is_told_and_not_acted_upon),
        cmocka_unit_test(up_after_rise_and_hold),
        cmocka_unit_test(a_short_death_breaks_the_rise),
        cmocka_unit_test(a_boot_needs_rise_but_no_hold),
        cmocka_unit_test(a_soft_cause_announces_at_backup),
        cmocka_unit_test(the_budget_ends_the_flapping),
        cmocka_unit_test(hold_and_budget_are_waived_where_nobody_else_announces),
        cmocka_unit_test(promotions_have_a_budget_too),
        cmocka_unit_test(adopted_is_kept_until_evidence),
        cmocka_unit_test(a_drain_lasts_until_quiet),
        cmocka_unit_test(a_drain_ends_though_it_is_never_quiet),
        cmocka_unit_test(a_drain_below_the_floor_waits_at_its_end),
        cmocka_unit_test(a_short_drain_settles_all_the_same),
        cmocka_unit_test(with_force_an_order_needs_no_floor),
        cmocka_unit_test(without_force_a_withdrawal_leaves_first),
        cmocka_unit_test(a_stopping_dnsd_leaves_after_the_linger),
        cmocka_unit_test(a_stop_outranks_forced_and_alarms_below_the_floor),
        cmocka_unit_test(the_next_dnsd_after_a_stop_needs_no_hold),
        cmocka_unit_test(ordered_withdrawn_is_at_once_and_resumes_without_budget),
        cmocka_unit_test(a_death_during_a_drain_takes_the_privilege),
        cmocka_unit_test(forced_is_normal_against_evidence),
        cmocka_unit_test(names_are_told),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
