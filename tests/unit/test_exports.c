/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_exports.c - the rounds of questions, with a BIRD that says what the test wants. */
#include "tests/unit/exports_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void what_is_sent_to_whom_is_shown(void **state)
{
    (void)state;
    start();
    AWAIT(look(LEVEL_NORMAL)->known);
    assert_int_equal(look(LEVEL_NORMAL)->asked, 3);
    assert_int_equal(look(LEVEL_NORMAL)->heard, 2); /* up0, which is the view's second */
    assert_string_equal(look(LEVEL_NORMAL)->problem, "");
    assert_int_equal(view->alarm_count, 0);
}

/* Heard where all of them are; and each must be, somewhere. */
static void each_prefix_is_asked_about(void **state)
{
    (void)state;
    struct service_family *family = &settings.service[0].family[FAMILY_4];
    struct err err;
    assert_int_equal(prefix_parse("198.51.100.0/24", &family->prefix[family->prefix_count++], &err),
                     0);
    mind.other = NOTHING;
    start();
    AWAIT(seen.changes == 1);
    assert_non_null(strstr(seen.problem, "see birdc show route 198.51.100.0/24"));
    assert_int_equal(look(LEVEL_NORMAL)->asked, 3);
    assert_int_equal(look(LEVEL_NORMAL)->heard, 0);
    assert_true(seen.other_questions >= 2);

    mind.other = ROUTE("svc_dns_4_normal");
    mind.sent[1].reply = ROUTE("svc_dns_4_normal");
    AWAIT(seen.changes == 2);
    assert_string_equal(seen.problem, "");
    assert_int_equal(look(LEVEL_NORMAL)->heard, 1); /* up1, which is the view's first */
}

static void what_was_found_at_another_level_is_not_shown(void **state)
{
    (void)state;
    start();
    AWAIT(look(LEVEL_NORMAL)->known);
    assert_false(look(LEVEL_DRAIN)->known);
    view->service[0].family[FAMILY_4].actual_known = false;
    exports_view(exports, view);
    assert_false(view->service[0].family[FAMILY_4].exports.known);
}

static void only_established_sessions_that_bring_traffic_are_asked(void **state)
{
    (void)state;
    mind.sessions = ESTABLISHED("up0") ACTIVE("up1") ESTABLISHED("fleet_nyc");
    start();
    let_a_whole_round_pass();
    AWAIT(strcmp(seen.asked, "up0 ") == 0);
    assert_int_equal(look(LEVEL_NORMAL)->asked, 2);
}

static void without_such_sessions_nothing_is_known(void **state)
{
    (void)state;
    mind.sessions = ESTABLISHED("fleet_nyc") " ospf1 OSPF --- up 10:11:12.345 Running\n";
    start();
    let_a_whole_round_pass();
    assert_int_equal(seen.questions, 0);
    assert_false(look(LEVEL_NORMAL)->known);
}

static void a_problem_is_told_after_the_grace_time(void **state)
{
    (void)state;
    mind.sent[0].reply = NOTHING;
    start();
    AWAIT(seen.changes == 1);
    assert_true(mono_diff_ms(mono_now(), seen.first) >= EXPORTS_GRACE_ROUNDS * POLL_MS);
    assert_non_null(strstr(seen.problem, "exports it to no session"));
    assert_string_equal(look(LEVEL_NORMAL)->problem, seen.problem);
    assert_int_equal(view->alarm_count, 1);
    assert_non_null(strstr(view->alarm[0], "dns IPv4: BIRD has it at normal"));

    mind.sent[0].reply = ROUTE("svc_dns_4_normal");
    AWAIT(seen.changes == 2);
    assert_string_equal(seen.problem, "");
    assert_int_equal(look(LEVEL_NORMAL)->heard, 2);
    assert_int_equal(view->alarm_count, 0);
}

static void another_level_has_its_own_grace_time(void **state)
{
    (void)state;
    mind.sent[0].reply = NOTHING;
    start();
    AWAIT(seen.changes == 1);
    mind.up = "svc_dns_4_drain";
    AWAIT(seen.changes == 2);
    assert_string_equal(seen.problem, "");
    AWAIT(seen.changes == 3);
    assert_non_null(strstr(seen.problem, "BIRD has it at drain"));
}

static void a_session_that_goes_meanwhile_leaves_it_open(void **state)
{
    (void)state;
    mind.sent[0].reply = NOTHING;
    start();
    AWAIT(seen.changes == 1);
    mind.sent[1].reply = "9001 syntax error, unexpected CF_SYM_UNDEFINED\n";
    AWAIT(seen.changes == 2);
    assert_string_equal(seen.problem, "");
    assert_false(look(LEVEL_NORMAL)->known);
}

static void a_lost_connection_leaves_it_open(void **state)
{
    (void)state;
    mind.sent[0].reply = NOTHING;
    start();
    AWAIT(seen.changes == 1);
    fake_bird_stop(&bird);
    AWAIT(seen.changes == 2);
    assert_string_equal(seen.problem, "");
    assert_false(look(LEVEL_NORMAL)->known);
    fake_bird_start(&bird);
    AWAIT(seen.changes == 3);
    assert_non_null(strstr(seen.problem, "exports it to no session"));
}

static void what_is_withdrawn_but_still_sent_is_told(void **state)
{
    (void)state;
    mind.up = "";
    mind.sent[0].reply = ROUTE("trap");
    start();
    AWAIT(seen.changes == 1);
    assert_non_null(strstr(seen.problem, "still exports 192.0.2.0/24 to up0, from its protocol"));
    assert_int_equal(look(LEVEL_WITHDRAWN)->heard, 2);
}

static void another_sites_route_may_be_passed_on(void **state)
{
    (void)state;
    mind.up = "";
    mind.sent[0].reply = ROUTE("up1");
    start();
    AWAIT(look(LEVEL_WITHDRAWN)->known);
    assert_int_equal(look(LEVEL_WITHDRAWN)->asked, 3);
    assert_int_equal(look(LEVEL_WITHDRAWN)->heard, 0);
}

static void a_change_is_looked_at_soon(void **state)
{
    (void)state;
    settings.bird.poll_ms = 60000;
    start();
    AWAIT(look(LEVEL_NORMAL)->known);
    mind.up = "svc_dns_4_drain";
    mind.sent[0].reply = ROUTE("svc_dns_4_drain");
    exports_look(exports);
    exports_look(exports);
    AWAIT(look(LEVEL_DRAIN)->known);
    assert_int_equal(look(LEVEL_DRAIN)->heard, 2);
    assert_int_equal(seen.rounds, 2);
}

static void on_enough(struct ev_loop *l, ev_timer *timer, int events)
{
    (void)l, (void)events;
    *(bool *)timer->data = true;
}

static void a_slow_round_is_not_overtaken(void **state)
{
    (void)state;
    bool enough = false;
    ev_timer timer;
    mind.silent = true;
    start();
    AWAIT(seen.questions == 1);
    ev_timer_init(&timer, on_enough, 4 * POLL_MS / 1000.0, 0);
    timer.data = &enough;
    ev_timer_start(loop, &timer);
    AWAIT(enough);
    assert_int_equal(seen.rounds, 1);
    assert_int_equal(seen.questions, 1);
    mind.silent = false;
    fake_bird_say(&bird, NOTHING);
    AWAIT(seen.questions == 2); /* it goes on where it was */
    assert_int_equal(seen.rounds, 1);
    AWAIT(seen.rounds == 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, exports_begin, exports_end)
    const struct CMUnitTest tests[] = {
        TEST(what_is_sent_to_whom_is_shown),
        TEST(each_prefix_is_asked_about),
        TEST(what_was_found_at_another_level_is_not_shown),
        TEST(only_established_sessions_that_bring_traffic_are_asked),
        TEST(without_such_sessions_nothing_is_known),
        TEST(a_problem_is_told_after_the_grace_time),
        TEST(another_level_has_its_own_grace_time),
        TEST(a_session_that_goes_meanwhile_leaves_it_open),
        TEST(a_lost_connection_leaves_it_open),
        TEST(what_is_withdrawn_but_still_sent_is_told),
        TEST(another_sites_route_may_be_passed_on),
        TEST(a_change_is_looked_at_soon),
        TEST(a_slow_round_is_not_overtaken),
    };
    return cmocka_run_group_tests_name("exports", tests, NULL, NULL);
}
