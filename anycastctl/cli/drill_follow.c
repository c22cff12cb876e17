/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill_follow.c - what can be seen of a drill while it runs: counters of the kernel, anycastd's
 * status and its events. Either may be away for a while: that may be the drill. */
#include "anycastctl/cli/drill.h"

#include "anycastctl/cli/show.h"
#include "anycastctl/drill/timeline.h"
#include "common/ctl.h"
#include "common/jsonread.h"
#include "common/mem.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_TIMEOUT_MS = 300, EVENTS_FEW = 60, EVENTS_MANY = 1000 };

void drill_tell(struct drill *drill, struct mono at, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    double ms = mono_diff_s(at, drill->begun) * 1000;
    json_array_append_new(drill->told, json_pack("{s:f, s:o}", "ms", ms, "text", json_text(text)));
    if (!drill->options->cli.json)
        show_line(drill->options->cli.colour, SHOW_PLAIN, "%+10.1f ms  %s", ms, text);
    fflush(stdout);
}

/* --- events ----------------------------------------------------------------------------------- */

static json_t *ask_events(const struct drill *drill, int last)
{
    struct err ignored;
    return ctl_call("anycastd", drill->options->cli.socket,
                    json_pack("{s:s, s:i}", "cmd", "history", "last", last), LOOK_TIMEOUT_MS,
                    &ignored);
}

static int64_t moment_of(const json_t *event)
{
    return json_integer_value(json_object_get(event, "mono_ns"));
}

static void take_event(struct drill *drill, json_t *event)
{
    if (moment_of(event) <= drill->seen_ns)
        return;
    json_array_append(drill->events, event);
    char *words = timeline_words(event);
    if (words)
        drill_tell(drill, (struct mono){ moment_of(event) }, "%s", words);
    free(words);
}

/* Those that are newer than what was seen; all the same moment's, since a moment has several. */
static void take_events(struct drill *drill)
{
    json_t *reply = ask_events(drill, EVENTS_FEW);
    const json_t *events = get(reply, "events");
    size_t i, count = json_array_size(events);
    json_t *event;
    if (count == EVENTS_FEW && moment_of(json_array_get(events, 0)) > drill->seen_ns) {
        json_decref(reply);
        reply = ask_events(drill, EVENTS_MANY);
        events = get(reply, "events");
    }
    json_array_foreach((json_t *)events, i, event)
        take_event(drill, event);
    count = json_array_size(events);
    if (count && moment_of(json_array_get(events, count - 1)) > drill->seen_ns)
        drill->seen_ns = moment_of(json_array_get(events, count - 1));
    json_decref(reply);
}

/* --- status ----------------------------------------------------------------------------------- */

/* A session to a provider that fell is what a silent link is detected by. */
static void take_sessions(struct drill *drill, const json_t *status)
{
    const json_t *session;
    size_t i;
    bool down = false;
    json_array_foreach(get(status, "bird.sessions"), i, session)
        down |= strncmp(get_text(session, "name"), "fleet", 5) != 0 &&
                !get_bool(session, "established");
    if (!down || !mono_is_never(drill->sessions_fell) || mono_is_never(drill->begun))
        return;
    drill->sessions_fell = mono_now();
    drill_tell(drill, drill->sessions_fell, "a session to a provider is down");
}

/* What of the status dnsd can say, too. New, or NULL. */
static json_t *ask_dnsd(const struct drill *drill)
{
    struct err ignored;
    json_t *stats = ctl_call("dnsd", drill->options->cli.dnsd_socket,
                             json_pack("{s:s}", "cmd", "stats"), LOOK_TIMEOUT_MS, &ignored);
    json_t *status = stats ? json_pack("{s:{s:O}}", "dnsd", "counters", get(stats, "counters"))
                           : NULL;
    json_decref(stats);
    return status;
}

/* What stands in the way: the first family that is not at normal says what it waits for. */
static void take_ailment(struct drill *drill, const json_t *status)
{
    const json_t *service, *family, *alarm = json_array_get(get(status, "alarms"), 0);
    size_t i, j;
    snprintf(drill->ailment, sizeof drill->ailment, "%s",
             alarm ? json_string_value(alarm) : "see anycastctl status");
    json_array_foreach(get(status, "services"), i, service)
        json_array_foreach(get(service, "families"), j, family)
            if (strcmp(get_text(family, "decided"), "normal") != 0) {
                snprintf(drill->ailment, sizeof drill->ailment, "%s IPv%lld: %s",
                         get_text(service, "name"), (long long)get_number(family, "family"),
                         get_text(family, "outlook"));
                return;
            }
}

static void take_status(struct drill *drill)
{
    struct err ignored;
    json_t *status = ctl_call("anycastd", drill->options->cli.socket,
                              json_pack("{s:s}", "cmd", "status"), LOOK_TIMEOUT_MS, &ignored);
    if (!status)
        status = ask_dnsd(drill);
    drill->healthy = get_bool(status, "healthy");
    take_ailment(drill, status);
    drill->queries_per_s = (double)get_number(status, "dnsd.queries_per_second");
    drill->probes_per_s = (double)get_number(status, "dnsd.probes_per_second");
    meter_take_counters(get(status, "dnsd.counters"), &drill->now);
    if (status)
        take_sessions(drill, status);
    drill->floor_lost |= drill_floor_is_lost(drill, status);
    json_decref(status);
}

/* --- a look ----------------------------------------------------------------------------------- */

void drill_look(struct drill *drill, bool far)
{
    if (far) {
        take_status(drill);
        if (!mono_is_never(drill->begun))
            take_events(drill);
    }
    drill->now.at = mono_now();
    meter_read(&drill->meter, &drill->now);
    samples_add(&drill->samples, &drill->now);
}

struct sample drill_look_closely(const struct drill *drill)
{
    struct sample sample = drill->now;
    json_t *status = ask_dnsd(drill);
    meter_take_counters(get(status, "dnsd.counters"), &sample);
    json_decref(status);
    sample.at = mono_now();
    meter_read(&drill->meter, &sample);
    return sample;
}

/* --- is it enough? ---------------------------------------------------------------------------- */

static struct timeline timeline_of(const struct drill *drill)
{
    return (struct timeline){ drill->begun.ns, drill->over.ns, drill->subjects, drill->events };
}

/* What means nothing in this scenario is not known. */
static void leave_out(const struct scenario *scenario, struct figures *figures)
{
    if (!scenario->confirms)
        figures->of[FIGURE_WITHDRAW] = figures->of[FIGURE_PROOF] = NAN;
    if (!scenario->withdraws)
        figures->of[FIGURE_DETECT] = figures->of[FIGURE_TRAFFIC_GONE] = NAN;
}

struct figures drill_figures(const struct drill *drill)
{
    struct figures figures = figures_unknown();
    const struct timeline timeline = timeline_of(drill);
    struct mono until = mono_is_never(drill->over) ? drill->now.at : drill->over;
    timeline_measure(&timeline, &figures);
    if (!mono_is_never(drill->sessions_fell)) /* fmin leaves NaN out */
        figures.of[FIGURE_DETECT] = fmin(figures.of[FIGURE_DETECT],
                                         mono_diff_s(drill->sessions_fell, drill->begun) * 1000);
    figures.of[FIGURE_TRAFFIC_GONE] = traffic_gone_ms(&drill->samples, &drill->traffic,
                                                      drill->begun, until);
    if (isnan(figures.of[FIGURE_RESTORE]) && !timeline_changed(&timeline) &&
        !mono_is_never(drill->restored))
        figures.of[FIGURE_RESTORE] = mono_diff_s(drill->restored, drill->over) * 1000;
    leave_out(drill->scenario, &figures);
    return figures;
}

bool drill_has_measured(const struct drill *drill)
{
    const int64_t least_ms = 1000, proof_ms = 3000; /* a drill is not over before it is seen */
    const struct timeline timeline = timeline_of(drill);
    int64_t ms = mono_diff_ms(drill->now.at, drill->begun);
    struct figures figures = drill_figures(drill);
    if (ms < least_ms)
        return false;
    if (!drill->scenario->withdraws)
        return true;
    if (isnan(figures.of[FIGURE_DETECT]))
        return false;
    bool leaves = drill->scenario->confirms &&
                  (drill->scenario->intent || timeline_changed(&timeline));
    if (leaves && !timeline_withdrawn(&timeline))
        return false;
    bool proven = !leaves || !isnan(figures.of[FIGURE_PROOF]) ||
                  ms > figures.of[FIGURE_WITHDRAW] + proof_ms;
    bool gone = isnan(drill->traffic.queries_per_s) || drill->traffic.queries_per_s < 10 ||
                !isnan(figures.of[FIGURE_TRAFFIC_GONE]);
    return proven && gone;
}
