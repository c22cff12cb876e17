/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_policy.c - the table of checks, what may be made of it, and when a verdict holds. */
#include "dnsd/zone/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_the_table(void **state)
{
    (void)state;
    const struct check_policy usual = check_policy_usual();
    for (int i = 0; i < CHECK_COUNT; i++) {
        const struct check_row *row = &check_rows[i];
        assert_int_equal(strspn(row->name, "abcdefghijklmnopqrstuvwxyz3-"), strlen(row->name));
        assert_true(strlen(row->text) > 20 && strncmp(row->rfc, "RFC ", 4) == 0);
        assert_true(row->usual >= row->least);
        assert_true(row->least == CHECK_OFF || row->least == CHECK_ERROR);
        assert_int_equal(check_level(&usual, (enum check_id)i), row->usual);
        for (int other = 0; other < i; other++)
            assert_string_not_equal(row->name, check_rows[other].name);
    }
}

static void test_every_level_of_every_check(void **state)
{
    (void)state;
    for (int i = 0; i < CHECK_COUNT; i++)
        for (int level = CHECK_OFF; level <= CHECK_ERROR; level++) {
            struct check_policy policy = check_policy_usual();
            char setting[64];
            snprintf(setting, sizeof setting, "%s=%s", check_rows[i].name,
                     check_level_name((enum check_level)level));
            const bool may_be = level >= (int)check_rows[i].least;
            assert_int_equal(check_policy_set(&policy, setting, NULL), may_be ? 0 : -1);
            assert_int_equal(policy.levels[i], may_be ? level : (int)check_rows[i].usual);
        }
}

static void test_settings_that_are_none(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "missing-glue", "\"missing-glue\" is not CHECK=LEVEL" },
        { "missing-glu=off", "there is no check \"missing-glu\": see dnsd --list-checks" },
        { "=off", "there is no check \"\": see dnsd --list-checks" },
        { "missing-glue=", "\"\" is not off, warning or error" },
        { "missing-glue=warn", "\"warn\" is not off, warning or error" },
        { "missing-glue= off", "\" off\" is not off, warning or error" },
        { "missing-soa=warning",
          "missing-soa cannot be less than error: the zone could not be answered from" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = { "" };
        struct check_policy policy = check_policy_usual();
        const struct check_policy usual = check_policy_usual();
        assert_int_equal(check_policy_set(&policy, rows[i][0], &err), -1);
        assert_string_equal(err.msg, rows[i][1]);
        assert_memory_equal(&policy, &usual, sizeof usual);
    }
}

static void test_names(void **state)
{
    (void)state;
    char names[CHECK_NAMES_MAX];
    assert_string_equal(check_names(0, names), "");
    assert_string_equal(check_names(check_bit(CHECK_MISSING_GLUE), names), "missing-glue");
    assert_string_equal(
        check_names(check_bit(CHECK_MISSING_GLUE) | check_bit(CHECK_MISSING_SOA), names),
        "missing-soa,missing-glue");
    assert_int_equal(strlen(check_names(~UINT64_C(0), names)), sizeof names - 1);
}

static bool holds(uint64_t judged, uint64_t found, const char *setting)
{
    const struct zone_verdict verdict = { .judged = judged, .found = found };
    struct check_policy policy = check_policy_usual();
    if (setting)
        assert_int_equal(check_policy_set(&policy, setting, NULL), 0);
    return zone_verdict_holds(&verdict, &policy);
}

static void test_when_a_verdict_holds(void **state)
{
    (void)state;
    const uint64_t glue = check_bit(CHECK_MISSING_GLUE), all = ~UINT64_C(0);
    assert_true(holds(all, 0, NULL));
    assert_true(holds(all, 0, "missing-glue=error"));
    assert_true(holds(all, 0, "missing-glue=off"));
    assert_true(holds(all, glue, NULL));
    assert_false(holds(all, glue, "missing-glue=error"));
    assert_false(holds(all, glue, "missing-glue=off"));
    assert_true(holds(all, glue, "missing-host=error"));
    assert_false(holds(all & ~glue, 0, NULL));
    assert_true(holds(all & ~glue, 0, "missing-glue=off"));
    assert_false(holds(0, 0, NULL)); /* never judged */
}

static void test_times(void **state)
{
    (void)state;
    struct check_policy policy = check_policy_usual();
    const struct zone_verdict verdict = { .signed_from = 1000, .signed_until = 2000 };
    const struct zone_verdict unsigned_zone = { .judged = 0 };
    const uint64_t near = check_bit(CHECK_SIGNATURE_NEAR_EXPIRY);
    policy.signature_warning_s = 100;
    assert_int_equal(zone_verdict_times(&verdict, &policy, 999),
                     check_bit(CHECK_SIGNATURE_NOT_YET));
    assert_int_equal(zone_verdict_times(&verdict, &policy, 1000), 0);
    assert_int_equal(zone_verdict_times(&verdict, &policy, 1900), 0);
    assert_int_equal(zone_verdict_times(&verdict, &policy, 1901), near);
    assert_int_equal(zone_verdict_times(&verdict, &policy, 2000), near);
    assert_int_equal(zone_verdict_times(&verdict, &policy, 2001),
                     check_bit(CHECK_SIGNATURE_EXPIRED));
    assert_int_equal(zone_verdict_times(&unsigned_zone, &policy, 2001), 0);
    policy.levels[CHECK_SIGNATURE_EXPIRED] = CHECK_OFF;
    assert_int_equal(zone_verdict_times(&verdict, &policy, 2001), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table),
        cmocka_unit_test(test_every_level_of_every_check),
        cmocka_unit_test(test_settings_that_are_none),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_when_a_verdict_holds),
        cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests_name("zone_policy", tests, NULL, NULL);
}
