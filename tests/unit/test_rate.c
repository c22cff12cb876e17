/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rate.c - queries per second from the reports' counters. */
#include "anycastctl/sense/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct mono at(int64_t ms)
{
    return mono_add_ms((struct mono){ 1000000000 }, ms);
}

static void add(struct rate *rate, int64_t ms, uint64_t queries, uint64_t probes, uint64_t drops)
{
    static struct report report;

    report.sent = at(ms);
    report.counters = (struct report_counters){ .queries_udp4 = queries / 2,
                                                .queries_tcp6 = queries - queries / 2,
                                                .receive_drops = drops };
    struct rate_sample sample = rate_sample_of(&report);
    sample.probes[FAMILY_4] = probes / 2;
    sample.probes[FAMILY_6] = probes - probes / 2;
    rate_add(rate, &sample);
}

static void little_is_not_enough(void **unused)
{
    (void)unused;
    struct rate rate = { 0 };

    assert_float_equal(rate_queries(&rate, at(0)), -1, 0);
    add(&rate, 0, 0, 0, 0);
    assert_float_equal(rate_queries(&rate, at(0)), -1, 0);
    add(&rate, 200, 100, 0, 0);
    assert_float_equal(rate_queries(&rate, at(200)), -1, 0);
    add(&rate, 300, 150, 0, 0);
    assert_float_equal(rate_queries(&rate, at(300)), 500, 1e-6);
}

static void only_the_last_second_counts(void **unused)
{
    (void)unused;
    struct rate rate = { 0 };
    uint64_t queries = 0;

    for (int64_t ms = 0; ms <= 5000; ms += 100)
        add(&rate, ms, queries += 100, 0, 0);
    assert_float_equal(rate_queries(&rate, at(5000)), 1000, 1e-6);
    for (int64_t ms = 5100; ms <= 6100; ms += 100)
        add(&rate, ms, queries, 0, 0);
    assert_float_equal(rate_queries(&rate, at(6100)), 0, 1e-6);
    assert_float_equal(rate_queries(&rate, at(7200)), -1, 0); /* silence is not a rate */
}

static void own_probes_are_left_out(void **unused)
{
    (void)unused;
    struct rate rate = { 0 };

    for (unsigned i = 0; i <= 10; i++)
        add(&rate, 100 * (int64_t)i, 7 * i, 2 * i, 0);
    assert_float_equal(rate_queries(&rate, at(1000)), 50, 1e-6);
    rate_reset(&rate);
    for (unsigned i = 0; i <= 10; i++)
        add(&rate, 100 * (int64_t)i, i, 2 * i, 0);
    assert_float_equal(rate_queries(&rate, at(1000)), 0, 1e-6); /* never negative */
}

static void families_are_counted_apart(void **unused)
{
    (void)unused;
    struct rate rate = { 0 };
    struct report *report = calloc(1, sizeof *report);

    assert_non_null(report);
    assert_float_equal(rate_queries_of(&rate, FAMILY_4, at(0)), -1, 0);
    for (unsigned i = 0; i <= 10; i++) {
        report->sent = at(100 * (int64_t)i);
        report->counters = (struct report_counters){ .queries_udp4 = 10 * i,
                                                     .queries_tcp4 = 5 * i,
                                                     .queries_udp6 = 4 * i };
        struct rate_sample sample = rate_sample_of(report);
        sample.probes[FAMILY_4] = 3 * i;
        sample.probes[FAMILY_6] = 4 * i;
        rate_add(&rate, &sample);
    }
    assert_float_equal(rate_queries_of(&rate, FAMILY_4, at(1000)), 120, 1e-6);
    assert_float_equal(rate_queries_of(&rate, FAMILY_6, at(1000)), 0, 1e-6);
    assert_float_equal(rate_queries(&rate, at(1000)), 120, 1e-6);
    assert_float_equal(rate_probes(&rate, at(1000)), 70, 1e-6);
    assert_float_equal(rate_probes(&rate, at(2100)), -1, 0);
    free(report);
}

static void reports_in_a_burst_do_not_push_out_the_second(void **unused)
{
    (void)unused;
    struct rate rate = { 0 };

    for (unsigned i = 0; i <= 1000; i++)
        add(&rate, i, 10 * i, 0, 0);
    assert_in_range(rate.count, 9, RATE_SAMPLES);
    assert_float_equal(rate_queries(&rate, at(1000)), 10000, 1e-6);
}

static void counters_that_fall_begin_anew(void **unused)
{
    (void)unused;
    struct rate rate = { 0 };

    for (unsigned i = 0; i <= 5; i++)
        add(&rate, 100 * (int64_t)i, 1000 * i, 0, 0);
    add(&rate, 600, 3, 0, 0);
    assert_float_equal(rate_queries(&rate, at(600)), -1, 0);
}

static void drops_are_a_share_of_what_arrives(void **unused)
{
    (void)unused;
    struct rate rate = { 0 };

    assert_float_equal(rate_drop_share(&rate), 0, 0);
    for (unsigned i = 0; i <= 5; i++)
        add(&rate, 100 * (int64_t)i, 75 * i, 0, 25 * i);
    assert_float_equal(rate_drop_share(&rate), 0.25, 1e-6);
    for (unsigned i = 6; i <= 18; i++)
        add(&rate, 100 * (int64_t)i, 75 * i, 0, 125);
    assert_float_equal(rate_drop_share(&rate), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(little_is_not_enough),
        cmocka_unit_test(only_the_last_second_counts),
        cmocka_unit_test(own_probes_are_left_out),
        cmocka_unit_test(families_are_counted_apart),
        cmocka_unit_test(reports_in_a_burst_do_not_push_out_the_second),
        cmocka_unit_test(counters_that_fall_begin_anew),
        cmocka_unit_test(drops_are_a_share_of_what_arrives),
    };
    return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}
