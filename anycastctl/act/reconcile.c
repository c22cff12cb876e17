/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reconcile.c - what BIRD is like, compared with what is wanted: reads, judges, and knows when BIRD
 * came, went and was restarted. */
#include "anycastctl/act/reconcile.h"

#include "anycastctl/act/picture.h"
#include "anycastctl/act/reconcile_state.h"
#include "bird/names.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_OURS "show protocols \"svc_*\""

/* ---- judging ---- */

static bool is_as_wanted(const struct target *target)
{
    return target->has_want && target->under_way == 0 &&
           plan_next(target->want, &target->states).verb == PLAN_DONE;
}

/* On its way up or down: where to, the next reading tells. */
static bool is_changing(const struct target *target)
{
    return plan_next(target->want, &target->states).verb == PLAN_READ;
}

static void tell_drift(struct reconcile *r, unsigned service, enum family family)
{
    struct target *target = &r->target[service][family];
    struct reconcile_drift drift = { service, family, target->want, LEVEL_WITHDRAWN };
    target->settled = false;
    if (plan_announced(&target->states, &drift.found))
        r->events.drifted(r->events.arg, &drift);
}

static void judge(struct reconcile *r, unsigned service, enum family family)
{
    struct target *target = &r->target[service][family];
    if (!is_as_wanted(target)) {
        if (target->settled && !is_changing(target) && !r->settings->dry_run)
            tell_drift(r, service, family);
        reconcile_act(r, service, family);
        return;
    }
    bool arrived = !target->settled;
    target->settled = true;
    target->attempts = 0;
    err_clear(&target->problem);
    if (arrived)
        r->events.confirmed(r->events.arg, service, family);
}

/* The first look at a BIRD: what it announces is wanted; after its restart, nothing is. */
static void meet(struct reconcile *r)
{
    enum reconcile_found how = r->found ? FOUND_RESTARTED : FOUND_FIRST;
    for (unsigned s = 0; s < r->settings->service_count; s++) {
        for (int f = 0; f < FAMILY_COUNT; f++) {
            struct target *target = &r->target[s][f];
            target->has_want = r->settings->service[s].family[f].enabled;
            target->settled = false;
            if (how == FOUND_RESTARTED || !plan_announced(&target->states, &target->want))
                target->want = LEVEL_WITHDRAWN;
        }
    }
    r->found = true;
    r->restarted = false;
    r->events.found(r->events.arg, how);
}

/* A reply tells of the time when it was asked for: what was commanded since, it may not know. */
static void take_picture(struct reconcile *r, const struct picture *picture)
{
    for (unsigned s = 0; s < r->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            struct target *target = &r->target[s][f];
            if (target->under_way > 0 || target->touched > r->read_turn)
                continue;
            target->states = picture->protos[s][f];
            target->withdrawing = false;
        }
    snprintf(r->stray, sizeof r->stray, "%s", picture->stray);
    if (!r->found || r->restarted)
        meet(r);
    for (unsigned s = 0; s < r->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            judge(r, s, (enum family)f);
    reconcile_sync_intents(r);
}

/* ---- reading ---- */

static void on_protocols(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct reconcile *r = arg;
    r->reading = false;
    if (outcome != BIRD_ANSWERED)
        return;
    struct picture picture;
    if (picture_read(r->settings, reply, &picture, &r->read_problem) == 0) {
        err_clear(&r->read_problem);
        take_picture(r, &picture);
    }
    if (r->read_again)
        reconcile_read_back(r);
}

static void on_all_protocols(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct reconcile *r = arg;
    if (outcome == BIRD_ANSWERED)
        r->session_count = picture_sessions(reply, r->session, VIEW_SESSIONS_MAX);
    on_protocols(arg, outcome, reply);
}

static void read_protocols(struct reconcile *r, const char *command)
{
    r->read_again = r->reading;
    if (r->reading || !bird_client_connected(r->client))
        return;
    bool all = strcmp(command, BIRD_COMMAND_PROTOCOLS) == 0;
    r->read_turn = ++r->turn;
    r->reading = bird_client_send(r->client, BIRD_READ, command,
                                  all ? on_all_protocols : on_protocols, r, &r->read_problem) == 0;
}

void reconcile_read_back(struct reconcile *r)
{
    read_protocols(r, READ_OURS);
}

/* On an unbroken connection it can't have been restarted, whatever its times say: a clock that was
 * set moves them. */
static void on_status(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct reconcile *r = arg;
    struct bird_status status;
    if (outcome != BIRD_ANSWERED || bird_show_status(reply, &status, &r->read_problem) < 0)
        return;
    const bool rebooted = !bird_time_same(status.last_reboot, r->status.last_reboot);
    if (r->found && r->fresh && (rebooted || bird_client_restarted(r->client)))
        r->restarted = true;
    else if (r->found &&
             !bird_time_same(status.last_reconfiguration, r->status.last_reconfiguration))
        log_event(LOG_NOTICE, "bird-reconfigured", "at=\"%s\"", status.last_reconfiguration);
    r->fresh = false;
    r->status = status;
}

static void read_everything(struct reconcile *r)
{
    if (bird_client_send(r->client, BIRD_READ, BIRD_COMMAND_STATUS, on_status, r,
                         &r->read_problem) == 0)
        read_protocols(r, BIRD_COMMAND_PROTOCOLS);
}

/* ---- the connection, and time ---- */

static const struct proto_states unknown = { { PROTO_UNKNOWN } };
static const struct proto_states down = { { [0 ... LEVEL_COUNT - 1] = PROTO_DOWN } };

/* A dead BIRD announces nothing: that confirms what is withdrawn. One that only hangs may. */
static void note_death(struct reconcile *r)
{
    if (r->dead || !birdpid_is_dead(&r->bird))
        return;
    r->dead = true;
    for (unsigned s = 0; s < r->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            struct target *target = &r->target[s][f];
            target->states = down;
            target->settled = false;
            if (is_as_wanted(target))
                judge(r, s, (enum family)f);
        }
}

static void forget_states(struct reconcile *r)
{
    for (unsigned s = 0; s < r->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            r->target[s][f].states = unknown;
            r->target[s][f].withdrawing = false;
            r->target[s][f].attempts = 0;
        }
}

static void on_up(void *arg, const struct bird_version *version)
{
    struct reconcile *r = arg;
    struct err err;
    snprintf(r->version, sizeof r->version, "%s", version->text);
    if (birdpid_take(&r->bird, r->client, r->settings->bird.pid_file, &err) < 0)
        log_event(LOG_WARN, "bird-process-unknown", "error=\"%s\"", err.msg);
    r->fresh = true;
    r->dead = false;
    forget_states(r);
    r->events.connection(r->events.arg, true, version->text);
    reconcile_act_all(r); /* a withdrawal that is due doesn't wait until BIRD has been read */
    read_everything(r);
}

static void on_down(void *arg, const char *reason)
{
    struct reconcile *r = arg;
    r->reading = r->read_again = false;
    r->session_count = 0;
    forget_states(r);
    reconcile_sync_intents(r);
    note_death(r);
    r->events.connection(r->events.arg, false, reason);
}

static void on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct reconcile *r = timer->data;
    for (unsigned s = 0; s < r->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            r->target[s][f].resting = false;
    reconcile_act_all(r);
    reconcile_read_back(r);
}

static void on_poll(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct reconcile *r = timer->data;
    if (bird_client_connected(r->client)) {
        read_everything(r);
    } else {
        note_death(r);
        reconcile_sync_intents(r);
    }
}

/* ---- for the owner ---- */

struct reconcile *reconcile_new(struct ev_loop *loop, const struct settings *settings,
                                const struct reconcile_events *events)
{
    struct reconcile *r = mem_zalloc(sizeof *r);
    r->loop = loop;
    r->settings = settings;
    r->events = *events;
    const struct bird_client_options options = {
        .path = settings->bird.socket,
        .arg = r,
        .on_up = on_up,
        .on_down = on_down,
        .timeout_ms = (int)settings->bird.timeout_ms,
        .greet_ms = (int)settings->bird.timeout_ms,
    };
    r->bird.fd = -1;
    r->client = bird_client_new(loop, &options);
    double poll_s = (double)settings->bird.poll_ms / 1000;
    ev_timer_init(&r->poll, on_poll, poll_s, poll_s);
    r->poll.data = r;
    ev_init(&r->again, on_again);
    r->again.data = r;
    ev_timer_start(loop, &r->poll);
    bird_client_start(r->client);
    return r;
}

void reconcile_free(struct reconcile *r)
{
    if (!r)
        return;
    ev_timer_stop(r->loop, &r->poll);
    ev_timer_stop(r->loop, &r->again);
    bird_client_free(r->client);
    birdpid_drop(&r->bird);
    free(r);
}

void reconcile_want(struct reconcile *r, unsigned service, enum family family, enum level level)
{
    struct target *target = &r->target[service][family];
    if (target->has_want && target->want == level)
        return;
    target->has_want = true;
    target->want = level;
    target->settled = target->resting = false;
    target->attempts = 0;
    reconcile_act(r, service, family);
}

bool reconcile_announced(const struct reconcile *r, unsigned service, enum family family,
                         enum level *out)
{
    return plan_announced(&r->target[service][family].states, out);
}

bool reconcile_is_connected(const struct reconcile *r)
{
    return bird_client_connected(r->client);
}

bool reconcile_is_confirmed(const struct reconcile *r, unsigned service, enum family family)
{
    return r->settings->dry_run || is_as_wanted(&r->target[service][family]);
}
