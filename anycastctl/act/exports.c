/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exports.c - rounds of questions to BIRD, one at a time. heard.h judges the answers. */
#include "anycastctl/act/exports.h"

#include "anycastctl/act/heard.h"
#include "anycastctl/act/picture.h"
#include "bird/client.h"
#include "bird/names.h"
#include "bird/route.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/mono.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SOON_MS = 50, /* after a change: BIRD is done by then, and no command waits behind our reads */
    COMMAND_MAX = 256,
};

static_assert(VIEW_SESSIONS_MAX <= 64, "a session is a bit of 64");
static_assert(sizeof((struct session_view *)0)->name == BIRD_SYMBOL_MAX, "any session's name");

struct round {
    struct picture picture; /* BIRD's protocols as they were when it began */
    unsigned session_count;
    struct session_view session[VIEW_SESSIONS_MAX];
    struct hearing hearing[SERVICES_MAX][FAMILY_COUNT][SERVICE_PREFIXES_MAX];
};

/* What the last whole round found about one service in one family. */
struct finding {
    bool known;
    struct hearing hearing;      /* of all prefixes */
    struct mono wrong_since;     /* never: it is right, or unknown */
    char problem[VIEW_TEXT_MAX]; /* said; "" before the grace time is over */
};

struct exports {
    struct ev_loop *loop;
    const struct settings *settings;
    struct exports_events events;
    struct bird_client *client;
    ev_timer poll, soon;

    bool under_way;
    struct round round;
    unsigned at; /* the next question of the round: counts services, families, prefixes, sessions */

    char session[VIEW_SESSIONS_MAX][BIRD_SYMBOL_MAX]; /* what the bits of the findings mean */
    struct finding finding[SERVICES_MAX][FAMILY_COUNT];
};

/* ---- what was found ---- */

static void say(struct exports *e, unsigned service, enum family family, const char *problem)
{
    struct finding *finding = &e->finding[service][family];
    const bool changes = !finding->problem[0] != !problem[0];
    snprintf(finding->problem, sizeof finding->problem, "%s", problem);
    if (changes)
        e->events.changed(e->events.arg, service, family, finding->problem);
}

static void forget(struct exports *e, unsigned service, enum family family)
{
    e->finding[service][family].known = false;
    e->finding[service][family].wrong_since = mono_never();
    say(e, service, family, "");
}

static const struct service_family *family_of(const struct exports *e, unsigned service,
                                              enum family family)
{
    return &e->settings->service[service].family[family];
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
static void settle(struct exports *e, unsigned service, enum family family, struct mono now)
{
    const struct hearing all = hearing_of_all(e->round.hearing[service][family],
                                              family_of(e, service, family)->prefix_count);
    struct finding *finding = &e->finding[service][family];
    const bool same = finding->known && finding->hearing.level == all.level;
    struct err problem;
    finding->known = true;
    finding->hearing = all;
    if (check(e, service, family, &problem) == 0)
        finding->wrong_since = mono_never();
    else if (!same || mono_is_never(finding->wrong_since))
        finding->wrong_since = now;
    const bool due = !mono_is_never(finding->wrong_since) &&
                     mono_diff_ms(now, finding->wrong_since) >=
                         EXPORTS_GRACE_ROUNDS * e->settings->bird.poll_ms;
    say(e, service, family, due ? problem.msg : "");
}

/* ---- one round ---- */

/* A node may speak another protocol than BGP to its neighbours; nothing can be said of that. */
static bool has_carriers(const struct round *round)
{
    for (unsigned i = 0; i < round->session_count; i++)
        if (!round->session[i].fleet)
            return true;
    return false;
}

static bool level_of(const struct exports *e, unsigned service, enum family family,
                     enum level *level)
{
    return family_of(e, service, family)->enabled &&
           plan_announced(&e->round.picture.protos[service][family], level);
}

static void end_round(struct exports *e)
{
    const struct round *round = &e->round;
    const struct mono now = mono_now();
    enum level level;
    e->under_way = false;
    for (unsigned i = 0; i < round->session_count; i++)
        memcpy(e->session[i], round->session[i].name, sizeof e->session[i]);
    for (unsigned s = 0; s < e->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (has_carriers(round) && level_of(e, s, (enum family)f, &level) &&
                is_clear(e, s, (enum family)f))
                settle(e, s, (enum family)f, now);
            else
                forget(e, s, (enum family)f);
}

/* Routes learned from a neighbour are another site's, and lead there. */
static bool is_learned(const struct round *round, const struct heard *heard)
{
    for (unsigned i = 0; i < round->session_count; i++)
        if (heard->how == HEARD_OTHER && strcmp(round->session[i].name, heard->proto) == 0)
            return true;
    return false;
}

struct question {
    unsigned service, prefix, session;
    enum family family;
};

static struct question question_at(unsigned at)
{
    struct question q = { .session = at % VIEW_SESSIONS_MAX };
    at /= VIEW_SESSIONS_MAX;
    q.prefix = at % SERVICE_PREFIXES_MAX;
    at /= SERVICE_PREFIXES_MAX;
    q.family = (enum family)(at % FAMILY_COUNT);
    q.service = at / FAMILY_COUNT;
    return q;
}

static bool is_asked(const struct exports *e, struct question q)
{
    enum level level;
    return q.session < e->round.session_count && e->round.session[q.session].established &&
           !e->round.session[q.session].fleet &&
           q.prefix < family_of(e, q.service, q.family)->prefix_count &&
           level_of(e, q.service, q.family, &level);
}

static void ask_next(struct exports *e);

static void on_exported(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct exports *e = arg;
    if (outcome != BIRD_ANSWERED)
        return; /* on_down follows */
    const struct question q = question_at(e->at++);
    struct heard heard = heard_read(reply, e->settings->service[q.service].name, q.family);
    if (is_learned(&e->round, &heard))
        heard.how = HEARD_NOTHING;
    hearing_add(&e->round.hearing[q.service][q.family][q.prefix], q.session,
                e->round.session[q.session].name, &heard);
    ask_next(e);
}

static void give_up_round(struct exports *e, const char *why)
{
    e->under_way = false;
    log_event(LOG_WARN, "exports-unread", "error=\"%s\"", why);
}

static void ask(struct exports *e, struct question q)
{
    const struct prefix *prefix = &family_of(e, q.service, q.family)->prefix[q.prefix];
    char text[ADDR_TEXT_MAX], command[COMMAND_MAX];
    struct err err;
    const bool fits = bird_command_exported(e->round.session[q.session].name,
                                            prefix_text(prefix, text), command, sizeof command);
    if (!fits)
        err_set(&err, "no name of BIRD's: %s", e->round.session[q.session].name);
    if (!fits || bird_client_send(e->client, BIRD_READ, command, on_exported, e, &err) < 0)
        give_up_round(e, err.msg);
}

/* Counts over what is not to be asked. */
static void ask_next(struct exports *e)
{
    const unsigned end = e->settings->service_count * FAMILY_COUNT * SERVICE_PREFIXES_MAX *
                         VIEW_SESSIONS_MAX;
    while (e->at < end && !is_asked(e, question_at(e->at)))
        e->at++;
    if (e->at < end)
        ask(e, question_at(e->at));
    else
        end_round(e);
}

static void on_protocols(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct exports *e = arg;
    struct round *round = &e->round;
    struct err err;
    if (outcome != BIRD_ANSWERED)
        return;
    if (picture_read(e->settings, reply, &round->picture, &err) < 0) {
        give_up_round(e, err.msg);
        return;
    }
    round->session_count = picture_sessions(reply, round->session, VIEW_SESSIONS_MAX);
    for (unsigned s = 0; s < e->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            enum level level = LEVEL_WITHDRAWN;
            level_of(e, s, (enum family)f, &level);
            for (unsigned p = 0; p < SERVICE_PREFIXES_MAX; p++)
                round->hearing[s][f][p] = (struct hearing){ .level = level };
        }
    e->at = 0;
    ask_next(e);
}

static void begin_round(struct exports *e)
{
    struct err err;
    if (e->under_way || !bird_client_connected(e->client))
        return;
    e->under_way = true;
    if (bird_client_send(e->client, BIRD_READ, BIRD_COMMAND_PROTOCOLS, on_protocols, e, &err) < 0)
        give_up_round(e, err.msg);
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
    struct exports *e = arg;
    e->under_way = false;
    for (unsigned s = 0; s < e->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            forget(e, s, (enum family)f);
}

static void on_poll(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    begin_round(timer->data);
}

static void on_soon(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct exports *e = timer->data;
    ev_timer_again(loop, &e->poll); /* the next one is due poll_ms after this one */
    begin_round(e);
}

/* ---- for the owner ---- */

struct exports *exports_new(struct ev_loop *loop, const struct settings *settings,
                            const struct exports_events *events)
{
    struct exports *e = mem_zalloc(sizeof *e);
    e->loop = loop;
    e->settings = settings;
    e->events = *events;
    for (unsigned s = 0; s < SERVICES_MAX; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            e->finding[s][f].wrong_since = mono_never();
    const struct bird_client_options options = {
        .path = settings->bird.socket,
        .arg = e,
        .on_up = on_up,
        .on_down = on_down,
        .timeout_ms = (int)settings->bird.timeout_ms,
        .greet_ms = (int)settings->bird.timeout_ms,
    };
    e->client = bird_client_new(loop, &options);
    double poll_s = (double)settings->bird.poll_ms / 1000;
    ev_timer_init(&e->poll, on_poll, poll_s, poll_s);
    ev_timer_init(&e->soon, on_soon, SOON_MS / 1000.0, 0);
    e->poll.data = e->soon.data = e;
    ev_timer_start(loop, &e->poll);
    bird_client_start(e->client);
    return e;
}

void exports_free(struct exports *e)
{
    if (!e)
        return;
    ev_timer_stop(e->loop, &e->poll);
    ev_timer_stop(e->loop, &e->soon);
    bird_client_free(e->client);
    free(e);
}

void exports_look(struct exports *e)
{
    if (ev_is_active(&e->soon))
        return;
    ev_timer_set(&e->soon, SOON_MS / 1000.0, 0);
    ev_timer_start(e->loop, &e->soon);
}

/* ---- the view ---- */

/* Our bits, as bits of the view's sessions; one that is gone there is left out. */
static uint64_t bits_of_view(const struct exports *e, uint64_t bits, const struct bird_view *bird)
{
    uint64_t out = 0;
    for (unsigned i = 0; i < VIEW_SESSIONS_MAX; i++)
        for (unsigned j = 0; bits >> i & 1 && j < bird->session_count; j++)
            if (strcmp(e->session[i], bird->session[j].name) == 0)
                out |= (uint64_t)1 << j;
    return out;
}

/* Only what was found at the level that BIRD has now is worth telling. */
static void view_family(const struct exports *e, const struct finding *finding,
                        const struct bird_view *bird, struct family_view *out)
{
    out->exports = (struct exports_view){ .known = finding->known && out->actual_known &&
                                                   finding->hearing.level == out->actual };
    if (!out->exports.known)
        return;
    out->exports.asked = bits_of_view(e, finding->hearing.asked, bird);
    out->exports.heard = bits_of_view(e, finding->hearing.heard, bird);
    snprintf(out->exports.problem, sizeof out->exports.problem, "%s", finding->problem);
}

void exports_view(const struct exports *e, struct node_view *view)
{
    for (unsigned s = 0; s < view->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            struct family_view *family = &view->service[s].family[f];
            if (!family->enabled)
                continue;
            view_family(e, &e->finding[s][f], &view->bird, family);
            if (family->exports.problem[0])
                view_add_alarm(view, "%s IPv%d: %s", view->service[s].name,
                               family_number((enum family)f), family->exports.problem);
        }
}
