/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_withdrawer.c - the guard's hands: what is demanded goes, and stays away. */
#include "anycastctl/act/withdrawer.h"

#include "bird/intent.h"
#include "tests/unit/await.h"
#include "tests/unit/model_bird.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct ev_loop *loop;
static struct model_bird model;
static struct withdrawer *withdrawer;
static struct settings settings;
static char intent_dir[64], no_pid_file[] = "";

static const struct bird_name dns4 = { "dns", 4, LEVEL_NORMAL }, dns6 = { "dns", 6, LEVEL_NORMAL };

static void on_changed(void *arg)
{
    (void)arg;
}

static int begin(void **state)
{
    (void)state;
    struct err err;
    loop = ev_loop_new(EVFLAG_AUTO);
    model_bird_open(&model, loop);
    model_bird_add(&model, "dns", 4);
    model_bird_add(&model, "dns", 6);
    model_bird_set(&model, "svc_dns_4_normal", "up");
    model_bird_set(&model, "svc_dns_6_normal", "up");
    snprintf(intent_dir, sizeof intent_dir, "%s/intent", model.fake.folder);
    settings = (struct settings){
        .bird = { .socket = model.fake.path,
                  .pid_file = no_pid_file,
                  .intent_dir = intent_dir,
                  .poll_ms = 50,
                  .timeout_ms = 300 },
        .service_count = 1,
        .service = { { .name = "dns", .family = { { .enabled = true }, { .enabled = true } } } },
    };
    const struct withdrawer_events events = { .changed = on_changed };
    withdrawer = withdrawer_new(loop, &settings, &events);
    return bird_intent_prepare(intent_dir, &err) || bird_intent_set(intent_dir, &dns4, &err) ||
           bird_intent_set(intent_dir, &dns6, &err);
}

static int end(void **state)
{
    (void)state;
    struct err err;
    withdrawer_free(withdrawer);
    bird_intent_clear_all(intent_dir, &err);
    rmdir(intent_dir);
    model_bird_close(&model);
    ev_loop_destroy(loop);
    return 0;
}

#define AWAIT(condition)                                                                           \
    AWAIT_ON(loop, condition, "%u actions, the last \"%s\"", model.action_count,                   \
             model.action_count ? model.action[model.action_count - 1] : "")

static int intents(void)
{
    struct bird_name names[8];
    struct err err;
    return bird_intent_read(intent_dir, names, 8, &err);
}

static void meet_bird(void)
{
    model_bird_start(&model);
    AWAIT(withdrawer_sees_announced(withdrawer));
}

static void idle_it_changes_nothing(void **state)
{
    (void)state;
    meet_bird();
    fake_bird_hang_up(&model.fake);
    model_bird_remove(&model, "svc_dns_6_normal"); /* to see that it was read again */
    model_bird_set(&model, "svc_dns_4_normal", "down");
    AWAIT(withdrawer_connected(withdrawer) && !withdrawer_sees_announced(withdrawer));
    AWAIT(withdrawer_confirmed(withdrawer));
    assert_int_equal(model.action_count, 0);
}

static void one_family_goes_and_the_other_stays(void **state)
{
    (void)state;
    meet_bird();
    withdrawer_demand(withdrawer, 0, FAMILY_4, true);
    assert_false(withdrawer_confirmed(withdrawer));
    AWAIT(withdrawer_confirmed(withdrawer));
    assert_int_equal(model.action_count, 1);
    assert_string_equal(model.action[0], "disable \"svc_dns_4_*\"");
    assert_true(model_bird_is_up(&model, "svc_dns_6_normal"));
    assert_int_equal(intents(), 1);
}

static void all_go_in_one_command(void **state)
{
    (void)state;
    meet_bird();
    withdrawer_demand_all(withdrawer);
    withdrawer_demand_all(withdrawer);
    AWAIT(withdrawer_confirmed(withdrawer));
    assert_int_equal(model.action_count, 1);
    assert_string_equal(model.action[0], "disable \"svc_*\"");
    assert_false(withdrawer_sees_announced(withdrawer));
    assert_int_equal(intents(), 0);
}

static void it_insists_until_bird_obeys(void **state)
{
    (void)state;
    meet_bird();
    model.stubborn = true;
    withdrawer_demand(withdrawer, 0, FAMILY_4, true);
    AWAIT(model.action_count >= 3);
    assert_false(withdrawer_confirmed(withdrawer));
    model.stubborn = false;
    AWAIT(withdrawer_confirmed(withdrawer));
}

static void what_comes_back_goes_again_while_demanded(void **state)
{
    (void)state;
    meet_bird();
    withdrawer_demand(withdrawer, 0, FAMILY_4, true);
    AWAIT(withdrawer_confirmed(withdrawer));
    model_bird_set(&model, "svc_dns_4_normal", "up");
    AWAIT(model.action_count == 2 && withdrawer_confirmed(withdrawer));
    withdrawer_demand(withdrawer, 0, FAMILY_4, false);
    model_bird_set(&model, "svc_dns_4_normal", "up");
    fake_bird_hang_up(&model.fake);
    AWAIT(withdrawer_connected(withdrawer) && withdrawer_confirmed(withdrawer));
    assert_int_equal(model.action_count, 2);
}

static void a_demand_outlives_the_connection(void **state)
{
    (void)state;
    meet_bird();
    model.deaf = true;
    withdrawer_demand_all(withdrawer);
    AWAIT(model.action_count == 1);
    fake_bird_hang_up(&model.fake);
    AWAIT(!withdrawer_connected(withdrawer));
    assert_int_equal(intents(), 0);
    model.deaf = false;
    AWAIT(withdrawer_confirmed(withdrawer));
    assert_false(model_bird_is_up(&model, "svc_dns_4_normal"));
    assert_false(model_bird_is_up(&model, "svc_dns_6_normal"));
}

/* What holds the socket but has not greeted may be a new BIRD. (Here it is this very process.) */
static void who_has_not_greeted_is_not_ended_at_once(void **state)
{
    (void)state;
    struct err err;
    model.fake.greeting = NULL;
    model_bird_start(&model);
    withdrawer_demand_all(withdrawer);
    AWAIT(withdrawer_kill(withdrawer, &err) == 0 &&
          !mono_is_never(withdrawer_bird_since(withdrawer)));
    assert_false(withdrawer_connected(withdrawer));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(idle_it_changes_nothing),
        TEST(one_family_goes_and_the_other_stays),
        TEST(all_go_in_one_command),
        TEST(it_insists_until_bird_obeys),
        TEST(what_comes_back_goes_again_while_demanded),
        TEST(a_demand_outlives_the_connection),
        TEST(who_has_not_greeted_is_not_ended_at_once),
    };
    return cmocka_run_group_tests_name("withdrawer", tests, NULL, NULL);
}
