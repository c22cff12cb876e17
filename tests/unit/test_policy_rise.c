/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_policy_rise.c - promises of policy.h by examples: how an announcement comes back. */
#include "tests/unit/policy_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up_after_rise_and_hold),
        cmocka_unit_test(a_short_death_breaks_the_rise),
        cmocka_unit_test(a_boot_needs_rise_but_no_hold),
        cmocka_unit_test(a_soft_cause_announces_at_backup),
        cmocka_unit_test(the_budget_ends_the_flapping),
        cmocka_unit_test(hold_and_budget_are_waived_where_nobody_else_announces),
        cmocka_unit_test(promotions_have_a_budget_too),
        cmocka_unit_test(adopted_is_kept_until_evidence),
    };
    return cmocka_run_group_tests_name("policy_rise", tests, NULL, NULL);
}
