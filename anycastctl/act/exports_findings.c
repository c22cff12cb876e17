/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exports_findings.c - what a whole round says: of each session to whoever waits for a proof, of
 * each service whether it is right, and whether it reaches anyone. */
#include "anycastctl/act/exports_state.h"

#include <stdio.h>
#include <string.h>

static const struct service_family *family_of(const struct exports *e, unsigned service,
                                              enum family family)
{
    return &e->settings->service[service].family[family];
}

static int64_t grace_ms(const struct exports *e)
{
    return EXPORTS_GRACE_ROUNDS * e->settings->bird.poll_ms;
}

/* ---- is it right? ---- */

static void say(struct exports *e, unsigned service, enum family family, const char *problem)
{
    struct finding *finding = &e->finding[service][family];
    const bool changes = !finding->problem[0] != !problem[0];
    snprintf(finding->problem, sizeof finding->problem, "%s", problem);
    if (changes)
        e->events.changed(e->events.arg, service, family, finding->problem);
}

static bool is_clear(const struct exports *e, unsigned service, enum family family)
{
    const struct hearing *hearing = e->round.hearing[service][family];
    for (unsigned p = 0; p < family_of(e, service, family)->prefix_count; p++)
        if (!hearing_is_clear(&hearing[p]))
            return false;
    return true;
}

/* 0, or -1 with the problem of the first prefix that has one. */
static int check(const struct exports *e, unsigned service, enum family family, struct err *problem)
{
    const struct service_family *of = family_of(e, service, family);
    const struct hearing *hearing = e->round.hearing[service][family];
    for (unsigned p = 0; p < of->prefix_count; p++)
        if (hearing_check(&hearing[p], &of->prefix[p], problem) < 0)
            return -1;
    return 0;
}

/* A problem is one of the level at which it began: another level has its own grace time. */
static void settle(struct exports *e, unsigned service, enum family family,
                   const struct hearing *all, struct mono now)
{
    struct finding *finding = &e->finding[service][family];
    const bool same = finding->known && finding->hearing.level == all->level;
    struct err problem;
    finding->known = true;
    finding->hearing = *all;
    if (check(e, service, family, &problem) == 0)
        finding->wrong_since = mono_never();
    else if (!same || mono_is_never(finding->wrong_since))
        finding->wrong_since = now;
    const bool due = !mono_is_never(finding->wrong_since) &&
                     mono_diff_ms(now, finding->wrong_since) >= grace_ms(e);
    say(e, service, family, due ? problem.msg : "");
}

/* ---- does it reach anyone? ---- */

static bool is_coming_up(const struct exports *e, struct mono now)
{
    return !e->was_up && mono_diff_ms(now, e->up_since) < REACH_START_MS;
}

static void take_reach(struct exports *e, unsigned service, enum family family,
                       const struct hearing *all, struct mono now)
{
    struct finding *finding = &e->finding[service][family];
    const bool changes = reach_take(&finding->reach, all, is_coming_up(e, now), now);
    const int64_t left_ms = reach_grace_left_ms(&finding->reach, now);
    if (left_ms > 0)
        exports_look_after(e, left_ms);
    if (changes)
        e->events.reach(e->events.arg, service, family);
}

bool exports_isolated(const struct exports *e, unsigned service, enum family family,
                      struct mono *since, const char **why)
{
    const struct reach *reach = &e->finding[service][family].reach;
    *since = reach->none_since;
    *why = reach->why;
    return reach->isolated;
}

/* ---- who waits for a proof? ---- */

static enum ladder_look look_at(const struct hearing *all, unsigned session)
{
    const bool asked = all->asked >> session & 1, heard = all->heard >> session & 1;
    if (!asked)
        return all->unclear ? LOOK_UNREADABLE : LOOK_NO_CHANNEL;
    return heard == (all->level != LEVEL_WITHDRAWN) ? LOOK_AS_DECIDED : LOOK_OTHERWISE;
}

static void tell_sessions(const struct exports *e, unsigned service, enum family family,
                          const struct hearing *all, struct mono now)
{
    struct exports_seen seen = { .service = service,
                                 .family = family,
                                 .level = all->level,
                                 .look = LOOK_DOWN,
                                 .asked = e->round.began,
                                 .now = now };
    bool any = false;
    for (unsigned i = 0; i < e->round.session_count; i++) {
        const struct session_view *session = &e->round.session[i];
        if (session->fleet)
            continue;
        any = true;
        seen.session = session->name;
        seen.look = session->established ? look_at(all, i) : LOOK_DOWN;
        e->events.seen(e->events.arg, &seen);
    }
    e->events.listed(e->events.arg, service, family, any, e->round.began);
}

/* ---- the whole round ---- */

/* A node may speak another protocol than BGP to its neighbours; nothing can be said of that. */
static bool has_carriers(const struct round *round)
{
    for (unsigned i = 0; i < round->session_count; i++)
        if (!round->session[i].fleet)
            return true;
    return false;
}

static void forget(struct exports *e, unsigned service, enum family family)
{
    struct finding *finding = &e->finding[service][family];
    const bool was_isolated = finding->reach.isolated;
    finding->known = false;
    finding->wrong_since = mono_never();
    finding->reach = (struct reach){ .isolated = false };
    say(e, service, family, "");
    if (was_isolated)
        e->events.reach(e->events.arg, service, family);
}

static void take_sessions(struct exports *e)
{
    const struct round *round = &e->round;
    memcpy(e->session, round->session, sizeof e->session);
    e->session_count = round->session_count;
    for (unsigned i = 0; i < round->session_count; i++)
        if (round->session[i].established && !round->session[i].fleet)
            e->was_up = true;
}

static void conclude(struct exports *e, unsigned service, enum family family, struct mono now)
{
    enum level level;
    if (!exports_level_of(e, service, family, &level)) {
        forget(e, service, family);
        return;
    }
    const struct hearing all = hearing_of_all(e->round.hearing[service][family],
                                              family_of(e, service, family)->prefix_count);
    if (has_carriers(&e->round) && is_clear(e, service, family)) {
        settle(e, service, family, &all, now);
        take_reach(e, service, family, &all, now);
    } else {
        forget(e, service, family);
    }
    tell_sessions(e, service, family, &all, now);
}

void exports_conclude(struct exports *e, struct mono now)
{
    take_sessions(e);
    for (unsigned s = 0; s < e->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            conclude(e, s, (enum family)f, now);
}

void exports_forget(struct exports *e)
{
    for (unsigned s = 0; s < e->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            forget(e, s, (enum family)f);
}
