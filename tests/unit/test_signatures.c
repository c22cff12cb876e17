/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_signatures.c - which of several signatures counts, over the turn of the 32-bit clock, and
 * that no bytes do harm. */
#include "anycastctl/sense/signatures.h"

#include "common/dnsmsg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RRSIG_BYTES = 18 + 1 + 3, NOW = 1800000000, HOUR = 3600 };

/* An RRSIG of the root, with a signature of three bytes. */
static void put(uint8_t out[RRSIG_BYTES], uint16_t type, uint8_t algorithm, int64_t from,
                int64_t until)
{
    struct wire_writer w = wire_writer(out, RRSIG_BYTES);
    wire_put_u16(&w, type);
    wire_put_u8(&w, algorithm);
    wire_put_u8(&w, 2);
    wire_put_u32(&w, 3600);
    wire_put_u32(&w, (uint32_t)until);
    wire_put_u32(&w, (uint32_t)from);
    wire_put_u16(&w, 12345);
    wire_put(&w, "\0sig", 4);
}

static void add(struct signatures *signatures, uint8_t algorithm, int64_t from, int64_t until)
{
    uint8_t rdata[RRSIG_BYTES];
    put(rdata, DNS_TYPE_SOA, algorithm, from, until);
    assert_true(signatures_add(signatures, rdata, sizeof rdata, DNS_TYPE_SOA));
}

static void one_signature_is_read(void **state)
{
    (void)state;
    struct signatures s = { 0 };
    add(&s, 13, NOW - HOUR, NOW + HOUR);
    assert_int_equal(s.count, 1);
    assert_int_equal(signatures_until(&s, NOW), NOW + HOUR);
    assert_int_equal(signatures_from(&s, NOW), NOW - HOUR);
}

static void the_longest_of_an_algorithm_counts(void **state)
{
    (void)state;
    struct signatures s = { 0 };
    add(&s, 13, NOW - 2 * HOUR, NOW + HOUR);
    add(&s, 13, NOW - HOUR, NOW + 3 * HOUR);
    add(&s, 13, NOW - 3 * HOUR, NOW - HOUR);
    assert_int_equal(s.count, 1);
    assert_int_equal(signatures_until(&s, NOW), NOW + 3 * HOUR);
    assert_int_equal(signatures_from(&s, NOW), NOW - HOUR);
}

static void the_shortest_algorithm_counts(void **state)
{
    (void)state;
    struct signatures s = { 0 };
    add(&s, 8, NOW - 5 * HOUR, NOW + 9 * HOUR);
    add(&s, 13, NOW - HOUR, NOW + 2 * HOUR);
    add(&s, 15, NOW - 2 * HOUR, NOW + 3 * HOUR);
    assert_int_equal(signatures_until(&s, NOW), NOW + 2 * HOUR);
    assert_int_equal(signatures_from(&s, NOW), NOW - HOUR);
}

static void times_are_serial_numbers(void **state)
{
    (void)state;
    const int64_t late = ((int64_t)1 << 32) - HOUR; /* in 2106 the numbers begin anew */
    struct signatures s = { 0 };
    add(&s, 13, late - HOUR, late + 2 * HOUR);
    assert_int_equal(signatures_until(&s, late), late + 2 * HOUR);
    assert_int_equal(signatures_from(&s, late), late - HOUR);
    add(&s, 13, late, late + HOUR / 2);
    assert_int_equal(signatures_until(&s, late), late + 2 * HOUR);
}

static void signatures_of_other_types_do_not_count(void **state)
{
    (void)state;
    struct signatures s = { 0 };
    uint8_t rdata[RRSIG_BYTES];
    put(rdata, DNS_TYPE_NS, 13, NOW, NOW + HOUR);
    assert_true(signatures_add(&s, rdata, sizeof rdata, DNS_TYPE_SOA));
    assert_int_equal(s.count, 0);
}

static void more_algorithms_than_there_is_room_for_are_passed_over(void **state)
{
    (void)state;
    struct signatures s = { 0 };
    for (int i = 0; i < 255; i++)
        add(&s, (uint8_t)i, NOW, NOW + HOUR + i);
    assert_int_equal(s.count, SIGNATURE_ALGORITHMS_MAX);
    assert_int_equal(signatures_until(&s, NOW), NOW + HOUR);
}

/* Each length in a buffer of its own, so that the sanitizer sees a read behind its end. */
static void cut_anywhere_it_is_malformed(void **state)
{
    (void)state;
    for (size_t len = 0; len < RRSIG_BYTES; len++) {
        uint8_t whole[RRSIG_BYTES], *part = malloc(len + 1);
        struct signatures s = { 0 };
        assert_non_null(part);
        put(whole, DNS_TYPE_SOA, 13, NOW, NOW + HOUR);
        memcpy(part, whole, len);
        assert_int_equal(signatures_add(&s, part, len, DNS_TYPE_SOA), len >= 18 + 2);
        free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_signature_is_read),
        cmocka_unit_test(the_longest_of_an_algorithm_counts),
        cmocka_unit_test(the_shortest_algorithm_counts),
        cmocka_unit_test(times_are_serial_numbers),
        cmocka_unit_test(signatures_of_other_types_do_not_count),
        cmocka_unit_test(more_algorithms_than_there_is_room_for_are_passed_over),
        cmocka_unit_test(cut_anywhere_it_is_malformed),
    };
    return cmocka_run_group_tests_name("signatures", tests, NULL, NULL);
}
