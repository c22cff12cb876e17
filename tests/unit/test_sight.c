/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sight.c - what looking glasses show, from answers in BIRD's and in birdwatcher's words. */
#include "anycastctl/sense/sight.h"
#include "tests/unit/bird_recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int64_t now_ms = 1790000000000; /* 2026-09-21T14:13:20Z */

static struct prefix prefix4(void)
{
    struct prefix prefix;
    assert_int_equal(prefix_parse("192.0.2.0/24", &prefix, NULL), 0);
    return prefix;
}

static struct sight_self node(uint32_t id, const char *via)
{
    return (struct sight_self){ .asn = 64500, .node_id = id, .via = via };
}

/* ---- BIRD ---- */

static const char two_sites[] =
    "1007-Table master4:\n"
    " 192.0.2.0/24         unicast [pop1 10:11:12.345] * (100) [AS64500i]\n"
    "\tvia 198.51.100.6 on t1\n"
    "1012-\tBGP.large_community: (64500, 1, 1) (64500, 2, 2)\n"
    "1007-                     unicast [pop2 10:11:12.345] (100) [AS64500i]\n"
    "1012-\tBGP.large_community: (64500, 1, 2) (64500, 2, 1)\n"
    "0000 \n";

static struct sight bird(const char *text, struct sight_self self)
{
    const struct prefix prefix = prefix4();
    struct sight sight;
    struct err err;
    if (sight_of_bird(reply_of(text), &prefix, &self, &sight, &err) < 0)
        fail_msg("%s", err.msg);
    return sight;
}

static void a_router_sees_our_route_among_those_of_other_sites(void **state)
{
    (void)state;
    struct sight sight = bird(two_sites, node(1, ""));
    assert_true(sight.seen && sight.has_level);
    assert_int_equal(sight.level, LEVEL_BACKUP);
    sight = bird(two_sites, node(2, ""));
    assert_int_equal(sight.level, LEVEL_NORMAL);
    assert_false(bird(two_sites, node(3, "")).seen);
    struct sight_self other = node(1, "");
    other.asn = 64999;
    assert_false(bird(two_sites, other).seen);
    other.asn = 0;
    assert_true(bird(two_sites, other).seen);
}

static void where_communities_are_lost_the_session_tells(void **state)
{
    (void)state;
    struct sight sight = bird(two_sites, node(7, "pop1"));
    assert_true(sight.seen);
    assert_false(sight.has_level); /* it is another one's */
    sight = bird(two_sites, node(1, "pop1"));
    assert_int_equal(sight.level, LEVEL_BACKUP);
    assert_false(bird(two_sites, node(1, "pop3")).seen);
    assert_true(bird(two_sites, node(7, "any")).seen);
}

static void a_router_without_the_route(void **state)
{
    (void)state;
    assert_false(bird("8001 Network not found\n", node(1, "any")).seen);
    assert_false(bird("0000 \n", node(1, "any")).seen);
    assert_false(bird("1007-Table master4:\n 192.0.0.0/16 unicast [up 10:11:12] * (100)\n0000 \n",
                      node(1, "any"))
                     .seen); /* a less specific one */
}

static void refusals_tell_nothing(void **state)
{
    static const char *const texts[] = {
        "9001 syntax error, unexpected CF_SYM_UNDEFINED\n",
        "8007 Access denied\n",
        "8000-<line overflow>\n0000 \n",
    };
    (void)state;
    const struct prefix prefix = prefix4();
    const struct sight_self self = node(1, "");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct sight sight;
        struct err err;
        assert_int_equal(sight_of_bird(reply_of(texts[i]), &prefix, &self, &sight, &err), -1);
        assert_true(err.msg[0]);
    }
}

/* ---- birdwatcher ---- */

#define ROUTE(network, more) "{\"network\":\"" network "\",\"from_protocol\":\"R1\"," more "}"
#define OURS                                                                                       \
    ROUTE("192.0.2.0/24", "\"learnt_from\":\"198.51.100.6\",\"gateway\":\"198.51.100.1\","         \
                          "\"bgp\":{\"large_communities\":[[64500,7,7],[64500,1,1],[64500,2,3]]}")

static struct sight json(const char *text, struct sight_self self)
{
    const struct prefix prefix = prefix4();
    struct sight sight;
    struct err err;
    if (sight_of_birdwatcher(text, strlen(text), &prefix, &self, now_ms, &sight, &err) < 0)
        fail_msg("%s", err.msg);
    return sight;
}

static void birdwatcher_sees_our_route(void **state)
{
    (void)state;
    struct sight sight = json("{\"routes\":[" OURS "]}", node(1, ""));
    assert_true(sight.seen && sight.has_level);
    assert_int_equal(sight.level, LEVEL_DRAIN);
    assert_int_equal(sight.age_ms, 0);
    assert_false(json("{\"routes\":[" OURS "]}", node(2, "")).seen);
    assert_true(json("{\"routes\":[" OURS "]}", node(2, "R1")).seen);
    assert_true(json("{\"routes\":[" OURS "]}", node(2, "198.51.100.6")).seen);
    assert_false(json("{\"routes\":[" OURS "]}", node(2, "198.51.100.1")).seen);
    assert_false(json("{\"routes\":[]}", node(1, "any")).seen);
    /* /route/net/… finds the longest match, which may be another network. */
    assert_false(
        json("{\"routes\":[" ROUTE("192.0.0.0/16", "\"primary\":true") "]}", node(1, "any")).seen);
}

static void an_answer_from_its_cache_is_as_old_as_that(void **state)
{
    static const struct {
        const char *rest;
        int64_t age_ms;
    } rows[] = {
        { "\"api\":{\"result_from_cache\":true},\"cached_at\":\"2026-09-21T14:12:20.5Z\"", 60000 },
        { "\"api\":{\"result_from_cache\":true},\"cached_at\":\"2026-09-21T16:12:20+02:00\"",
          60000 },
        { "\"api\":{\"result_from_cache\":true},\"cached_at\":\"2026-09-21T12:12:20-02:00\"",
          60000 },
        { "\"api\":{\"result_from_cache\":true},\"cached_at\":\"2026-09-21T14:14:20Z\"", 0 },
        { "\"api\":{\"result_from_cache\":false},\"cached_at\":\"2026-09-21T14:12:20Z\"", 0 },
        { "\"api\":{\"result_from_cache\":true},\"cached_at\":\"yesterday\"", 86400000 },
        { "\"api\":{\"result_from_cache\":true}", 86400000 },
        { "\"api\":{\"result_from_cache\":true},\"cached_at\":\"1970-01-01T00:00:00Z\"", 86400000 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        snprintf(text, sizeof text, "{\"routes\":[],%s}", rows[i].rest);
        const struct sight sight = json(text, node(1, ""));
        if (sight.age_ms != rows[i].age_ms)
            fail_msg("%s: %lld", text, (long long)sight.age_ms);
    }
}

static void what_is_no_such_answer_tells_nothing(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        { "", "its answer is no JSON: line" },
        { "<html>", "its answer is no JSON: line 1" },
        { "{\"routes\":[", "its answer is no JSON: line 1" },
        { "[]", "has no list of routes" },
        { "{\"routes\":{}}", "has no list of routes" },
        { "{\"error\":\"bird unreachable\"}", "it says \"bird unreachable\"" },
        { "{\"routes\":[],\"routes\":[]}", "its answer is no JSON" },
    };
    (void)state;
    const struct prefix prefix = prefix4();
    const struct sight_self self = node(1, "any");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sight sight;
        struct err err;
        assert_int_equal(sight_of_birdwatcher(rows[i].text, strlen(rows[i].text), &prefix, &self,
                                              now_ms, &sight, &err),
                         -1);
        if (!strstr(err.msg, rows[i].error))
            fail_msg("%s: %s", rows[i].text, err.msg);
    }
}

static void strange_rows_are_passed_over(void **state)
{
    (void)state;
    const struct sight sight =
        json("{\"routes\":[7,null,{\"network\":7}," ROUTE(
                 "192.0.2.0/24", "\"bgp\":{\"large_communities\":[[64500,1],7,[4294967296,1,1],"
                                 "[-1,1,1],[\"64500\",1,1],[64500,1,1,1]]}") "," OURS "]}",
             node(1, ""));
    assert_true(sight.seen);
    assert_int_equal(sight.level, LEVEL_DRAIN);
}

/* ---- judging ---- */

static void a_sight_agrees_or_not(void **state)
{
    static const struct {
        bool seen, has_level, was_announced;
        enum level sees, level;
        enum sight_verdict verdict;
    } rows[] = {
        { false, false, true, LEVEL_WITHDRAWN, LEVEL_WITHDRAWN, SIGHT_AGREES },
        { true, false, true, LEVEL_WITHDRAWN, LEVEL_WITHDRAWN, SIGHT_DIFFERS },
        { true, true, true, LEVEL_NORMAL, LEVEL_WITHDRAWN, SIGHT_DIFFERS },
        { false, false, false, LEVEL_WITHDRAWN, LEVEL_NORMAL, SIGHT_DIFFERS },
        { true, false, false, LEVEL_WITHDRAWN, LEVEL_NORMAL, SIGHT_AGREES },
        { true, false, true, LEVEL_WITHDRAWN, LEVEL_NORMAL, SIGHT_UNTOLD },
        { true, true, true, LEVEL_BACKUP, LEVEL_NORMAL, SIGHT_DIFFERS },
        { true, true, true, LEVEL_NORMAL, LEVEL_NORMAL, SIGHT_AGREES },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct sight sight = { .seen = rows[i].seen,
                                     .has_level = rows[i].has_level,
                                     .level = rows[i].sees };
        assert_int_equal(sight_judge(&sight, rows[i].level, rows[i].was_announced),
                         rows[i].verdict);
    }
}

static void of_several_prefixes_the_worst_counts(void **state)
{
    (void)state;
    const struct sight gone = { .seen = false, .age_ms = 5 }, there = { .seen = true };
    assert_true(sight_worse(&gone, &there, LEVEL_WITHDRAWN).seen);
    assert_true(sight_worse(&there, &gone, LEVEL_WITHDRAWN).seen);
    assert_false(sight_worse(&there, &gone, LEVEL_NORMAL).seen);
    assert_int_equal(sight_worse(&there, &gone, LEVEL_NORMAL).age_ms, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_router_sees_our_route_among_those_of_other_sites),
        cmocka_unit_test(where_communities_are_lost_the_session_tells),
        cmocka_unit_test(a_router_without_the_route),
        cmocka_unit_test(refusals_tell_nothing),
        cmocka_unit_test(birdwatcher_sees_our_route),
        cmocka_unit_test(an_answer_from_its_cache_is_as_old_as_that),
        cmocka_unit_test(what_is_no_such_answer_tells_nothing),
        cmocka_unit_test(strange_rows_are_passed_over),
        cmocka_unit_test(a_sight_agrees_or_not),
        cmocka_unit_test(of_several_prefixes_the_worst_counts),
    };
    return cmocka_run_group_tests_name("sight", tests, NULL, NULL);
}
