/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill_report.c - a drill as a report: all that the text and the page say is in it. */
#include "anycastctl/cli/drill.h"

#include "anycastctl/cli/show.h"
#include "common/jsonread.h"
#include "common/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PICTURE_STEP_MS = 100 };

static struct lost measure_lost(const struct drill *drill, const struct figures *figures)
{
    const struct lost_span span = { .first = drill->first,
                                    .last = drill->last,
                                    .from = drill->begun,
                                    .over = drill->over,
                                    .gone_ms = figures->of[FIGURE_TRAFFIC_GONE],
                                    .closed_ms = figures->of[FIGURE_DETECT] };
    return traffic_lost(drill->scenario, &drill->samples, &drill->traffic, &span);
}

static const char *lost_note(const struct scenario *scenario)
{
    if (scenario->loses_by_port)
        return "Lost: datagrams that came while nobody had the port, and, by the rate, those that "
               "dnsd's sockets took while it died. What TCP lost is not seen.";
    if (scenario->loses_in_queue)
        return "Lost: queries that waited while dnsd stood still (they were answered too late), and "
               "those that did not fit in.";
    if (scenario->loses_by_rcode)
        return "Lost: queries that were answered SERVFAIL. Resolvers try again, elsewhere.";
    return "Lost: datagrams that did not fit into dnsd's sockets. What never arrived cannot be seen "
           "from here.";
}

static json_t *lane_of(const struct drill *drill, const json_t *subject)
{
    const json_t *event;
    size_t i;
    char *name = mem_printf("%s IPv%d", get_text(subject, "service"),
                            (int)get_number(subject, "family"));
    json_t *changes = json_pack("[[f, s]]", -1000.0, "normal");
    json_array_foreach(drill->events, i, event)
        if (strcmp(get_text(event, "event"), "level") == 0 &&
            strcmp(get_text(event, "service"), get_text(subject, "service")) == 0 &&
            get_number(event, "family") == get_number(subject, "family")) {
            int64_t at = json_integer_value(get(event, "mono_ns"));
            json_array_append_new(changes, json_pack("[f, o]", (double)(at - drill->begun.ns) / 1e6,
                                                     json_text(get_text(event, "to"))));
        }
    json_t *lane = json_pack("{s:o, s:o}", "name", json_text(name), "changes", changes);
    free(name);
    return lane;
}

static json_t *lanes_of(const struct drill *drill)
{
    json_t *lanes = json_array();
    const json_t *subject;
    size_t i;
    json_array_foreach(drill->subjects, i, subject)
        json_array_append_new(lanes, lane_of(drill, subject));
    return lanes;
}

static char *when(int64_t unix_ms)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm parts;
    char text[40];
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return mem_strdup(text);
}

static void set_verdict(json_t *report, const struct drill *drill, const struct figures *figures)
{
    unsigned missed = figures_missed(figures, &drill->limits);
    bool failed = json_array_size(drill->problems) > 0;
    const char *verdict = drill->interrupted ? "interrupted"
                          : failed           ? "failed"
                          : missed           ? "missed"
                                             : "met";
    char *text = drill->interrupted ? mem_strdup("interrupted")
                 : failed           ? mem_strdup("something went wrong")
                 : missed ? mem_printf("%u objective%s missed", missed, missed == 1 ? "" : "s")
                          : mem_strdup("all objectives met");
    json_object_set_new(report, "verdict", json_string(verdict));
    json_object_set_new(report, "verdict_text", json_string(text));
    json_object_set_new(report, "interrupted", json_boolean(drill->interrupted));
    free(text);
}

static json_t *traffic_of(const struct drill *drill)
{
    double rate = drill->traffic.queries_per_s;
    json_t *traffic = json_object();
    json_object_set_new(traffic, "queries_per_s", isnan(rate) ? json_null() : json_real(rate));
    json_object_set_new(traffic, "probes_per_s", json_real(drill->traffic.probes_per_s));
    json_object_set_new(traffic, "samples",
                        traffic_json(&drill->samples, drill->begun, PICTURE_STEP_MS));
    return traffic;
}

static int by_time(const void *a, const void *b)
{
    double x = json_number_value(get(*(json_t *const *)a, "ms"));
    double y = json_number_value(get(*(json_t *const *)b, "ms"));
    return (x > y) - (x < y);
}

/* As it happened, not as we heard of it. */
static json_t *told_in_order(const struct drill *drill)
{
    size_t count = json_array_size(drill->told);
    json_t **lines = mem_calloc(count + 1, sizeof *lines), *out = json_array();
    for (size_t i = 0; i < count; i++)
        lines[i] = json_array_get(drill->told, i);
    qsort(lines, count, sizeof *lines, by_time);
    for (size_t i = 0; i < count; i++)
        json_array_append(out, lines[i]);
    free(lines);
    return out;
}

json_t *drill_report(const struct drill *drill)
{
    struct figures figures = drill_figures(drill);
    struct lost lost = measure_lost(drill, &figures);
    json_t *report = json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "id", drill->id, "scenario",
                               drill->scenario->name, "about", drill->scenario->about);
    char *started = when(drill->begun_unix_ms);
    figures.of[FIGURE_LOST] = lost.total;
    json_object_set_new(report, "node", json_text(get_text(drill->before, "node")));
    json_object_set_new(report, "version", json_string(PACKAGE_VERSION));
    json_object_set_new(report, "by", json_text(cli_user()));
    json_object_set_new(report, "started", json_string(started));
    json_object_set_new(report, "started_unix_ms", json_integer(drill->begun_unix_ms));
    json_object_set_new(report, "for_ms", json_integer(drill->for_ms));
    set_verdict(report, drill, &figures);
    json_object_set(report, "problems", drill->problems);
    json_object_set_new(report, "over_ms",
                        json_real(mono_diff_s(drill->over, drill->begun) * 1000));
    json_object_set_new(report, "figures", figures_json(&figures));
    json_object_set_new(report, "objectives", figures_json(&drill->limits));
    json_object_set_new(report, "lost", lost_json(&lost));
    json_object_set_new(report, "lost_note", json_string(lost_note(drill->scenario)));
    json_object_set_new(report, "levels", lanes_of(drill));
    json_object_set_new(report, "traffic", traffic_of(drill));
    json_object_set_new(report, "events", told_in_order(drill));
    free(started);
    return report;
}
