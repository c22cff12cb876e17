/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_admit.c - what cookies lead to where they are demanded, and where there are none. What they
 * lead to by default stands in tests/conformance/rfc7873.txt. */
#include "tests/unit/reply.h"
#include "tests/unit/responder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CLIENT   " +client=198.51.100.100"
#define NEW      " +cookie=2464c4abcf10c957"
#define GOOD     " +cookie=2464c4abcf10c957010000005cf79f111f8130c3eee29480"
#define BAD      " +cookie=2464c4abcf10c957010000005cf79f111f8130c3eee29481"
#define OURS     "edns 1232 cookie=2464c4abcf10c957010000005cf79f111f8130c3eee29480\n"
#define THE_DATA "an www.example. 3600 A 192.0.2.80\n"

/* The secret of RFC 9018 A.1. */
static struct guard_rules rules = {
    .secrets = { 1, { "\xe5\xe9\x73\xe5\xa6\xb2\xa4\x3f\x48\xe7\xdc\x84\x9e\x37\xbf\xcf" } },
};

static void check_with(struct guard *guard, const char *question, const char *expected)
{
    static uint8_t out[DNS_MESSAGE_MAX];
    static const struct zone_set *zones;
    struct query_settings settings = { .nsid = "n", .udp_payload_max = 1232, .guard = guard };
    struct ask ask;
    if (!zones)
        zones = cases_zones("query.cases");
    ask_from_text(&ask, question);
    struct query_result result = responder_result(&settings, zones, &ask, out);
    char *text = reply_text(out, result.len);
    assert_string_equal(text, expected);
    free(text);
}

static void check(enum guard_cookies cookies, const char *question, const char *expected)
{
    rules.cookies = cookies;
    struct guard *guard = guard_new(&rules);
    check_with(guard, question, expected);
    guard_free(guard);
}

static void test_off(void **state)
{
    (void)state;
    static const char *const cookies[] = { NEW, GOOD, BAD, " +cookie=00" };
    for (size_t i = 0; i < sizeof(cookies) / sizeof(*cookies); i++) {
        char question[200];
        snprintf(question, sizeof(question), "www.example. A%s" CLIENT, cookies[i]);
        check(GUARD_COOKIES_OFF, question, "NOERROR aa\nedns 1232\n" THE_DATA);
        check_with(NULL, question, "NOERROR aa\nedns 1232\n" THE_DATA);
        snprintf(question, sizeof(question), ". A +questions=0%s" CLIENT, cookies[i]);
        check(GUARD_COOKIES_OFF, question, "FORMERR questions=0\nedns 1232\n");
        check_with(NULL, question, "FORMERR questions=0\nedns 1232\n");
    }
}

static void test_required(void **state)
{
    (void)state;
    const enum guard_cookies require = GUARD_COOKIES_REQUIRE;
    check(require, "www.example. A" NEW CLIENT, "BADCOOKIE\n" OURS);
    check(require, "www.example. A" BAD CLIENT, "BADCOOKIE\n" OURS);
    check(require, "www.example. A" GOOD CLIENT, "NOERROR aa\n" OURS THE_DATA);
    check(require, "www.example. A" NEW CLIENT " +tcp", "NOERROR aa\n" OURS THE_DATA);
    check(require, ". A +questions=0" NEW CLIENT, "NOERROR questions=0\n" OURS);
    check(require, ". A +questions=0" BAD CLIENT, "BADCOOKIE questions=0\n" OURS);
}

/* RFC 7873 5.2.1: who knows no cookies is answered as ever. */
static void test_required_of_those_who_know_them(void **state)
{
    (void)state;
    const enum guard_cookies require = GUARD_COOKIES_REQUIRE;
    check(require, "www.example. A", "NOERROR aa\n" THE_DATA);
    check(require, "www.example. A +edns=1232", "NOERROR aa\nedns 1232\n" THE_DATA);
}

/* What is wrong with a query comes first. */
static void test_required_does_not_hide_errors(void **state)
{
    (void)state;
    check(GUARD_COOKIES_REQUIRE, "www.example. A +cookie=00", "FORMERR\nedns 1232\n");
    check(GUARD_COOKIES_REQUIRE, "www.example. A +version=1" NEW CLIENT, "BADVERS\n" OURS);
}

static void test_new_rules_hold_at_once(void **state)
{
    (void)state;
    rules.cookies = GUARD_COOKIES_ON;
    struct guard *guard = guard_new(&rules);
    check_with(guard, "www.example. A" GOOD CLIENT, "NOERROR aa\n" OURS THE_DATA);
    struct guard_rules rolled = { .cookies = GUARD_COOKIES_REQUIRE, .secrets = { .count = 2 } };
    memset(rolled.secrets.secret[0], 7, COOKIE_SECRET_BYTES);
    memcpy(rolled.secrets.secret[1], rules.secrets.secret[0], COOKIE_SECRET_BYTES);
    guard_set_rules(guard, &rolled);
    check_with(guard, "www.example. A" GOOD CLIENT,
               "NOERROR aa\nedns 1232 "
               "cookie=2464c4abcf10c957010000005cf79f11b6f558b3b184f6e4\n" THE_DATA);
    guard_free(guard);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_off),
        cmocka_unit_test(test_required),
        cmocka_unit_test(test_required_of_those_who_know_them),
        cmocka_unit_test(test_required_does_not_hide_errors),
        cmocka_unit_test(test_new_rules_hold_at_once),
    };
    return cmocka_run_group_tests_name("admit", tests, NULL, NULL);
}
