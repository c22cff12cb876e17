/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_dname.c - names: text and wire form, limits of labels and names, escapes, canonical order.
 */
#include "common/dname.h"

#include "tests/unit/dnametext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Appends a label of `count` times `c`, and a dot. */
static void add_label(char *text, unsigned count, char c)
{
    size_t used = strlen(text);
    memset(text + used, c, count);
    strcpy(text + used + count, ".");
}

/* "63.63.63.N." is 1 + 3 * 64 + 1 + N bytes long in wire form. */
static void long_name(char *text, unsigned last_label)
{
    text[0] = '\0';
    for (int i = 0; i < 3; i++)
        add_label(text, 63, (char)('a' + i));
    add_label(text, last_label, 'd');
}

static void test_text_to_wire(void **state)
{
    static const struct {
        const char *text;
        const char *wire;
        size_t len;
    } rows[] = {
        { ".", "\0", 1 },
        { "com", "\3com\0", 5 },
        { "com.", "\3com\0", 5 },
        { "Example.COM.", "\7Example\3COM\0", 13 },
        { "a\\.b.example", "\3a.b\7example\0", 13 },
        { "\\000\\255.x", "\2\0\xff\1x\0", 6 },
        { "\\\\\\\".x", "\2\\\"\1x\0", 6 },
        { "\\100.x", "\1d\1x\0", 5 },
        { "*.x", "\1*\1x\0", 5 },
        { "_dns._udp.x", "\4_dns\4_udp\1x\0", 13 },
        { "0/26.2.0.192.in-addr.arpa",
          "\4"
          "0/26\1"
          "2\1"
          "0\3"
          "192\7in-addr\4arpa\0",
          27 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dname out = dname_of(rows[i].text);
        assert_int_equal(out.len, rows[i].len);
        assert_memory_equal(out.wire, rows[i].wire, rows[i].len);
        assert_true(dname_valid(out.wire, out.len));
    }
}

static void test_bad_text(void **state)
{
    static const struct {
        const char *text;
        const char *complaint;
    } rows[] = {
        { "", "empty name" },      { "..", "empty label" },    { ".com", "empty label" },
        { "a..b", "empty label" }, { "a.b..", "empty label" }, { "a\\", "escape" },
        { "a\\2.b", "escape" },    { "a\\25.b", "escape" },    { "a\\256.b", "escape" },
        { "a\\999.b", "escape" },  { "a\\1b2.c", "escape" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dname out;
        struct err err = { "" };
        assert_int_equal(dname_from_text(rows[i].text, &out, &err), -1);
        assert_non_null(strstr(err.msg, rows[i].complaint));
    }
}

static void test_limits(void **state)
{
    char text[400] = "";
    struct dname out;
    struct err err = { "" };
    (void)state;
    add_label(text, 63, 'x');
    assert_int_equal(dname_of(text).len, 65);
    text[0] = '\0';
    add_label(text, 64, 'x');
    assert_int_equal(dname_from_text(text, &out, &err), -1);
    assert_non_null(strstr(err.msg, "longer than 63"));

    long_name(text, 61);
    assert_int_equal(dname_of(text).len, 255);
    long_name(text, 62);
    assert_int_equal(dname_from_text(text, &out, &err), -1);
    assert_non_null(strstr(err.msg, "longer than 255"));

    text[0] = '\0';
    for (int i = 0; i < DNAME_LABELS_MAX; i++)
        add_label(text, 1, 'x');
    assert_int_equal(dname_of(text).len, 255);
    assert_int_equal(dname_labels(dname_of(text).wire), 127);
    add_label(text, 1, 'x');
    assert_int_equal(dname_from_text(text, &out, &err), -1);
}

/* Every byte goes to text and back; the longest text has room. */
static void test_round_trip(void **state)
{
    char text[DNAME_TEXT_MAX];
    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        struct dname in = { .len = 5, .wire = { 3, 'a', (uint8_t)c, 'b', 0 } };
        struct dname out = dname_of(dname_to_text(in.wire, text));
        assert_int_equal(out.len, in.len);
        assert_memory_equal(out.wire, in.wire, in.len);
    }
    long_name(text, 61);
    struct dname longest = dname_of(text);
    for (unsigned i = 0, label = 0; i < 254; i += label + 1) {
        label = longest.wire[i];
        memset(longest.wire + i + 1, 0xff, label);
    }
    assert_int_equal(strlen(dname_to_text(longest.wire, text)), 4 * 250 + 4);
    assert_memory_equal(dname_of(text).wire, longest.wire, 255);
}

static void test_to_text(void **state)
{
    static const char *const rows[][2] = {
        { ".", "." },
        { "Www.Example", "Www.Example." },
        { "a\\.b.c", "a\\.b.c." },
        { "\\032x.\\127", "\\032x.\\127." },
        { "\\@\\$\\;.x", "\\@\\$\\;.x." },
    };
    char text[DNAME_TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(dname_to_text(dname_of(rows[i][0]).wire, text), rows[i][1]);
}

/* RFC 4034 6.1, its own example. */
static void test_canonical_order(void **state)
{
    static const char *const sorted[] = {
        "example",   "a.example",       "yljkjljk.a.example", "Z.a.example",     "zABC.a.EXAMPLE",
        "z.example", "\\001.z.example", "*.z.example",        "\\200.z.example",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(sorted); i++) {
        for (size_t j = 0; j < COUNT(sorted); j++) {
            int order = dname_cmp(dname_of(sorted[i]).wire, dname_of(sorted[j]).wire);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
    assert_true(dname_cmp(dname_of(".").wire, dname_of("a").wire) < 0);
    assert_true(dname_cmp(dname_of("ab.x").wire, dname_of("abc.x").wire) < 0);
    assert_int_equal(dname_cmp(dname_of("A.x").wire, dname_of("a.X").wire), 0);
}

static void test_relations(void **state)
{
    static const struct {
        const char *name, *ancestor;
        bool below, equal;
    } rows[] = {
        { "a.example", "example", true, false },
        { "A.EXAMPLE", "a.example", true, true },
        { "example", "a.example", false, false },
        { "xexample", "example", false, false },
        { "a.b.c", ".", true, false },
        { ".", ".", true, true },
        { ".", "a", false, false },
        { "a\\.example", "example", false, false },
        { "b.example", "a.example", false, false },
        { "@.x", "`.x", false, false },
        { "[.x", "{.x", false, false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct dname a = dname_of(rows[i].name), b = dname_of(rows[i].ancestor);
        assert_int_equal(dname_is_at_or_below(a.wire, b.wire), rows[i].below);
        assert_int_equal(dname_equal(a.wire, b.wire), rows[i].equal);
        assert_int_equal(dname_equal(b.wire, a.wire), rows[i].equal);
    }
}

static void test_parts(void **state)
{
    struct dname full = dname_of("a.bc.Example");
    uint8_t lower[DNAME_MAX];
    (void)state;
    assert_int_equal(dname_len(full.wire), 14);
    assert_int_equal(dname_labels(full.wire), 3);
    assert_true(dname_equal(dname_skip(full.wire, 0), full.wire));
    assert_true(dname_equal(dname_skip(full.wire, 2), dname_of("example").wire));
    assert_int_equal(*dname_skip(full.wire, 3), 0);
    assert_int_equal(dname_labels(dname_of(".").wire), 0);
    assert_int_equal(dname_lower(lower, full.wire), 14);
    assert_memory_equal(lower, dname_of("a.bc.example").wire, 14);
    assert_int_equal(dname_lower(full.wire, full.wire), 14);
    assert_memory_equal(full.wire, lower, 14);
}

static void test_valid(void **state)
{
    static const struct {
        const char *wire;
        size_t len;
        bool valid;
    } rows[] = {
        { "\0", 1, true },        { "", 0, false },        { "\1a\0", 3, true },
        { "\1a", 2, false },      { "\1a\0\0", 4, false }, { "\2a\0", 3, false },
        { "\xc0\x0c", 2, false }, { "\x40\0", 2, false },  { "\1a\xc0\0", 4, false },
        { "\1\0\0", 3, true },
    };
    uint8_t longest[256] = { 0 };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(dname_valid((const uint8_t *)rows[i].wire, rows[i].len), rows[i].valid);
    for (int i = 0; i < 254; i += 2)
        longest[i] = 1;
    assert_true(dname_valid(longest, 255));
    longest[0] = 2;
    assert_false(dname_valid(longest, 256));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_to_wire), cmocka_unit_test(test_bad_text),
        cmocka_unit_test(test_limits),       cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_to_text),      cmocka_unit_test(test_canonical_order),
        cmocka_unit_test(test_relations),    cmocka_unit_test(test_parts),
        cmocka_unit_test(test_valid),
    };
    return cmocka_run_group_tests_name("dname", tests, NULL, NULL);
}
