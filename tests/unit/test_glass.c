/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_glass.c - one looking glass: a BIRD that says what the test wants, and what it is asked. */
#include "anycastctl/sense/glass.h"

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

static struct ev_loop *loop;
static struct fake_bird bird;
static struct glass *glass;
static struct glass_settings conf;
static const char *reply; /* NULL: silence */
static char asked[256];

static struct {
    unsigned answers;
    bool seen;
    char problem[256];
} got;

static struct prefix prefix(const char *text)
{
    struct prefix out;
    assert_int_equal(prefix_parse(text, &out, NULL), 0);
    return out;
}

static void on_command(struct fake_bird *fake, const char *command)
{
    snprintf(asked, sizeof asked, "%s", command);
    fake->count = 0;
    if (reply)
        fake_bird_say(fake, reply);
}

static void on_answer(void *arg, const struct sight *sight, const char *problem)
{
    (void)arg;
    got.answers++;
    got.seen = sight && sight->seen;
    snprintf(got.problem, sizeof got.problem, "%s", sight ? "" : problem);
}

static int begin(void **state)
{
    (void)state;
    static const struct settings settings = { .node_id = 1 };
    memset(&got, 0, sizeof got);
    loop = ev_loop_new(EVFLAG_AUTO);
    fake_bird_open(&bird, loop);
    bird.on_command = on_command;
    conf = (struct glass_settings){ .name = (char *)"lg",
                                    .type = GLASS_BIRD,
                                    .socket = bird.path,
                                    .table4 = (char *)"t4",
                                    .table6 = (char *)"",
                                    .via = (char *)"any",
                                    .timeout_ms = 300 };
    glass = glass_new(loop, NULL, &settings, &conf, on_answer, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    glass_free(glass);
    fake_bird_close(&bird);
    ev_loop_destroy(loop);
    return 0;
}

static void ask(const char *what)
{
    const struct prefix about = prefix(what);
    const unsigned before = got.answers;
    glass_ask(glass, &about);
    AWAIT_ON(loop, got.answers > before, "asked \"%s\"", asked);
}

static void a_router_is_asked_in_its_table(void **state)
{
    (void)state;
    fake_bird_start(&bird);
    reply = "1007-Table t4:\n 192.0.2.0/24 unicast [up 10:11:12] * (100)\n0000 \n";
    ask("192.0.2.0/24");
    assert_string_equal(asked, "show route 192.0.2.0/24 table t4 all");
    assert_true(got.seen);
    reply = "8001 Network not found\n";
    ask("2001:db8::/32");
    assert_string_equal(asked, "show route 2001:db8::/32 all");
    assert_false(got.seen);
    assert_string_equal(got.problem, "");
    assert_int_equal(bird.connections, 2); /* each question has a connection of its own */
}

static void silence_is_an_answer_in_time(void **state)
{
    (void)state;
    ask("192.0.2.0/24");
    assert_non_null(strstr(got.problem, "No such file or directory"));
    fake_bird_start(&bird);
    reply = NULL;
    ask("192.0.2.0/24");
    assert_true(got.problem[0]);
    reply = "1007-Table t4:\n 192.0.2.0/24 unicast [up 10:"; /* half a reply */
    ask("192.0.2.0/24");
    assert_true(got.problem[0]);
    assert_int_equal(got.answers, 3);
    reply = "8001 Network not found\n"; /* and it goes on */
    ask("192.0.2.0/24");
    assert_string_equal(got.problem, "");
}

static void a_question_may_be_given_up(void **state)
{
    (void)state;
    const struct prefix about = prefix("192.0.2.0/24");
    fake_bird_start(&bird);
    glass_ask(glass, &about);
    ev_run(loop, EVRUN_ONCE);
    glass_free(glass);
    glass = NULL;
    assert_int_equal(got.answers, 0);
}

static void prefixes_and_tables_stand_in_urls(void **state)
{
    static const struct {
        const char *url, *prefix, *expected;
    } rows[] = {
        { "https://lg/routes/prefix?prefix={prefix}", "192.0.2.0/24",
          "https://lg/routes/prefix?prefix=192.0.2.0%2F24" },
        { "https://lg/route/net/{prefix}/table/{table}", "192.0.2.0/24",
          "https://lg/route/net/192.0.2.0%2F24/table/t4" },
        { "http://lg/{prefix}?{prefix}", "2001:db8:53::/48",
          "http://lg/2001:db8:53::%2F48?2001:db8:53::%2F48" },
        { "http://lg/{table}/{prefix}", "2001:db8:53::/48", "http://lg//2001:db8:53::%2F48" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct prefix about = prefix(rows[i].prefix);
        conf.url = (char *)rows[i].url;
        char *url = glass_url(&conf, &about);
        assert_string_equal(url, rows[i].expected);
        free(url);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_router_is_asked_in_its_table),
        TEST(silence_is_an_answer_in_time),
        TEST(a_question_may_be_given_up),
        TEST(prefixes_and_tables_stand_in_urls),
    };
    return cmocka_run_group_tests_name("glass", tests, NULL, NULL);
}
