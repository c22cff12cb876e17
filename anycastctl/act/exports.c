/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exports.c - rounds of questions to BIRD, one at a time. heard.h judges the answers. */
#include "anycastctl/act/exports.h"

#include "anycastctl/act/exports_state.h"
#include "anycastctl/act/question.h"
#include "bird/names.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/mono.h"

#include <assert.h>
#include <stdlib.h>

enum {
    SOON_MS = 50, /* after a change: BIRD is done by then, and no command waits behind our reads */
    GLANCE_MS = 200, /* how soon a session that came or went is seen: the other sites rely on it */
    COMMAND_MAX = 256,
};

static_assert(VIEW_SESSIONS_MAX <= 64, "a session is a bit of 64");
static_assert(sizeof((struct session_view *)0)->name == BIRD_SYMBOL_MAX, "any session's name");

/* ---- one round ---- */

bool exports_level_of(const struct exports *e, unsigned service, enum family family,
                      enum level *level)
{
    return e->settings->service[service].family[family].enabled &&
           plan_announced(&e->round.picture.protos[service][family], level);
}

static bool is_asked(const struct exports *e, struct question q)
{
    enum level level;
    return q.session < e->round.session_count && e->round.session[q.session].established &&
           !e->round.session[q.session].fleet &&
           q.prefix < e->settings->service[q.service].family[q.family].prefix_count &&
           exports_level_of(e, q.service, q.family, &level);
}

static void ask_next(struct exports *e);

static void on_exported(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct exports *e = arg;
    if (outcome != BIRD_ANSWERED)
        return; /* on_down follows */
    const struct question q = question_at(e->at++);
    struct heard heard = heard_read(reply, e->settings->service[q.service].name, q.family);
    if (heard_is_learned(&heard, e->round.session, e->round.session_count))
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
    char command[COMMAND_MAX];
    struct err err;
    if (question_command(e->settings, q, e->round.session[q.session].name, command, sizeof command,
                         &err) < 0 ||
        bird_client_send(e->client, BIRD_READ, command, on_exported, e, &err) < 0)
        give_up_round(e, err.msg);
}

static void end_round(struct exports *e)
{
    const struct mono now = mono_now();
    e->under_way = false;
    exports_conclude(e, now);
    details_sessions(e->details, e->round.session, e->round.session_count, now);
}

/* Counts over what is not to be asked. */
static void ask_next(struct exports *e)
{
    const unsigned end = question_end(e->settings->service_count);
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
    chase_sessions(e->chase, round->session, round->session_count);
    for (unsigned s = 0; s < e->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            enum level level = LEVEL_WITHDRAWN;
            exports_level_of(e, s, (enum family)f, &level);
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
    e->round.began = mono_now();
    if (bird_client_send(e->client, BIRD_READ, BIRD_COMMAND_PROTOCOLS, on_protocols, e, &err) < 0)
        give_up_round(e, err.msg);
}

/* ---- a glance: has a session come or gone? ---- */

/* The fleet's reader asks for sessions as often, but cannot do this too: its questions wait behind
 * big tables, and where there is no fleet it does not come as far as the sessions. */

static unsigned count_established(const struct session_view *session, unsigned count)
{
    unsigned established = 0;
    for (unsigned i = 0; i < count; i++)
        established += session[i].established && !session[i].fleet;
    return established;
}

static void on_glance(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct exports *e = arg;
    struct session_view session[VIEW_SESSIONS_MAX];
    e->glancing = false;
    if (outcome != BIRD_ANSWERED || e->under_way)
        return;
    const unsigned count = picture_sessions(reply, session, VIEW_SESSIONS_MAX);
    if (count_established(session, count) != count_established(e->session, e->session_count))
        begin_round(e);
}

static void on_glance_due(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct exports *e = timer->data;
    struct err ignored;
    if (e->under_way || e->glancing || !bird_client_connected(e->client))
        return;
    e->glancing = bird_client_send(e->client, BIRD_READ, BIRD_COMMAND_PROTOCOLS, on_glance, e,
                                   &ignored) == 0;
}

/* ---- the connection, and time ---- */

static void on_up(void *arg, const struct bird_version *version)
{
    (void)version;
    struct exports *e = arg;
    if (mono_is_never(e->up_since) || bird_client_restarted(e->client)) {
        e->up_since = mono_now();
        e->was_up = false;
    }
    begin_round(e);
}

static void on_down(void *arg, const char *reason)
{
    (void)reason;
    struct exports *e = arg;
    e->under_way = false;
    chase_stop(e->chase);
    details_stop(e->details);
    exports_forget(e);
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
    e->chase = chase_new(loop, settings, e->client, events->seen, events->arg);
    e->details = details_new(e->client, events->limits, events->arg);
    double poll_s = (double)settings->bird.poll_ms / 1000;
    ev_timer_init(&e->poll, on_poll, poll_s, poll_s);
    ev_timer_init(&e->soon, on_soon, SOON_MS / 1000.0, 0);
    ev_timer_init(&e->glance, on_glance_due, GLANCE_MS / 1000.0, GLANCE_MS / 1000.0);
    e->poll.data = e->soon.data = e->glance.data = e;
    ev_timer_start(loop, &e->poll);
    ev_timer_start(loop, &e->glance);
    bird_client_start(e->client);
    return e;
}

void exports_free(struct exports *e)
{
    if (!e)
        return;
    ev_timer_stop(e->loop, &e->poll);
    ev_timer_stop(e->loop, &e->soon);
    ev_timer_stop(e->loop, &e->glance);
    bird_client_free(e->client);
    chase_free(e->chase);
    details_free(e->details);
    free(e);
}

void exports_chase(struct exports *e, unsigned service, enum family family, enum level level)
{
    chase_begin(e->chase, service, family, level, mono_now());
}

void exports_look_after(struct exports *e, int64_t ms)
{
    const double seconds = (double)ms / 1000;
    if (ev_is_active(&e->soon) && ev_timer_remaining(e->loop, &e->soon) <= seconds)
        return;
    ev_timer_stop(e->loop, &e->soon);
    ev_timer_set(&e->soon, seconds, 0);
    ev_timer_start(e->loop, &e->soon);
}

void exports_look(struct exports *e)
{
    exports_look_after(e, SOON_MS);
}
