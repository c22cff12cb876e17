/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_offenders.c - beginnings and ends are told once each, so many at a time, and the table never
 * grows; with threads that note while the main thread tells. */
#include "dnsd/guard/offenders.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TOLD_MAX = 4096, ALL = 1000000 };

struct told {
    size_t count;
    struct offender offenders[TOLD_MAX];
};

static void note_told(void *arg, const struct offender *offender)
{
    struct told *told = arg;
    assert_true(told->count < TOLD_MAX);
    told->offenders[told->count++] = *offender;
}

static struct mono at_ms(int64_t ms)
{
    return mono_add_ms((struct mono){ 5000000000 }, ms);
}

static const struct told *tell(struct offenders *offenders, int64_t ms, unsigned most)
{
    static struct told told;
    told.count = 0;
    offenders_tell(offenders, at_ms(ms), most, note_told, &told);
    return &told;
}

static void test_begin_and_end(void **state)
{
    (void)state;
    struct offenders *offenders = offenders_new();
    assert_int_equal(tell(offenders, 0, ALL)->count, 0);
    for (uint64_t i = 1; i <= 5; i++)
        assert_int_equal(offenders_note(offenders, 77, 3, at_ms((int64_t)i * 1000)), i);
    const struct told *told = tell(offenders, 5000, ALL);
    assert_int_equal(told->count, 1);
    assert_int_equal(told->offenders[0].prefix, 77);
    assert_int_equal(told->offenders[0].class, 3);
    assert_false(told->offenders[0].ended);
    assert_int_equal(offenders_count(offenders), 1);
    assert_int_equal(tell(offenders, 6000, ALL)->count, 0); /* told already */
    assert_int_equal(offenders_note(offenders, 77, 4, at_ms(7500)), 6);
    assert_int_equal(tell(offenders, 7500 + OFFENDERS_QUIET_MS - 1, ALL)->count, 0);
    told = tell(offenders, 7500 + OFFENDERS_QUIET_MS, ALL);
    assert_int_equal(told->count, 1);
    assert_true(told->offenders[0].ended);
    assert_int_equal(told->offenders[0].class, 3); /* as it began */
    assert_int_equal(told->offenders[0].responses, 6);
    assert_int_equal(told->offenders[0].lasted_ms, 6500);
    assert_int_equal(offenders_count(offenders), 0);
    assert_int_equal(offenders_note(offenders, 77, 1, at_ms(60000)), 1); /* anew */
    assert_int_equal(tell(offenders, 60000, ALL)->offenders[0].class, 1);
    offenders_free(offenders);
}

static void test_each_is_counted_by_itself(void **state)
{
    (void)state;
    struct offenders *offenders = offenders_new();
    for (uint64_t n = 1; n <= 3; n++)
        for (uint64_t prefix = 1; prefix <= 100; prefix++)
            assert_int_equal(offenders_note(offenders, prefix << 8, 0, at_ms(0)), n);
    assert_int_equal(offenders_count(offenders), 100);
    assert_int_equal(tell(offenders, 0, ALL)->count, 100);
    offenders_free(offenders);
}

static void test_so_many_at_a_time(void **state)
{
    (void)state;
    struct offenders *offenders = offenders_new();
    for (uint64_t prefix = 1; prefix <= 20; prefix++)
        offenders_note(offenders, prefix, 0, at_ms(0));
    for (int i = 0; i < 6; i++)
        assert_int_equal(tell(offenders, i, 3)->count, 3);
    assert_int_equal(tell(offenders, 7, 3)->count, 2);
    assert_int_equal(tell(offenders, 8, 3)->count, 0);
    size_t ended = 0;
    for (int i = 0; i < 7; i++)
        ended += tell(offenders, OFFENDERS_QUIET_MS + i, 3)->count;
    assert_int_equal(ended, 20);
    offenders_free(offenders);
}

/* What had no turn before it ended is not told of afterwards. */
static void test_over_before_it_was_told(void **state)
{
    (void)state;
    struct offenders *offenders = offenders_new();
    offenders_note(offenders, 9, 0, at_ms(0));
    assert_int_equal(tell(offenders, OFFENDERS_QUIET_MS, ALL)->count, 0);
    assert_int_equal(offenders_count(offenders), 0);
    offenders_free(offenders);
}

/* More than there are places: still counted, for the sake of slip. */
static void test_a_full_table(void **state)
{
    (void)state;
    struct offenders *offenders = offenders_new();
    uint64_t largest = 0;
    for (uint64_t prefix = 1; prefix <= 10 * OFFENDERS_MAX; prefix++) {
        uint64_t n = offenders_note(offenders, prefix << 8, 0, at_ms(0));
        assert_true(n >= 1);
        largest = n > largest ? n : largest;
    }
    size_t placed = offenders_count(offenders);
    assert_in_range(placed, OFFENDERS_MAX / 2, OFFENDERS_MAX);
    assert_int_equal(largest, 10 * OFFENDERS_MAX - placed); /* of those without a place */
    assert_int_equal(tell(offenders, 0, ALL)->count, placed);
    assert_int_equal(tell(offenders, OFFENDERS_QUIET_MS, ALL)->count, placed);
    assert_int_equal(offenders_count(offenders), 0);
    offenders_free(offenders);
}

enum { THREADS = 3, NOTES = 50000 };

struct noter {
    struct offenders *offenders;
    atomic_bool *go;
};

static void *note_many(void *arg)
{
    struct noter *noter = arg;
    while (!atomic_load(noter->go))
        ;
    for (unsigned i = 0; i < NOTES; i++)
        offenders_note(noter->offenders, 1 + i % 50, 0, at_ms(i / 10));
    return NULL;
}

static void test_threads_note_while_the_main_thread_tells(void **state)
{
    (void)state;
    atomic_bool go = false;
    struct offenders *offenders = offenders_new();
    struct noter noter = { offenders, &go };
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, note_many, &noter), 0);
    atomic_store(&go, true);
    for (int i = 0; i < 200; i++)
        tell(offenders, i * 20, 5);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_in_range(offenders_count(offenders), 50, 50 * THREADS);
    for (int i = 0; i < 2; i++)
        tell(offenders, NOTES + OFFENDERS_QUIET_MS + i, ALL);
    assert_int_equal(offenders_count(offenders), 0);
    offenders_free(offenders);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_begin_and_end),
        cmocka_unit_test(test_each_is_counted_by_itself),
        cmocka_unit_test(test_so_many_at_a_time),
        cmocka_unit_test(test_over_before_it_was_told),
        cmocka_unit_test(test_a_full_table),
        cmocka_unit_test(test_threads_note_while_the_main_thread_tells),
    };
    return cmocka_run_group_tests_name("offenders", tests, NULL, NULL);
}
