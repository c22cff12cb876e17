/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_cause.c - the table of causes: each has its own name, and of any two one is told. */
#include "anycastctl/model/cause.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void names_are_words_and_all_different(void **state)
{
    (void)state;
    for (int i = 0; i < CAUSE_COUNT; i++) {
        const char *name = cause_name((enum cause)i);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
        assert_true(cause_text((enum cause)i)[0]);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(name, cause_name((enum cause)j));
    }
}

static void of_any_two_the_worse_is_told(void **state)
{
    (void)state;
    for (int i = 0; i < CAUSE_COUNT; i++)
        for (int j = 0; j < CAUSE_COUNT; j++) {
            const enum cause a = (enum cause)i, b = (enum cause)j;
            assert_int_equal(cause_is_worse(a, b) + cause_is_worse(b, a), i != j);
            if (cause_class(a) == CLASS_FATAL && cause_class(b) != CLASS_FATAL)
                assert_true(cause_is_worse(a, b));
            if (cause_class(a) == CLASS_WRONG && cause_class(b) < CLASS_WRONG)
                assert_true(cause_is_worse(a, b));
            if (i != j && a == CAUSE_NONE)
                assert_false(cause_is_worse(a, b));
        }
    assert_true(cause_is_worse(CAUSE_UNKNOWN, CAUSE_ZONE_STALE));
    assert_true(cause_is_worse(CAUSE_ZONE_STALE, CAUSE_OVERLOAD));
    assert_true(cause_is_worse(CAUSE_DNSD_DEAD, CAUSE_PORT_CLOSED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_words_and_all_different),
        cmocka_unit_test(of_any_two_the_worse_is_told),
    };
    return cmocka_run_group_tests_name("cause", tests, NULL, NULL);
}
