/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_reconcile.c - BIRD made equal to what is wanted, and kept so, whatever BIRD does meanwhile.
 */
#include "anycastctl/act/reconcile.h"

#include "bird/intent.h"
#include "tests/unit/await.h"
#include "tests/unit/model_bird.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct ev_loop *loop;
static struct model_bird model;
static struct reconcile *reconcile;
static struct settings settings;
static char intent_dir[64];

static struct {
    unsigned first, restarted, confirmed, acted, drifted, ups, downs;
    unsigned intents_then;
    char act[256];
    struct reconcile_drift drift;
} seen;

static void on_found(void *arg, enum reconcile_found how)
{
    (void)arg;
    if (how == FOUND_FIRST)
        seen.first++;
    else
        seen.restarted++;
}

static void on_confirmed(void *arg, unsigned service, enum family family)
{
    (void)arg, (void)service, (void)family;
    seen.confirmed++;
}

static void on_acted(void *arg, const struct reconcile_act *act)
{
    (void)arg;
    seen.acted++;
    snprintf(seen.act, sizeof seen.act, "%s: %s", act->command, act->reply);
}

static void on_drifted(void *arg, const struct reconcile_drift *drift)
{
    (void)arg;
    seen.drifted++;
    seen.drift = *drift;
}

static void on_connection(void *arg, bool up, const char *text)
{
    (void)arg, (void)text;
    if (up)
        seen.ups++;
    else
        seen.downs++;
}

static int begin(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    loop = ev_loop_new(EVFLAG_AUTO);
    model_bird_open(&model, loop);
    model_bird_add(&model, "dns", 4);
    snprintf(intent_dir, sizeof intent_dir, "%s/intent", model.fake.folder);
    settings = (struct settings){
        .bird = { .socket = model.fake.path,
                  .intent_dir = intent_dir,
                  .poll_ms = 50,
                  .timeout_ms = 300 },
        .service_count = 1,
        .service = { { .name = "dns", .family = { [FAMILY_4] = { .enabled = true } } } },
    };
    return 0;
}

static int end(void **state)
{
    (void)state;
    struct err err;
    reconcile_free(reconcile);
    reconcile = NULL;
    bird_intent_clear_all(intent_dir, &err);
    rmdir(intent_dir);
    model_bird_close(&model);
    ev_loop_destroy(loop);
    return 0;
}

static void start(void)
{
    static const struct reconcile_events events = {
        .found = on_found,
        .confirmed = on_confirmed,
        .acted = on_acted,
        .drifted = on_drifted,
        .connection = on_connection,
    };
    reconcile = reconcile_new(loop, &settings, &events);
}

#define AWAIT(condition)                                                                           \
    AWAIT_ON(loop, condition, "found %u, restarted %u, confirmed %u, acted %u (%s), drifted %u",   \
             seen.first, seen.restarted, seen.confirmed, seen.acted, seen.act, seen.drifted)

static void want(enum level level)
{
    reconcile_want(reconcile, 0, FAMILY_4, level);
}

static bool confirmed(void)
{
    return reconcile_is_confirmed(reconcile, 0, FAMILY_4);
}

static void want_and_await(enum level level)
{
    want(level);
    AWAIT(confirmed());
}

/* The levels in the intent folder, as a mask. */
static unsigned intents(void)
{
    struct bird_name names[8];
    struct err err;
    unsigned mask = 0;
    int count = bird_intent_read(intent_dir, names, 8, &err);
    for (int i = 0; i < count; i++)
        mask |= 1u << names[i].level;
    return mask;
}

#define ONLY(level) (1u << (level))

static void start_with_bird(void)
{
    model_bird_start(&model);
    start();
    AWAIT(seen.first == 1);
}

static void assert_actions(unsigned from, const char *const *wanted, unsigned count)
{
    assert_int_equal(model.action_count - from, count);
    for (unsigned i = 0; i < count; i++)
        assert_string_equal(model.action[from + i], wanted[i]);
}

static void what_bird_announces_is_adopted(void **state)
{
    (void)state;
    model_bird_set(&model, "svc_dns_4_backup", "up");
    start_with_bird();
    enum level level;
    assert_true(reconcile_announced(reconcile, 0, FAMILY_4, &level));
    assert_int_equal(level, LEVEL_BACKUP);
    assert_true(confirmed());
    AWAIT(intents() == ONLY(LEVEL_BACKUP));
    assert_int_equal(model.action_count, 0);
}

static void note_intents(struct model_bird *m, const char *command)
{
    (void)m, (void)command;
    seen.intents_then = intents();
}

static void announce_is_folder_first(void **state)
{
    (void)state;
    start_with_bird();
    model.on_action = note_intents;
    want(LEVEL_NORMAL);
    AWAIT(model.action_count == 1);
    assert_int_equal(seen.intents_then, ONLY(LEVEL_NORMAL));
    AWAIT(confirmed());
    static const char *const wanted[] = { "enable \"svc_dns_4_normal\"" };
    assert_actions(0, wanted, 1);
}

static void make_before_break_both_ways(void **state)
{
    (void)state;
    start_with_bird();
    want_and_await(LEVEL_NORMAL);
    want_and_await(LEVEL_DRAIN);
    AWAIT(intents() == ONLY(LEVEL_DRAIN));
    want_and_await(LEVEL_NORMAL);
    AWAIT(intents() == ONLY(LEVEL_NORMAL));
    static const char *const wanted[] = {
        "enable \"svc_dns_4_normal\"",  "enable \"svc_dns_4_drain\"",
        "disable \"svc_dns_4_normal\"", "enable \"svc_dns_4_normal\"",
        "disable \"svc_dns_4_drain\"",
    };
    assert_actions(0, wanted, 5);
}

static void withdrawal_is_one_command_and_empties_the_folder(void **state)
{
    (void)state;
    start_with_bird();
    want_and_await(LEVEL_NORMAL);
    want(LEVEL_WITHDRAWN);
    assert_int_equal(intents(), 0);
    AWAIT(confirmed());
    static const char *const wanted[] = { "enable \"svc_dns_4_normal\"",
                                          "disable \"svc_dns_4_*\"" };
    assert_actions(0, wanted, 2);
    assert_string_equal(seen.act, "disable \"svc_dns_4_*\": 0009 svc_dns_4_normal: disabled");
}

static void a_sweep_goes_ahead_of_the_withdrawals(void **state)
{
    (void)state;
    model_bird_add(&model, "old", 4);
    start_with_bird();
    want_and_await(LEVEL_NORMAL);
    model_bird_set(&model, "svc_old_4_normal", "up");
    reconcile_sweep(reconcile);
    want(LEVEL_WITHDRAWN);
    AWAIT(confirmed());
    static const char *const wanted[] = { "enable \"svc_dns_4_normal\"", "disable \"svc_*\"",
                                          "disable \"svc_dns_4_*\"" };
    assert_actions(0, wanted, 3);
    assert_false(model_bird_is_up(&model, "svc_old_4_normal"));
    assert_int_equal(intents(), 0);
    assert_int_equal(seen.drifted, 0);
}

static void a_withdrawal_does_not_wait_for_an_answer(void **state)
{
    (void)state;
    start_with_bird();
    model.deaf = true;
    want(LEVEL_NORMAL);
    AWAIT(model.action_count == 1);
    want(LEVEL_WITHDRAWN);
    AWAIT(model.action_count == 2);
    assert_string_equal(model.action[1], "disable \"svc_dns_4_*\"");
    assert_false(confirmed());
    model.deaf = false; /* the connection is given up, and made anew */
    AWAIT(confirmed());
    assert_int_equal(intents(), 0);
}

static void a_withdrawal_right_behind_an_announcement_holds(void **state)
{
    (void)state;
    start_with_bird();
    want(LEVEL_NORMAL);
    want(LEVEL_WITHDRAWN);
    AWAIT(confirmed());
    assert_false(model_bird_is_up(&model, "svc_dns_4_normal"));
    assert_string_equal(model.action[model.action_count - 1], "disable \"svc_dns_4_*\"");
}

static void drift_is_told_and_put_right(void **state)
{
    (void)state;
    start_with_bird();
    want_and_await(LEVEL_NORMAL);
    model_bird_set(&model, "svc_dns_4_normal", "down"); /* somebody's birdc disable */
    AWAIT(seen.drifted == 1);
    assert_int_equal(seen.drift.wanted, LEVEL_NORMAL);
    assert_int_equal(seen.drift.found, LEVEL_WITHDRAWN);
    AWAIT(confirmed());
    assert_true(model_bird_is_up(&model, "svc_dns_4_normal"));
    want_and_await(LEVEL_WITHDRAWN);
    model_bird_set(&model, "svc_dns_4_backup", "up");
    AWAIT(seen.drifted == 2);
    assert_int_equal(seen.drift.found, LEVEL_BACKUP);
    AWAIT(confirmed());
    assert_false(model_bird_is_up(&model, "svc_dns_4_backup"));
}

/* Caught on its way down: nothing is told until it is known where that leads. */
static void drift_is_told_when_it_has_happened(void **state)
{
    (void)state;
    start_with_bird();
    want_and_await(LEVEL_NORMAL);
    unsigned reads = model.reads;
    model_bird_set(&model, "svc_dns_4_normal", "flush");
    AWAIT(model.reads > reads + 2);
    assert_int_equal(seen.drifted, 0);
    model_bird_set(&model, "svc_dns_4_normal", "down");
    AWAIT(confirmed());
    assert_int_equal(seen.drifted, 1);
    assert_int_equal(seen.drift.found, LEVEL_WITHDRAWN);
}

static void a_lost_intent_is_made_again(void **state)
{
    (void)state;
    struct err err;
    start_with_bird();
    want_and_await(LEVEL_NORMAL);
    assert_int_equal(bird_intent_clear_all(intent_dir, &err), 0);
    AWAIT(intents() == ONLY(LEVEL_NORMAL));
}

static void a_restarted_bird_announces_nothing_until_told(void **state)
{
    (void)state;
    start_with_bird();
    want_and_await(LEVEL_NORMAL);
    model_bird_restart(&model);
    AWAIT(seen.downs == 1);
    assert_int_equal(intents(), 0);
    AWAIT(seen.restarted == 1);
    AWAIT(confirmed());
    assert_false(model_bird_is_up(&model, "svc_dns_4_normal"));
    assert_int_equal(seen.first, 1);
    want_and_await(LEVEL_NORMAL);
    assert_true(model_bird_is_up(&model, "svc_dns_4_normal"));
}

static void what_a_restarted_bird_announces_is_withdrawn(void **state)
{
    (void)state;
    start_with_bird();
    want_and_await(LEVEL_NORMAL);
    unsigned before = model.action_count;
    model_bird_restart(&model);
    model_bird_set(&model, "svc_dns_4_normal", "up"); /* its file said so */
    AWAIT(seen.restarted == 1);
    AWAIT(confirmed());
    static const char *const wanted[] = { "disable \"svc_dns_4_*\"" };
    assert_actions(before, wanted, 1);
}

static void the_same_bird_is_as_wanted_again(void **state)
{
    (void)state;
    start_with_bird();
    want_and_await(LEVEL_NORMAL);
    unsigned before = model.action_count;
    fake_bird_hang_up(&model.fake);
    AWAIT(seen.downs == 1);
    assert_int_equal(intents(), 0);
    assert_false(confirmed());
    AWAIT(confirmed());
    AWAIT(intents() == ONLY(LEVEL_NORMAL));
    assert_int_equal(model.action_count, before);
    assert_int_equal(seen.restarted, 0);
}

static void a_due_withdrawal_is_the_first_thing_said(void **state)
{
    (void)state;
    start_with_bird();
    want_and_await(LEVEL_NORMAL);
    model_bird_stop(&model);
    AWAIT(seen.downs == 1);
    want(LEVEL_WITHDRAWN);
    unsigned before = model.action_count;
    model_bird_start(&model);
    AWAIT(confirmed());
    static const char *const wanted[] = { "disable \"svc_dns_4_*\"" };
    assert_actions(before, wanted, 1);
    assert_int_equal(seen.restarted, 0);
}

static void files_of_a_bird_that_is_not_there_are_cleared(void **state)
{
    (void)state;
    struct err err;
    struct bird_name name = { "dns", 4, LEVEL_NORMAL };
    assert_int_equal(bird_intent_prepare(intent_dir, &err), 0);
    assert_int_equal(bird_intent_set(intent_dir, &name, &err), 0);
    start();
    AWAIT(intents() == 0);
    assert_int_equal(seen.ups, 0);
}

static void assert_problem(const char *wanted)
{
    char problem[VIEW_TEXT_MAX];
    assert_string_equal(reconcile_problem(reconcile, 0, FAMILY_4, problem), wanted);
}

static void a_missing_protocol_is_named_with_the_remedy(void **state)
{
    (void)state;
    model_bird_remove(&model, "svc_dns_4_drain");
    start_with_bird();
    want_and_await(LEVEL_NORMAL); /* what is there, works */
    assert_problem("BIRD has no protocol svc_dns_4_drain: anycastctl bird-config --apply writes "
                   "it");
    unsigned before = model.action_count;
    want(LEVEL_DRAIN);
    unsigned ups = seen.ups;
    fake_bird_hang_up(&model.fake);
    AWAIT(seen.ups == ups + 1 && intents() != 0);
    assert_false(confirmed());
    assert_int_equal(model.action_count, before); /* and nothing is lost meanwhile */
    assert_true(model_bird_is_up(&model, "svc_dns_4_normal"));
}

static void a_refusal_is_shown_and_tried_again(void **state)
{
    (void)state;
    start_with_bird();
    model.refusal = "9001 syntax error\n";
    want(LEVEL_NORMAL);
    AWAIT(seen.acted == 2);
    assert_problem("BIRD refuses enable \"svc_dns_4_normal\": 9001 syntax error");
    model.refusal = NULL;
    AWAIT(confirmed());
    assert_problem("");
}

static void a_restricted_socket_is_told(void **state)
{
    (void)state;
    start_with_bird();
    model.refusal = "8007 Access denied\n";
    want(LEVEL_NORMAL);
    AWAIT(seen.acted == 1);
    char wanted[VIEW_TEXT_MAX];
    snprintf(wanted, sizeof wanted,
             "BIRD's control socket %s is restricted: it lets us look, but not act",
             settings.bird.socket);
    assert_problem(wanted);
}

static void a_bird_that_only_says_so_is_noticed(void **state)
{
    (void)state;
    start_with_bird();
    model.stubborn = true;
    want(LEVEL_NORMAL);
    char problem[VIEW_TEXT_MAX] = "";
    AWAIT(reconcile_problem(reconcile, 0, FAMILY_4, problem)[0]);
    assert_string_equal(problem, "BIRD took 8 commands without effect");
    model.stubborn = false;
    AWAIT(confirmed());
    assert_problem("");
}

static void a_flushing_protocol_is_not_confirmed_yet(void **state)
{
    (void)state;
    start_with_bird();
    want_and_await(LEVEL_NORMAL);
    model.flushing = true;
    want(LEVEL_WITHDRAWN);
    AWAIT(seen.acted == 2);
    enum level level;
    AWAIT(reconcile_announced(reconcile, 0, FAMILY_4, &level));
    assert_int_equal(level, LEVEL_NORMAL); /* its route may still be there */
    assert_false(confirmed());
    model_bird_flushed(&model);
    AWAIT(confirmed());
    assert_int_equal(model.action_count, 2);
}

static void the_view_tells_of_bird(void **state)
{
    (void)state;
    struct node_view *view = calloc(1, sizeof *view);
    start_with_bird();
    reconcile_view(reconcile, view);
    assert_true(view->bird.connected);
    assert_string_equal(view->bird.version, "2.0.12");
    assert_string_equal(view->bird.last_reboot, model.last_reboot);
    assert_int_equal(view->alarm_count, 0);
    model_bird_stop(&model);
    AWAIT(seen.downs == 1);
    *view = (struct node_view){ 0 };
    reconcile_view(reconcile, view);
    assert_false(view->bird.connected);
    assert_int_equal(view->alarm_count, 1);
    assert_non_null(strstr(view->alarm[0], "systemctl status bird"));
    free(view);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_bird_announces_is_adopted),
        TEST(announce_is_folder_first),
        TEST(make_before_break_both_ways),
        TEST(withdrawal_is_one_command_and_empties_the_folder),
        TEST(a_sweep_goes_ahead_of_the_withdrawals),
        TEST(a_withdrawal_does_not_wait_for_an_answer),
        TEST(a_withdrawal_right_behind_an_announcement_holds),
        TEST(drift_is_told_and_put_right),
        TEST(drift_is_told_when_it_has_happened),
        TEST(a_lost_intent_is_made_again),
        TEST(a_restarted_bird_announces_nothing_until_told),
        TEST(what_a_restarted_bird_announces_is_withdrawn),
        TEST(the_same_bird_is_as_wanted_again),
        TEST(a_due_withdrawal_is_the_first_thing_said),
        TEST(files_of_a_bird_that_is_not_there_are_cleared),
        TEST(a_missing_protocol_is_named_with_the_remedy),
        TEST(a_refusal_is_shown_and_tried_again),
        TEST(a_restricted_socket_is_told),
        TEST(a_bird_that_only_says_so_is_noticed),
        TEST(a_flushing_protocol_is_not_confirmed_yet),
        TEST(the_view_tells_of_bird),
    };
    return cmocka_run_group_tests_name("reconcile", tests, NULL, NULL);
}
