/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill_run.c - a drill of this site, from the first look to the report. */
#include "anycastctl/cli/drill.h"

#include "anycastctl/cli/show.h"
#include "anycastctl/drill/store.h"
#include "common/ctl.h"
#include "common/mem.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    BEFORE_MS = 1000,           /* how it is without a drill */
    LOOK_MS = 10,               /* at counters */
    FAR_MS = 100,               /* at anycastd */
    CALM_MS = 100,              /* after the end, what waited is answered */
    RESTORE_MS = 3 * 60 * 1000, /* longer than any hold is patient */
};

static volatile sig_atomic_t stop_asked; /* by a signal */

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

/* The first signal ends the drill in order; the second ends us, and leaves that to others. */
static void catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* who does not read on wants the report kept all the same */
}

/* --- begin and end ---------------------------------------------------------------------------- */

static json_t *order_request(const struct drill *drill, const char *intent)
{
    char *reason = mem_printf("drill %s", drill->id);
    json_t *request = json_pack("{s:s, s:s, s:s, s:s}", "cmd", "order", "intent", intent, "user",
                                "drill", "reason", reason);
    free(reason);
    if (drill->options->cli.service)
        json_object_set_new(request, "service", json_string(drill->options->cli.service));
    return request;
}

static int begin_order(struct drill *drill, struct err *err)
{
    json_t *request = order_request(drill, drill->scenario->intent);
    json_object_set_new(request, "for_ms", json_integer(drill->for_ms));
    if (drill->options->force)
        json_object_set_new(request, "force", json_true());
    drill->begun = mono_now();
    json_t *reply = ctl_call("anycastd", drill->options->cli.socket, request, CALL_TIMEOUT_MS, err);
    if (!reply)
        return -1;
    json_decref(reply);
    drill_tell(drill, drill->begun, "begun: order %s", drill->scenario->intent);
    return 0;
}

static struct mono moment_of(const json_t *line)
{
    return (struct mono){ json_integer_value(json_object_get(line, "mono_ns")) };
}

/* Takes what anycastdrill says, if it says something. -1: it refuses, or is gone. */
static int hear_helper(struct drill *drill, struct err *err)
{
    json_t *line = helper_next(&drill->helper, err);
    if (!line)
        return err->msg[0] ? -1 : 0;
    if (strcmp(get_text(line, "event"), "begun") == 0) {
        drill->begun = moment_of(line);
        drill_tell(drill, drill->begun, "begun: %s", get_text(line, "what"));
    } else if (strcmp(get_text(line, "event"), "over") == 0) {
        drill->over = moment_of(line);
        drill_tell(drill, drill->over, "over: %s%s", get_text(line, "how"),
                   get_text(line, "problem"));
        if (*get_text(line, "problem"))
            json_array_append(drill->problems, json_object_get(line, "problem"));
        helper_close(&drill->helper);
    }
    json_decref(line);
    return 0;
}

static int begin_act(struct drill *drill, struct err *err)
{
    json_t *request = json_pack("{s:s, s:s, s:I}", "cmd", "begin", "act", drill->scenario->act,
                                "for_ms", (json_int_t)drill->for_ms);
    if (drill->scenario->loses_by_rcode)
        json_object_set(request, "zones", drill->zones);
    if (helper_begin(&drill->helper, drill->options->helper_socket, request, err))
        return -1;
    while (mono_is_never(drill->begun)) {
        struct pollfd ready = { .fd = drill->helper.fd, .events = POLLIN };
        if (poll(&ready, 1, CALL_TIMEOUT_MS) == 0)
            return err_set(err, "anycastdrill does not answer: see its log");
        if (hear_helper(drill, err))
            return -1;
    }
    return 0;
}

/* The end that we ask for; what comes of it is heard later. */
static void revert(struct drill *drill)
{
    struct err err = { "" };
    bool order = drill->scenario->intent;
    if (drill->reverting)
        return;
    drill->reverting = true;
    json_t *reply = order ? ctl_call("anycastd", drill->options->cli.socket,
                                     order_request(drill, "auto"), CALL_TIMEOUT_MS, &err)
                          : ctl_call("anycastdrill", drill->options->helper_socket,
                                     json_pack("{s:s}", "cmd", "end"), CALL_TIMEOUT_MS, &err);
    if (!reply)
        json_array_append_new(drill->problems, json_string(err.msg));
    else if (order)
        drill->over = mono_now();
    json_decref(reply);
}

/* --- following -------------------------------------------------------------------------------- */

static void pause_ms(int ms)
{
    poll(NULL, 0, ms);
}

/* Looks for `ms`, or until `done` says so. */
static void follow(struct drill *drill, int64_t ms, bool (*done)(struct drill *drill))
{
    struct mono end = mono_add_ms(mono_now(), ms), far = mono_now();
    while (mono_before(mono_now(), end)) {
        bool now_far = !mono_before(mono_now(), far);
        if (now_far)
            far = mono_add_ms(mono_now(), FAR_MS);
        drill_look(drill, now_far);
        if (done && now_far && done(drill))
            return;
        pause_ms(LOOK_MS);
    }
}

/* An order's end is anycastd's event. */
static void look_for_expiry(struct drill *drill)
{
    const json_t *event;
    size_t i;
    json_array_foreach(drill->events, i, event)
        if (strcmp(get_text(event, "event"), "order-expired") == 0)
            drill->over = moment_of(event);
}

static bool is_over(struct drill *drill)
{
    struct err err;
    if (drill->scenario->intent && mono_is_never(drill->over))
        look_for_expiry(drill);
    if (drill->helper.fd >= 0 && hear_helper(drill, &err)) {
        json_array_append_new(drill->problems, json_string(err.msg));
        drill->over = mono_now();
        helper_close(&drill->helper);
    }
    if (!mono_is_never(drill->over))
        return true;
    if ((stop_asked || drill->floor_lost) && !drill->interrupted) {
        drill->interrupted = true;
        drill_tell(drill, mono_now(), "%s: reverting",
                   stop_asked ? "interrupted" : "too few other sites announce");
    }
    if (drill->interrupted || (!drill->options->cli.for_ms && drill_has_measured(drill)))
        revert(drill);
    return !mono_is_never(drill->over);
}

static bool is_restored(struct drill *drill)
{
    if (!drill->healthy)
        return false;
    drill->restored = mono_now();
    drill_tell(drill, drill->restored, "healthy again, and announced");
    return true;
}

int drill_carry_out(struct drill *drill, struct err *err)
{
    follow(drill, BEFORE_MS, NULL);
    if (stop_asked || drill->floor_lost)
        return err_set(err, "%s before it began: nothing was done",
                       stop_asked ? "interrupted" : "too few other sites announce");
    drill->traffic = traffic_before(&drill->samples, drill->queries_per_s, drill->probes_per_s);
    drill->seen_ns = mono_now().ns;
    drill->first = drill_look_closely(drill);
    if (drill->scenario->intent ? begin_order(drill, err) : begin_act(drill, err))
        return -1;
    follow(drill, drill->for_ms + RESTORE_MS, is_over);
    if (mono_is_never(drill->over)) {
        json_array_append_new(drill->problems, json_string("the end was not seen"));
        drill->over = mono_now();
    }
    follow(drill, CALM_MS, NULL);
    drill->last = drill_look_closely(drill);
    follow(drill, RESTORE_MS, is_restored);
    if (mono_is_never(drill->restored))
        json_array_append_new(drill->problems,
                              json_sprintf("not healthy again yet: %s", drill->ailment));
    follow(drill, CALM_MS, NULL); /* the proof of the return */
    return 0;
}

/* --- a drill here ----------------------------------------------------------------------------- */

static void make_id(struct drill *drill)
{
    time_t now = time(NULL);
    struct tm parts;
    char stamp[32];
    gmtime_r(&now, &parts);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
    snprintf(drill->id, sizeof drill->id, "%s-%s", stamp, drill->scenario->name);
    drill->begun_unix_ms = (int64_t)now * 1000;
}

static struct meter ask_meter(const struct drill_options *options)
{
    struct err ignored;
    json_t *status = ctl_call("dnsd", options->cli.dnsd_socket, json_pack("{s:s}", "cmd", "status"),
                              CALL_TIMEOUT_MS, &ignored);
    struct meter meter = meter_of(status);
    json_decref(status);
    return meter;
}

static int keep(const struct drill *drill, json_t *report)
{
    struct err err;
    json_t *earlier = store_list(drill->folder, drill->scenario->name);
    json_object_set_new(report, "earlier", store_compare(earlier));
    json_decref(earlier);
    if (store_save(drill->folder, report, &err))
        return cli_trouble(&err);
    return 0;
}

static int finish(const struct drill *drill)
{
    json_t *report = drill_report(drill);
    int kept = keep(drill, report);
    if (drill->options->cli.json)
        show_json(report);
    else
        drill_show_report(report, drill->options->cli.colour);
    int status = drill_exit_status(report);
    json_decref(report);
    return kept ? EXIT_TROUBLE : status;
}

static int run_prepared(struct drill *drill)
{
    struct err err = { "" };
    if (!drill->options->cli.json)
        drill_print_plan(drill);
    if (!drill_confirm(drill))
        return EXIT_TROUBLE;
    catch_signals();
    make_id(drill);
    if (drill_carry_out(drill, &err))
        return cli_trouble(&err);
    return finish(drill);
}

static void close_drill(struct drill *drill)
{
    json_t *owned[] = { drill->before, drill->subjects, drill->zones,
                        drill->events, drill->told,     drill->problems };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        json_decref(owned[i]);
    if (drill->folder >= 0)
        close(drill->folder);
    helper_close(&drill->helper);
    samples_free(&drill->samples);
}

int drill_run_here(const struct drill_options *options, const struct scenario *scenario)
{
    struct err err = { "" };
    struct drill drill = { .options = options,
                           .scenario = scenario,
                           .folder = -1,
                           .helper = { .fd = -1 },
                           .events = json_array(),
                           .told = json_array(),
                           .problems = json_array() };
    int status = EXIT_TROUBLE;
    drill.before = cli_ask_anycastd(&options->cli, json_pack("{s:s}", "cmd", "status"));
    if (drill.before && drill_prepare(&drill, &err) == 0)
        drill.folder = drill_open_folder(options, drill.before, true, &err);
    if (drill.folder >= 0) {
        drill.meter = ask_meter(options);
        status = run_prepared(&drill);
    } else if (drill.before) {
        cli_trouble(&err);
    }
    close_drill(&drill);
    return status;
}
