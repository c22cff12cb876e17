/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_plan.c - every wanted level from every state of the protocols, carried out on a model
 * of BIRD: what the neighbours see on the way, and where it ends. */
#include "anycastctl/act/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { STATES = PROTO_UP + 1, LAYOUTS = STATES * STATES * STATES * STATES };

static struct proto_states layout(int number)
{
    struct proto_states s = { { PROTO_UNKNOWN } };
    for (int l = LEVEL_DRAIN; l < LEVEL_COUNT; l++, number /= STATES)
        s.level[l] = (enum proto_state)(number % STATES);
    return s;
}

static bool has(const struct proto_states *s, enum proto_state state)
{
    for (int l = LEVEL_DRAIN; l < LEVEL_COUNT; l++)
        if (s->level[l] == state)
            return true;
    return false;
}

/* BIRD carries the command out. */
static void apply(struct proto_states *s, struct plan plan)
{
    if (plan.verb == PLAN_ENABLE)
        s->level[plan.level] = PROTO_UP;
    if (plan.verb == PLAN_DISABLE)
        s->level[plan.level] = PROTO_DOWN;
    for (int l = LEVEL_DRAIN; plan.verb == PLAN_WITHDRAW && l < LEVEL_COUNT; l++)
        if (s->level[l] != PROTO_MISSING)
            s->level[l] = PROTO_DOWN;
}

static enum level announced(const struct proto_states *s)
{
    enum level level;
    plan_announced(s, &level);
    return level;
}

static void settled_states_lead_straight_to_the_wanted_level(void **state)
{
    (void)state;
    for (int number = 0; number < LAYOUTS; number++) {
        for (enum level wanted = LEVEL_WITHDRAWN; wanted < LEVEL_COUNT; wanted++) {
            struct proto_states s = layout(number);
            if (has(&s, PROTO_UNKNOWN) || has(&s, PROTO_CHANGING))
                continue;
            if (wanted != LEVEL_WITHDRAWN && s.level[wanted] == PROTO_MISSING)
                continue;
            enum level seen = announced(&s);
            int updates = 0, commands = 0;
            struct plan plan;
            while ((plan = plan_next(wanted, &s)).verb != PLAN_DONE) {
                assert_true(++commands <= 4);
                apply(&s, plan);
                enum level now = announced(&s);
                if (now != seen) {
                    assert_int_equal(now, wanted);
                    updates++;
                }
                seen = now;
            }
            assert_int_equal(seen, wanted);
            assert_true(updates <= 1); /* never a withdrawal in between, never a third level */
            for (enum level l = LEVEL_DRAIN; l < LEVEL_COUNT; l++)
                assert_int_equal(s.level[l] == PROTO_UP, l == wanted);
            if (wanted == LEVEL_WITHDRAWN)
                assert_true(commands <= 1);
        }
    }
}

static void a_withdrawal_does_not_wait_for_knowledge(void **state)
{
    (void)state;
    for (int number = 0; number < LAYOUTS; number++) {
        struct proto_states s = layout(number);
        struct plan plan = plan_next(LEVEL_WITHDRAWN, &s);
        if (has(&s, PROTO_UP) || has(&s, PROTO_UNKNOWN))
            assert_int_equal(plan.verb, PLAN_WITHDRAW);
        else
            assert_int_equal(plan.verb, has(&s, PROTO_CHANGING) ? PLAN_READ : PLAN_DONE);
    }
}

/* The level that is enabled for it. */
static enum level plan_made(enum level wanted, const struct proto_states *s)
{
    return wanted == LEVEL_LEAVING && s->level[wanted] == PROTO_MISSING ? LEVEL_BACKUP : wanted;
}

static void an_announcement_does_not_act_on_guesses(void **state)
{
    (void)state;
    for (int number = 0; number < LAYOUTS; number++) {
        for (enum level wanted = LEVEL_DRAIN; wanted < LEVEL_COUNT; wanted++) {
            struct proto_states s = layout(number);
            struct plan plan = plan_next(wanted, &s);
            assert_int_not_equal(plan.verb, PLAN_WITHDRAW);
            if (has(&s, PROTO_UNKNOWN))
                assert_int_equal(plan.verb, PLAN_READ);
            else if (s.level[wanted] == PROTO_MISSING && wanted != LEVEL_LEAVING)
                assert_int_equal(plan.verb, PLAN_BLOCKED);
            if (plan.verb == PLAN_DISABLE) /* break only after make */
                assert_int_equal(s.level[plan_made(wanted, &s)], PROTO_UP);
            if (plan.verb == PLAN_DONE)
                assert_int_equal(s.level[wanted], PROTO_UP);
        }
    }
}

/* bird.conf of an older version: providers see what `leaving` means, and the level stays open. */
static void without_leaving_it_is_backup_and_not_done(void **state)
{
    (void)state;
    struct proto_states s = { .level = { [LEVEL_DRAIN] = PROTO_DOWN,
                                         [LEVEL_LEAVING] = PROTO_MISSING,
                                         [LEVEL_BACKUP] = PROTO_DOWN,
                                         [LEVEL_NORMAL] = PROTO_UP } };
    struct plan plan = plan_next(LEVEL_LEAVING, &s);
    assert_int_equal(plan.verb, PLAN_ENABLE);
    assert_int_equal(plan.level, LEVEL_BACKUP);
    apply(&s, plan);
    plan = plan_next(LEVEL_LEAVING, &s);
    assert_int_equal(plan.verb, PLAN_DISABLE);
    assert_int_equal(plan.level, LEVEL_NORMAL);
    apply(&s, plan);
    assert_int_equal(plan_next(LEVEL_LEAVING, &s).verb, PLAN_BLOCKED);
    assert_int_equal(announced(&s), LEVEL_BACKUP);
}

static void the_most_preferred_route_is_what_neighbours_see(void **state)
{
    (void)state;
    struct proto_states s = { { PROTO_UNKNOWN, PROTO_DOWN, PROTO_DOWN, PROTO_DOWN, PROTO_DOWN } };
    enum level level;
    assert_true(plan_announced(&s, &level));
    assert_int_equal(level, LEVEL_WITHDRAWN);
    s.level[LEVEL_NORMAL] = PROTO_UP;
    assert_int_equal(announced(&s), LEVEL_NORMAL);
    s.level[LEVEL_BACKUP] = PROTO_CHANGING;
    assert_int_equal(announced(&s), LEVEL_BACKUP);
    s.level[LEVEL_LEAVING] = PROTO_UP;
    assert_int_equal(announced(&s), LEVEL_LEAVING);
    s.level[LEVEL_DRAIN] = PROTO_UP;
    assert_int_equal(announced(&s), LEVEL_DRAIN);
    s.level[LEVEL_NORMAL] = PROTO_UNKNOWN;
    assert_false(plan_announced(&s, &level));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settled_states_lead_straight_to_the_wanted_level),
        cmocka_unit_test(a_withdrawal_does_not_wait_for_knowledge),
        cmocka_unit_test(an_announcement_does_not_act_on_guesses),
        cmocka_unit_test(without_leaving_it_is_backup_and_not_done),
        cmocka_unit_test(the_most_preferred_route_is_what_neighbours_see),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
