/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_addr.c - addresses and prefixes: text, ports, containment. */
#include "common/addr.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct addr addr(const char *text)
{
    struct addr out;
    struct err err = { "" };
    if (addr_parse(text, 53, &out, &err))
        fail_msg("%s", err.msg);
    return out;
}

static struct prefix prefix(const char *text)
{
    struct prefix out;
    struct err err = { "" };
    if (prefix_parse(text, &out, &err))
        fail_msg("%s", err.msg);
    return out;
}

static void test_text(void **state)
{
    static const struct {
        const char *in, *out, *host;
        int family;
        unsigned port;
    } rows[] = {
        { "192.0.2.53", "192.0.2.53@53", "192.0.2.53", 4, 53 },
        { "192.0.2.53@5353", "192.0.2.53@5353", "192.0.2.53", 4, 5353 },
        { "2001:DB8:0::53", "2001:db8::53@53", "2001:db8::53", 6, 53 },
        { "2001:db8::53@0", "2001:db8::53@0", "2001:db8::53", 6, 0 },
        { "::@65535", "::@65535", "::", 6, 65535 },
        { "0.0.0.0", "0.0.0.0@53", "0.0.0.0", 4, 53 },
        { "::ffff:192.0.2.1", "::ffff:192.0.2.1@53", "::ffff:192.0.2.1", 6, 53 },
    };
    char text[ADDR_TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct addr a = addr(rows[i].in);
        assert_string_equal(addr_text(&a, text), rows[i].out);
        assert_string_equal(addr_text_host(&a, text), rows[i].host);
        assert_int_equal(addr_family(&a), rows[i].family);
        assert_int_equal(addr_port(&a), rows[i].port);
        assert_int_equal(a.len, rows[i].family == 4 ? sizeof a.in4 : sizeof a.in6);
    }
}

static void test_longest_text_fits(void **state)
{
    static const char longest[] = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255";
    struct addr a = addr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff@65535");
    char text[ADDR_TEXT_MAX];
    (void)state;
    assert_int_equal(addr_port(&a), 65535);
    assert_non_null(strstr(addr_text(&a, text), "@65535"));
    a = addr(longest);
    assert_int_equal(addr_family(&a), 6);
}

static void test_bad_text(void **state)
{
    static const char *const rows[] = {
        "",
        "x",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.1 ",
        "192.0.2.1@",
        "192.0.2.1@65536",
        "192.0.2.1@-1",
        "192.0.2.1@5x",
        "192.0.2.1@ 5",
        "192.0.2.1@000053",
        "192.0.2.1:53",
        "[::1]",
        "::1%lo",
        "2001:db8",
        "1::2::3",
        "@53",
        "192.0.2.1@53@53",
        "1111111111111111111111111111111111111111111111111111111111111111111111111",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct addr out = addr("198.51.100.1");
        struct err err = { "" };
        assert_int_equal(addr_parse(rows[i], 53, &out, &err), -1);
        assert_true(err.msg[0] != '\0');
        assert_true(addr_family(&out) == 4 && addr_port(&out) == 53); /* untouched */
    }
}

static void test_equal_and_any(void **state)
{
    struct addr a = addr("192.0.2.1"), b = addr("192.0.2.1@54"), v6 = addr("2001:db8::1");
    (void)state;
    assert_true(addr_equal(&a, &a));
    assert_false(addr_equal(&a, &b));
    addr_set_port(&b, 53);
    assert_true(addr_equal(&a, &b));
    assert_false(addr_equal(&a, &v6));
    struct addr link = v6;
    link.in6.sin6_flowinfo = htonl(7); /* not part of an address */
    assert_true(addr_equal(&v6, &link));
    link.in6.sin6_scope_id = 2;
    assert_false(addr_equal(&v6, &link));
    struct addr any4 = addr("0.0.0.0@5"), any6 = addr("::");
    assert_true(addr_is_any(&any4) && addr_is_any(&any6));
    assert_false(addr_is_any(&a) || addr_is_any(&v6));
}

static void test_prefix_text(void **state)
{
    static const char *const rows[][2] = {
        { "192.0.2.0/24", "192.0.2.0/24" },     { "192.0.2.1", "192.0.2.1/32" },
        { "0.0.0.0/0", "0.0.0.0/0" },           { "::/0", "::/0" },
        { "2001:db8::/32", "2001:db8::/32" },   { "2001:db8::1", "2001:db8::1/128" },
        { "192.0.2.128/25", "192.0.2.128/25" }, { "2001:db8:8000::/33", "2001:db8:8000::/33" },
    };
    char text[ADDR_TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct prefix p = prefix(rows[i][0]);
        assert_string_equal(prefix_text(&p, text), rows[i][1]);
        assert_int_equal(addr_port(&p.base), 0);
    }
}

static void test_bad_prefix(void **state)
{
    static const char *const rows[][2] = {
        { "192.0.2.1/24", "the prefix is 192.0.2.0/24" },
        { "2001:db8::1/64", "the prefix is 2001:db8::/64" },
        { "192.0.2.255/25", "the prefix is 192.0.2.128/25" },
        { "1.0.0.0/0", "the prefix is 0.0.0.0/0" },
        { "192.0.2.0/33", "from 0 to 32" },
        { "::/129", "from 0 to 128" },
        { "192.0.2.0/", "from 0 to 32" },
        { "192.0.2.0/-1", "from 0 to 32" },
        { "192.0.2.0/24x", "from 0 to 32" },
        { "192.0.2/24", "not an IPv4 or IPv6 address" },
        { "/24", "not an IPv4 or IPv6 address" },
        { "192.0.2.1@53/24", "not an IPv4 or IPv6 address" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct prefix out;
        struct err err = { "" };
        assert_int_equal(prefix_parse(rows[i][0], &out, &err), -1);
        assert_non_null(strstr(err.msg, rows[i][1]));
    }
}

static void test_contains(void **state)
{
    static const struct {
        const char *prefix, *addr;
        bool inside;
    } rows[] = {
        { "192.0.2.0/24", "192.0.2.255@9", true },
        { "192.0.2.0/24", "192.0.3.0", false },
        { "192.0.2.128/25", "192.0.2.127", false },
        { "192.0.2.128/25", "192.0.2.128", true },
        { "192.0.2.8/29", "192.0.2.15", true },
        { "192.0.2.8/29", "192.0.2.16", false },
        { "192.0.2.1/32", "192.0.2.1", true },
        { "192.0.2.1/32", "192.0.2.0", false },
        { "0.0.0.0/0", "255.255.255.255", true },
        { "0.0.0.0/0", "::1", false },
        { "::/0", "2001:db8::1", true },
        { "::/0", "192.0.2.1", false },
        { "2001:db8::/32", "2001:db8:ffff::", true },
        { "2001:db8::/32", "2001:db9::", false },
        { "2001:db8::/33", "2001:db8:8000::", false },
        { "2001:db8::1", "2001:db8::1", true },
        { "192.0.2.0/24", "::ffff:192.0.2.7", true },
        { "192.0.2.0/24", "::ffff:192.0.3.7", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct prefix p = prefix(rows[i].prefix);
        struct addr a = addr(rows[i].addr);
        if (prefix_contains(&p, &a) != rows[i].inside)
            fail_msg("%s, %s", rows[i].prefix, rows[i].addr);
    }
}

static void test_overlap(void **state)
{
    static const struct {
        const char *a, *b;
        bool overlap, equal;
    } rows[] = {
        { "192.0.2.0/24", "192.0.2.0/24", true, true },
        { "192.0.2.0/24", "192.0.2.128/25", true, false },
        { "192.0.2.0/25", "192.0.2.128/25", false, false },
        { "192.0.2.0/24", "192.0.2.0/25", true, false },
        { "192.0.2.0/24", "198.51.100.0/24", false, false },
        { "2001:db8::/32", "2001:db8:53::/48", true, false },
        { "2001:db8:52::/48", "2001:db8:53::/48", false, false },
        { "192.0.2.0/24", "::/8", false, false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct prefix a = prefix(rows[i].a), b = prefix(rows[i].b);
        if (prefixes_overlap(&a, &b) != rows[i].overlap ||
            prefixes_overlap(&b, &a) != rows[i].overlap || prefix_equal(&a, &b) != rows[i].equal)
            fail_msg("%s, %s", rows[i].a, rows[i].b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),        cmocka_unit_test(test_longest_text_fits),
        cmocka_unit_test(test_bad_text),    cmocka_unit_test(test_equal_and_any),
        cmocka_unit_test(test_prefix_text), cmocka_unit_test(test_bad_prefix),
        cmocka_unit_test(test_contains),    cmocka_unit_test(test_overlap),
    };
    return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
