/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rounds.c - when a round is over, for one family and for two that share their fate. */
#include "anycastctl/decide/rounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const bool own[FAMILY_COUNT] = { [FAMILY_4] = true };
static const bool both[FAMILY_COUNT] = { true, true };

static bool is_over(struct rounds *last, uint64_t v4, uint64_t v6, const bool counts[FAMILY_COUNT])
{
    const struct rounds now = { { [FAMILY_4] = v4, [FAMILY_6] = v6 } };
    return rounds_over(last, &now, counts);
}

static void one_family_goes_by_its_own(void **unused)
{
    (void)unused;
    struct rounds last = { { 0 } };
    assert_false(is_over(&last, 0, 1, own));
    assert_true(is_over(&last, 1, 1, own));
    assert_false(is_over(&last, 1, 2, own));
    assert_true(is_over(&last, 2, 2, own));
}

static void the_quicker_one_waits_for_the_slower_one(void **unused)
{
    (void)unused;
    struct rounds last = { { 0 } };
    assert_false(is_over(&last, 0, 1, both));
    assert_true(is_over(&last, 1, 1, both));
    assert_false(is_over(&last, 1, 2, both)); /* what the slower one said counts once */
    assert_false(is_over(&last, 1, 3, both));
    assert_true(is_over(&last, 2, 3, both));
    assert_false(is_over(&last, 3, 3, both)); /* and the other way round */
    assert_true(is_over(&last, 3, 4, both));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_family_goes_by_its_own),
        cmocka_unit_test(the_quicker_one_waits_for_the_slower_one),
    };
    return cmocka_run_group_tests_name("rounds", tests, NULL, NULL);
}
