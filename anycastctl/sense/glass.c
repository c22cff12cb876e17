/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glass.c - the question in the language of the looking glass. sight.h reads the answer. */
#include "anycastctl/sense/glass.h"

#include "bird/client.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COMMAND_MAX = 192 };

struct glass {
    struct ev_loop *loop;
    struct web *web;
    const struct glass_settings *conf;
    struct sight_self self;
    glass_answer_fn *fn;
    void *arg;

    bool busy;
    struct prefix prefix; /* asked about */
    ev_timer patience;    /* of a BIRD */
    struct bird_client *client;
    struct web_request *request;
};

static void answer(struct glass *glass, const struct sight *sight, const char *problem)
{
    glass->busy = false;
    glass->fn(glass->arg, sight, problem);
}

static const char *table_of(const struct glass_settings *conf, const struct prefix *prefix)
{
    return addr_family(&prefix->base) == 4 ? conf->table4 : conf->table6;
}

/* ---- a BIRD ---- */

static void hang_up(struct glass *glass)
{
    ev_timer_stop(glass->loop, &glass->patience);
    bird_client_stop(glass->client);
}

static void on_reply(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct glass *glass = arg;
    struct sight sight;
    struct err err;
    if (!glass->busy || outcome == BIRD_STOPPED)
        return;
    const bool read = outcome == BIRD_ANSWERED &&
                      sight_of_bird(reply, &glass->prefix, &glass->self, &sight, &err) == 0;
    if (outcome != BIRD_ANSWERED)
        err_set(&err, "%s", bird_outcome_name(outcome));
    hang_up(glass);
    answer(glass, read ? &sight : NULL, read ? "" : err.msg);
}

static void on_up(void *arg, const struct bird_version *version)
{
    (void)version;
    struct glass *glass = arg;
    char prefix[ADDR_TEXT_MAX], command[COMMAND_MAX];
    struct err err;
    const char *table = table_of(glass->conf, &glass->prefix);
    snprintf(command, sizeof command, "show route %s%s%s all", prefix_text(&glass->prefix, prefix),
             table[0] ? " table " : "", table);
    if (bird_client_send(glass->client, BIRD_READ, command, on_reply, glass, &err) < 0) {
        hang_up(glass);
        answer(glass, NULL, err.msg);
    }
}

static void on_patience(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct glass *glass = timer->data;
    char problem[sizeof((struct err *)0)->msg];
    snprintf(problem, sizeof problem, "%s", bird_client_problem(glass->client));
    glass->busy = false;
    hang_up(glass);
    answer(glass, NULL, problem[0] ? problem : "no answer in time");
}

static void ask_bird(struct glass *glass)
{
    ev_timer_set(&glass->patience, (double)glass->conf->timeout_ms / 1000, 0);
    ev_timer_start(glass->loop, &glass->patience);
    bird_client_start(glass->client);
}

/* ---- HTTP ---- */

/* Writes `text` where `mark` stands in `url`, all times. Takes `url`. */
static char *put_in(char *url, const char *mark, const char *text)
{
    for (char *at; (at = strstr(url, mark));) {
        char *longer = mem_printf("%.*s%s%s", (int)(at - url), url, text, at + strlen(mark));
        free(url);
        url = longer;
    }
    return url;
}

char *glass_url(const struct glass_settings *conf, const struct prefix *prefix)
{
    char text[ADDR_TEXT_MAX];
    char *escaped = put_in(mem_strdup(prefix_text(prefix, text)), "/", "%2F");
    char *url = put_in(mem_strdup(conf->url), "{prefix}", escaped);
    free(escaped);
    return put_in(url, "{table}", table_of(conf, prefix));
}

static void on_web(void *arg, const char *body, size_t len, const char *error)
{
    struct glass *glass = arg;
    struct sight sight;
    struct err err;
    struct timespec now;
    glass->request = NULL;
    clock_gettime(CLOCK_REALTIME, &now);
    const int64_t unix_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    const bool read = body && sight_of_birdwatcher(body, len, &glass->prefix, &glass->self, unix_ms,
                                                   &sight, &err) == 0;
    answer(glass, read ? &sight : NULL, read ? "" : body ? err.msg : error);
}

static void ask_web(struct glass *glass)
{
    char *url = glass_url(glass->conf, &glass->prefix);
    glass->request = web_get(glass->web, url, glass->conf->timeout_ms, on_web, glass);
    free(url);
}

/* ---- for the owner ---- */

struct glass *glass_new(struct ev_loop *loop, struct web *web, const struct settings *settings,
                        const struct glass_settings *conf, glass_answer_fn *fn, void *arg)
{
    struct glass *glass = mem_zalloc(sizeof *glass);
    glass->loop = loop;
    glass->web = web;
    glass->conf = conf;
    glass->self = (struct sight_self){ settings->asn, settings->node_id, conf->via };
    glass->fn = fn;
    glass->arg = arg;
    ev_init(&glass->patience, on_patience);
    glass->patience.data = glass;
    const struct bird_client_options options = {
        .path = conf->socket,
        .arg = glass,
        .on_up = on_up,
        .timeout_ms = (int)conf->timeout_ms,
        .greet_ms = (int)conf->timeout_ms,
    };
    if (conf->type == GLASS_BIRD)
        glass->client = bird_client_new(loop, &options);
    return glass;
}

void glass_free(struct glass *glass)
{
    if (!glass)
        return;
    glass->busy = false;
    ev_timer_stop(glass->loop, &glass->patience);
    if (glass->client)
        bird_client_free(glass->client);
    if (glass->request)
        web_cancel(glass->request);
    free(glass);
}

void glass_ask(struct glass *glass, const struct prefix *prefix)
{
    glass->busy = true;
    glass->prefix = *prefix;
    if (glass->conf->type == GLASS_BIRD)
        ask_bird(glass);
    else
        ask_web(glass);
}
