/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_buckets.c - rates and bursts as they are promised, for years of uptime; who is remembered in
 * a flood of keys; and threads that take from one bucket. */
#include "dnsd/guard/buckets.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LARGE = 1 << 12 };

static const struct mono start = { INT64_C(81234567890123) };

static struct mono after_us(int64_t us)
{
    return (struct mono){ start.ns + us * 1000 };
}

/* How many of `tries` succeed, one each `step_us`. */
static unsigned take_many(struct buckets *buckets, uint64_t hash, struct bucket_size size,
                          int64_t from_us, int64_t step_us, unsigned tries)
{
    unsigned taken = 0;
    for (unsigned i = 0; i < tries; i++)
        taken += buckets_take(buckets, hash, size, after_us(from_us + i * step_us));
    return taken;
}

static void test_a_burst_then_the_rate(void **state)
{
    (void)state;
    static const struct {
        uint32_t rate, burst_ms;
        unsigned at_once;
    } cases[] = {
        { 1, 0, 1 },       { 1, 1000, 1 },       { 1, 5000, 5 },       { 50, 2000, 100 },
        { 50, 0, 1 },      { 1000, 100, 100 },   { 100000, 10, 1000 }, { 7, 1000, 7 },
        { 3, 60000, 180 }, { 200, 15000, 3000 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buckets *buckets = buckets_new(LARGE);
        struct bucket_size size = bucket_size(cases[i].rate, cases[i].burst_ms);
        unsigned n = cases[i].at_once;
        assert_int_equal(take_many(buckets, i, size, 0, 0, 2 * n + 10), n);
        /* Ten times as fast as the rate, for ten seconds: a tenth gets through. */
        unsigned taken = take_many(buckets, i, size, 0, 100000 / cases[i].rate,
                                   100 * cases[i].rate);
        assert_in_range(taken, 10 * cases[i].rate - 2, 10 * cases[i].rate + cases[i].rate / 50);
        /* An hour later it is full again. */
        assert_int_equal(take_many(buckets, i, size, INT64_C(3600000000), 0, 2 * n + 10), n);
        buckets_free(buckets);
    }
}

static void test_within_the_rate_nothing_is_refused(void **state)
{
    (void)state;
    struct buckets *buckets = buckets_new(LARGE);
    struct bucket_size size = bucket_size(50, 0);
    assert_int_equal(take_many(buckets, 7, size, 0, 20001, 10000), 10000);
    buckets_free(buckets);
}

static void test_no_rate_is_no_limit(void **state)
{
    (void)state;
    assert_int_equal(bucket_size(0, 5000).interval, 0);
}

static void test_keys_do_not_touch_each_other(void **state)
{
    (void)state;
    struct buckets *buckets = buckets_new(LARGE);
    struct bucket_size size = bucket_size(1, 0);
    assert_true(buckets_take(buckets, 1, size, start));
    assert_false(buckets_take(buckets, 1, size, start));
    assert_true(buckets_take(buckets, 2, size, start));                     /* another line */
    assert_true(buckets_take(buckets, 1 | UINT64_C(1) << 40, size, start)); /* the same line */
    assert_false(buckets_take(buckets, 1, size, start));
    buckets_free(buckets);
}

/* Seven heavy ones and thousands that come once, all in one line: the heavy ones stay known. */
static void test_who_takes_much_is_remembered(void **state)
{
    (void)state;
    struct buckets *buckets = buckets_new(8);
    struct bucket_size size = bucket_size(10, 1000);
    for (uint64_t heavy = 1; heavy <= 7; heavy++)
        assert_int_equal(take_many(buckets, heavy << 40, size, 0, 0, 20), 10);
    for (uint64_t i = 0; i < 5000; i++) {
        assert_true(buckets_take(buckets, (100 + i) << 40, size, after_us((int64_t)i * 10)));
        for (uint64_t heavy = 1; heavy <= 7 && i % 100 == 0; heavy++)
            assert_false(buckets_take(buckets, heavy << 40, size, after_us((int64_t)i * 10)));
    }
    buckets_free(buckets);
}

/* Times wrap after 19 hours. Whatever the clock says, the next token comes after one interval. */
static void test_any_time_of_the_clock(void **state)
{
    (void)state;
    struct bucket_size size = bucket_size(10, 0);
    struct mono now = { 1 };
    for (int i = 0; i < 200; i++, now.ns += INT64_C(3600000000000) + i * INT64_C(1234567891)) {
        struct buckets *buckets = buckets_new(LARGE);
        uint64_t hash = UINT64_C(0x123456789abcdef0);
        struct mono soon = { now.ns + 99000000 }, later = { now.ns + 101000000 };
        assert_true(buckets_take(buckets, hash, size, now));
        assert_false(buckets_take(buckets, hash, size, soon));
        assert_true(buckets_take(buckets, hash, size, later));
        buckets_free(buckets);
    }
}

/* Across the wrap itself, step by step. */
static void test_across_the_wrap(void **state)
{
    (void)state;
    struct buckets *buckets = buckets_new(LARGE);
    struct bucket_size size = bucket_size(10, 0);
    int64_t wrap_ns = INT64_C(1) << 46, taken = 0;
    for (int64_t ns = wrap_ns - 5000000000; ns < wrap_ns + 5000000000; ns += 10000000)
        taken += buckets_take(buckets, UINT64_MAX, size, (struct mono){ ns });
    assert_in_range(taken, 99, 101);
    buckets_free(buckets);
}

/* A silence of days does not count against anybody. */
static void test_after_days_a_bucket_is_full(void **state)
{
    (void)state;
    struct buckets *buckets = buckets_new(LARGE);
    struct bucket_size size = bucket_size(10, 1000);
    for (int64_t days = 1; days < 1000; days += 7) {
        unsigned taken = take_many(buckets, 3, size, days * INT64_C(86400000000), 0, 30);
        assert_int_equal(taken, 10);
    }
    buckets_free(buckets);
}

enum { THREADS = 4, TAKES = 100000 };

struct taker {
    struct buckets *buckets;
    unsigned taken;
};

static void *take_from_one(void *arg)
{
    struct taker *taker = arg;
    taker->taken = take_many(taker->buckets, 5, bucket_size(1000, 1000), 0, 0, TAKES);
    return NULL;
}

/* No token is given twice; only what was tried too often in vain may go through uncounted. */
static void test_threads_share_a_bucket(void **state)
{
    (void)state;
    struct taker takers[THREADS];
    pthread_t threads[THREADS];
    unsigned sum = 0;
    struct buckets *buckets = buckets_new(LARGE);
    for (int i = 0; i < THREADS; i++) {
        takers[i] = (struct taker){ .buckets = buckets };
        assert_int_equal(pthread_create(&threads[i], NULL, take_from_one, &takers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum += takers[i].taken;
    }
    assert_in_range(sum, 1000, 1200);
    buckets_free(buckets);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_burst_then_the_rate),
        cmocka_unit_test(test_within_the_rate_nothing_is_refused),
        cmocka_unit_test(test_no_rate_is_no_limit),
        cmocka_unit_test(test_keys_do_not_touch_each_other),
        cmocka_unit_test(test_who_takes_much_is_remembered),
        cmocka_unit_test(test_any_time_of_the_clock),
        cmocka_unit_test(test_across_the_wrap),
        cmocka_unit_test(test_after_days_a_bucket_is_full),
        cmocka_unit_test(test_threads_share_a_bucket),
    };
    return cmocka_run_group_tests_name("buckets", tests, NULL, NULL);
}
