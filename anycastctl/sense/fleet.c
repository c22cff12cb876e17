/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fleet.c - rounds of three questions to BIRD: the tables of IPv4 and IPv6, and the sessions. */
#include "anycastctl/sense/fleet.h"

#include "bird/client.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A leaving site goes within `settle` and a reading; one that takes much longer has lost its
 * controller. */
enum { PATIENCE_FACTOR = 3 };

/* The questions of a round, in their order. The tables' places are those of the families. */
static const char *const questions[] = {
    [FAMILY_4] = "show route table fleet4 all",
    [FAMILY_6] = "show route table fleet6 all",
    [FAMILY_COUNT] = "show protocols \"" SITES_SESSION_PREFIX "*\"",
};

enum { QUESTIONS = sizeof questions / sizeof *questions };

struct reading {
    struct mono begun; /* never: there was none */
    struct sites sites;
    struct site_sessions sessions;
    struct err problem; /* "" unless BIRD refused one of the questions */
};

struct fleet {
    struct ev_loop *loop;
    const struct settings *settings;
    struct fleet_events events;
    struct bird_client *client;
    ev_timer poll;
    struct mono started;

    bool under_way, wanted; /* a round; somebody waits for the one that begins after this one */
    bool promised;          /* somebody waits for the round that is under way */
    bool live;              /* as told last */
    int at;                 /* the question of the round */
    struct reading round, last;
    struct sites told; /* as `last` had it when it could be relied upon */
};

/* ---- one round ---- */

static void begin_round(struct fleet *f);

static void log_problem(const struct reading *before, const struct reading *after)
{
    if (strcmp(before->problem.msg, after->problem.msg) == 0)
        return;
    if (after->problem.msg[0])
        log_event(LOG_WARN, "fleet-unread", "error=\"%s\"", after->problem.msg);
    else
        log_event(LOG_NOTICE, "fleet-read", "sites=%u", after->sites.count);
}

static bool is_blind(const struct fleet *f, struct mono now, char why[VIEW_TEXT_MAX]);

/* A site that is not seen announces nothing. */
static const struct site absent;

static void tell_site(struct fleet *f, uint32_t node_id, const struct site *before,
                      const struct site *after)
{
    for (unsigned s = 0; s < f->settings->service_count; s++)
        for (int i = 0; i < FAMILY_COUNT; i++) {
            const enum level from = before->service[s][i].level, to = after->service[s][i].level;
            const struct fleet_news news = { node_id, s, (enum family)i, from, to };
            if (from != to)
                f->events.site(f->events.arg, &news);
        }
}

static void tell_sites(struct fleet *f, const struct sites *before, const struct sites *after)
{
    for (unsigned i = 0; i < after->count; i++) {
        const struct site *site = &after->site[i], *was = sites_find(before, site->node_id);
        tell_site(f, site->node_id, was ? was : &absent, site);
    }
    for (unsigned i = 0; i < before->count; i++) {
        const struct site *site = &before->site[i];
        if (!sites_find(after, site->node_id))
            tell_site(f, site->node_id, site, &absent);
    }
}

static void tell_sight(struct fleet *f)
{
    char why[VIEW_TEXT_MAX];
    const bool live = !is_blind(f, mono_now(), why);
    if (live != f->live)
        f->events.sight(f->events.arg, live, why);
    f->live = live;
}

/* What a blind site does not see of the others is no news of them. */
static void tell_news(struct fleet *f)
{
    tell_sight(f);
    if (!f->live)
        return;
    tell_sites(f, &f->told, &f->last.sites);
    f->told = f->last.sites;
}

static void end_round(struct fleet *f)
{
    const bool seen = f->round.sessions.established > 0, saw = f->last.sessions.established > 0;
    bool differs = sites_date(&f->round.sites, &f->last.sites, mono_now());
    differs |= seen != saw || f->promised || strcmp(f->round.problem.msg, f->last.problem.msg) != 0;
    log_problem(&f->last, &f->round);
    f->last = f->round;
    tell_news(f);
    f->under_way = f->promised = false;
    if (differs)
        f->events.changed(f->events.arg);
    if (f->wanted)
        begin_round(f);
}

static int take(struct fleet *f, const struct bird_reply *reply, struct err *err)
{
    if (f->at == FAMILY_COUNT)
        return sites_read_sessions(reply, &f->round.sessions, err);
    return sites_read(&f->round.sites, f->settings, (enum family)f->at, reply, err);
}

static void ask(struct fleet *f);

static void on_reply(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct fleet *f = arg;
    struct err err;
    if (outcome != BIRD_ANSWERED)
        return; /* on_down follows */
    if (take(f, reply, &err) < 0)
        f->round.problem = err;
    if (++f->at < QUESTIONS && !f->round.problem.msg[0])
        ask(f);
    else
        end_round(f);
}

static void ask(struct fleet *f)
{
    struct err err;
    if (bird_client_send(f->client, BIRD_READ, questions[f->at], on_reply, f, &err) == 0)
        return;
    f->round.problem = err;
    f->under_way = false;
}

static void begin_round(struct fleet *f)
{
    if (f->under_way || !bird_client_connected(f->client))
        return;
    f->under_way = true;
    f->promised = f->wanted;
    f->wanted = false;
    f->at = 0;
    f->round = (struct reading){ .begun = mono_now() };
    ask(f);
}

/* ---- the connection, and time ---- */

static void on_up(void *arg, const struct bird_version *version)
{
    (void)version;
    begin_round(arg);
}

static void on_down(void *arg, const char *reason)
{
    (void)reason;
    struct fleet *f = arg;
    f->wanted |= f->promised;
    f->under_way = f->promised = false;
}

static void on_poll(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    tell_sight(timer->data); /* it grows old by itself */
    begin_round(timer->data);
}

struct fleet *fleet_new(struct ev_loop *loop, const struct settings *settings,
                        const struct fleet_events *events)
{
    struct fleet *f = mem_zalloc(sizeof *f);
    f->loop = loop;
    f->settings = settings;
    f->events = *events;
    f->started = mono_now();
    const struct bird_client_options options = {
        .path = settings->bird.socket,
        .arg = f,
        .on_up = on_up,
        .on_down = on_down,
        .timeout_ms = (int)settings->bird.timeout_ms,
        .greet_ms = (int)settings->bird.timeout_ms,
    };
    f->client = bird_client_new(loop, &options);
    ev_timer_init(&f->poll, on_poll, FLEET_POLL_MS / 1000.0, FLEET_POLL_MS / 1000.0);
    f->poll.data = f;
    ev_timer_start(loop, &f->poll);
    bird_client_start(f->client);
    return f;
}

void fleet_free(struct fleet *f)
{
    if (!f)
        return;
    ev_timer_stop(f->loop, &f->poll);
    bird_client_free(f->client);
    free(f);
}

void fleet_look(struct fleet *f)
{
    f->wanted = true;
    begin_round(f);
}

/* ---- what is known ---- */

/* Why the view can't be relied upon, in words with the remedy. False: it can. */
static bool is_blind(const struct fleet *f, struct mono now, char why[VIEW_TEXT_MAX])
{
    const struct reading *last = &f->last;
    why[0] = '\0';
    if (mono_is_never(last->begun) || mono_diff_ms(now, last->begun) > FLEET_STALE_MS)
        snprintf(why, VIEW_TEXT_MAX, "BIRD has not told for a second who else announces");
    else if (last->problem.msg[0])
        snprintf(why, VIEW_TEXT_MAX, "%.180s (a site without others needs policy.min_sites = 0)",
                 last->problem.msg);
    else if (last->sessions.count == 0)
        snprintf(why, VIEW_TEXT_MAX,
                 "BIRD has no session named " SITES_SESSION_PREFIX
                 "_… to another site: make them, or set policy.min_sites = 0");
    else if (last->sessions.established == 0)
        snprintf(why, VIEW_TEXT_MAX,
                 "no session to another site is established: see birdc show protocols");
    else if (last->sites.own_heard)
        snprintf(why, VIEW_TEXT_MAX,
                 "another site announces with node id %u, which is ours: each needs its own",
                 (unsigned)f->settings->node_id);
    return why[0] != '\0';
}

static bool is_awaited(const struct fleet *f, struct mono now)
{
    return mono_is_never(f->last.begun) && mono_diff_ms(now, f->started) <= FLEET_STALE_MS;
}

struct fleet_facts fleet_facts(const struct fleet *f, unsigned service, enum family family,
                               struct mono now)
{
    char why[VIEW_TEXT_MAX];
    if (is_blind(f, now, why))
        return (struct fleet_facts){ .live = false, .awaited = is_awaited(f, now) };
    const int64_t patience_ms = PATIENCE_FACTOR * f->settings->policy.settle_ms;
    const struct sites_tally tally = sites_count(&f->last.sites, f->settings, service, family,
                                                 patience_ms, now);
    return (struct fleet_facts){ .live = true,
                                 .others = tally.normal,
                                 .alone = tally.announced == 0,
                                 .first = tally.first,
                                 .as_of = f->last.begun };
}

char *fleet_problem(const struct fleet *f, struct mono now, char out[VIEW_TEXT_MAX])
{
    is_blind(f, now, out);
    return out;
}

char *fleet_names(const struct fleet *f, unsigned service, enum family family,
                  char out[VIEW_TEXT_MAX])
{
    return sites_text(&f->last.sites, service, family, out, VIEW_TEXT_MAX);
}

/* ---- the view ---- */

static void view_site(const struct site *site, unsigned service_count, struct mono now,
                      struct site_view *out)
{
    out->node_id = site->node_id;
    for (unsigned s = 0; s < service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            const struct site_service *announced = &site->service[s][f];
            out->level[s][f] = announced->level;
            out->age_ms[s][f] = mono_diff_ms(now, announced->since);
        }
}

/* A node without sessions to others is an alarm only when it matters: the policy's. */
static void add_alarms(const struct fleet *f, struct node_view *view)
{
    if (f->last.sites.own_heard)
        view_add_alarm(view, "%s", view->fleet.problem);
    else if (f->last.sessions.count > 0 && !view->fleet.live)
        view_add_alarm(view, "the other sites cannot be seen: %s", view->fleet.problem);
}

void fleet_view(const struct fleet *f, struct mono now, struct node_view *view)
{
    struct fleet_view *out = &view->fleet;
    const struct sites *sites = &f->last.sites;
    out->live = !is_blind(f, now, out->problem);
    out->age_ms = mono_is_never(f->last.begun) ? -1 : mono_diff_ms(now, f->last.begun);
    out->min_sites = (unsigned)f->settings->policy.min_sites;
    out->site_count = out->live ? sites->count : 0;
    for (unsigned i = 0; i < out->site_count; i++)
        view_site(&sites->site[i], view->service_count, now, &out->site[i]);
    add_alarms(f, view);
}
