/* SPDX-License-Identifier: GPL-3.0-or-later */
/* breaker.c - one breakage at a time: its beginning, its end, and who is told. */
#include "anycastctl/breaker/breaker.h"

#include "anycastctl/breaker/breakage.h"
#include "common/ctl.h"
#include "common/jsonread.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/mono.h"

#include <stdlib.h>
#include <string.h>

static const double LOOK_S = 0.01; /* how often a killed daemon is looked for */
enum { START_MS = 30 * 1000 };     /* a start may take so long */

enum phase { IDLE, BROKEN, REVERTING };

struct breaker {
    struct ev_loop *loop;
    const struct breaker_conf *conf;
    struct ctl_server *server;
    enum phase phase;
    struct breakage breakage;
    struct ctl_client *client; /* who asked, and is told; NULL: he is gone */
    struct mono until;         /* the end of the phase */
    ev_timer deadline;         /* the dead man's: the end of the time, then of the patience */
    ev_timer look;             /* for acts that kill */
};

/* --- telling ---------------------------------------------------------------------------------- */

static void tell(struct breaker *b, json_t *line, bool last)
{
    if (b->client)
        ctl_push(b->client, line, last);
    else
        json_decref(line);
    if (last)
        b->client = NULL;
}

static json_t *event(const char *name)
{
    return json_pack("{s:s, s:I}", "event", name, "mono_ns", (json_int_t)mono_now().ns);
}

static void set_deadline(struct breaker *b, int64_t ms)
{
    b->until = mono_add_ms(mono_now(), ms);
    b->deadline.repeat = (double)ms / 1e3;
    ev_timer_again(b->loop, &b->deadline);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void finish(struct breaker *b, const char *how, const struct err *problem)
{
    json_t *line = event("over");
    const char *act = act_name(b->breakage.act);
    json_object_set_new(line, "how", json_text(how));
    json_object_set_new(line, "problem", json_text(problem->msg));
    if (problem->msg[0])
        log_event(LOG_ERROR, "not-reverted", "act=%s error=\"%s\"", act, problem->msg);
    else
        log_event(LOG_NOTICE, "over", "act=%s how=\"%s\"", act, how);
    ev_timer_stop(b->loop, &b->deadline);
    ev_timer_stop(b->loop, &b->look);
    breakage_close(&b->breakage);
    b->phase = IDLE;
    if (!problem->msg[0])
        note_remove(b->conf->note);
    tell(b, line, true);
}

/* A daemon that was killed is over when there is a new one, which its service manager may have seen
 * to long ago; all else is over at once. */
static void revert(struct breaker *b, const char *why)
{
    struct err err = { "" };
    const char *how = "";
    if (b->phase != BROKEN)
        return;
    log_event(LOG_NOTICE, "reverting", "act=%s why=\"%s\"", act_name(b->breakage.act), why);
    if (breakage_undo(&b->breakage, b->conf, &how, &err) || act_kills(b->breakage.act) < 0) {
        finish(b, how, &err);
        return;
    }
    b->phase = REVERTING;
    set_deadline(b, START_MS);
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct breaker *b = timer->data;
    struct err err;
    if (b->phase == BROKEN) {
        revert(b, "the time is over");
        return;
    }
    err_set(&err, "%s was started, and does not listen after %d s: see its log",
            role_name((enum role)act_kills(b->breakage.act)), START_MS / 1000);
    finish(b, "", &err);
}

static void on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct breaker *b = timer->data;
    const struct err none = { "" };
    if (breakage_is_over(&b->breakage, b->conf))
        finish(b, b->phase == BROKEN ? "started by its service manager" : "started", &none);
}

/* --- the beginning ---------------------------------------------------------------------------- */

static int read_request(const struct breaker *b, const json_t *request, struct breakage *out,
                        struct err *err)
{
    char name[32];
    if (b->phase != IDLE)
        return err_set(err, "a drill is under way already (%s): one at a time",
                       act_name(b->breakage.act));
    if (json_read_text(request, "act", name, sizeof name, err) ||
        json_read_int(request, "for_ms", ACT_SHORTEST_MS, ACT_LONGEST_MS, &out->for_ms, err))
        return -1;
    if (act_parse(name, &out->act))
        return err_set(err, "there is no act \"%s\": ask for \"status\", which lists them", name);
    out->zones = json_object_get(request, "zones");
    return 0;
}

/* The note and the timer come before the act: nothing is ever broken without both. */
static int break_it(struct breaker *b, struct err *err)
{
    const struct note note = breakage_note(&b->breakage);
    if (note_write(b->conf->note, &note, err))
        return -1;
    set_deadline(b, b->breakage.for_ms);
    if (breakage_do(&b->breakage, b->conf, err)) {
        ev_timer_stop(b->loop, &b->deadline);
        note_remove(b->conf->note);
        return -1;
    }
    b->phase = BROKEN;
    if (act_kills(b->breakage.act) >= 0)
        ev_timer_again(b->loop, &b->look);
    return 0;
}

static json_t *cmd_begin(struct breaker *b, struct ctl_client *client, const json_t *request,
                         struct err *err)
{
    struct breakage wanted = { .process.pidfd = -1 };
    if (read_request(b, request, &wanted, err) || breakage_prepare(&wanted, b->conf, err))
        return NULL;
    b->breakage = wanted;
    json_t *line = event("begun");
    if (break_it(b, err)) {
        breakage_close(&b->breakage);
        json_decref(line);
        return NULL;
    }
    b->breakage.zones = NULL; /* the request's */
    json_object_set_new(line, "what", json_string(act_text(wanted.act)));
    log_event(LOG_WARN, "broken-on-purpose", "act=%s for_ms=%lld pid=%d by_uid=%u",
              act_name(wanted.act), (long long)wanted.for_ms, (int)wanted.process.pid,
              (unsigned)ctl_peer(client)->uid);
    ctl_defer(client);
    b->client = client;
    tell(b, line, false);
    return NULL;
}

static json_t *cmd_end(struct breaker *b, struct ctl_client *client, const json_t *request,
                       struct err *err)
{
    (void)client, (void)request, (void)err;
    revert(b, "asked to end");
    return json_object();
}

static json_t *cmd_status(struct breaker *b, struct ctl_client *client, const json_t *request,
                          struct err *err)
{
    (void)client, (void)request, (void)err;
    json_t *acts = json_array();
    for (int i = 0; i < ACT_COUNT; i++)
        json_array_append_new(acts, json_pack("{s:s, s:s}", "name", act_name((enum act)i), "text",
                                              act_text((enum act)i)));
    json_t *broken = b->phase == IDLE
                         ? json_null()
                         : json_pack("{s:s, s:I}", "act", act_name(b->breakage.act), "left_ms",
                                     (json_int_t)mono_diff_ms(b->until, mono_now()));
    return json_pack("{s:o, s:o}", "broken", broken, "acts", acts);
}

/* --- the socket ------------------------------------------------------------------------------- */

static json_t *handle(void *arg, struct ctl_client *client, const json_t *request, struct err *err)
{
    static const struct {
        const char *name;
        json_t *(*run)(struct breaker *b, struct ctl_client *client, const json_t *request,
                       struct err *err);
    } commands[] = { { "begin", cmd_begin }, { "end", cmd_end }, { "status", cmd_status } };
    struct breaker *b = arg;
    const char *name = json_string_value(json_object_get(request, "cmd"));
    if (!breaker_may_ask(ctl_peer(client), b->conf->group)) {
        log_event(LOG_WARN, "refused", "uid=%u", (unsigned)ctl_peer(client)->uid);
        err_set(err, "only root%s%s may ask for drills (group in anycastdrill.conf)",
                *b->conf->group ? " and members of the group " : "", b->conf->group);
        return NULL;
    }
    for (size_t i = 0; name && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(b, client, request, err);
    err_set(err, "no such command: \"%s\" (begin, end, status)", name ? name : "");
    return NULL;
}

/* Nobody looks any more: what nobody looks at is not left broken. */
static void on_gone(void *arg, struct ctl_client *client)
{
    struct breaker *b = arg;
    if (b->client != client)
        return;
    b->client = NULL;
    revert(b, "who asked is gone");
}

static void repair(const struct breaker_conf *conf)
{
    struct note note;
    struct err err = { "" };
    int there = note_read(conf->note, &note, &err);
    const char *how = there > 0 ? breakage_repair(&note, conf, &err) : "";
    if (err.msg[0])
        log_event(LOG_ERROR, "not-reverted", "error=\"%s\"", err.msg);
    else if (there > 0)
        log_event(LOG_NOTICE, "reverted-after-restart", "act=%s how=\"%s\"", act_name(note.act),
                  how);
    note_remove(conf->note);
}

struct breaker *breaker_new(struct ev_loop *loop, const struct breaker_conf *conf, struct err *err)
{
    struct breaker *b = mem_zalloc(sizeof *b);
    b->loop = loop;
    b->conf = conf;
    b->breakage.process.pidfd = -1;
    ev_init(&b->deadline, on_deadline);
    ev_init(&b->look, on_look);
    b->look.repeat = LOOK_S;
    b->deadline.data = b->look.data = b;
    b->server = ctl_server_new(loop, conf->socket, handle, on_gone, b, err);
    if (!b->server) {
        free(b);
        return NULL;
    }
    repair(conf);
    return b;
}

void breaker_free(struct breaker *b)
{
    if (!b)
        return;
    revert(b, "anycastdrill ends");
    ctl_server_free(b->server);
    ev_timer_stop(b->loop, &b->deadline);
    ev_timer_stop(b->loop, &b->look);
    breakage_close(&b->breakage);
    free(b);
}
