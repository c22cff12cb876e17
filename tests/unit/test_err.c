/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_err.c - error messages: context in front, the system's reason, cuts between characters. */
#include "common/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_set_and_wrap(void **state)
{
    struct err err = { "old" };
    (void)state;
    assert_int_equal(err_set(&err, "TTL \"%s\" is not a time", "1hh"), -1);
    assert_int_equal(err_wrap(&err, "%s:%d", "a.zone", 14), -1);
    assert_int_equal(err_wrap(&err, "zone a"), -1);
    assert_string_equal(err.msg, "zone a: a.zone:14: TTL \"1hh\" is not a time");
    err_clear(&err);
    assert_string_equal(err.msg, "");
}

static void test_wrap_by_itself(void **state)
{
    struct err err;
    (void)state;
    err_set(&err, "inner");
    err_wrap(&err, "before %s", err.msg);
    assert_string_equal(err.msg, "before inner: inner");
}

static void test_sys(void **state)
{
    struct err err;
    (void)state;
    errno = ENOENT;
    assert_int_equal(err_sys(&err, "/etc/%s", "x"), -1);
    assert_string_equal(err.msg, "/etc/x: No such file or directory");
}

static void test_nowhere(void **state)
{
    (void)state;
    err_clear(NULL);
    assert_int_equal(err_set(NULL, "x"), -1);
    assert_int_equal(err_sys(NULL, "x"), -1);
    assert_int_equal(err_wrap(NULL, "x"), -1);
}

static void test_long(void **state)
{
    char text[2 * ERR_MAX];
    struct err err;
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    err_set(&err, "%s", text);
    assert_int_equal(strlen(err.msg), ERR_MAX - 1);
    err_wrap(&err, "place");
    assert_int_equal(strlen(err.msg), ERR_MAX - 1);
    assert_memory_equal(err.msg, "place: xxx", 10);
    err_wrap(&err, "%s", text); /* the context alone is too long */
    assert_int_equal(strlen(err.msg), ERR_MAX - 1);
    assert_memory_equal(err.msg, "xxx", 3);
    errno = ENOENT;
    err_sys(&err, "%s", text);
    assert_int_equal(strlen(err.msg), ERR_MAX - 1);
}

/* Characters of 2, 3 and 4 bytes; a cut leaves none in part, wherever it falls. */
static void test_cut_between_characters(void **state)
{
    static const char *const characters[] = { "\u00e9", "\u20ac", "\U0001f600" };
    (void)state;
    for (size_t c = 0; c < 3; c++) {
        size_t width = strlen(characters[c]);
        for (size_t shift = 0; shift < width; shift++) {
            char text[2 * ERR_MAX] = "";
            struct err err;
            memset(text, 'x', shift);
            while (strlen(text) < ERR_MAX + 8)
                strcat(text, characters[c]);
            err_set(&err, "%s", text);
            size_t len = strlen(err.msg);
            assert_true(len > ERR_MAX - 1 - width);
            assert_int_equal((len - shift) % width, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_and_wrap), cmocka_unit_test(test_wrap_by_itself),
        cmocka_unit_test(test_sys),          cmocka_unit_test(test_nowhere),
        cmocka_unit_test(test_long),         cmocka_unit_test(test_cut_between_characters),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
