/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_policy_fleet.c - two to four sites, each with a policy of its own and a late and uneven view
 * of the others, through random troubles and orders that are not local-fatal: somebody announces
 * all the time. A fixed seed; and the model is shown to notice where a rule is broken. */
#include "anycastctl/decide/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SITES = 4, HISTORY = 128, TICKS = 200000 };

/* Times are ticks of a millisecond. */
struct model {
    uint64_t seed;
    unsigned count;    /* of sites */
    uint32_t delay_ms; /* how old what a reading finds may be at most */
    uint32_t pause_ms; /* between two readings, about */
    bool hasty;        /* any reading will do for a look, were it from before */
    struct policy_rules rules;
    uint32_t now;
    struct site {
        struct policy policy;
        struct policy_input in; /* what is true for a while: cause, intent, blindness */
        struct policy_decision decision;
        uint32_t stepped, look_since;
        bool blind;

        enum level actual; /* what its BIRD announces */
        uint32_t obeys_at; /* when BIRD will have done what was decided */
        enum level past[HISTORY];

        uint32_t read_at; /* of the last reading; and what it found of the others */
        enum level seen[SITES];
        bool was_looking;
    } site[SITES];
};

static uint32_t any(struct model *m, uint32_t below)
{
    m->seed ^= m->seed << 13; /* xorshift64 */
    m->seed ^= m->seed >> 7;
    m->seed ^= m->seed << 17;
    return (uint32_t)(m->seed >> 32) % below;
}

static bool one_in(struct model *m, uint32_t n)
{
    return any(m, n) == 0;
}

/* ---- the world ---- */

static void trouble(struct model *m, struct site *site)
{
    static const enum cause causes[] = { CAUSE_NONE,         CAUSE_ANSWER_WRONG, CAUSE_UDP_SILENT,
                                         CAUSE_ANSWER_WRONG, CAUSE_ZONE_STALE,   CAUSE_UNKNOWN };
    static const enum intent intents[] = { INTENT_AUTO, INTENT_AUTO, INTENT_DRAIN,
                                           INTENT_WITHDRAWN };
    if (one_in(m, 150))
        site->in.cause = causes[any(m, sizeof causes / sizeof *causes)];
    if (one_in(m, 300))
        site->in.cause = CAUSE_NONE;
    if (one_in(m, 400))
        site->in.intent = intents[any(m, sizeof intents / sizeof *intents)];
    if (one_in(m, 500))
        site->blind = one_in(m, 3);
    if (one_in(m, 3000)) { /* its controller is started anew */
        site->policy = policy_begin(site->actual, &m->rules);
        site->decision = (struct policy_decision){ .level = site->actual };
    }
}

/* All that happens at one site at once makes the others': they all fail together, often. */
static void common_trouble(struct model *m)
{
    if (!one_in(m, 800))
        return;
    for (unsigned i = 0; i < m->count; i++)
        m->site[i].in.cause = CAUSE_ANSWER_WRONG;
}

static void obey(struct model *m, struct site *site)
{
    if (site->actual != site->decision.level && m->now >= site->obeys_at)
        site->actual = site->decision.level;
    site->past[m->now % HISTORY] = site->actual;
}

/* ---- a site's view ---- */

static void read_fleet(struct model *m, unsigned self)
{
    struct site *site = &m->site[self];
    const bool looking = site->decision.look && !site->was_looking;
    site->was_looking = site->decision.look;
    if (!looking && !one_in(m, m->pause_ms))
        return;
    site->read_at = m->now;
    for (unsigned j = 0; j < m->count; j++) {
        const uint32_t age = any(m, m->delay_ms + 1);
        site->seen[j] = m->site[j].past[(m->now - (age < m->now ? age : m->now)) % HISTORY];
    }
}

static void tell_fleet(const struct model *m, unsigned self, struct policy_input *in)
{
    const struct site *site = &m->site[self];
    unsigned normal = 0, announced = 0;
    in->behind = false;
    for (unsigned j = 0; j < m->count; j++) {
        normal += j != self && site->seen[j] == LEVEL_NORMAL;
        announced += j != self && site->seen[j] > LEVEL_WITHDRAWN;
        in->behind |= j < self && site->seen[j] == LEVEL_LEAVING;
    }
    in->floor = site->blind ? FLOOR_BLIND : normal >= 1 ? FLOOR_HOLDS : FLOOR_BROKEN;
    in->alone = !site->blind && announced == 0;
    in->looked = m->hasty || (site->decision.look && site->read_at >= site->look_since);
}

static void step(struct model *m, unsigned self)
{
    struct site *site = &m->site[self];
    const struct policy_decision before = site->decision;
    struct policy_input in = site->in;
    tell_fleet(m, self, &in);
    in.elapsed_ms = m->now - site->stepped;
    in.observed = one_in(m, 2);
    in.quiet = one_in(m, 4);
    in.confirmed = site->actual == before.level;
    site->stepped = m->now;
    site->policy = policy_step(site->policy, &m->rules, &in, &site->decision);
    if (site->decision.look && !before.look)
        site->look_since = m->now;
    if (site->decision.level != before.level)
        site->obeys_at = m->now + 1 + any(m, 4);
}

/* ---- runs ---- */

static bool somebody_announces(const struct model *m)
{
    for (unsigned i = 0; i < m->count; i++)
        if (m->site[i].actual > LEVEL_WITHDRAWN)
            return true;
    return false;
}

/* True if somebody announced all the time; counts what was done on the way. */
static bool run(struct model *m, unsigned *withdrawals)
{
    for (unsigned i = 0; i < m->count; i++) {
        struct site *site = &m->site[i];
        site->policy = policy_begin(LEVEL_NORMAL, &m->rules);
        site->actual = site->decision.level = LEVEL_NORMAL;
        for (unsigned j = 0; j < HISTORY; j++)
            site->past[j] = LEVEL_NORMAL;
        for (unsigned j = 0; j < SITES; j++)
            site->seen[j] = LEVEL_NORMAL;
    }
    for (m->now = 1; m->now < TICKS; m->now++) {
        common_trouble(m);
        for (unsigned i = 0; i < m->count; i++) {
            const enum level before = m->site[i].actual;
            trouble(m, &m->site[i]);
            obey(m, &m->site[i]);
            *withdrawals += before > LEVEL_WITHDRAWN && m->site[i].actual == LEVEL_WITHDRAWN;
        }
        if (!somebody_announces(m))
            return false;
        for (unsigned i = 0; i < m->count; i++) {
            read_fleet(m, i);
            if (one_in(m, 2))
                step(m, i);
        }
    }
    return true;
}

static struct model model_of(unsigned count, uint64_t seed)
{
    return (struct model){ .seed = seed,
                           .count = count,
                           .delay_ms = 19,
                           .pause_ms = 8,
                           .rules = { .fall = 2,
                                      .rise = 2,
                                      .hold_ms = 20,
                                      .flap = { .cycles = 2, .half_life_ms = 50 },
                                      .settle_ms = 20,
                                      .drain_min_ms = 5,
                                      .drain_max_ms = 30,
                                      .linger_ms = 5 } };
}

static void somebody_announces_all_the_time(void **state)
{
    (void)state;
    for (unsigned count = 2; count <= SITES; count++) {
        unsigned withdrawals = 0;
        for (uint64_t seed = 1; seed <= 6; seed++) {
            struct model m = model_of(count, seed * 0x9e3779b97f4a7c15u);
            m.pause_ms = seed % 2 ? 8 : 40; /* however seldom it reads: it looks in time */
            if (!run(&m, &withdrawals))
                fail_msg("%u sites, seed %llu: nobody announces at tick %u", count,
                         (unsigned long long)seed, m.now);
        }
        print_message("policy: %u sites, %u withdrawals\n", count, withdrawals);
        assert_true(withdrawals > 100); /* the floor lets go who may */
    }
}

/* Where a rule is broken, the model notices. */
static bool goes_wrong(void (*breakage)(struct model *m))
{
    unsigned withdrawals = 0;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct model m = model_of(2, seed * 0x9e3779b97f4a7c15u);
        breakage(&m);
        if (!run(&m, &withdrawals))
            return true;
    }
    return false;
}

static void views_older_than_settle(struct model *m)
{
    m->delay_ms = 60;
}

static void no_settling(struct model *m)
{
    m->rules.settle_ms = 1;
}

static void no_look(struct model *m)
{
    m->hasty = true;
    m->pause_ms = 40;
}

static void the_model_notices(void **state)
{
    (void)state;
    assert_true(goes_wrong(views_older_than_settle));
    assert_true(goes_wrong(no_settling));
    assert_true(goes_wrong(no_look));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(somebody_announces_all_the_time),
        cmocka_unit_test(the_model_notices),
    };
    return cmocka_run_group_tests_name("policy_fleet", tests, NULL, NULL);
}
