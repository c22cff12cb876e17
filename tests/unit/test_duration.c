/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_duration.c - lengths of time in text. */
#include "common/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void test_good(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
        const char *shortest;
    } rows[] = {
        { "250ms", 250, "250ms" },
        { "3s", 3000, "3s" },
        { "5m", 300000, "5m" },
        { "2h", 7200000, "2h" },
        { "1d", 86400000, "1d" },
        { "1h30m", 5400000, "90m" },
        { "1d2h3m4s5ms", 93784005, "93784005ms" },
        { "0s", 0, "0s" },
        { "0ms", 0, "0s" },
        { "90s", 90000, "90s" },
        { "60s", 60000, "1m" },
        { "9223372036854775807ms", INT64_MAX, "9223372036854775807ms" },
    };
    char text[DURATION_TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t ms = -1;
        struct err err;
        assert_int_equal(duration_parse(rows[i].text, &ms, &err), 0);
        assert_int_equal(ms, rows[i].ms);
        assert_string_equal(duration_text(ms, text), rows[i].shortest);
    }
}

static void test_bad(void **state)
{
    static const char *const rows[] = {
        "",
        "5",
        "s",
        "-5s",
        "5 s",
        " 5s",
        "5s ",
        "1.5s",
        "5x",
        "5S",
        "ms",
        "5sx",
        "1h30",
        "5mss",
        "9223372036854775808ms",
        "9223372036854775807s",
        "106751991168d",
        "9223372036854775807ms1ms",
        "99999999999999999999d",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t ms = -1;
        struct err err = { "" };
        assert_int_equal(duration_parse(rows[i], &ms, &err), -1);
        assert_int_equal(ms, -1);
        assert_true(err.msg[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
    };
    return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
