/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_exports_reach.c - whether anybody is reached, and what the sessions carry. */
#include "tests/unit/exports_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool is_isolated(void)
{
    struct mono since;
    const char *why;
    return exports_isolated(exports, 0, FAMILY_4, &since, &why);
}

static void a_node_that_nobody_hears_is_isolated(void **state)
{
    (void)state;
    struct mono since;
    const char *why;
    start();
    let_a_whole_round_pass();
    assert_false(is_isolated());
    mind.sessions = ACTIVE("up0") ACTIVE("up1");
    AWAIT(seen.reaches == 1);
    assert_true(exports_isolated(exports, 0, FAMILY_4, &since, &why));
    assert_string_equal(why, "no session to a provider is established");
    assert_true(mono_diff_ms(mono_now(), since) >= REACH_GRACE_MS);
    mind.sessions = ESTABLISHED("up0") ESTABLISHED("up1");
    AWAIT(seen.reaches == 2);
    assert_false(is_isolated());
}

/* The other sites rely on it: it does not wait for the next round. */
static void isolation_is_seen_between_rounds(void **state)
{
    (void)state;
    settings.bird.poll_ms = 60000;
    start();
    let_a_whole_round_pass();
    mind.sessions = ACTIVE("up0") ACTIVE("up1");
    AWAIT(seen.reaches == 1);
    assert_true(is_isolated());
    mind.sessions = ESTABLISHED("up0") ACTIVE("up1");
    AWAIT(seen.reaches == 2);
    assert_false(is_isolated());
}

/* Neither is what BIRD's sessions do before they have come up once, nor anything without BIRD. */
static void what_is_not_known_is_not_isolation(void **state)
{
    (void)state;
    mind.sessions = ACTIVE("up0") ACTIVE("up1");
    start();
    AWAIT(seen.rounds > 2 * EXPORTS_GRACE_ROUNDS);
    assert_false(is_isolated());
    mind.sessions = ESTABLISHED("up0");
    let_a_whole_round_pass();
    mind.sessions = ACTIVE("up0") ACTIVE("up1");
    AWAIT(seen.reaches == 1);
    assert_true(is_isolated());
    fake_bird_stop(&bird);
    AWAIT(seen.reaches == 2);
    assert_false(is_isolated());
}

static void what_sessions_carry_is_shown(void **state)
{
    (void)state;
    char text[VIEW_TEXT_MAX];
    start();
    AWAIT(seen.details == 2);
    AWAIT(look(LEVEL_NORMAL)->known && view->bird.session[0].channel[FAMILY_4].known);
    const struct channel_view *channel = &view->bird.session[0].channel[FAMILY_4];
    assert_true(channel->up);
    assert_int_equal(channel->imported, 2);
    assert_int_equal(channel->exported, 1);
    assert_null(channel->limit_hit);
    assert_false(view->bird.session[0].channel[FAMILY_6].known);
    assert_false(exports_limit_hit(exports, FAMILY_4, text));
    assert_int_equal(seen.limits, 0);
}

static void a_limit_that_is_hit_is_told(void **state)
{
    (void)state;
    char text[VIEW_TEXT_MAX];
    mind.full = "up1";
    start();
    AWAIT(seen.limits == 1);
    assert_true(exports_limit_hit(exports, FAMILY_4, text));
    assert_string_equal(text, "session up1 IPv4: its import limit of 2 routes is hit, and what is "
                              "beyond is blocked");
    assert_false(exports_limit_hit(exports, FAMILY_6, text));
    look(LEVEL_NORMAL);
    assert_int_equal(view->alarm_count, 1);
    assert_non_null(strstr(view->alarm[0], "see birdc show protocols all up1"));
    mind.full = "";
    mind.sessions = ESTABLISHED("up0") ESTABLISHED("up1") ACTIVE("up2"); /* asks anew */
    AWAIT(seen.limits == 2);
    assert_false(exports_limit_hit(exports, FAMILY_4, text));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, exports_begin, exports_end)
    const struct CMUnitTest tests[] = {
        TEST(a_node_that_nobody_hears_is_isolated), TEST(isolation_is_seen_between_rounds),
        TEST(what_is_not_known_is_not_isolation),   TEST(what_sessions_carry_is_shown),
        TEST(a_limit_that_is_hit_is_told),
    };
    return cmocka_run_group_tests_name("exports_reach", tests, NULL, NULL);
}
