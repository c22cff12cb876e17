/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_jsonread.c - fields of JSON objects: missing, of another type, out of range. */
#include "common/jsonread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static json_t *object;

static int make_object(void **state)
{
    (void)state;
    object = json_loads(
        "{\"yes\": true, \"five\": 5, \"half\": 0.5, \"text\": \"abc\", \"nothing\": null,"
        " \"inner\": {}, \"list\": [1, 2, 3]}",
        0, NULL);
    return object ? 0 : -1;
}

static int free_object(void **state)
{
    (void)state;
    json_decref(object);
    return 0;
}

static void test_good(void **state)
{
    bool yes = false;
    int64_t five = 0;
    char text[4];
    struct err err = { "" };
    (void)state;
    assert_int_equal(json_read_bool(object, "yes", &yes, &err), 0);
    assert_true(yes);
    assert_int_equal(json_read_int(object, "five", 5, 5, &five, &err), 0);
    assert_int_equal(five, 5);
    assert_int_equal(json_read_text(object, "text", text, sizeof text, &err), 0);
    assert_string_equal(text, "abc");
    assert_non_null(json_read_object(object, "inner", &err));
    assert_int_equal(json_array_size(json_read_array(object, "list", 3, &err)), 3);
    assert_true(json_is_null(json_read(object, "nothing", &err)));
}

static void test_bad(void **state)
{
    bool yes = true;
    int64_t five = 7;
    char text[3] = "z";
    struct err err = { "" };
    (void)state;
#define COMPLAINS(call, complaint)                                                                 \
    do {                                                                                           \
        assert_true(call);                                                                         \
        assert_string_equal(err.msg, complaint);                                                   \
    } while (0)
    COMPLAINS(json_read_bool(object, "no", &yes, &err), "\"no\" is missing");
    COMPLAINS(json_read_bool(object, "five", &yes, &err), "\"five\" is not true or false");
    COMPLAINS(json_read_int(object, "five", 6, 9, &five, &err),
              "\"five\" is not an integer from 6 to 9");
    COMPLAINS(json_read_int(object, "five", -9, 4, &five, &err),
              "\"five\" is not an integer from -9 to 4");
    COMPLAINS(json_read_int(object, "half", 0, 9, &five, &err),
              "\"half\" is not an integer from 0 to 9");
    COMPLAINS(json_read_text(object, "text", text, sizeof text, &err),
              "\"text\" is not a text of at most 2 bytes");
    COMPLAINS(json_read_text(object, "five", text, sizeof text, &err),
              "\"five\" is not a text of at most 2 bytes");
    COMPLAINS(!json_read_object(object, "list", &err), "\"list\" is not an object");
    COMPLAINS(!json_read_array(object, "list", 2, &err),
              "\"list\" is not an array of at most 2 elements");
    COMPLAINS(!json_read_array(object, "inner", 2, &err),
              "\"inner\" is not an array of at most 2 elements");
    COMPLAINS(!json_read(json_object_get(object, "five"), "x", &err), "not an object with \"x\"");
    COMPLAINS(!json_read(NULL, "x", &err), "not an object with \"x\"");
    assert_true(yes); /* all untouched */
    assert_int_equal(five, 7);
    assert_string_equal(text, "z");
}

static void test_text_of_any_bytes(void **state)
{
    static const char *const rows[][2] = {
        { "", "" },
        { "plain", "plain" },
        { "caf\u00e9", "caf\u00e9" },
        { "caf\xe9", "caf?" },
        { "\xc3\u00e9\x80", "????" },
        { "a\nb", "a\nb" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *text = json_text(rows[i][0]);
        assert_string_equal(json_string_value(text), rows[i][1]);
        json_decref(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_text_of_any_bytes),
    };
    return cmocka_run_group_tests_name("jsonread", tests, make_object, free_object);
}
