/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_level.c - the announcement levels: their order, names and numbers. */
#include "common/level.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < LEVEL_COUNT; i++) {
        enum level level;
        assert_int_equal(level_parse(level_name((enum level)i), &level), 0);
        assert_int_equal(level, i);
    }
    enum level level = LEVEL_DRAIN;
    assert_int_equal(level_parse("Normal", &level), -1);
    assert_int_equal(level_parse("", &level), -1);
    assert_int_equal(level, LEVEL_DRAIN);
}

/* The numbers are on the wire between sites: they never change. */
static void test_order_and_communities(void **state)
{
    (void)state;
    assert_true(LEVEL_WITHDRAWN < LEVEL_DRAIN && LEVEL_DRAIN < LEVEL_LEAVING &&
                LEVEL_LEAVING < LEVEL_BACKUP && LEVEL_BACKUP < LEVEL_NORMAL);
    assert_int_equal(level_community(LEVEL_WITHDRAWN), 0);
    assert_int_equal(level_community(LEVEL_NORMAL), 1);
    assert_int_equal(level_community(LEVEL_BACKUP), 2);
    assert_int_equal(level_community(LEVEL_DRAIN), 3);
    assert_int_equal(level_community(LEVEL_LEAVING), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_order_and_communities),
    };
    return cmocka_run_group_tests_name("level", tests, NULL, NULL);
}
