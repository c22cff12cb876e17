/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_cookie.c - RFC 9018's own examples (appendix A), and who is believed, for how long. */
#include "dnsd/guard/cookie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECRET      "e5e973e5a6b2a43f48e7dc849e37bfcf"
#define OLD_SECRET  "dd3bdf9344b678b185a6f5cb60fca715"
#define NEW_SECRET  "445536bcd2513298075a5d379663c962"
#define CLIENT_PART "2464c4abcf10c957"
#define CLIENT      "198.51.100.100"
#define COOKIE      CLIENT_PART "010000005cf79f111f8130c3eee29480"

enum { MADE = 1559731985 }; /* the time in COOKIE */

static size_t unhex(const char *text, uint8_t *out)
{
    size_t n = strlen(text) / 2;
    for (size_t i = 0; i < n; i++) {
        const char digits[] = { text[2 * i], text[2 * i + 1], '\0' };
        out[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return n;
}

/* Judges the option `data` that came from `client`. `secrets`: one or more, with blanks between.
 */
static struct cookie judge(const char *secrets, const char *client, const char *data, uint32_t now)
{
    struct cookie_secrets set = { 0 };
    struct cookie cookie;
    struct addr addr;
    uint8_t bytes[64];
    for (; *secrets; secrets += strspn(secrets, " ")) {
        char one[40];
        size_t len = strcspn(secrets, " ");
        snprintf(one, sizeof one, "%.*s", (int)len, secrets);
        unhex(one, set.secret[set.count++]);
        secrets += len;
    }
    assert_int_equal(addr_parse(client, 53, &addr, NULL), 0);
    struct cookie_request request = { bytes, (uint16_t)unhex(data, bytes), &addr, now };
    memset(&cookie, 0xa5, sizeof cookie);
    cookie_judge(&set, &request, &cookie);
    return cookie;
}

static void assert_reply(const struct cookie *cookie, const char *expected)
{
    char text[2 * COOKIE_BYTES + 1];
    for (size_t i = 0; i < COOKIE_BYTES; i++)
        sprintf(text + 2 * i, "%02x", cookie->reply[i]);
    assert_string_equal(text, expected);
}

static void test_a1_a_new_client(void **state)
{
    (void)state;
    struct cookie cookie = judge(SECRET, CLIENT, CLIENT_PART, MADE);
    assert_int_equal(cookie.state, COOKIE_NEW);
    assert_reply(&cookie, COOKIE);
}

static void test_a2_the_same_client_gets_a_fresh_one(void **state)
{
    (void)state;
    struct cookie cookie = judge(SECRET, CLIENT, COOKIE, 1559734385);
    assert_int_equal(cookie.state, COOKIE_VALID);
    assert_reply(&cookie, CLIENT_PART "010000005cf7a871d4a564a1442aca77");
}

/* The reserved bytes of another maker count in the hash, and are not ours to give back. */
static void test_a3_another_client(void **state)
{
    (void)state;
    const char *theirs = "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5";
    struct cookie cookie = judge(SECRET, "203.0.113.203", theirs, 1559727985);
    assert_int_equal(cookie.state, COOKIE_VALID);
    assert_reply(&cookie, theirs);
    cookie = judge(SECRET, "203.0.113.203", theirs, 1559734700);
    assert_int_equal(cookie.state, COOKIE_BAD); /* by then too old (4.3) */
    assert_reply(&cookie, "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e");
}

static void test_a4_ipv6_and_a_new_secret(void **state)
{
    (void)state;
    const char *client = "2001:db8:220:1:59de:d0f4:8769:82b8";
    const char *old = "22681ab97d52c298010000005cf7c57926556bd0934c72f8";
    const char *fresh = "22681ab97d52c298010000005cf7c609a6bb79d16625507a";
    struct cookie cookie = judge(NEW_SECRET " " OLD_SECRET, client, old, 1559741961);
    assert_int_equal(cookie.state, COOKIE_VALID);
    assert_reply(&cookie, fresh);
    cookie = judge(NEW_SECRET, client, old, 1559741961);
    assert_int_equal(cookie.state, COOKIE_BAD);
    assert_reply(&cookie, fresh);
}

/* RFC 9018 5: sites take over the next secret one after the other. */
static void test_the_secret_to_come_is_taken_too(void **state)
{
    (void)state;
    struct cookie made = judge(NEW_SECRET, CLIENT, CLIENT_PART, MADE);
    char data[2 * COOKIE_BYTES + 1];
    for (size_t i = 0; i < COOKIE_BYTES; i++)
        sprintf(data + 2 * i, "%02x", made.reply[i]);
    struct cookie cookie = judge(SECRET " " OLD_SECRET " " NEW_SECRET, CLIENT, data, MADE + 1);
    assert_int_equal(cookie.state, COOKIE_VALID);
    cookie = judge(SECRET " " OLD_SECRET, CLIENT, data, MADE + 1);
    assert_int_equal(cookie.state, COOKIE_BAD);
}

/* RFC 9018 4.3. */
static void test_ages(void **state)
{
    (void)state;
    static const struct {
        int64_t age;
        enum cookie_state state;
        bool same; /* it is given back as it came */
    } cases[] = {
        { 0, COOKIE_VALID, true },     { 1, COOKIE_VALID, true },
        { 1800, COOKIE_VALID, true },  { 1801, COOKIE_VALID, false },
        { 3600, COOKIE_VALID, false }, { 3601, COOKIE_BAD, false },
        { -300, COOKIE_VALID, true },  { -301, COOKIE_BAD, false },
        { 86400, COOKIE_BAD, false },  { INT32_MAX, COOKIE_BAD, false },
    };
    uint8_t same[COOKIE_BYTES];
    unhex(COOKIE, same);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cookie cookie = judge(SECRET, CLIENT, COOKIE, (uint32_t)(MADE + cases[i].age));
        assert_int_equal(cookie.state, cases[i].state);
        assert_int_equal(memcmp(cookie.reply, same, sizeof same) == 0, cases[i].same);
    }
}

static void test_the_clock_may_wrap(void **state)
{
    (void)state;
    struct cookie made = judge(SECRET, CLIENT, CLIENT_PART, UINT32_MAX - 10);
    char data[2 * COOKIE_BYTES + 1];
    for (size_t i = 0; i < COOKIE_BYTES; i++)
        sprintf(data + 2 * i, "%02x", made.reply[i]);
    assert_int_equal(judge(SECRET, CLIENT, data, 20).state, COOKIE_VALID);
    assert_int_equal(judge(SECRET, CLIENT, data, 4000).state, COOKIE_BAD);
}

static void test_what_is_not_ours(void **state)
{
    (void)state;
    assert_int_equal(judge(SECRET, "198.51.100.101", COOKIE, MADE).state, COOKIE_BAD);
    assert_int_equal(judge(SECRET, "2001:db8::1", COOKIE, MADE).state, COOKIE_BAD);
    assert_int_equal(judge(NEW_SECRET, CLIENT, COOKIE, MADE).state, COOKIE_BAD);
    static const char *const others[] = {
        CLIENT_PART "010000005cf79f111f8130c3eee29481",     /* the hash */
        CLIENT_PART "010000005cf79f121f8130c3eee29480",     /* the time */
        CLIENT_PART "010000015cf79f111f8130c3eee29480",     /* the reserved bytes */
        CLIENT_PART "020000005cf79f111f8130c3eee29480",     /* the version */
        "2464c4abcf10c958010000005cf79f111f8130c3eee29480", /* the client's part */
        CLIENT_PART "010000005cf79f11",                     /* the shortest there may be */
        CLIENT_PART "010000005cf79f111f8130c3eee29480ff",   /* of another length */
        CLIENT_PART "00000000000000000000000000000000000000000000000000000000000000ff",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct cookie cookie = judge(SECRET, CLIENT, others[i], MADE);
        assert_int_equal(cookie.state, COOKIE_BAD);
        uint8_t client_part[8];
        char eight[17];
        snprintf(eight, sizeof eight, "%.16s", others[i]);
        unhex(eight, client_part);
        assert_memory_equal(cookie.reply, client_part, sizeof client_part);
    }
}

/* RFC 7873 5.2.2: 8 bytes, or 16 to 40. */
static void test_lengths(void **state)
{
    (void)state;
    char data[2 * 48 + 1];
    memset(data, '0', sizeof data);
    for (size_t bytes = 0; bytes <= 48; bytes++) {
        data[2 * bytes] = '\0';
        enum cookie_state expected = bytes == 8                 ? COOKIE_NEW
                                     : bytes < 16 || bytes > 40 ? COOKIE_MALFORMED
                                                                : COOKIE_BAD;
        assert_int_equal(judge(SECRET, CLIENT, data, MADE).state, expected);
        data[2 * bytes] = '0';
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a1_a_new_client),
        cmocka_unit_test(test_a2_the_same_client_gets_a_fresh_one),
        cmocka_unit_test(test_a3_another_client),
        cmocka_unit_test(test_a4_ipv6_and_a_new_secret),
        cmocka_unit_test(test_the_secret_to_come_is_taken_too),
        cmocka_unit_test(test_ages),
        cmocka_unit_test(test_the_clock_may_wrap),
        cmocka_unit_test(test_what_is_not_ours),
        cmocka_unit_test(test_lengths),
    };
    return cmocka_run_group_tests_name("cookie", tests, NULL, NULL);
}
