/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve.c - anycastd's control socket. Knows the commands and who watches; decides nothing. */
#include "anycastctl/serve/serve.h"

#include "anycastctl/serve/receipts.h"
#include "anycastctl/serve/render.h"
#include "common/ctl.h"
#include "common/jsonread.h"
#include "common/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    WATCHERS_MAX = 32,
    WATCH_INTERVAL_MS = 1000, /* a line at least so often: ages and rates move */
    CLAIMED_NAME_MAX = 32,
    HISTORY_DEFAULT = 20,
};

static const int64_t order_longest_ms = 365LL * 24 * 3600 * 1000;

struct serve {
    struct ev_loop *loop;
    struct serve_ops ops;
    struct ctl_server *server;
    struct receipts *receipts;
    struct node_view *view; /* scratch: too large for the stack */
    struct ctl_client *watcher[WATCHERS_MAX];
    unsigned watcher_count;
    ev_timer tick;
    ev_prepare flush; /* once per loop turn, after all changes of the turn */
};

static json_t *current(struct serve *serve)
{
    serve->ops.view(serve->ops.arg, serve->view);
    return render_view(serve->view);
}

/* --- status, watch -------------------------------------------------------------------------- */

static json_t *cmd_status(struct serve *serve, struct ctl_client *client, const json_t *request,
                          struct err *err)
{
    (void)client, (void)request, (void)err;
    return current(serve);
}

static json_t *cmd_watch(struct serve *serve, struct ctl_client *client, const json_t *request,
                         struct err *err)
{
    (void)request;
    if (serve->watcher_count == WATCHERS_MAX) {
        err_set(err, "%d clients are watching already: end one of them", WATCHERS_MAX);
        return NULL;
    }
    ctl_defer(client);
    serve->watcher[serve->watcher_count++] = client;
    serve_changed(serve);
    return NULL;
}

static void push_to_watchers(struct serve *serve)
{
    if (!serve->watcher_count)
        return;
    json_t *view = current(serve);
    struct ctl_client *watchers[WATCHERS_MAX]; /* a push may drop a slow one, by on_gone() */
    unsigned n = serve->watcher_count;
    memcpy(watchers, serve->watcher, n * sizeof *watchers);
    for (unsigned i = 0; i < n; i++)
        ctl_push(watchers[i], json_copy(view), false);
    json_decref(view);
}

static void on_tick(struct ev_loop *loop, ev_timer *tick, int events)
{
    (void)loop, (void)events;
    push_to_watchers(tick->data);
}

static void on_flush(struct ev_loop *loop, ev_prepare *flush, int events)
{
    (void)events;
    ev_prepare_stop(loop, flush);
    push_to_watchers(flush->data);
}

static void on_gone(void *arg, struct ctl_client *client)
{
    struct serve *serve = arg;
    receipts_forget(serve->receipts, client);
    for (unsigned i = 0; i < serve->watcher_count; i++) {
        if (serve->watcher[i] == client) {
            serve->watcher[i] = serve->watcher[--serve->watcher_count];
            return;
        }
    }
}

void serve_changed(struct serve *serve)
{
    if (serve->watcher_count)
        ev_prepare_start(serve->loop, &serve->flush);
}

/* --- order ---------------------------------------------------------------------------------- */

/* The name that the client claims, for the log; the uid beside it is the kernel's word. */
static char *who(const struct ctl_client *client, const json_t *request)
{
    const char *claimed = json_string_value(json_object_get(request, "user"));
    uid_t uid = ctl_peer(client)->uid;
    for (const char *p = claimed; p && *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("._-@$", *p))
            claimed = NULL;
    if (!claimed || !*claimed || strlen(claimed) > CLAIMED_NAME_MAX)
        return mem_printf("uid %u", (unsigned)uid);
    return mem_printf("%s (uid %u)", claimed, (unsigned)uid);
}

static int find_service(struct serve *serve, const json_t *request, int *out, struct err *err)
{
    const json_t *name = json_object_get(request, "service");
    *out = SERVE_ALL_SERVICES;
    if (!name || json_is_null(name))
        return 0;
    serve->ops.view(serve->ops.arg, serve->view);
    for (unsigned i = 0; json_is_string(name) && i < serve->view->service_count; i++) {
        if (strcmp(serve->view->service[i].name, json_string_value(name)) == 0) {
            *out = (int)i;
            return 0;
        }
    }
    return err_set(err, "there is no service \"%s\" on this node: see anycastctl status",
                   json_is_string(name) ? json_string_value(name) : "?");
}

static int read_order(struct serve *serve, const json_t *request, struct serve_order *order,
                      struct err *err)
{
    const char *intent = json_string_value(json_object_get(request, "intent"));
    const json_t *for_ms = json_object_get(request, "for_ms");
    const char *reason = json_string_value(json_object_get(request, "reason"));
    if (!intent || intent_parse(intent, &order->intent))
        return err_set(err, "\"intent\" must be auto, drain, withdrawn or forced");
    if (for_ms && !json_is_null(for_ms) &&
        (!json_is_integer(for_ms) || json_integer_value(for_ms) <= 0 ||
         json_integer_value(for_ms) > order_longest_ms))
        return err_set(err, "\"for_ms\" must be 1 to %lld (a year)", (long long)order_longest_ms);
    const json_t *force = json_object_get(request, "force");
    if (force && !json_is_boolean(force))
        return err_set(err, "\"force\" must be true or false");
    order->for_ms = json_integer_value(for_ms);
    order->force = json_is_true(force);
    order->reason = reason ? reason : "";
    if (order->intent == INTENT_FORCED && !order->for_ms)
        return err_set(err, "a forced announcement needs an end: say for how long (--for 30m)");
    return find_service(serve, request, &order->service, err);
}

static int is_stored(void *arg, struct err *why)
{
    const struct serve *serve = arg;
    return serve->ops.stored(serve->ops.arg, why);
}

static json_t *order_reply(void *arg, const char *warning)
{
    json_t *reply = json_object();
    if (warning) {
        char *text = mem_printf("the order holds, but a restart of anycastd may forget it: %s",
                                warning);
        json_object_set_new(reply, "warning", json_text(text));
        free(text);
    }
    json_object_set_new(reply, "status", current(arg));
    return reply;
}

static json_t *cmd_order(struct serve *serve, struct ctl_client *client, const json_t *request,
                         struct err *err)
{
    struct serve_order order;
    if (read_order(serve, request, &order, err))
        return NULL;
    char *by = who(client, request);
    order.by = by;
    int refused = serve->ops.order(serve->ops.arg, &order, err);
    free(by);
    if (refused || receipts_await(serve->receipts, client))
        return NULL;
    return order_reply(serve, "it is not known yet whether the order is stored");
}

/* --- history -------------------------------------------------------------------------------- */

/* The last `n` events; if `change` is not 0, those of them that belong to it. */
static json_t *collect(struct serve *serve, size_t n, json_int_t change)
{
    const char **lines = mem_calloc(n, sizeof *lines);
    const size_t got = serve->ops.history(serve->ops.arg, lines, n);
    json_t *events = json_array();
    for (size_t i = 0; i < got; i++) {
        if (change && !strstr(lines[i], "\"change\":")) /* most: spare them the parser */
            continue;
        json_t *event = json_loads(lines[i], 0, NULL);
        if (event && (!change || json_integer_value(json_object_get(event, "change")) == change))
            json_array_append(events, event);
        json_decref(event);
    }
    free(lines);
    return events;
}

/* What is still known of a change; all of it is in the event log, whose reader is not us. */
static json_t *history_of_change(struct serve *serve, const json_t *request, struct err *err)
{
    const json_int_t change = json_integer_value(json_object_get(request, "change"));
    if (change < 1) {
        err_set(err, "\"change\" must be the number of a change, 1 or more");
        return NULL;
    }
    json_t *proof = serve->ops.proof(serve->ops.arg, (uint64_t)change);
    json_t *reply = json_object();
    json_object_set_new(reply, "change", json_integer(change));
    json_object_set_new(reply, "events", collect(serve, SERVE_HISTORY_MAX, change));
    json_object_set_new(reply, "proof", proof ? proof : json_null());
    json_object_set_new(reply, "event_log", json_text(serve->ops.event_log));
    return reply;
}

static json_t *cmd_history(struct serve *serve, struct ctl_client *client, const json_t *request,
                           struct err *err)
{
    (void)client;
    const json_t *last = json_object_get(request, "last");
    json_int_t n = last ? json_integer_value(last) : HISTORY_DEFAULT;
    if (json_object_get(request, "change"))
        return history_of_change(serve, request, err);
    if (n < 1 || n > SERVE_HISTORY_MAX) {
        err_set(err, "\"last\" must be 1 to %d: all of it is in the event log", SERVE_HISTORY_MAX);
        return NULL;
    }
    return json_pack("{s:o}", "events", collect(serve, (size_t)n, 0));
}

/* --- the socket ----------------------------------------------------------------------------- */

static const struct command {
    const char *name;
    json_t *(*run)(struct serve *serve, struct ctl_client *client, const json_t *request,
                   struct err *err);
} commands[] = {
    { "status", cmd_status },
    { "watch", cmd_watch },
    { "order", cmd_order },
    { "history", cmd_history },
};

static json_t *handle(void *arg, struct ctl_client *client, const json_t *request, struct err *err)
{
    const char *name = json_string_value(json_object_get(request, "cmd"));
    for (size_t i = 0; name && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(arg, client, request, err);
    err_set(err, "no such command: \"%s\" (status, watch, order, history)", name ? name : "");
    return NULL;
}

struct serve *serve_new(struct ev_loop *loop, const char *path, const struct serve_ops *ops,
                        struct err *err)
{
    struct serve *serve = mem_zalloc(sizeof *serve);
    serve->loop = loop;
    serve->ops = *ops;
    serve->view = mem_zalloc(sizeof *serve->view);
    serve->receipts = receipts_new(loop, &(struct receipts_ops){ serve, is_stored, order_reply });
    ev_timer_init(&serve->tick, on_tick, WATCH_INTERVAL_MS / 1e3, WATCH_INTERVAL_MS / 1e3);
    ev_prepare_init(&serve->flush, on_flush);
    serve->tick.data = serve->flush.data = serve;
    serve->server = ctl_server_new(loop, path, handle, on_gone, serve, err);
    if (!serve->server) {
        serve_free(serve);
        return NULL;
    }
    ev_timer_start(loop, &serve->tick);
    return serve;
}

void serve_free(struct serve *serve)
{
    if (!serve)
        return;
    ev_timer_stop(serve->loop, &serve->tick);
    ev_prepare_stop(serve->loop, &serve->flush);
    if (serve->server)
        ctl_server_free(serve->server);
    receipts_free(serve->receipts);
    free(serve->view);
    free(serve);
}
