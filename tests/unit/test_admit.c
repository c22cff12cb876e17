/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_admit.c - what cookies lead to where they are demanded, and where there are none (what they
 * lead to by default stands in tests/conformance/rfc7873.txt); and which responses are alike to
 * rate limits, and what is sent instead of them. */
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

/* --- rate limits ------------------------------------------------------------------------------ */

/* All that slips through does so; of each kind one comes whole. */
static struct guard *strict_guard(uint32_t slip)
{
    struct guard_rules strict = {
        .cookies = GUARD_COOKIES_ON,
        .secrets = rules.secrets,
        .rrl = { .mode = RRL_ON, .slip = slip, .ipv4_bits = 24, .ipv6_bits = 56 },
    };
    for (int class = 0; class < RRL_ALL; class ++)
        strict.rrl.size[class] = bucket_size(1, 0);
    return guard_new(&strict);
}

static const struct zone_set *kinds_of_zones(void)
{
    static const struct zone_set *zones;
    if (!zones)
        zones = cases_zones("limits.cases");
    return zones;
}

static struct query_result ask_strictly(struct guard *guard, const char *question, uint8_t *out)
{
    struct query_settings settings = { .nsid = "n", .udp_payload_max = 1232, .guard = guard };
    struct ask ask;
    ask_from_text(&ask, question);
    return responder_result(&settings, kinds_of_zones(), &ask, out);
}

static void test_alike_responses(void **state)
{
    (void)state;
    static const struct {
        const char *one, *two;
        bool alike;
    } cases[] = {
        { "www.example. A", "WWW.example. A +do", true },
        { "www.example. A", "www.example. TXT", false },
        { "www.example. A", "ns.example. A", false },
        { "www.example. A", "www.example. A +client=192.0.3.1", false },
        { "www.example. A", "www.example. A +client=192.0.2.1", true },
        { "a.wild.example. A", "b.c.wild.example. A", true },
        { "a.wild.example. A", "a.wild2.example. A", false },
        { "a.wild.example. A", "a.wild.example. AAAA", false },
        { "big.example. TXT", "big.example. AAAA", false },
        { "big.example. TXT", "big.example. TXT +edns=1232", true },
        { "a.wild.example. AAAA", "b.wild.example. MX", true },
        { "a.dname.example. A", "b.dname.example. A", true },
        { "alias.example. A", "alias.example. A", true },
        { "www.example. AAAA", "www.example. MX", true },
        { "www.example. AAAA", "ns.example. AAAA", false },
        { "ent.example. A", "ent.example. AAAA", true },
        { "no1.example. A", "no2.ent.example. TXT", true },
        { "no1.example. A", "no1.other. A", false },
        { "no1.example. A", "www.example. MX", false },
        { "sub.example. A", "www.sub.example. AAAA", true },
        { "www.sub.example. A", "www.sub2.example. A", false },
        { "sub.example. DS", "sub.example. A", false },
        { "www.test. A", "other.test. TXT", true },
        { "www.test. A", "www.example. TKEY", true },
        { "www.test. A", "www.example. A +opcode=4", true },
        { "www.test. A", "www.example. A +trail", true },
        { "www.test. A", "www.gone. A", true },
        { "www.test. A", ". A +questions=0" NEW, true },
        { "www.example. A", "www.example. A +tcp", false },
    };
    static uint8_t out[DNS_MESSAGE_MAX];
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct guard *guard = strict_guard(0);
        assert_int_equal(ask_strictly(guard, cases[i].one, out).kind, QUERY_ANSWERED);
        enum query_kind kind = ask_strictly(guard, cases[i].two, out).kind;
        if (kind != (cases[i].alike ? QUERY_LIMITED : QUERY_ANSWERED))
            fail_msg("%s, then %s", cases[i].one, cases[i].two);
        guard_free(guard);
    }
}

/* The second reply to a question, where all slip through. */
static void check_slip(const char *question, const char *expected)
{
    static uint8_t out[DNS_MESSAGE_MAX];
    struct guard *guard = strict_guard(1);
    ask_strictly(guard, question, out);
    struct query_result result = ask_strictly(guard, question, out);
    assert_int_equal(result.limit, RRL_SLIP);
    char *text = reply_text(out, result.len);
    assert_string_equal(text, expected);
    assert_true(reply_well_formed(out, result.len));
    free(text);
    guard_free(guard);
}

static void test_what_slips_through_says_nothing(void **state)
{
    (void)state;
    check_slip("www.example. A", "NOERROR tc\n");
    check_slip("www.example. A +rd +nsid", "NOERROR tc rd\nedns 1232 nsid=n\n");
    check_slip("nothing.example. A +do +zoneversion", "NOERROR tc\nedns 1232 do\n");
    check_slip("www.sub.example. A", "NOERROR tc\n");
}

/* Who speaks cookies is told his, and comes back over UDP. */
static void test_what_slips_through_brings_a_cookie(void **state)
{
    (void)state;
    check_slip("www.example. A" NEW CLIENT, "BADCOOKIE\n" OURS);
    check_slip("www.example. A" BAD CLIENT, "BADCOOKIE\n" OURS);
}

static void test_who_is_known_is_not_limited(void **state)
{
    (void)state;
    static uint8_t out[DNS_MESSAGE_MAX];
    struct guard *guard = strict_guard(2);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(ask_strictly(guard, "www.example. A" GOOD CLIENT, out).limit, RRL_PASS);
        assert_int_equal(ask_strictly(guard, "www.example. A" CLIENT " +tcp", out).limit, RRL_PASS);
        assert_int_equal(ask_strictly(guard, "www.example. A" CLIENT, out).limit, i == 0 ? RRL_PASS
                                                                                  : i % 2 == 0
                                                                                      ? RRL_SLIP
                                                                                      : RRL_DROP);
    }
    guard_free(guard);
}

/* From the log to the deed and back, as an operator goes about it. */
static void test_modes_change_under_way(void **state)
{
    (void)state;
    static uint8_t out[DNS_MESSAGE_MAX];
    static const struct {
        enum rrl_mode mode;
        enum rrl_verdict verdict;
    } steps[] = {
        { RRL_OFF, RRL_PASS },       { RRL_LOG_ONLY, RRL_PASS }, /* the first that is counted */
        { RRL_LOG_ONLY, RRL_MATCH }, { RRL_ON, RRL_DROP },
        { RRL_OFF, RRL_PASS },       { RRL_ON, RRL_DROP }
    };
    struct guard_rules changing = { .rrl = { .ipv4_bits = 24, .ipv6_bits = 56 } };
    changing.rrl.size[RRL_DATA] = bucket_size(1, 0);
    struct guard *guard = guard_new(&changing);
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        changing.rrl.mode = steps[i].mode;
        guard_set_rules(guard, &changing);
        struct query_result result = ask_strictly(guard, "www.example. A", out);
        assert_int_equal(result.limit, steps[i].verdict);
        assert_int_equal(result.kind,
                         steps[i].verdict == RRL_DROP ? QUERY_LIMITED : QUERY_ANSWERED);
    }
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
        cmocka_unit_test(test_alike_responses),
        cmocka_unit_test(test_what_slips_through_says_nothing),
        cmocka_unit_test(test_what_slips_through_brings_a_cookie),
        cmocka_unit_test(test_who_is_known_is_not_limited),
        cmocka_unit_test(test_modes_change_under_way),
    };
    return cmocka_run_group_tests_name("admit", tests, NULL, NULL);
}
