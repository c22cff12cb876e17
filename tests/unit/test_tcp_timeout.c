/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_tcp_timeout.c - idle timeouts as connections fill. */
#include "dnsd/net/tcp_timeout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct tcp_settings limits(size_t connections_max, int64_t idle_timeout_ms)
{
    return (struct tcp_settings){ .connections_max = connections_max,
                                  .idle_timeout_ms = idle_timeout_ms };
}

static void test_timeout_falls_to_a_tenth_from_half_full_on(void **state)
{
    (void)state;
    static const struct {
        size_t open;
        int64_t ms;
    } cases[] = { { 0, 10000 },  { 1, 10000 },  { 500, 10000 }, { 501, 9982 },
                  { 750, 5500 }, { 999, 1018 }, { 1000, 1000 }, { 1001, 1000 } };
    const struct tcp_settings settings = limits(1000, 10000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(tcp_timeout_ms(&settings, cases[i].open), cases[i].ms);
}

static void test_timeout_never_grows_as_connections_fill(void **state)
{
    (void)state;
    for (size_t max = 1; max < 40; max++) {
        const struct tcp_settings settings = limits(max, 30000);
        for (size_t open = 1; open <= max; open++)
            assert_true(tcp_timeout_ms(&settings, open) <= tcp_timeout_ms(&settings, open - 1));
        assert_int_equal(tcp_timeout_ms(&settings, max), 3000);
    }
}

/* So that the shortest one leaves time for a round trip around the world. */
static void test_timeout_is_never_shortened_below_100_ms(void **state)
{
    (void)state;
    const struct tcp_settings some = limits(10, 300), least = limits(10, 100);
    assert_int_equal(tcp_timeout_ms(&some, 5), 300);
    assert_int_equal(tcp_timeout_ms(&some, 10), 100);
    assert_int_equal(tcp_timeout_ms(&least, 10), 100);
}

static void test_units_of_100_ms(void **state)
{
    (void)state;
    assert_int_equal(tcp_timeout_in_100ms(10000), 100);
    assert_int_equal(tcp_timeout_in_100ms(199), 1);
    assert_int_equal(tcp_timeout_in_100ms(99), 1); /* 0 would say: close now */
    assert_int_equal(tcp_timeout_in_100ms(6553500), 65535);
    assert_int_equal(tcp_timeout_in_100ms(100000000), 65535);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeout_falls_to_a_tenth_from_half_full_on),
        cmocka_unit_test(test_timeout_never_grows_as_connections_fill),
        cmocka_unit_test(test_timeout_is_never_shortened_below_100_ms),
        cmocka_unit_test(test_units_of_100_ms),
    };
    return cmocka_run_group_tests_name("tcp_timeout", tests, NULL, NULL);
}
