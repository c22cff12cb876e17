/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk.c - runs a loop until one thing has come. */
#include "bird/config/talk.h"

#include "common/mem.h"
#include "common/mono.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POLL_MS = 50, GREETING_MS = 1000 };

/* BIRD's codes of `configure` and `configure status`. */
enum {
    CODE_READING = 2,
    CODE_DONE = 3,
    CODE_IN_PROGRESS = 4,
    CODE_QUEUED = 5,
    CODE_UNCONFIRMED = 22, /* somebody's `configure timeout` */
};

struct bird_talk {
    struct ev_loop *loop;
    struct bird_client *client;
    ev_timer timer;
    bool up, timed_out;
    char version[32];
};

/* A question under way, on the asker's stack. */
struct question {
    bool answered;
    bool any; /* a reply that says no is one, too */
    bird_take_fn *take;
    void *arg;
    int result;
    struct err *err;
};

static void on_up(void *arg, const struct bird_version *version)
{
    struct bird_talk *talk = arg;
    talk->up = true;
    memcpy(talk->version, version->text, sizeof talk->version);
}

static void on_down(void *arg, const char *reason)
{
    (void)reason;
    ((struct bird_talk *)arg)->up = false;
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    ((struct bird_talk *)timer->data)->timed_out = true;
}

static void start_timer(struct bird_talk *talk, int ms)
{
    talk->timed_out = false;
    ev_now_update(talk->loop);
    ev_timer_stop(talk->loop, &talk->timer);
    ev_timer_set(&talk->timer, ms / 1000.0, 0);
    ev_timer_start(talk->loop, &talk->timer);
}

void bird_talk_pause(struct bird_talk *talk, int ms)
{
    start_timer(talk, ms);
    while (!talk->timed_out)
        ev_run(talk->loop, EVRUN_ONCE);
}

struct bird_talk *bird_talk_open(const char *socket, int wait_ms, int answer_ms, struct err *err)
{
    struct bird_talk *talk = mem_zalloc(sizeof *talk);
    talk->loop = ev_loop_new(EVFLAG_AUTO);
    const struct bird_client_options options = {
        .path = socket, .arg = talk, .on_up = on_up, .on_down = on_down, .timeout_ms = answer_ms
    };
    talk->client = bird_client_new(talk->loop, &options);
    ev_timer_init(&talk->timer, on_timer, 0, 0);
    talk->timer.data = talk;
    bird_client_start(talk->client);
    start_timer(talk, wait_ms);
    while (!talk->up && !talk->timed_out)
        ev_run(talk->loop, EVRUN_ONCE);
    if (talk->up)
        return talk;
    const char *problem = bird_client_problem(talk->client);
    err_set(err, "BIRD: %s", *problem ? problem : "no greeting");
    bird_talk_close(talk);
    return NULL;
}

void bird_talk_close(struct bird_talk *talk)
{
    if (!talk)
        return;
    ev_timer_stop(talk->loop, &talk->timer);
    bird_client_free(talk->client);
    ev_loop_destroy(talk->loop);
    free(talk);
}

const char *bird_talk_version(const struct bird_talk *talk)
{
    return talk->version;
}

int bird_running_version(const char *socket, char *out, size_t cap)
{
    struct err ignored;
    if (access(socket, R_OK | W_OK))
        return -1;
    struct bird_talk *talk = bird_talk_open(socket, GREETING_MS, 0, &ignored);
    if (!talk)
        return -1;
    snprintf(out, cap, "%s", talk->version);
    bird_talk_close(talk);
    return 0;
}

/* ---- questions ---- */

static void on_reply(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct question *question = arg;
    question->answered = true;
    if (outcome != BIRD_ANSWERED)
        question->result = err_set(question->err, "no answer: %s", bird_outcome_name(outcome));
    else if (!question->any && bird_reply_result(reply) == BIRD_FAILED)
        question->result = err_set(question->err, "%s", bird_reply_headline(reply)->text);
    else
        question->result = question->take ? question->take(question->arg, reply, question->err) : 0;
}

/* A client that lost its connection tries again; a question is only asked of one that is there. */
static int send(struct bird_talk *talk, const char *command, struct question *question)
{
    if (!talk->up)
        return err_set(question->err, "BIRD is gone: %s", bird_client_problem(talk->client));
    return bird_client_send(talk->client, BIRD_READ, command, on_reply, question, question->err);
}

static int ask(struct bird_talk *talk, const char *command, struct question *question)
{
    if (send(talk, command, question))
        return err_wrap(question->err, "%s", command);
    while (!question->answered)
        ev_run(talk->loop, EVRUN_ONCE);
    return question->result ? err_wrap(question->err, "%s", command) : 0;
}

int bird_talk_ask(struct bird_talk *talk, const char *command, bird_take_fn *take, void *arg,
                  struct err *err)
{
    return ask(talk, command, &(struct question){ .take = take, .arg = arg, .err = err });
}

int bird_talk_ask_any(struct bird_talk *talk, const char *command, bird_take_fn *take, void *arg,
                      struct err *err)
{
    return ask(talk, command,
               &(struct question){ .any = true, .take = take, .arg = arg, .err = err });
}

/* ---- configure ---- */

struct configuring {
    struct bird_talk *talk;
    struct question question; /* `configure` itself */
    const char *path;
    bool sent;
};

/* The client takes `configure` only right behind a status that says that none is under way. */
static int take_status(void *arg, const struct bird_reply *reply, struct err *err)
{
    struct configuring *c = arg;
    if (bird_reply_has(reply, CODE_UNCONFIRMED))
        return err_set(err,
                       "somebody's `configure timeout` waits to be confirmed or undone: see to "
                       "that first (birdc configure confirm)");
    if (!bird_reply_has(reply, CODE_DONE))
        return 0;
    c->sent = true;
    return send(c->talk, "configure", &c->question);
}

static int take_busy(void *arg, const struct bird_reply *reply, struct err *err)
{
    (void)err;
    *(bool *)arg = !bird_reply_has(reply, CODE_DONE);
    return 0;
}

/* "0002-Reading configuration from /etc/bird/bird.conf" */
static int take_configured(void *arg, const struct bird_reply *reply, struct err *err)
{
    const struct configuring *c = arg;
    static const char reading[] = "Reading configuration from ";
    for (size_t i = 0; i < reply->count; i++) {
        const struct bird_line *line = &reply->lines[i];
        if (line->code == CODE_READING && strncmp(line->text, reading, strlen(reading)) == 0 &&
            strcmp(line->text + strlen(reading), c->path) != 0)
            return err_set(err, "BIRD reads %s, not %s: set bird.dir to its folder",
                           line->text + strlen(reading), c->path);
    }
    if (reply->code == CODE_DONE || reply->code == CODE_IN_PROGRESS || reply->code == CODE_QUEUED)
        return 0;
    return err_set(err, "%s", bird_reply_headline(reply)->text);
}

/* Sends it as soon as none is under way, and waits for its answer. */
static int configure_once(struct bird_talk *talk, const char *path, struct mono deadline,
                          struct err *err)
{
    struct configuring c = { .talk = talk, .path = path };
    c.question = (struct question){ .take = take_configured, .arg = &c, .err = err };
    for (;;) {
        if (bird_talk_ask(talk, "configure status", take_status, &c, err))
            return -1;
        if (c.sent)
            break;
        if (mono_diff_ms(deadline, mono_now()) <= 0)
            return err_set(err, "another reconfiguration does not end");
        bird_talk_pause(talk, POLL_MS);
    }
    while (!c.question.answered)
        ev_run(talk->loop, EVRUN_ONCE);
    return c.question.result;
}

int bird_talk_configure(struct bird_talk *talk, const char *path, int wait_ms, struct err *err)
{
    if (configure_once(talk, path, mono_add_ms(mono_now(), wait_ms), err))
        return err_wrap(err, "configure");
    const struct mono deadline = mono_add_ms(mono_now(), wait_ms);
    for (bool busy = true;;) {
        if (bird_talk_ask(talk, "configure status", take_busy, &busy, err))
            return -1;
        if (!busy)
            return 0;
        if (mono_diff_ms(deadline, mono_now()) <= 0)
            return err_set(err, "configure: not done after %d ms", wait_ms);
        bird_talk_pause(talk, POLL_MS);
    }
}
