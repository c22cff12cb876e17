/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_policy.c - promises of policy.h by examples: what a cause does, alone and in the fleet.
 * test_policy_rise.c and test_policy_orders.c have the others; test_policy_space.c visits every
 * state. */
#include "tests/unit/policy_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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
        cmocka_unit_test(names_are_told),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
