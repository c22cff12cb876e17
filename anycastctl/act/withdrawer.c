/* SPDX-License-Identifier: GPL-3.0-or-later */
/* withdrawer.c - disable, read back, and again. Knows BIRD's process, too. */
#include "anycastctl/act/withdrawer.h"

#include "anycastctl/act/birdpid.h"
#include "anycastctl/act/picture.h"
#include "bird/client.h"
#include "bird/intent.h"
#include "bird/names.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN_MS = 100 }; /* between attempts while something demanded is not confirmed */

#define READ_OURS "show protocols \"svc_*\""

struct withdrawer {
    struct ev_loop *loop;
    const struct settings *settings;
    struct withdrawer_events events;
    struct bird_client *client;
    ev_timer poll;
    bool demanded[SERVICES_MAX][FAMILY_COUNT];
    struct picture picture;
    bool known;         /* `picture` is newer than the last command */
    unsigned under_way; /* commands not answered yet */
    bool reading;
    struct mono bird_since;
    struct birdpid bird;
};

static bool is_withdrawn(const struct withdrawer *w, unsigned service, enum family family)
{
    return plan_next(LEVEL_WITHDRAWN, &w->picture.protos[service][family]).verb == PLAN_DONE;
}

bool withdrawer_confirmed(const struct withdrawer *w)
{
    if (!w->known)
        return false;
    for (unsigned s = 0; s < w->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (w->demanded[s][f] && !is_withdrawn(w, s, (enum family)f))
                return false;
    return true;
}

bool withdrawer_sees_announced(const struct withdrawer *w)
{
    for (unsigned s = 0; w->known && s < w->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (!is_withdrawn(w, s, (enum family)f))
                return true;
    return false;
}

/* ---- reading back ---- */

static bool is_demanding(const struct withdrawer *w)
{
    for (unsigned s = 0; s < w->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (w->demanded[s][f])
                return true;
    return false;
}

static void set_poll(struct withdrawer *w)
{
    bool hurry = is_demanding(w) && !withdrawer_confirmed(w);
    double after = (hurry ? AGAIN_MS : (double)w->settings->bird.poll_ms) / 1000;
    ev_timer_stop(w->loop, &w->poll);
    ev_timer_set(&w->poll, after, 0);
    ev_timer_start(w->loop, &w->poll);
}

static void on_protocols(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct withdrawer *w = arg;
    struct err err;
    w->reading = false;
    if (outcome != BIRD_ANSWERED)
        return;
    if (picture_read(w->settings, reply, &w->picture, &err) == 0)
        w->known = w->under_way == 0;
    else
        log_event(LOG_ERROR, "bird-not-understood", "error=\"%s\"", err.msg);
    set_poll(w);
    w->events.changed(w->events.arg);
}

static void read_back(struct withdrawer *w)
{
    struct err err;
    if (!w->reading)
        w->reading = bird_client_send(w->client, BIRD_READ, READ_OURS, on_protocols, w, &err) == 0;
}

/* ---- commands ---- */

static void on_command(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct withdrawer *w = arg;
    if (outcome == BIRD_STOPPED)
        return;
    w->under_way--;
    if (outcome == BIRD_ANSWERED) {
        const struct bird_line *line = bird_reply_headline(reply);
        bool failed = bird_reply_result(reply) == BIRD_FAILED;
        log_event(failed ? LOG_ERROR : LOG_WARN, "bird", "reply=\"%04d %s\"", line->code,
                  line->text);
    }
    read_back(w);
}

static void send_command(struct withdrawer *w, const char *text)
{
    struct err err;
    if (bird_client_send(w->client, BIRD_URGENT, text, on_command, w, &err) < 0) {
        log_event(LOG_ERROR, "bird-unreachable", "error=\"%s\"", err.msg);
        return;
    }
    log_event(LOG_WARN, "withdraw", "command='%s'", text);
    w->under_way++;
    w->known = false;
}

static void note_intent(int result, const struct err *err)
{
    if (result < 0)
        log_event(LOG_ERROR, "intent-failed", "error=\"%s\"", err->msg);
}

static void withdraw(struct withdrawer *w, unsigned service, enum family family)
{
    const char *name = w->settings->service[service].name;
    char text[BIRD_COMMAND_MAX];
    struct err err;
    send_command(w, bird_command_withdraw(name, family_number(family), text));
    note_intent(
        bird_intent_clear_service(w->settings->bird.intent_dir, name, family_number(family), &err),
        &err);
}

static void withdraw_all(struct withdrawer *w)
{
    struct err err;
    send_command(w, BIRD_COMMAND_WITHDRAW_ALL);
    note_intent(bird_intent_clear_all(w->settings->bird.intent_dir, &err), &err);
}

/* Commands for all that is demanded and not known to be withdrawn. */
static void insist(struct withdrawer *w)
{
    for (unsigned s = 0; s < w->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            if (w->demanded[s][f] && !(w->known && is_withdrawn(w, s, (enum family)f)))
                withdraw(w, s, (enum family)f);
}

/* ---- the connection, and time ---- */

static void on_poll(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct withdrawer *w = timer->data;
    if (bird_client_connected(w->client) && w->under_way == 0) {
        if (w->known)
            insist(w);
        read_back(w);
    }
    set_poll(w);
}

static void on_up(void *arg, const struct bird_version *version)
{
    struct withdrawer *w = arg;
    struct err err;
    log_event(LOG_NOTICE, "bird-up", "version=%s", version->text);
    w->bird_since = mono_now();
    if (birdpid_take(&w->bird, w->client, w->settings->bird.pid_file, &err) < 0)
        log_event(LOG_WARN, "bird-process-unknown", "error=\"%s\"", err.msg);
    insist(w);
    read_back(w);
    w->events.changed(w->events.arg);
}

/* Whoever sees BIRD go makes sure that the next one announces nothing until told. */
static void on_down(void *arg, const char *reason)
{
    struct withdrawer *w = arg;
    struct err err;
    log_event(LOG_NOTICE, "bird-down", "reason=\"%s\"", reason);
    w->known = w->reading = false;
    if (!w->settings->dry_run)
        note_intent(bird_intent_clear_all(w->settings->bird.intent_dir, &err), &err);
    w->events.changed(w->events.arg);
}

/* ---- for the owner ---- */

struct withdrawer *withdrawer_new(struct ev_loop *loop, const struct settings *settings,
                                  const struct withdrawer_events *events)
{
    struct withdrawer *w = mem_zalloc(sizeof *w);
    w->loop = loop;
    w->settings = settings;
    w->events = *events;
    w->bird.fd = -1;
    const struct bird_client_options options = {
        .path = settings->bird.socket,
        .arg = w,
        .on_up = on_up,
        .on_down = on_down,
        .timeout_ms = (int)settings->bird.timeout_ms,
        .greet_ms = (int)settings->bird.timeout_ms,
    };
    w->client = bird_client_new(loop, &options);
    ev_init(&w->poll, on_poll);
    w->poll.data = w;
    set_poll(w);
    bird_client_start(w->client);
    return w;
}

void withdrawer_free(struct withdrawer *w)
{
    if (!w)
        return;
    ev_timer_stop(w->loop, &w->poll);
    bird_client_free(w->client);
    birdpid_drop(&w->bird);
    free(w);
}

void withdrawer_demand(struct withdrawer *w, unsigned service, enum family family, bool demanded)
{
    if (w->demanded[service][family] == demanded)
        return;
    w->demanded[service][family] = demanded;
    if (demanded)
        withdraw(w, service, family);
    set_poll(w);
}

void withdrawer_demand_all(struct withdrawer *w)
{
    bool news = false;
    for (unsigned s = 0; s < w->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            bool enabled = w->settings->service[s].family[f].enabled;
            news |= enabled && !w->demanded[s][f];
            w->demanded[s][f] = enabled;
        }
    if (news)
        withdraw_all(w);
    set_poll(w);
}

bool withdrawer_connected(const struct withdrawer *w)
{
    return bird_client_connected(w->client);
}

struct mono withdrawer_bird_since(const struct withdrawer *w)
{
    return w->bird_since;
}

/* Where the one that we knew is dead, another one may hold the socket now, and not have greeted
 * yet: it has not been asked for anything, so it gets its time first. */
int withdrawer_kill(struct withdrawer *w, struct err *err)
{
    if (birdpid_runs(&w->bird))
        return birdpid_kill(&w->bird, err) < 0 ? -1 : 1;
    if (birdpid_take(&w->bird, w->client, w->settings->bird.pid_file, err) == 0)
        w->bird_since = mono_now();
    return 0;
}
