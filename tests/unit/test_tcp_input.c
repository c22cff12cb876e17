/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_tcp_input.c - messages come out of the bytes in their order, each once, whole ones only. */
#include "dnsd/net/tcp_input.h"

#include "dnsd/zone/set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MESSAGE_BYTES = 21, FRAME_BYTES = 2 + MESSAGE_BYTES, FRAMES_MAX = 200 };

static const struct zone_set *zones; /* none */
static struct tcp_input input;
static uint8_t stream[FRAMES_MAX * FRAME_BYTES];

static int make_zones(void **state)
{
    (void)state;
    zones = zone_set_new(NULL, 0);
    return 0;
}

static int free_zones(void **state)
{
    (void)state;
    zone_set_free(zones);
    return 0;
}

/* Queries for "a.t. A", whose IDs count from 0. */
static size_t fill(unsigned count)
{
    static const uint8_t query[MESSAGE_BYTES] = { 0, 0, 0,   0, 0,   1, 0, 0, 0, 0, 0,
                                                  0, 1, 'a', 1, 't', 0, 0, 1, 0, 1 };
    for (unsigned i = 0; i < count; i++) {
        uint8_t *frame = stream + (size_t)i * FRAME_BYTES;
        wire_set_u16(frame, MESSAGE_BYTES);
        memcpy(frame + 2, query, sizeof query);
        wire_set_u16(frame + 2, (uint16_t)i);
    }
    return (size_t)count * FRAME_BYTES;
}

static void begin(size_t len)
{
    const struct query_request request = { .transport = QUERY_TCP, .tcp_idle_timeout = 100 };
    tcp_input_begin(&input, stream, len, &request, zones);
}

static void test_messages_in_order(void **state)
{
    (void)state;
    static const unsigned counts[] = {
        0, 1, 2, TCP_INPUT_BATCH_MAX - 1, TCP_INPUT_BATCH_MAX, TCP_INPUT_BATCH_MAX + 1, FRAMES_MAX
    };
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        begin(fill(counts[c]));
        for (unsigned i = 0; i < counts[c]; i++) {
            const struct query *query = tcp_input_next(&input);
            assert_non_null(query);
            assert_int_equal(query->header.id, i);
            assert_int_equal(query->request.len, MESSAGE_BYTES);
            assert_int_equal(query->request.tcp_idle_timeout, 100);
            assert_int_equal(input.taken, (i + 1) * FRAME_BYTES);
        }
        assert_null(tcp_input_next(&input));
        assert_null(tcp_input_next(&input));
    }
}

/* However much of the last one is there, and whatever a batch has room for. */
static void test_what_is_not_whole_stays(void **state)
{
    (void)state;
    for (unsigned whole = 0; whole <= TCP_INPUT_BATCH_MAX; whole += TCP_INPUT_BATCH_MAX / 2) {
        for (size_t part = 0; part < FRAME_BYTES; part++) {
            fill(whole + 1);
            begin((size_t)whole * FRAME_BYTES + part);
            for (unsigned i = 0; i < whole; i++)
                assert_non_null(tcp_input_next(&input));
            assert_null(tcp_input_next(&input));
            assert_int_equal(input.taken, whole * FRAME_BYTES);
        }
    }
}

static void test_a_message_without_bytes(void **state)
{
    (void)state;
    wire_set_u16(stream, 0);
    begin(2);
    const struct query *query = tcp_input_next(&input);
    assert_non_null(query);
    assert_true(query->drop);
    assert_int_equal(input.taken, 2);
    assert_null(tcp_input_next(&input));
}

static void test_frames(void **state)
{
    (void)state;
    static const uint8_t bytes[] = { 0, 3, 'x', 'y', 'z', 0xff, 0xff };
    for (size_t len = 0; len < 5; len++)
        assert_int_equal(tcp_input_frame(bytes, len), 0);
    assert_int_equal(tcp_input_frame(bytes, 5), 5);
    assert_int_equal(tcp_input_frame(bytes, 7), 5);
    assert_int_equal(tcp_input_frame(bytes + 5, 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_in_order),
        cmocka_unit_test(test_what_is_not_whole_stays),
        cmocka_unit_test(test_a_message_without_bytes),
        cmocka_unit_test(test_frames),
    };
    return cmocka_run_group_tests(tests, make_zones, free_zones);
}
