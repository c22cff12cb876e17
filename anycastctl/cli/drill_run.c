/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill_run.c - drill run: here or at other sites, from the first look to the report. */
#include "anycastctl/cli/drill.h"

#include "anycastctl/cli/show.h"
#include "anycastctl/drill/store.h"
#include "common/ctl.h"
#include "common/mem.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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
    json_array_foreach(drill->events, i,
                       event) if (strcmp(get_text(event, "event"), "order-expired") == 0)
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
                              json_string("not healthy again yet: see anycastctl status"));
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

static int run_here(const struct drill_options *options, const struct scenario *scenario)
{
    struct err err = { "" };
    struct drill drill = { .options = options, .scenario = scenario, .helper = { .fd = -1 } };
    drill.before = cli_ask_anycastd(&options->cli, json_pack("{s:s}", "cmd", "status"));
    if (!drill.before)
        return EXIT_TROUBLE;
    int status = EXIT_TROUBLE;
    drill.folder = -1;
    if (drill_prepare(&drill, &err) ||
        (drill.folder = drill_open_folder(options, drill.before, true, &err)) < 0) {
        cli_trouble(&err);
    } else {
        drill.meter = ask_meter(options);
        drill.events = json_array();
        drill.told = json_array();
        drill.problems = json_array();
        status = run_prepared(&drill);
    }
    if (drill.folder >= 0)
        close(drill.folder);
    helper_close(&drill.helper);
    samples_free(&drill.samples);
    json_t *owned[] = { drill.before, drill.subjects, drill.zones,
                        drill.events, drill.told,     drill.problems };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        json_decref(owned[i]);
    return status;
}

/* --- at another site -------------------------------------------------------------------------- */

/* The host's name, or the node's, as anycastd says it. */
static bool is_here(const struct drill_options *options, const char *site)
{
    char own[256] = "";
    struct err ignored;
    gethostname(own, sizeof own - 1);
    if (strcmp(site, own) == 0 || strcmp(site, "localhost") == 0)
        return true;
    json_t *status = ctl_call("anycastd", options->cli.socket, json_pack("{s:s}", "cmd", "status"),
                              CALL_TIMEOUT_MS, &ignored);
    bool same = strcmp(site, get_text(status, "node")) == 0;
    json_decref(status);
    return same;
}

/* ssh hands a line to a shell there: all of it is of characters that mean nothing to one. */
static bool is_plain(const char *word)
{
    return !word[strspn(word,
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:@")];
}

static int run_ssh(char *const *command)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        execvp(command[0], command);
        fprintf(stderr, "anycastctl: cannot run %s: %s\n", command[0], strerror(errno));
        _exit(EXIT_TROUBLE);
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return EXIT_TROUBLE;
    if (!WIFEXITED(status) || WEXITSTATUS(status) > EXIT_TROUBLE)
        return EXIT_TROUBLE;
    return WEXITSTATUS(status);
}

static int run_there(const struct drill_options *options, const char *site)
{
    enum { WORDS_MAX = 16 };
    const char *ssh = getenv("ANYCASTCTL_SSH");
    char *time = mem_printf("%lldms", (long long)options->cli.for_ms);
    const char *command[WORDS_MAX] = { ssh && *ssh ? ssh : "ssh" };
    size_t n = 1;
    struct err err;
    if (!options->yes && isatty(STDIN_FILENO))
        command[n++] = "-t"; /* it asks there */
    const char *words[] = { site, "anycastctl", "drill", "run", options->words[1] };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        command[n++] = words[i];
    if (options->yes)
        command[n++] = "--yes";
    if (options->force)
        command[n++] = "--force";
    if (options->cli.json)
        command[n++] = "--json";
    if (options->cli.for_ms)
        command[n++] = "--for", command[n++] = time;
    if (options->cli.service)
        command[n++] = "--service", command[n++] = options->cli.service;
    int status = EXIT_TROUBLE;
    for (size_t i = 1; i < n && status != -1; i++)
        if (!is_plain(command[i])) {
            err_set(&err, "\"%s\" cannot be handed to another site", command[i]);
            cli_trouble(&err);
            status = -1;
        }
    if (status != -1)
        status = run_ssh((char *const *)command);
    free(time);
    return status == -1 ? EXIT_TROUBLE : status;
}

static int worse(int a, int b)
{
    return a > b ? a : b;
}

int drill_run(const struct drill_options *options)
{
    struct err err;
    const struct scenario *scenario = scenario_find(options->words[1]);
    if (!scenario) {
        err_set(&err, "there is no drill \"%s\": see anycastctl drill list", options->words[1]);
        return cli_trouble(&err);
    }
    if (!options->site_count)
        return run_here(options, scenario);
    int status = EXIT_HEALTHY;
    for (unsigned i = 0; i < options->site_count && status != EXIT_TROUBLE; i++) {
        const char *site = options->site[i];
        if (!options->cli.json)
            printf("%s== %s ==\n", i ? "\n" : "", site);
        fflush(stdout);
        status = worse(status, is_here(options, site) ? run_here(options, scenario)
                                                      : run_there(options, site));
    }
    return status;
}
