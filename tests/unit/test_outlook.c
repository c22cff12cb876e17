/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_outlook.c - what is said of a decision, by the policy itself in each of its situations. */
#include "anycastctl/decide/outlook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct policy_rules rules = { .fall = 2,
                                           .rise = 3,
                                           .hold_ms = 10000,
                                           .flap = { .cycles = 2, .half_life_ms = 900000 },
                                           .settle_ms = 1000,
                                           .drain_min_ms = 60000,
                                           .drain_max_ms = 300000,
                                           .linger_ms = 120000 };

/* A policy in a situation, and what is known around it. */
static struct policy state;
static struct policy_input in;
static struct policy_decision decision;
static struct outlook_scene scene;

static int set_up(void **unused)
{
    (void)unused;
    state = policy_begin(LEVEL_NORMAL, &rules);
    in = (struct policy_input){ .cause = CAUSE_NONE, .floor = FLOOR_HOLDS, .confirmed = true };
    scene = (struct outlook_scene){ .state = &state,
                                    .rules = &rules,
                                    .input = &in,
                                    .decision = &decision,
                                    .others = 2,
                                    .min_sites = 1,
                                    .blind = "",
                                    .order_left_ms = -1 };
    return 0;
}

static void step(uint32_t elapsed_ms, bool observed)
{
    in.elapsed_ms = elapsed_ms;
    in.observed = observed;
    state = policy_step(state, &rules, &in, &decision);
}

static void rounds(enum cause cause, int count)
{
    in.cause = cause;
    for (int i = 0; i < count; i++)
        step(0, true);
}

static void says(const char *wanted)
{
    char text[OUTLOOK_MAX];
    assert_string_equal(outlook_text(&scene, text), wanted);
}

static void health(void **unused)
{
    (void)unused;
    rounds(CAUSE_UNKNOWN, 1);
    says("stays as it was found in BIRD until there is evidence");
    rounds(CAUSE_NONE, 1);
    says("stays as long as all is well");
    rounds(CAUSE_ZONE_STALE, 1);
    says("falls to backup after 1 more bad probe");
    rounds(CAUSE_ZONE_STALE, 1);
    says("rises to normal when that is over and 3 probes in a row pass");
    rounds(CAUSE_NONE, 1);
    says("rises to normal if 2 more probes pass");
    rounds(CAUSE_UNKNOWN, 1);
    says("stays until there is evidence");
}

static void death(void **unused)
{
    (void)unused;
    rounds(CAUSE_DNSD_DEAD, 1);
    says("announces again when that is over and 3 probes in a row pass, in 10 s at the earliest");
    step(4000, false);
    rounds(CAUSE_NONE, 2);
    says("announces again in 6 s if 1 more probe passes");
    rounds(CAUSE_NONE, 1);
    scene.since_ms = 1000; /* it is told a second after the step */
    says("announces again in 5 s if probes go on passing");
    in.alone = true;
    rounds(CAUSE_DNSD_DEAD, 1);
    says("announces again when that is over and 3 probes in a row pass");
    in.alone = false;
    rounds(CAUSE_ZONE_STALE, 1);
    scene.since_ms = 0;
    says("announces again at backup in 6 s if 2 more probes pass");
}

static void flapping(void **unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        rounds(CAUSE_DNSD_DEAD, 1);
        rounds(CAUSE_NONE, 3);
        step(10000, false);
    }
    says("announces again in 15 m if probes go on passing: it came and went too often (anycastctl "
         "announce overrides)");
}

static void leaving(void **unused)
{
    (void)unused;
    rounds(CAUSE_ANSWER_WRONG, 1);
    says("withdraws after 1 more bad probe");
    rounds(CAUSE_ANSWER_WRONG, 1);
    says(
        "withdraws 1 s after BIRD has confirmed this level, if then another site announces at normal "
        "(sees 2)");
    step(0, false);
    step(400, false);
    says("withdraws in 600 ms, if then another site announces at normal (sees 2)");
    step(600, false);
    says("withdraws as soon as the other sites have been looked at, if another site announces at "
         "normal (sees 2)");
    in.behind = true;
    scene.first = 2;
    step(1, false);
    says("waits its turn behind node 2, which is leaving too");
}

static void below_the_floor(void **unused)
{
    (void)unused;
    in.floor = FLOOR_BROKEN;
    scene.others = 0;
    rounds(CAUSE_ANSWER_WRONG, 1);
    says("falls to backup, as too few other sites are seen, after 1 more bad probe");
    rounds(CAUSE_ANSWER_WRONG, 1);
    says("withdraws when another site announces at normal (sees none)");
    scene.min_sites = 2;
    scene.others = 1;
    says("withdraws when 2 other sites announce at normal (sees 1)");
    in.floor = FLOOR_BLIND;
    scene.blind = "no session to another site is established";
    step(1, false);
    says("withdraws when the other sites can be seen, and enough announce: no session to another "
         "site is established");
}

static void orders(void **unused)
{
    (void)unused;
    in.intent = INTENT_DRAIN;
    step(0, false);
    step(20000, false);
    says("withdraws when the queries have gone elsewhere, in 40 s at the earliest, in 5 m at the "
         "latest, if then another site announces at normal (sees 2)");
    in.force = true;
    step(100000, false);
    says("withdraws when the queries have gone elsewhere, in 3 m at the latest");
    in.intent = INTENT_WITHDRAWN;
    step(0, false);
    says("stays until anycastctl resume");
    in.intent = INTENT_FORCED;
    scene.order_left_ms = 90000;
    step(0, false);
    says("stays until the order ends in 90 s, or dnsd cannot answer");
}

static void stopping(void **unused)
{
    (void)unused;
    in.stopping = in.quiet = true;
    in.floor = FLOOR_BROKEN;
    step(0, false);
    says("withdraws when the queries have gone elsewhere, in 60 s at the earliest, in 5 m at the "
         "latest");
    step(60000, false);
    says("dnsd may leave some time after BIRD has confirmed the withdrawal");
    step(0, false);
    says("dnsd may leave in 2 m");
    step(120000, false);
    says("dnsd may leave");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(health),          TEST(death),  TEST(flapping), TEST(leaving),
        TEST(below_the_floor), TEST(orders), TEST(stopping),
    };
    return cmocka_run_group_tests_name("outlook", tests, NULL, NULL);
}
