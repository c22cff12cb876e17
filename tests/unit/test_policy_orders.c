/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_policy_orders.c - promises of policy.h by examples: what operators want, and stops. */
#include "tests/unit/policy_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests_name("policy_orders", tests, NULL, NULL);
}
