/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_glasses.c - when looking glasses are asked, and what becomes of what they see. */
#include "anycastctl/sense/glasses.h"

#include "common/mem.h"
#include "tests/unit/await.h"
#include "tests/unit/fake_bird.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOTHING "8001 Network not found\n"
#define ROUTE(network)                                                                             \
    "1007-Table master4:\n " network " unicast [site 10:11:12] * (100)\n"                          \
    "1012-\tBGP.large_community: (64500, 1, 1) (64500, 2, 1)\n0000 \n"

static struct ev_loop *loop;
static struct fake_bird bird;
static struct glass_settings conf;
static struct settings settings;
static struct glasses *glasses;
static struct node_view *view;

static const char *of_first, *of_second; /* what is said of the two prefixes; NULL: nothing */
static unsigned asked;

static struct {
    unsigned looks;
    struct glass_seen last;
} seen;

static void on_command(struct fake_bird *fake, const char *command)
{
    const char *reply = strstr(command, "192.0.2.0/24") ? of_first : of_second;
    asked++;
    if (reply)
        fake_bird_say(fake, reply);
    fake->count = 0;
}

static void on_seen(void *arg, const struct glass_seen *what)
{
    (void)arg;
    assert_string_equal(what->glass, "lg");
    assert_int_equal(what->service, 0);
    assert_int_equal(what->family, FAMILY_4);
    assert_false(mono_before(what->now, what->asked));
    seen.looks++;
    seen.last = *what;
}

static int begin(void **state)
{
    (void)state;
    struct service_family *family = &settings.service[0].family[FAMILY_4];
    memset(&seen, 0, sizeof seen);
    memset(&settings, 0, sizeof settings);
    asked = 0;
    loop = ev_loop_new(EVFLAG_AUTO);
    fake_bird_open(&bird, loop);
    bird.on_command = on_command;
    fake_bird_start(&bird);
    conf = (struct glass_settings){ .name = (char *)"lg",
                                    .type = GLASS_BIRD,
                                    .socket = bird.path,
                                    .table4 = (char *)"",
                                    .table6 = (char *)"",
                                    .via = (char *)"",
                                    .interval_ms = 60000,
                                    .timeout_ms = 300 };
    settings.node_id = 1;
    settings.service_count = 1;
    settings.service[0] = (struct service){ .name = "dns" };
    settings.glasses = (struct conf_list){ .count = 1, .items = &conf };
    settings.proof.limit_ms = 60000;
    family->enabled = true;
    family->prefix_count = 2;
    assert_int_equal(prefix_parse("192.0.2.0/24", &family->prefix[0], NULL), 0);
    assert_int_equal(prefix_parse("198.51.100.0/24", &family->prefix[1], NULL), 0);
    of_first = ROUTE("192.0.2.0/24");
    of_second = ROUTE("198.51.100.0/24");
    view = mem_zalloc(sizeof *view);
    return 0;
}

static int end(void **state)
{
    (void)state;
    glasses_free(glasses);
    glasses = NULL;
    fake_bird_close(&bird);
    ev_loop_destroy(loop);
    free(view);
    return 0;
}

static void start(void)
{
    const struct glasses_events events = { .seen = on_seen };
    glasses = glasses_new(loop, &settings, &events);
}

#define AWAIT(condition) AWAIT_ON(loop, condition, "asked %u, looks %u", asked, seen.looks)

static const struct glass_view *look(void)
{
    memset(view, 0, sizeof *view);
    glasses_view(glasses, view, mono_now());
    assert_int_equal(view->glass_count, 1);
    return &view->glass[0];
}

static void none_is_nothing(void **state)
{
    (void)state;
    settings.glasses.count = 0;
    start();
    assert_null(glasses);
    glasses_chase(glasses, 0, FAMILY_4, LEVEL_NORMAL, LEVEL_WITHDRAWN, mono_now());
    glasses_view(glasses, view, mono_now());
    assert_int_equal(view->glass_count, 0);
}

static void all_prefixes_are_asked_about_at_start(void **state)
{
    (void)state;
    start();
    AWAIT(look()->sees[0][FAMILY_4] == GLASS_ROUTE);
    assert_int_equal(asked, 2);
    assert_int_equal(look()->sees[0][FAMILY_6], GLASS_UNKNOWN);
    assert_true(look()->age_ms >= 0);
    assert_int_equal(seen.looks, 0); /* nobody has said what it shall be */
    assert_int_equal(view->alarm_count, 0);
}

static void after_a_change_it_is_asked_until_it_agrees(void **state)
{
    (void)state;
    start();
    AWAIT(asked == 2);
    const struct mono then = mono_now();
    glasses_chase(glasses, 0, FAMILY_4, LEVEL_NORMAL, LEVEL_WITHDRAWN, then);
    AWAIT(seen.looks == 2);
    assert_int_equal(seen.last.verdict, SIGHT_DIFFERS);
    assert_int_equal(seen.last.level, LEVEL_WITHDRAWN);
    assert_false(mono_before(seen.last.asked, then));
    of_first = NOTHING; /* one prefix is not enough */
    AWAIT(seen.looks == 3);
    assert_int_equal(seen.last.verdict, SIGHT_DIFFERS);
    of_second = NOTHING;
    AWAIT(seen.last.verdict == SIGHT_AGREES);
    assert_true(seen.last.answered);
    assert_int_equal(look()->sees[0][FAMILY_4], GLASS_NOTHING);
}

static void what_was_asked_before_the_change_is_of_the_time_before(void **state)
{
    (void)state;
    of_second = NULL;
    start();
    AWAIT(asked == 2); /* under way */
    const struct mono then = mono_now();
    glasses_chase(glasses, 0, FAMILY_4, LEVEL_WITHDRAWN, LEVEL_NORMAL, then);
    fake_bird_say(&bird, ROUTE("198.51.100.0/24"));
    AWAIT(seen.looks == 1);
    assert_true(mono_before(seen.last.asked, then)); /* whoever proves something can tell */
    of_second = ROUTE("198.51.100.0/24");
    AWAIT(seen.looks == 2);
    assert_false(mono_before(seen.last.asked, then));
    assert_int_equal(seen.last.verdict, SIGHT_AGREES);
}

static void silence_is_told_and_asked_again(void **state)
{
    (void)state;
    of_first = NULL;
    start();
    glasses_chase(glasses, 0, FAMILY_4, LEVEL_NORMAL, LEVEL_WITHDRAWN, mono_now());
    AWAIT(seen.looks == 1);
    assert_false(seen.last.answered);
    assert_true(look()->problem[0]);
    assert_int_equal(look()->sees[0][FAMILY_4], GLASS_UNKNOWN);
    of_first = of_second = NOTHING;
    AWAIT(seen.last.answered);
    assert_string_equal(look()->problem, "");
}

static void what_is_otherwise_for_long_is_an_alarm(void **state)
{
    (void)state;
    settings.proof.limit_ms = 200;
    conf.interval_ms = 50;
    start();
    glasses_chase(glasses, 0, FAMILY_4, LEVEL_NORMAL, LEVEL_WITHDRAWN, mono_now());
    AWAIT(seen.looks == 1);
    AWAIT((look(), view->alarm_count == 1));
    assert_string_equal(view->alarm[0], "dns IPv4: looking glass lg still sees what was withdrawn, "
                                        "long after: ask whose it is");
    of_first = of_second = NOTHING;
    AWAIT((look(), view->alarm_count == 0));
    glasses_chase(glasses, 0, FAMILY_4, LEVEL_WITHDRAWN, LEVEL_BACKUP, mono_now());
    AWAIT((look(), view->alarm_count == 1));
    assert_non_null(strstr(view->alarm[0], "does not see what is announced"));
    of_first = ROUTE("192.0.2.0/24");
    of_second = ROUTE("198.51.100.0/24");
    AWAIT((look(), view->alarm_count == 1 && strstr(view->alarm[0], "at normal, not at backup")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(none_is_nothing),
        TEST(all_prefixes_are_asked_about_at_start),
        TEST(after_a_change_it_is_asked_until_it_agrees),
        TEST(what_was_asked_before_the_change_is_of_the_time_before),
        TEST(silence_is_told_and_asked_again),
        TEST(what_is_otherwise_for_long_is_an_alarm),
    };
    return cmocka_run_group_tests_name("glasses", tests, NULL, NULL);
}
