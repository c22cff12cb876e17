/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_fleet.c - the rounds of questions about the other sites, and when their answers can be
 * relied upon, with a BIRD that says what the test wants. */
#include "anycastctl/sense/fleet.h"

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

#define NODE2                                                                                      \
    "1007-Table fleet4:\n 192.0.2.0/24 unicast [fleet_a 10:11:12.345 from 10.0.0.2] (100) [i]\n"   \
    "1012-\tBGP.large_community: (64500, 1, 2) (64500, 2, 1)\n0000 \n"
#define OURSELVES                                                                                  \
    "1007-Table fleet4:\n 192.0.2.0/24 unicast [fleet_a 10:11:12.345 from 10.0.0.2] (100) [i]\n"   \
    "1012-\tBGP.large_community: (64500, 1, 1) (64500, 2, 1)\n0000 \n"
#define SESSION(state)                                                                             \
    "2002-Name Proto Table State Since Info\n1002-fleet_a BGP --- up 10:11:12.345 " state          \
    "\n0000 \n"

static struct ev_loop *loop;
static struct fake_bird bird;
static struct settings settings;
static struct fleet *fleet;
static struct node_view *view;
static struct {
    const char *table4, *sessions; /* what this BIRD says; NULL: nothing */
} mind;
static unsigned changes, sights;
static struct fleet_facts told; /* as of the last change */
static char news[512];          /* "2 dns 4 withdrawn-normal " */

static void on_command(struct fake_bird *fake, const char *command)
{
    const char *reply = strstr(command, "fleet4")   ? mind.table4
                        : strstr(command, "fleet6") ? "8001 Network not found\n"
                                                    : mind.sessions;
    if (reply)
        fake_bird_say(fake, reply);
    fake->count = 0;
}

static void on_changed(void *arg)
{
    (void)arg;
    changes++;
    told = fleet_facts(fleet, 0, FAMILY_4, mono_now());
}

static void on_site(void *arg, const struct fleet_news *n)
{
    (void)arg;
    const size_t used = strlen(news);
    snprintf(news + used, sizeof news - used, "node %u %s IPv%d %s-%s, ", (unsigned)n->node_id,
             settings.service[n->service].name, family_number(n->family), level_name(n->from),
             level_name(n->to));
}

static void on_sight(void *arg, bool live, const char *why)
{
    (void)arg;
    assert_int_equal(live, why[0] == '\0');
    sights++;
}

#define AWAIT(condition) AWAIT_ON(loop, condition, "changes %u, news \"%s\"", changes, news)

static int set_up(void **state)
{
    (void)state;
    struct err err;
    loop = ev_loop_new(EVFLAG_AUTO);
    fake_bird_open(&bird, loop);
    bird.on_command = on_command;
    mind.table4 = NODE2;
    mind.sessions = SESSION("Established");
    changes = sights = 0;
    news[0] = '\0';
    settings = (struct settings){ .node_id = 1,
                                  .bird = { .socket = bird.path, .timeout_ms = 10000 },
                                  .policy = { .min_sites = 1, .settle_ms = 1000 },
                                  .service_count = 1,
                                  .service = { { .name = "dns" } } };
    struct service_family *in = &settings.service[0].family[FAMILY_4];
    in->enabled = true;
    in->prefix_count = 1;
    assert_int_equal(prefix_parse("192.0.2.0/24", &in->prefix[0], &err), 0);
    fake_bird_start(&bird);
    const struct fleet_events events = { .changed = on_changed,
                                         .site = on_site,
                                         .sight = on_sight };
    fleet = fleet_new(loop, &settings, &events);
    view = mem_zalloc(sizeof *view);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fleet_free(fleet);
    fake_bird_close(&bird);
    ev_loop_destroy(loop);
    free(view);
    return 0;
}

static struct fleet_facts facts(void)
{
    return fleet_facts(fleet, 0, FAMILY_4, mono_now());
}

static const struct fleet_view *look_at(void)
{
    *view = (struct node_view){ .service_count = 1 };
    fleet_view(fleet, mono_now(), view);
    return &view->fleet;
}

/* Whatever else makes blind for a moment, because this machine is busy. */
static bool says(const char *why)
{
    return !look_at()->live && strstr(view->fleet.problem, why);
}

static void others_are_seen(void **state)
{
    (void)state;
    struct fleet_facts now;
    assert_true(says("has not told for a second"));
    AWAIT((now = facts()).live);
    assert_int_equal(now.others, 1);
    assert_false(now.alone);
    AWAIT(look_at()->live);
    assert_int_equal(view->fleet.site_count, 1);
    assert_int_equal(view->fleet.site[0].node_id, 2);
    assert_int_equal(view->fleet.site[0].level[0][FAMILY_4], LEVEL_NORMAL);
    assert_int_equal(view->alarm_count, 0);
}

static void news_is_told_once(void **state)
{
    (void)state;
    AWAIT(changes == 1);
    mind.table4 = "8001 Network not found\n";
    AWAIT(changes == 2);
    struct fleet_facts now;
    AWAIT((now = facts()).live);
    assert_true(now.alone);
    AWAIT(strcmp(news, "node 2 dns IPv4 withdrawn-normal, node 2 dns IPv4 normal-withdrawn, ") ==
          0);
    assert_in_range(sights, 1, 1000);
}

static void blindness_is_no_news_of_the_others(void **state)
{
    (void)state;
    AWAIT(strcmp(news, "node 2 dns IPv4 withdrawn-normal, ") == 0);
    mind.table4 = "8001 Network not found\n";
    mind.sessions = SESSION("Active");
    AWAIT(says("no session to another site is established"));
    const unsigned before = changes;
    mind.table4 = NODE2;
    AWAIT(changes > before); /* whoever sees the sessions again sees the node again */
    mind.sessions = SESSION("Established");
    AWAIT(facts().live && facts().others == 1);
    assert_string_equal(news, "node 2 dns IPv4 withdrawn-normal, ");
    mind.table4 = "8001 Network not found\n";
    AWAIT(strcmp(news, "node 2 dns IPv4 withdrawn-normal, node 2 dns IPv4 normal-withdrawn, ") ==
          0);
}

static void the_first_reading_is_awaited_for_a_second(void **state)
{
    (void)state;
    const struct mono now = mono_now();
    assert_true(facts().awaited && !facts().live);
    assert_false(fleet_facts(fleet, 0, FAMILY_4, mono_add_ms(now, FLEET_STALE_MS + 1)).awaited);
    AWAIT(facts().live);
    mind.sessions = SESSION("Active");
    AWAIT(says("no session to another site is established"));
    assert_false(facts().awaited);
}

static void a_look_is_answered_by_a_reading_that_began_after_it(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        const struct mono asked = mono_now();
        do {
            const unsigned before = changes;
            fleet_look(fleet);
            AWAIT(changes > before);
        } while (!told.live);
        assert_false(mono_before(told.as_of, asked));
    }
}

static void without_a_session_it_is_blind(void **state)
{
    (void)state;
    AWAIT(facts().live);
    mind.sessions = SESSION("Active");
    AWAIT(says("no session to another site is established"));
    assert_int_equal(view->alarm_count, 1);
    mind.sessions = "8003 No protocols match\n";
    AWAIT(says("no session named fleet_"));
    assert_int_equal(view->alarm_count, 0); /* a site without others */
}

static void our_own_id_makes_blind_and_alarms(void **state)
{
    (void)state;
    mind.table4 = OURSELVES;
    AWAIT(says("node id 1, which is ours"));
    assert_int_equal(view->alarm_count, 1);
}

static void a_silent_bird_makes_blind(void **state)
{
    (void)state;
    AWAIT(facts().live);
    const unsigned before = sights;
    mind.table4 = NULL;
    AWAIT(says("has not told for a second"));
    AWAIT(sights > before);
}

static void without_a_table_it_says_so(void **state)
{
    (void)state;
    mind.table4 = "9001 syntax error, unexpected CF_SYM_UNDEFINED\n";
    AWAIT(says("BIRD's configuration has no table fleet4"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(others_are_seen),
        TEST(news_is_told_once),
        TEST(blindness_is_no_news_of_the_others),
        TEST(the_first_reading_is_awaited_for_a_second),
        TEST(a_look_is_answered_by_a_reading_that_began_after_it),
        TEST(without_a_session_it_is_blind),
        TEST(our_own_id_makes_blind_and_alarms),
        TEST(a_silent_bird_makes_blind),
        TEST(without_a_table_it_says_so),
    };
    return cmocka_run_group_tests_name("fleet", tests, NULL, NULL);
}
