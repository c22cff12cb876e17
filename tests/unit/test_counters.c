/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_counters.c - which response counts where, and sums over workers. */
#include "dnsd/net/counters.h"

#include "common/dnsmsg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_responses_count_by_rcode(void **state)
{
    (void)state;
    static const unsigned rcodes[] = { DNS_NOERROR, DNS_NXDOMAIN, DNS_REFUSED,   DNS_SERVFAIL,
                                       DNS_FORMERR, DNS_NOTIMP,   DNS_BADCOOKIE, DNS_BADVERS };
    static struct net_counters counters;
    struct report_counters sum = { 0 };
    for (size_t i = 0; i < sizeof rcodes / sizeof *rcodes; i++)
        for (size_t times = 0; times <= i; times++) {
            const struct query_result result = { .rcode = (uint16_t)rcodes[i],
                                                 .truncated = times == 2 };
            counters_query(&counters, &result);
        }
    counters_sum(&counters, &sum);
    const struct report_counters expected = {
        .noerror = 1,
        .nxdomain = 2,
        .refused = 3,
        .servfail = 4,
        .formerr = 5,
        .notimp = 6,
        .badcookie = 7,
        .responses = 36,
        .truncated = 6,
    };
    assert_memory_equal(&sum, &expected, sizeof sum);
}

static void test_queries_count_by_cookie(void **state)
{
    (void)state;
    static struct net_counters counters;
    struct report_counters sum = { 0 };
    for (int cookie = COOKIE_NONE; cookie <= COOKIE_VALID; cookie++) {
        const struct query_result result = { .cookie = (enum cookie_state)cookie };
        counters_query(&counters, &result);
    }
    counters_sum(&counters, &sum);
    assert_int_equal(sum.cookies_valid, 1);
    assert_int_equal(sum.cookies_bad, 2);
    assert_int_equal(sum.responses, 5);
}

static void test_queries_count_by_what_became_of_them(void **state)
{
    (void)state;
    static const struct query_result results[] = {
        { .kind = QUERY_ANSWERED },
        { .kind = QUERY_ANSWERED, .limit = RRL_MATCH },
        { .kind = QUERY_ANSWERED, .limit = RRL_SLIP, .truncated = true },
        { .kind = QUERY_LIMITED, .limit = RRL_DROP },
        { .kind = QUERY_LIMITED, .limit = RRL_DROP },
        { .kind = QUERY_DROPPED },
        { .kind = QUERY_TRANSFER },
    };
    static struct net_counters counters;
    struct report_counters sum = { 0 };
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        counters_query(&counters, &results[i]);
    counters_sum(&counters, &sum);
    const struct report_counters expected = {
        .responses = 3,
        .noerror = 3,
        .truncated = 1,
        .rate_matched = 1,
        .rate_slipped = 1,
        .rate_dropped = 2,
        .dropped = 1,
    };
    assert_memory_equal(&sum, &expected, sizeof sum);
}

static void test_workers_add_up(void **state)
{
    (void)state;
    static struct net_counters workers[3];
    struct report_counters sum = { 0 };
    for (size_t i = 0; i < 3; i++) {
        counter_add(&workers[i].queries_udp6, 100 + i);
        counter_set(&workers[i].tcp_open, 7);
        counter_set(&workers[i].tcp_open, i);
        counters_sum(&workers[i], &sum);
    }
    assert_int_equal(sum.queries_udp6, 303);
    assert_int_equal(sum.tcp_open, 3);
    assert_int_equal(sum.queries_udp4, 0);
}

/* Two workers that count must not fight for a cache line. */
static void test_counters_have_cache_lines_of_their_own(void **state)
{
    (void)state;
    static struct net_counters workers[2];
    assert_int_equal((uintptr_t)&workers[0] % CACHE_LINE_BYTES, 0);
    assert_int_equal(sizeof workers[0] % CACHE_LINE_BYTES, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_responses_count_by_rcode),
        cmocka_unit_test(test_queries_count_by_cookie),
        cmocka_unit_test(test_queries_count_by_what_became_of_them),
        cmocka_unit_test(test_workers_add_up),
        cmocka_unit_test(test_counters_have_cache_lines_of_their_own),
    };
    return cmocka_run_group_tests_name("counters", tests, NULL, NULL);
}
