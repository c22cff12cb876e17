/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_flap.c - the penalty beside the sum of powers that it stands for. */
#include "anycastctl/decide/flap.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { HALF_LIFE_MS = 900000 };

static struct flap_budget budget_of(uint8_t cycles)
{
    return (struct flap_budget){ .cycles = cycles, .half_life_ms = HALF_LIFE_MS };
}

static void a_burst_is_allowed_and_then_a_half_life_at_most(void **state)
{
    (void)state;
    for (uint8_t cycles = 1; cycles <= 4; cycles++) {
        const struct flap_budget budget = budget_of(cycles);
        uint32_t penalty = 0;
        for (int i = 0; i < cycles; i++) {
            assert_int_equal(flap_left_ms(penalty, &budget), 0);
            penalty = flap_record(penalty, &budget);
        }
        const uint32_t left_ms = flap_left_ms(penalty, &budget);
        assert_in_range(left_ms, 1, HALF_LIFE_MS);
        assert_int_equal(flap_left_ms(flap_pass(penalty, &budget, left_ms - 1), &budget), 1);
        assert_int_equal(flap_left_ms(flap_pass(penalty, &budget, left_ms), &budget), 0);
    }
}

static void two_cycles_wait_a_whole_half_life(void **state)
{
    (void)state;
    const struct flap_budget budget = budget_of(2);
    uint32_t penalty = flap_record(flap_record(0, &budget), &budget);
    for (int i = 0; i < 3; i++) { /* and so on for as long as it flaps */
        assert_int_equal(flap_left_ms(penalty, &budget), HALF_LIFE_MS);
        penalty = flap_record(flap_pass(penalty, &budget, HALF_LIFE_MS), &budget);
    }
}

/* Events at odd times, as long as the budget allows them: the wait is that of the sum. */
static void it_is_the_sum_of_halving_ones(void **state)
{
    (void)state;
    const struct flap_budget budget = budget_of(4);
    static const uint32_t pauses_ms[] = { 1000, 400000, 70000, 900000, 1234567, 5, 300000 };
    uint32_t penalty = 0;
    double sum = 0;
    for (int i = 0; i < 70; i++) {
        uint32_t pause_ms = pauses_ms[i % 7] + flap_left_ms(penalty, &budget);
        penalty = flap_pass(penalty, &budget, pause_ms);
        sum *= exp2(-(double)pause_ms / HALF_LIFE_MS);
        assert_true(sum <= 3.001);
        penalty = flap_record(penalty, &budget);
        sum += 1;
        double left_ms = sum > 3 ? HALF_LIFE_MS * log2(sum / 3) : 0;
        assert_true(fabs(left_ms - flap_left_ms(penalty, &budget)) < 5);
    }
}

static void how_time_is_cut_makes_no_difference(void **state)
{
    (void)state;
    const struct flap_budget budget = budget_of(2);
    const uint32_t full = flap_record(flap_record(0, &budget), &budget);
    uint32_t penalty = full;
    for (uint32_t ms = 0; ms < 2 * HALF_LIFE_MS; ms += 7)
        penalty = flap_pass(penalty, &budget, 7);
    assert_int_equal(penalty, flap_pass(full, &budget, (2 * HALF_LIFE_MS + 6) / 7 * 7));
    assert_int_equal(flap_pass(full, &budget, UINT32_MAX), 0);
}

/* An operator who shortens it wants the service back sooner. */
static void a_smaller_budget_cuts_the_penalty(void **state)
{
    (void)state;
    const struct flap_budget old = budget_of(4), fresh = { .cycles = 2, .half_life_ms = 1000 };
    uint32_t penalty = 0;
    for (int i = 0; i < 4; i++)
        penalty = flap_record(penalty, &old);
    assert_int_equal(flap_left_ms(flap_pass(penalty, &fresh, 0), &fresh), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_is_allowed_and_then_a_half_life_at_most),
        cmocka_unit_test(two_cycles_wait_a_whole_half_life),
        cmocka_unit_test(it_is_the_sum_of_halving_ones),
        cmocka_unit_test(how_time_is_cut_makes_no_difference),
        cmocka_unit_test(a_smaller_budget_cuts_the_penalty),
    };
    return cmocka_run_group_tests_name("flap", tests, NULL, NULL);
}
