/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stall.c - ages count only while the loop runs on time. */
#include "anycastctl/sense/stall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct mono at(int64_t ms)
{
    return mono_add_ms((struct mono){ 5 }, ms);
}

static void on_time_nothing_is_excused(void **unused)
{
    (void)unused;
    struct stall stall = stall_begin(100, at(0));

    for (int64_t ms = 25; ms <= 1000; ms += 25)
        assert_false(stall_turn(&stall, at(ms)));
    assert_false(stall_turn(&stall, at(1099)));
    assert_int_equal(stall_age_ms(&stall, at(0), at(1099)), 1099);
    assert_int_equal(stall_age_ms(&stall, at(1000), at(1099)), 99);
}

static void a_late_turn_begins_all_ages_anew(void **unused)
{
    (void)unused;
    struct stall stall = stall_begin(100, at(0));

    assert_true(stall_turn(&stall, at(100)));
    assert_int_equal(stall_age_ms(&stall, at(0), at(100)), 0);
    assert_false(stall_turn(&stall, at(150)));
    assert_int_equal(stall_age_ms(&stall, at(0), at(150)), 50);
    assert_int_equal(stall_age_ms(&stall, at(120), at(150)),
                     30); /* what came later counts as it is */
    assert_true(stall_turn(&stall, at(100000)));
    assert_int_equal(stall_age_ms(&stall, at(150), at(100000)), 0);
}

static void no_age_is_negative(void **unused)
{
    (void)unused;
    const struct stall stall = stall_begin(100, at(50));

    assert_int_equal(stall_age_ms(&stall, at(80), at(60)), 0);
    assert_int_equal(stall_age_ms(&stall, at(0), at(40)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_time_nothing_is_excused),
        cmocka_unit_test(a_late_turn_begins_all_ages_anew),
        cmocka_unit_test(no_age_is_negative),
    };
    return cmocka_run_group_tests_name("stall", tests, NULL, NULL);
}
