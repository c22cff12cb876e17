/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bench.c - what the load generators count: answers by kind, right and wrong ones, latencies,
 * and the queries under way. */
#include "tests/bench/flight.h"
#include "tests/bench/queries.h"
#include "tests/bench/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { AA = 0x04, TC = 0x02, QR = 0x80 };

struct message {
    uint8_t bytes[12];
};

static struct message message(uint8_t flags, uint8_t rcode, uint8_t answers, uint8_t authority)
{
    return (struct message){ { 0, 0, QR | flags, rcode, 0, 1, 0, answers, 0, authority, 0, 0 } };
}

static enum kind kind_of(uint8_t flags, uint8_t rcode, uint8_t answers, uint8_t authority)
{
    struct message m = message(flags, rcode, answers, authority);
    return kind_of_response(m.bytes, sizeof(m.bytes));
}

static void test_kinds(void **state)
{
    (void)state;
    assert_int_equal(kind_of(AA, 0, 1, 0), KIND_ANSWER);
    assert_int_equal(kind_of(AA, 3, 0, 1), KIND_NXDOMAIN);
    assert_int_equal(kind_of(0, 0, 0, 2), KIND_REFERRAL);
    assert_int_equal(kind_of(AA, 0, 0, 1), KIND_NODATA);
    assert_int_equal(kind_of(0, 0, 0, 0), KIND_NODATA);
    assert_int_equal(kind_of(AA | TC, 0, 1, 0), KIND_OTHER);
    assert_int_equal(kind_of(0, 5, 0, 0), KIND_OTHER);
}

static void test_signed_answers_have_signatures(void **state)
{
    (void)state;
    struct message one = message(AA, 0, 1, 0), two = message(AA, 0, 2, 0);
    struct message bare = message(AA, 3, 0, 1), proven = message(AA, 3, 0, 8);
    assert_true(kind_is_right(KIND_ANSWER, KIND_ANSWER, one.bytes));
    assert_false(kind_is_right(KIND_ANSWER, KIND_NXDOMAIN, one.bytes));
    assert_false(kind_is_right(KIND_ANSWER, KIND_ANSWER | KIND_SIGNED, one.bytes));
    assert_true(kind_is_right(KIND_ANSWER, KIND_ANSWER | KIND_SIGNED, two.bytes));
    assert_false(kind_is_right(KIND_NXDOMAIN, KIND_NXDOMAIN | KIND_SIGNED, bare.bytes));
    assert_true(kind_is_right(KIND_NXDOMAIN, KIND_NXDOMAIN | KIND_SIGNED, proven.bytes));
}

/* 1 to 100,000 µs, each once: the quantiles are known. */
static void test_quantiles_are_right_within_two_percent(void **state)
{
    static struct tally tally;
    struct message m = message(AA, 0, 1, 0);
    (void)state;
    for (uint64_t us = 1; us <= 100000; us++)
        tally_response(&tally, m.bytes, sizeof(m.bytes), KIND_ANSWER, us * 1000);
    static const double quantiles[] = { 0.01, 0.5, 0.99, 0.999 };
    for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++) {
        double expected = quantiles[i] * 1e8, got = (double)tally_quantile_ns(&tally, quantiles[i]);
        assert_true(got > expected * 0.99 && got < expected * 1.02);
    }
    assert_int_equal(tally.latency_max_ns, 100000000);
    assert_int_equal(tally.wrong, 0);
}

static void test_wrong_answers_are_counted(void **state)
{
    static struct tally tally;
    struct message m = message(0, 2, 0, 0);
    (void)state;
    tally_response(&tally, m.bytes, sizeof(m.bytes), KIND_ANSWER, 1000);
    assert_int_equal(tally.wrong, 1);
    assert_int_equal(tally.rcodes[2], 1);
    assert_int_equal(tally.kinds[KIND_OTHER], 1);
}

static void test_answers_find_their_queries(void **state)
{
    struct flight flight;
    uint64_t lost = 0;
    (void)state;
    assert_int_equal(flight_init(&flight, 10), 0);
    uint16_t first = flight_send(&flight, 100, KIND_ANSWER, &lost);
    uint16_t second = flight_send(&flight, 200, KIND_NXDOMAIN, &lost);
    const struct flight_slot *slot = flight_answer(&flight, second);
    assert_non_null(slot);
    assert_int_equal(slot->sent_ns, 200);
    assert_int_equal(slot->kind, KIND_NXDOMAIN);
    assert_null(flight_answer(&flight, second)); /* twice */
    assert_int_equal(flight.open, 1);
    assert_non_null(flight_answer(&flight, first));
    assert_int_equal(lost, 0);
    flight_free(&flight);
}

static void test_what_is_never_answered_is_lost(void **state)
{
    struct flight flight;
    uint64_t lost = 0;
    (void)state;
    assert_int_equal(flight_init(&flight, 10), 0);
    uint16_t old = flight_send(&flight, 1, KIND_ANSWER, &lost);
    for (uint32_t i = 0; i <= flight.mask; i++)
        flight_send(&flight, 2, KIND_ANSWER, &lost);
    assert_int_equal(lost, 1);
    assert_null(flight_answer(&flight, old)); /* too late */
    flight_unsend(&flight, 1);
    assert_int_equal(flight_give_up(&flight), flight.mask);
    assert_int_equal(flight.open, 0);
    flight_free(&flight);
}

static void test_queries_are_read_as_they_are_written(void **state)
{
    char path[] = "/tmp/test_bench.XXXXXX";
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    queries_write(file, "www.example", 1, KIND_ANSWER);
    queries_write(file, ".", 6, KIND_NXDOMAIN | KIND_SIGNED);
    fclose(file);
    struct queries *queries = queries_read(path);
    unlink(path);
    assert_non_null(queries);
    assert_int_equal(queries_count(queries), 2);
    struct query query = queries_next(queries);
    static const uint8_t name[] = { 3,   'w', 'w', 'w', 7, 'e', 'x', 'a', 'm',
                                    'p', 'l', 'e', 0,   0, 1,   0,   1 };
    assert_memory_equal(query.message + 12, name, sizeof(name));
    query = queries_next(queries);
    assert_int_equal(query.kind, KIND_NXDOMAIN | KIND_SIGNED);
    assert_int_equal(query.message[query.length - 4], 0x80);   /* DO */
    assert_int_equal(queries_next(queries).kind, KIND_ANSWER); /* from the beginning again */
    queries_free(queries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_signed_answers_have_signatures),
        cmocka_unit_test(test_quantiles_are_right_within_two_percent),
        cmocka_unit_test(test_wrong_answers_are_counted),
        cmocka_unit_test(test_answers_find_their_queries),
        cmocka_unit_test(test_what_is_never_answered_is_lost),
        cmocka_unit_test(test_queries_are_read_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
