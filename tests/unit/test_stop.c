/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stop.c - each way to leave, step by step, with the time passed in. */
#include "dnsd/ops/stop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct mono at(int64_t ms)
{
    return mono_add_ms((struct mono){ 1 }, ms);
}

/* Told to stop at 0 ms while anycastd is there. */
static struct stop told(struct stop_facts *facts)
{
    struct stop stop = { 0 };
    *facts = (struct stop_facts){ .now = at(0), .connected = true, .timeout_ms = 10000 };
    stop_begin(&stop, facts);
    assert_int_equal(stop.phase, STOP_WAITING);
    assert_false(stop_step(&stop, facts));
    return stop;
}

static void assert_step(struct stop *stop, const struct stop_facts *facts, enum stop_phase phase,
                        const char *why)
{
    assert_true(stop_step(stop, facts));
    assert_int_equal(stop->phase, phase);
    assert_string_equal(stop->why, why);
}

static void test_withdrawal_is_waited_for(void **state)
{
    (void)state;
    struct stop_facts facts;
    struct stop stop = told(&facts);
    facts.now = at(9999);
    assert_false(stop_step(&stop, &facts));
    facts.withdrawn = true;
    assert_step(&stop, &facts, STOP_DRAINING, "withdrawn");
    assert_false(stop_step(&stop, &facts));
    facts.drained = true;
    assert_step(&stop, &facts, STOP_DONE, "drained");
    assert_false(stop_step(&stop, &facts));
}

static void test_wait_is_bounded(void **state)
{
    (void)state;
    struct stop_facts facts;
    struct stop stop = told(&facts);
    facts.now = at(10000);
    assert_step(&stop, &facts, STOP_DRAINING, "timeout");
}

static void test_second_signal_ends_the_wait(void **state)
{
    (void)state;
    struct stop_facts facts;
    struct stop stop = told(&facts);
    facts.hurry = true;
    assert_step(&stop, &facts, STOP_DRAINING, "told-twice");
}

static void test_nobody_there_is_not_waited_for(void **state)
{
    (void)state;
    struct stop stop = { 0 };
    struct stop_facts facts = { .now = at(0), .timeout_ms = 10000 };
    stop_begin(&stop, &facts);
    assert_int_equal(stop.phase, STOP_DRAINING);
    assert_string_equal(stop.why, "no-anycastd");
}

static void test_anycastd_may_restart_meanwhile(void **state)
{
    (void)state;
    struct stop_facts facts;
    struct stop stop = told(&facts);
    facts.connected = false;
    facts.now = at(4999);
    assert_false(stop_step(&stop, &facts));
    facts.connected = true;
    assert_false(stop_step(&stop, &facts));
    facts.connected = false;
    facts.now = at(9998); /* 4,999 ms after it was last there */
    assert_false(stop_step(&stop, &facts));
    facts.now = at(9999);
    assert_step(&stop, &facts, STOP_DRAINING, "anycastd-gone");
}

static void test_thread_that_hangs_is_left_behind(void **state)
{
    (void)state;
    struct stop_facts facts;
    struct stop stop = told(&facts);
    facts.withdrawn = true;
    facts.now = at(100);
    assert_step(&stop, &facts, STOP_DRAINING, "withdrawn");
    facts.now = at(3099);
    assert_false(stop_step(&stop, &facts));
    facts.now = at(3100);
    assert_step(&stop, &facts, STOP_GAVE_UP, "timeout");
    assert_false(stop_step(&stop, &facts));
}

static void test_serving_is_not_a_step(void **state)
{
    (void)state;
    struct stop stop = { 0 };
    const struct stop_facts facts = { .now = at(0), .withdrawn = true, .drained = true };
    assert_false(stop_step(&stop, &facts));
    assert_int_equal(stop.phase, STOP_NOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_withdrawal_is_waited_for),
        cmocka_unit_test(test_wait_is_bounded),
        cmocka_unit_test(test_second_signal_ends_the_wait),
        cmocka_unit_test(test_nobody_there_is_not_waited_for),
        cmocka_unit_test(test_anycastd_may_restart_meanwhile),
        cmocka_unit_test(test_thread_that_hangs_is_left_behind),
        cmocka_unit_test(test_serving_is_not_a_step),
    };
    return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
