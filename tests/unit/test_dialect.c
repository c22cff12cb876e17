/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_dialect.c - which version of BIRD takes what. */
#include "bird/config/dialect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void test_versions(void **state)
{
    static const struct {
        const char *text, *version;
        bool typed_functions, names_md5;
    } rows[] = {
        { "2.0.12", "2.0.12", false, false }, { "2.0.12-7", "2.0.12", false, false },
        { "2.13.1", "2.13.1", false, false }, { "2.14", "2.14", true, false },
        { "2.16.2", "2.16.2", true, false },  { "2.17", "2.17", true, true },
        { "2.19.2", "2.19.2", true, true },   { "3.0.0", "3.0.0", true, false },
        { "3.1.0", "3.1.0", true, true },     { "3.3.2", "3.3.2", true, true },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dialect dialect;
        struct err err = { "" };
        assert_int_equal(dialect_of(rows[i].text, &dialect, &err), 0);
        assert_string_equal(dialect.version, rows[i].version);
        assert_int_equal(dialect.typed_functions, rows[i].typed_functions);
        assert_int_equal(dialect.names_md5, rows[i].names_md5);
    }
}

static void test_none(void **state)
{
    static const char *const rows[] = { "", "two", "2", "1.6.8", "2.0.11", "2.0" };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dialect dialect;
        struct err err = { "" };
        assert_int_equal(dialect_of(rows[i], &dialect, &err), -1);
        assert_string_not_equal(err.msg, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests_name("dialect", tests, NULL, NULL);
}
