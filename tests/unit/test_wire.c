/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_wire.c - byte cursors: network order, the latch of an overflow. */
#include "common/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_put_and_get(void **state)
{
    static const uint8_t expected[] = { 0x01, 0x02, 0x03, 0xff, 0xfe, 0xfd, 0xfc, 'x', 'y' };
    uint8_t buf[sizeof expected];
    struct wire_writer w = wire_writer(buf, sizeof buf);
    (void)state;
    wire_put_u8(&w, 0x01);
    wire_put_u16(&w, 0x0203);
    wire_put_u32(&w, 0xfffefdfc);
    wire_put(&w, "xy", 2);
    assert_false(w.overflow);
    assert_int_equal(wire_room(&w), 0);
    assert_memory_equal(buf, expected, sizeof expected);

    struct wire_reader r = wire_reader(buf, sizeof buf);
    assert_int_equal(wire_get_u8(&r), 0x01);
    assert_int_equal(wire_get_u16(&r), 0x0203);
    assert_int_equal(wire_get_u32(&r), 0xfffefdfc);
    assert_int_equal(wire_left(&r), 2);
    assert_ptr_equal(wire_take(&r, 2), buf + 7);
    assert_false(r.overflow);
    assert_int_equal(wire_left(&r), 0);
}

static void test_writer_latches(void **state)
{
    uint8_t buf[4] = { 9, 9, 9, 9 };
    struct wire_writer w = wire_writer(buf, 3);
    (void)state;
    wire_put_u16(&w, 0x0102);
    assert_int_equal(wire_room(&w), 1);
    wire_put_u16(&w, 0x0304);
    assert_true(w.overflow);
    assert_int_equal(wire_room(&w), 0);
    wire_put_u8(&w, 5); /* would fit, but comes behind something that is missing */
    assert_null(wire_reserve(&w, 0));
    assert_int_equal(w.pos, 2);
    assert_int_equal(buf[2], 9);
    assert_int_equal(buf[3], 9);
}

static void test_reader_latches(void **state)
{
    static const uint8_t buf[3] = { 1, 2, 3 };
    struct wire_reader r = wire_reader(buf, sizeof buf);
    (void)state;
    assert_int_equal(wire_get_u32(&r), 0);
    assert_true(r.overflow);
    assert_int_equal(wire_left(&r), 0);
    assert_int_equal(wire_get_u8(&r), 0);
    assert_int_equal(wire_get_u16(&r), 0);
    assert_null(wire_take(&r, 0));
    assert_int_equal(r.pos, 0);
}

static void test_nothing(void **state)
{
    static const uint8_t buf[1];
    struct wire_reader r = wire_reader(buf, 0);
    struct wire_writer w = wire_writer(NULL, 0);
    (void)state;
    assert_non_null(wire_take(&r, 0));
    assert_false(r.overflow);
    assert_null(wire_take(&r, SIZE_MAX)); /* pos + n does not wrap */
    wire_put_u8(&w, 1);
    assert_true(w.overflow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_and_get),
        cmocka_unit_test(test_writer_latches),
        cmocka_unit_test(test_reader_latches),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
