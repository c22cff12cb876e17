/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_mono.c - monotonic time: sums, differences and their rounding. */
#include "common/mono.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_arithmetic(void **state)
{
    struct mono start = { 5000000000 }, later = mono_add_ms(start, 1500);
    (void)state;
    assert_int_equal(later.ns, 6500000000);
    assert_int_equal(mono_diff_ms(later, start), 1500);
    assert_int_equal(mono_diff_ms(start, later), -1500);
    assert_float_equal(mono_diff_s(later, start), 1.5, 1e-9);
    assert_true(mono_before(start, later));
    assert_false(mono_before(later, start));
    assert_false(mono_before(start, start));
    assert_int_equal(mono_add_ms(later, -1500).ns, start.ns);
}

static void test_rounding_is_towards_zero(void **state)
{
    struct mono a = { 10000000 }, b = { 11999999 };
    (void)state;
    assert_int_equal(mono_diff_ms(b, a), 1);
    assert_int_equal(mono_diff_ms(a, b), -1);
}

static void test_never_and_now(void **state)
{
    struct mono first = mono_now(), second = mono_now();
    (void)state;
    assert_true(mono_is_never(mono_never()));
    assert_false(mono_is_never(first));
    assert_true(mono_before(mono_never(), first));
    assert_false(mono_before(second, first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_rounding_is_towards_zero),
        cmocka_unit_test(test_never_and_now),
    };
    return cmocka_run_group_tests_name("mono", tests, NULL, NULL);
}
