/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_serve.c - anycastd's control socket with a controller that is a plain struct: a client on a
 * thread of its own asks, the loop answers. */
#include "anycastctl/serve/serve.h"
#include "common/ctl.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fixture {
    struct ev_loop *loop;
    char folder[32];
    char path[64];
    struct serve *serve;
    /* what the controller would know */
    struct prefix prefix[2];
    struct serve_order order; /* the last one */
    char reason[64], by[64];
    unsigned orders;
    const char *refuse;         /* refuse orders with this */
    unsigned looks, slow_looks; /* at the disk; so many say that the order is not stored yet */
};

static void fill_view(void *arg, struct node_view *view)
{
    static const struct drill_settings drill = { 400, -1, -1, -1, -1, 0 };
    static const struct dname root = { .len = 1 };
    struct fixture *f = arg;
    memset(view, 0, sizeof *view);
    view->node = "fra";
    view->version = "1";
    view->healthy = true;
    view->service_count = 1;
    struct service_view *service = &view->service[0];
    service->name = "dns";
    service->order_left_ms = service->order_age_ms = -1;
    service->family[FAMILY_6] = (struct family_view){
        .enabled = true,
        .prefix_count = 2,
        .prefix = f->prefix,
        .cause = CAUSE_TCP_SILENT,
        .evidence = "timeout",
        .begun = true,
        .decided = LEVEL_BACKUP,
        .reason = "cause",
        .decided_for = CAUSE_TCP_SILENT,
        .next_ms = -1,
        .exports = { .known = true, .asked = 3, .heard = 2, .problem = "one is deaf" },
    };
    view->bird.session_count = 2;
    strcpy(view->bird.session[0].name, "up0");
    strcpy(view->bird.session[1].name, "up1");
    view->dnsd.query_rate = -1;
    service->zone_count = 1;
    service->zone = &root;
    view->state_dir = "/var/lib/proxima";
    view->drill = &drill;
}

static int take_order(void *arg, const struct serve_order *order, struct err *err)
{
    struct fixture *f = arg;
    if (f->refuse)
        return err_set(err, "%s", f->refuse);
    f->order = *order;
    f->orders++;
    snprintf(f->reason, sizeof f->reason, "%s", order->reason);
    snprintf(f->by, sizeof f->by, "%s", order->by);
    return 0;
}

static int look_at_disk(void *arg, struct err *why)
{
    struct fixture *f = arg;
    f->looks++;
    return f->looks > f->slow_looks ? 0 : err_set(why, "not stored");
}

static size_t last_events(void *arg, const char **lines, size_t cap)
{
    (void)arg;
    static const char *const kept[] = { "{\"event\":\"a\",\"change\":12}",
                                        "{\"event\":\"c\",\"change\":120}", "{\"event\":\"b\"}" };
    size_t n = cap < 3 ? cap : 3;
    for (size_t i = 0; i < n; i++)
        lines[i] = kept[3 - n + i];
    return n;
}

static json_t *proof_of(void *arg, uint64_t change)
{
    (void)arg;
    return change == 12 ? json_pack("{s:s}", "end", "open") : NULL;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct err err;
    struct serve_ops ops = {
        f, fill_view, take_order, look_at_disk, last_events, proof_of, "/var/log/events.jsonl"
    };
    strcpy(f->folder, "/tmp/test-serve-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/s", f->folder);
    assert_int_equal(prefix_parse("2001:db8:53::/48", &f->prefix[0], &err), 0);
    assert_int_equal(prefix_parse("2001:db8:54::/48", &f->prefix[1], &err), 0);
    f->loop = ev_loop_new(EVFLAG_AUTO);
    f->serve = serve_new(f->loop, f->path, &ops, &err);
    assert_non_null(f->serve);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    serve_free(f->serve);
    ev_loop_destroy(f->loop);
    assert_int_equal(rmdir(f->folder), 0); /* the socket is gone with the server */
    free(f);
    return 0;
}

/* --- a client on a thread ------------------------------------------------------------------- */

struct call {
    struct fixture *fixture;
    const char *request;
    json_t *reply;
    struct err err;
    unsigned lines; /* of a stream, until enough */
    ev_async done;
};

static bool count_line(void *arg, const json_t *line)
{
    struct call *call = arg;
    assert_string_equal(json_string_value(json_object_get(line, "node")), "fra");
    return ++call->lines < 2;
}

static void *run_call(void *arg)
{
    struct call *call = arg;
    json_t *request = json_loads(call->request, 0, NULL);
    err_clear(&call->err);
    if (strstr(call->request, "watch"))
        ctl_stream("anycastd", call->fixture->path, request, count_line, call, &call->err);
    else
        call->reply = ctl_call("anycastd", call->fixture->path, request, 5000, &call->err);
    ev_async_send(call->fixture->loop, &call->done);
    return NULL;
}

static void on_done(struct ev_loop *loop, ev_async *done, int events)
{
    (void)done, (void)events;
    ev_break(loop, EVBREAK_ALL);
}

static struct call ask(struct fixture *f, const char *request)
{
    struct call call = { .fixture = f, .request = request };
    pthread_t thread;
    ev_async_init(&call.done, on_done);
    ev_async_start(f->loop, &call.done);
    assert_int_equal(pthread_create(&thread, NULL, run_call, &call), 0);
    ev_run(f->loop, 0);
    pthread_join(thread, NULL);
    ev_async_stop(f->loop, &call.done);
    return call;
}

static void assert_refused(struct fixture *f, const char *request, const char *why)
{
    struct call call = ask(f, request);
    assert_null(call.reply);
    if (!strstr(call.err.msg, why))
        fail_msg("%s: \"%s\" instead of \"%s\"", request, call.err.msg, why);
    assert_int_equal(f->orders, 0);
}

/* --- tests ---------------------------------------------------------------------------------- */

static void status_renders_the_view(void **state)
{
    struct call call = ask(*state, "{\"cmd\":\"status\"}");
    const char *prefix, *prefix2, *cause, *decided, *class;
    int number, healthy;
    json_t *actual, *next, *dnsd, *families;
    assert_non_null(call.reply);
    assert_int_equal(json_unpack(call.reply, "{s:b, s:[{s:o}], s:o}", "healthy", &healthy,
                                 "services", "families", &families, "dnsd", &dnsd),
                     0);
    assert_int_equal(json_array_size(families), 1); /* the disabled one is not there */
    assert_int_equal(json_unpack(families, "[{s:i, s:[s, s], s:{s:s, s:s}, s:s, s:o, s:o}]",
                                 "family", &number, "prefixes", &prefix, &prefix2, "health",
                                 "cause", &cause, "class", &class, "decided", &decided, "actual",
                                 &actual, "next", &next),
                     0);
    assert_true(healthy);
    assert_int_equal(number, 6);
    assert_string_equal(prefix, "2001:db8:53::/48");
    assert_string_equal(prefix2, "2001:db8:54::/48");
    assert_string_equal(cause, "tcp_silent");
    assert_string_equal(class, "soft");
    assert_string_equal(decided, "backup");
    assert_true(json_is_null(actual)); /* unknown is null, never a guess */
    assert_true(json_is_null(next));
    assert_int_equal(json_object_size(dnsd), 1);
    json_decref(call.reply);
}

static void status_tells_who_is_sent_a_service(void **state)
{
    struct call call = ask(*state, "{\"cmd\":\"status\"}");
    const char *session, *problem;
    int of;
    assert_non_null(call.reply);
    assert_int_equal(json_unpack(call.reply, "{s:[{s:[{s:[s!], s:i, s:s}]}]}", "services",
                                 "families", "exports", &session, "exports_of", &of,
                                 "exports_problem", &problem),
                     0);
    assert_string_equal(session, "up1");
    assert_int_equal(of, 2);
    assert_string_equal(problem, "one is deaf");
    json_decref(call.reply);
}

static void status_tells_what_drills_are_to_reach(void **state)
{
    struct call call = ask(*state, "{\"cmd\":\"status\"}");
    const char *zone, *folder;
    int detect, lost;
    assert_non_null(call.reply);
    assert_int_equal(json_unpack(call.reply, "{s:[{s:[s!]}], s:{s:s, s:{s:i, s:n, s:i}}}",
                                 "services", "zones", &zone, "drill", "state_dir", &folder,
                                 "objectives", "detect", &detect, "withdraw", "lost", &lost),
                     0);
    assert_string_equal(zone, ".");
    assert_string_equal(folder, "/var/lib/proxima");
    assert_int_equal(detect, 400);
    assert_int_equal(lost, 0);
    json_decref(call.reply);
}

static void an_order_reaches_the_controller(void **state)
{
    struct fixture *f = *state;
    struct call call = ask(f,
                           "{\"cmd\":\"order\",\"intent\":\"drain\",\"for_ms\":1000,\"force\":true,"
                           "\"service\":\"dns\",\"reason\":\"x\",\"user\":\"alice\"}");
    char by[64];
    assert_non_null(call.reply);
    assert_int_equal(f->order.intent, INTENT_DRAIN);
    assert_int_equal(f->order.for_ms, 1000);
    assert_true(f->order.force);
    assert_int_equal(f->order.service, 0);
    assert_string_equal(f->reason, "x");
    snprintf(by, sizeof by, "alice (uid %u)", (unsigned)getuid());
    assert_string_equal(f->by, by);
    assert_null(json_object_get(call.reply, "warning"));
    assert_non_null(json_object_get(call.reply, "status"));
    json_decref(call.reply);
}

static void an_orders_reply_waits_for_the_disk(void **state)
{
    struct fixture *f = *state;
    f->slow_looks = 3;
    struct call call = ask(f, "{\"cmd\":\"order\",\"intent\":\"auto\"}");
    assert_non_null(call.reply);
    assert_null(json_object_get(call.reply, "warning"));
    assert_int_equal(f->looks, 4);
    json_decref(call.reply);
}

static void an_orders_reply_does_not_wait_long(void **state)
{
    struct fixture *f = *state;
    f->slow_looks = UINT_MAX;
    struct call call = ask(f, "{\"cmd\":\"order\",\"intent\":\"auto\"}");
    assert_non_null(call.reply);
    assert_string_equal(json_string_value(json_object_get(call.reply, "warning")),
                        "the order holds, but a restart of anycastd may forget it: not stored");
    assert_non_null(json_object_get(call.reply, "status"));
    json_decref(call.reply);
}

static void an_order_without_service_is_for_all(void **state)
{
    struct fixture *f = *state;
    struct call call = ask(f, "{\"cmd\":\"order\",\"intent\":\"auto\",\"user\":\"a\\u001bb\"}");
    char by[64];
    json_decref(call.reply);
    assert_int_equal(f->orders, 1);
    assert_int_equal(f->order.service, SERVE_ALL_SERVICES);
    snprintf(by, sizeof by, "uid %u", (unsigned)getuid()); /* a strange name is not believed */
    assert_string_equal(f->by, by);
}

static void bad_requests_say_why_and_change_nothing(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "{\"cmd\":\"fly\"}", "no such command: \"fly\"");
    assert_refused(f, "{}", "the request has no text \"cmd\"");
    assert_refused(f, "{\"cmd\":\"order\"}", "\"intent\" must be");
    assert_refused(f, "{\"cmd\":\"order\",\"intent\":\"up\"}", "\"intent\" must be");
    assert_refused(f, "{\"cmd\":\"order\",\"intent\":\"forced\"}", "needs an end");
    assert_refused(f, "{\"cmd\":\"order\",\"intent\":\"drain\",\"for_ms\":0}",
                   "\"for_ms\" must be");
    assert_refused(f, "{\"cmd\":\"order\",\"intent\":\"drain\",\"for_ms\":\"1h\"}",
                   "\"for_ms\" must");
    assert_refused(f, "{\"cmd\":\"order\",\"intent\":\"drain\",\"force\":1}",
                   "\"force\" must be true or false");
    assert_refused(f, "{\"cmd\":\"order\",\"intent\":\"drain\",\"service\":\"web\"}",
                   "there is no service \"web\"");
    assert_refused(f, "{\"cmd\":\"history\",\"last\":0}", "\"last\" must be 1 to 1000");
    f->refuse = "below the floor";
    assert_refused(f, "{\"cmd\":\"order\",\"intent\":\"drain\"}", "below the floor");
}

static void history_gives_the_last_events(void **state)
{
    struct call call = ask(*state, "{\"cmd\":\"history\",\"last\":1}");
    const char *event;
    assert_non_null(call.reply);
    assert_int_equal(json_unpack(call.reply, "{s:[{s:s!}!]}", "events", "event", &event), 0);
    assert_string_equal(event, "b");
    json_decref(call.reply);
}

static void history_gives_all_of_a_change(void **state)
{
    struct call call = ask(*state, "{\"cmd\":\"history\",\"change\":12}");
    const char *event, *end, *log;
    int change;
    assert_non_null(call.reply);
    assert_int_equal(json_unpack(call.reply, "{s:i, s:[{s:s,s:i!}!], s:{s:s!}, s:s}", "change",
                                 &change, "events", "event", &event, "change", &change, "proof",
                                 "end", &end, "event_log", &log),
                     0);
    assert_int_equal(change, 12);
    assert_string_equal(event, "a");
    assert_string_equal(end, "open");
    assert_string_equal(log, "/var/log/events.jsonl");
    json_decref(call.reply);
    call = ask(*state, "{\"cmd\":\"history\",\"change\":7}");
    assert_int_equal(json_unpack(call.reply, "{s:[!], s:n}", "events", "proof"), 0);
    json_decref(call.reply);
    assert_refused(*state, "{\"cmd\":\"history\",\"change\":0}", "\"change\" must be");
    assert_refused(*state, "{\"cmd\":\"history\",\"change\":\"12\"}", "\"change\" must be");
}

static void watch_pushes_at_once_and_again(void **state)
{
    struct call call = ask(*state, "{\"cmd\":\"watch\"}");
    assert_string_equal(call.err.msg, "");
    assert_int_equal(call.lines, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(status_renders_the_view),
        T(status_tells_who_is_sent_a_service),
        T(status_tells_what_drills_are_to_reach),
        T(an_order_reaches_the_controller),
        T(an_orders_reply_waits_for_the_disk),
        T(an_orders_reply_does_not_wait_long),
        T(an_order_without_service_is_for_all),
        T(bad_requests_say_why_and_change_nothing),
        T(history_gives_the_last_events),
        T(history_gives_all_of_a_change),
        T(watch_pushes_at_once_and_again),
    };
    return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
