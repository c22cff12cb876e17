/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rrl.c - which responses are alike, which clients are one network, what becomes of too many,
 * and what the log says. */
#include "dnsd/guard/rrl.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const uint64_t name, other_name; /* sources: their addresses count */

static const struct mono start = { INT64_C(5000000000) };

/* Three of each kind at once, one more each second. */
static struct rrl_rules rules_of(enum rrl_mode mode)
{
    struct rrl_rules rules = { .mode = mode, .slip = 0, .ipv4_bits = 24, .ipv6_bits = 56 };
    for (int class = RRL_DATA; class < RRL_ALL; class ++)
        rules.size[class] = bucket_size(1, 3000);
    return rules;
}

static enum rrl_verdict judge_at(struct rrl *rrl, const struct rrl_rules *rules, const char *client,
                                 struct rrl_response response, int64_t ms)
{
    struct addr addr;
    assert_int_equal(addr_parse(client, 53, &addr, NULL), 0);
    response.client = &addr;
    response.now = mono_add_ms(start, ms);
    return rrl_judge(rrl, rules, &response);
}

/* Uses up what a client may have of a kind. */
static void exhaust(struct rrl *rrl, const struct rrl_rules *rules, const char *client,
                    struct rrl_response response)
{
    for (int i = 0; i < 3; i++)
        assert_int_equal(judge_at(rrl, rules, client, response, 0), RRL_PASS);
    assert_int_equal(judge_at(rrl, rules, client, response, 0), RRL_DROP);
}

static const struct rrl_response data = { .class = RRL_DATA, .type = 1, .source = &name };

static void test_too_many_alike(void **state)
{
    (void)state;
    struct rrl_rules rules = rules_of(RRL_ON);
    struct rrl *rrl = rrl_new();
    exhaust(rrl, &rules, "192.0.2.1", data);
    assert_int_equal(judge_at(rrl, &rules, "192.0.2.1", data, 999), RRL_DROP);
    assert_int_equal(judge_at(rrl, &rules, "192.0.2.1", data, 1001), RRL_PASS);
    assert_int_equal(judge_at(rrl, &rules, "192.0.2.1", data, 1002), RRL_DROP);
    rrl_free(rrl);
}

static void test_networks(void **state)
{
    (void)state;
    static const struct {
        const char *one, *two;
        uint8_t ipv4_bits, ipv6_bits;
        bool same;
    } cases[] = {
        { "192.0.2.1", "192.0.2.255", 24, 56, true },
        { "192.0.2.1", "192.0.3.1", 24, 56, false },
        { "192.0.2.1", "192.0.3.1", 23, 56, true },
        { "192.0.2.1", "192.0.2.2", 32, 56, false },
        { "192.0.2.1", "10.0.0.1", 1, 56, false },
        { "192.0.2.1", "255.0.0.1", 1, 56, true },
        { "2001:db8::1", "2001:db8:0:ff:ffff::1", 24, 56, true },
        { "2001:db8::1", "2001:db8:0:100::1", 24, 56, false },
        { "2001:db8::1", "2001:db8:0:100::1", 24, 48, true },
        { "2001:db8::1", "2001:db8:0:1::1", 24, 64, false },
        { "2001:db8::1", "2001:db8::2", 24, 64, true },
        { "::1", "192.0.2.1", 24, 56, false },
        { "8000::1", "::1", 24, 1, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rrl_rules rules = rules_of(RRL_ON);
        struct rrl *rrl = rrl_new();
        rules.ipv4_bits = cases[i].ipv4_bits;
        rules.ipv6_bits = cases[i].ipv6_bits;
        exhaust(rrl, &rules, cases[i].one, data);
        assert_int_equal(judge_at(rrl, &rules, cases[i].two, data, 0),
                         cases[i].same ? RRL_DROP : RRL_PASS);
        rrl_free(rrl);
    }
}

static void test_what_is_alike(void **state)
{
    (void)state;
    static const struct {
        struct rrl_response one, two;
        bool alike;
    } cases[] = {
        { { .class = RRL_DATA, .type = 1, .source = &name },
          { .class = RRL_DATA, .type = 28, .source = &name },
          false },
        { { .class = RRL_DATA, .type = 1, .source = &name },
          { .class = RRL_DATA, .type = 1, .source = &other_name },
          false },
        { { .class = RRL_NODATA, .type = 1, .source = &name },
          { .class = RRL_NODATA, .type = 28, .source = &name },
          true },
        { { .class = RRL_NODATA, .type = 1, .source = &name },
          { .class = RRL_NODATA, .type = 1, .source = &other_name },
          false },
        { { .class = RRL_NXDOMAIN, .type = 1, .source = &name },
          { .class = RRL_NXDOMAIN, .type = 28, .source = &name },
          true },
        { { .class = RRL_REFERRAL, .type = 1, .source = &name },
          { .class = RRL_REFERRAL, .type = 28, .source = &name },
          true },
        { { .class = RRL_REFERRAL, .type = 1, .source = &name },
          { .class = RRL_NODATA, .type = 1, .source = &name },
          false },
        { { .class = RRL_ERROR, .type = 1, .source = &name },
          { .class = RRL_ERROR, .type = 28, .source = NULL },
          true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rrl_rules rules = rules_of(RRL_ON);
        struct rrl *rrl = rrl_new();
        exhaust(rrl, &rules, "192.0.2.1", cases[i].one);
        assert_int_equal(judge_at(rrl, &rules, "192.0.2.1", cases[i].two, 0),
                         cases[i].alike ? RRL_DROP : RRL_PASS);
        rrl_free(rrl);
    }
}

static void test_a_class_without_limit(void **state)
{
    (void)state;
    struct rrl_rules rules = rules_of(RRL_ON);
    struct rrl *rrl = rrl_new();
    rules.size[RRL_DATA] = bucket_size(0, 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(judge_at(rrl, &rules, "192.0.2.1", data, 0), RRL_PASS);
    rrl_free(rrl);
}

/* Each of another kind, but too many of them all. */
static void test_all_classes_together(void **state)
{
    (void)state;
    static const uint64_t names[20];
    struct rrl_rules rules = rules_of(RRL_ON);
    struct rrl *rrl = rrl_new();
    rules.size[RRL_ALL] = bucket_size(10, 1000);
    for (int i = 0; i < 20; i++) {
        struct rrl_response response = { .class = RRL_DATA, .type = 1, .source = &names[i] };
        assert_int_equal(judge_at(rrl, &rules, "192.0.2.1", response, 0),
                         i < 10 ? RRL_PASS : RRL_DROP);
    }
    assert_int_equal(judge_at(rrl, &rules, "198.51.100.1", data, 0), RRL_PASS);
    rrl_free(rrl);
}

static void test_slip(void **state)
{
    (void)state;
    for (uint32_t slip = 0; slip <= 4; slip++) {
        struct rrl_rules rules = rules_of(RRL_ON);
        struct rrl *rrl = rrl_new();
        rules.slip = slip;
        for (int i = 0; i < 3; i++)
            judge_at(rrl, &rules, "192.0.2.1", data, 0);
        for (uint32_t i = 1; i <= 20; i++)
            assert_int_equal(judge_at(rrl, &rules, "192.0.2.1", data, 0),
                             slip && i % slip == 0 ? RRL_SLIP : RRL_DROP);
        rrl_free(rrl);
    }
}

static void test_errors_do_not_slip(void **state)
{
    (void)state;
    struct rrl_rules rules = rules_of(RRL_ON);
    struct rrl *rrl = rrl_new();
    rules.slip = 1;
    exhaust(rrl, &rules, "192.0.2.1", (struct rrl_response){ .class = RRL_ERROR });
    rrl_free(rrl);
}

static void test_exempt_prefixes(void **state)
{
    (void)state;
    struct rrl_rules rules = rules_of(RRL_ON);
    struct rrl *rrl = rrl_new();
    rules.exempt_count = 2;
    assert_int_equal(prefix_parse("192.0.2.0/28", &rules.exempt[0], NULL), 0);
    assert_int_equal(prefix_parse("2001:db8::/32", &rules.exempt[1], NULL), 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(judge_at(rrl, &rules, "192.0.2.1", data, 0), RRL_PASS);
        assert_int_equal(judge_at(rrl, &rules, "2001:db8:9::1", data, 0), RRL_PASS);
    }
    assert_int_equal(rrl_limited(rrl), 0);
    assert_int_equal(judge_at(rrl, &rules, "192.0.2.16", data, 0), RRL_DROP); /* of that /24 */
    exhaust(rrl, &rules, "2001:db9::1", data);
    assert_int_equal(rrl_limited(rrl), 2);
    rrl_free(rrl);
}

static void test_log_only(void **state)
{
    (void)state;
    struct rrl_rules rules = rules_of(RRL_LOG_ONLY);
    struct rrl *rrl = rrl_new();
    rules.slip = 2;
    for (int i = 0; i < 10; i++)
        assert_int_equal(judge_at(rrl, &rules, "192.0.2.1", data, 0), i < 3 ? RRL_PASS : RRL_MATCH);
    assert_int_equal(rrl_limited(rrl), 1);
    rrl_free(rrl);
}

/* What rrl_log writes to stderr at `ms`. */
static void log_at(struct rrl *rrl, const struct rrl_rules *rules, int64_t ms, char *out,
                   size_t cap)
{
    int ends[2], standard = dup(STDERR_FILENO);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    dup2(ends[1], STDERR_FILENO);
    rrl_log(rrl, rules, mono_add_ms(start, ms));
    dup2(standard, STDERR_FILENO);
    ssize_t len = read(ends[0], out, cap - 1);
    out[len > 0 ? len : 0] = '\0';
    close(standard);
    close(ends[0]);
    close(ends[1]);
}

static void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in: %s", part, text);
}

static void test_the_log(void **state)
{
    (void)state;
    static const struct {
        const char *client, *network;
    } cases[] = {
        { "192.0.2.1", "network=192.0.2.0/24 " },
        { "255.255.255.255", "network=255.255.255.0/24 " },
        { "2001:db8:1:2ff::1", "network=2001:db8:1:200::/56 " },
        { "::1", "network=::/56 " },
    };
    char text[4096], want[100];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rrl_rules rules = rules_of(RRL_ON);
        struct rrl *rrl = rrl_new();
        log_at(rrl, &rules, 0, text, sizeof text);
        assert_string_equal(text, "");
        exhaust(rrl, &rules, cases[i].client, data);
        judge_at(rrl, &rules, cases[i].client, data, 700);
        log_at(rrl, &rules, 700, text, sizeof text);
        snprintf(want, sizeof want, "rate-limit-begin %sclass=data mode=on\n", cases[i].network);
        assert_says(text, want);
        log_at(rrl, &rules, 800, text, sizeof text);
        assert_string_equal(text, "");
        log_at(rrl, &rules, 20000, text, sizeof text);
        snprintf(want, sizeof want, "rate-limit-end %sresponses=2 lasted_s=0.7\n",
                 cases[i].network);
        assert_says(text, want);
        rrl_free(rrl);
    }
}

static void test_names_of_modes(void **state)
{
    (void)state;
    enum rrl_mode mode;
    assert_int_equal(rrl_mode_parse("off", &mode), 0);
    assert_int_equal(mode, RRL_OFF);
    assert_int_equal(rrl_mode_parse("log-only", &mode), 0);
    assert_int_equal(mode, RRL_LOG_ONLY);
    assert_int_equal(rrl_mode_parse("on", &mode), 0);
    assert_int_equal(mode, RRL_ON);
    assert_int_equal(rrl_mode_parse("yes", &mode), -1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_too_many_alike),
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_what_is_alike),
        cmocka_unit_test(test_a_class_without_limit),
        cmocka_unit_test(test_all_classes_together),
        cmocka_unit_test(test_slip),
        cmocka_unit_test(test_errors_do_not_slip),
        cmocka_unit_test(test_exempt_prefixes),
        cmocka_unit_test(test_log_only),
        cmocka_unit_test(test_the_log),
        cmocka_unit_test(test_names_of_modes),
    };
    return cmocka_run_group_tests_name("rrl", tests, NULL, NULL);
}
