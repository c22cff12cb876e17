/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture.c - coordinates of a timeline. */
#include "anycastctl/drill/picture.h"

#include "anycastctl/drill/escape.h"
#include "anycastctl/drill/figure.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* In units of the picture's own. */
enum {
    WIDTH = 960,
    LEFT = 90,
    RIGHT = 20,
    TRAFFIC_TOP = 64, /* room for the marks' names above */
    TRAFFIC_HEIGHT = 110,
    LANE_HEIGHT = 22,
    AXIS_HEIGHT = 30,
    TICKS = 6,
};

struct scale {
    double from_ms, until_ms;
    double top_rate;
    double bottom; /* of lanes */
};

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static double item(const json_t *array, size_t i)
{
    return json_number_value(json_array_get(array, i));
}

static double x_of(const struct scale *scale, double ms)
{
    double share = (ms - scale->from_ms) / (scale->until_ms - scale->from_ms);
    return LEFT + fmin(1, fmax(0, share)) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct scale *scale, double rate)
{
    return TRAFFIC_TOP + TRAFFIC_HEIGHT * (1 - fmin(1, rate / scale->top_rate));
}

static const json_t *traffic(const json_t *report)
{
    return json_object_get(json_object_get(report, "traffic"), "samples");
}

/* --- spans ------------------------------------------------------------------------------------ */

double picture_whole_ms(const json_t *report)
{
    const json_t *events = json_object_get(report, "events"), *samples = traffic(report);
    double last = fmax(1000, number(json_array_get(events, json_array_size(events) - 1), "ms"));
    if (json_array_size(samples))
        last = fmax(last, item(json_array_get(samples, json_array_size(samples) - 1), 0));
    return last * 1.02;
}

double picture_first_ms(const json_t *report)
{
    struct figures figures = figures_from_json(json_object_get(report, "figures"));
    double last = 0;
    for (int i = 0; i <= FIGURE_TRAFFIC_GONE; i++)
        last = fmax(last, figures.of[i]); /* fmax leaves NaN out */
    return fmin(fmax(last * 1.6, 100), picture_whole_ms(report));
}

/* --- parts ------------------------------------------------------------------------------------ */

static void draw_band(FILE *out, const json_t *report, const struct scale *scale)
{
    double over = number(report, "over_ms");
    double x = x_of(scale, 0), end = x_of(scale, isnan(over) ? scale->until_ms : over);
    fprintf(out,
            "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%.1f\" fill=\"var(--band)\"/>"
            "<text x=\"%.1f\" y=\"%.1f\" fill=\"var(--bad)\">broken</text>",
            x, TRAFFIC_TOP, end - x, scale->bottom - TRAFFIC_TOP, x + 4, TRAFFIC_TOP + 13.0);
}

/* One rate as a line of steps; column 1 is what was answered, 2 what was not. */
static void draw_rate(FILE *out, const json_t *report, const struct scale *scale, size_t column,
                      const char *colour)
{
    const json_t *sample;
    size_t i;
    double before_ms = NAN;
    fprintf(out, "<path fill=\"none\" stroke=\"var(--%s)\" stroke-width=\"1.5\" d=\"", colour);
    json_array_foreach(traffic(report), i, sample) {
        double ms = item(sample, 0), y = y_of(scale, item(sample, column));
        if (ms >= scale->from_ms && !(before_ms > scale->until_ms)) {
            if (!isnan(before_ms))
                fprintf(out, "L%.1f %.1f", x_of(scale, before_ms), y);
            fprintf(out, "%c%.1f %.1f", isnan(before_ms) ? 'M' : 'L', x_of(scale, ms), y);
            before_ms = ms;
        }
    }
    fputs("\"/>", out);
}

static void draw_traffic(FILE *out, const json_t *report, const struct scale *scale)
{
    fprintf(out,
            "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"var(--line)\"/>"
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"var(--dim)\">%.0f/s</text>"
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"var(--dim)\">0</text>",
            LEFT, WIDTH - RIGHT, TRAFFIC_TOP + TRAFFIC_HEIGHT, TRAFFIC_TOP + TRAFFIC_HEIGHT,
            LEFT - 6, TRAFFIC_TOP + 8, scale->top_rate, LEFT - 6, TRAFFIC_TOP + TRAFFIC_HEIGHT);
    draw_rate(out, report, scale, 1, "good");
    draw_rate(out, report, scale, 2, "bad");
}

static const char *level_colour(const char *level)
{
    if (strcmp(level, "normal") == 0)
        return "good";
    return strcmp(level, "withdrawn") == 0 ? "bad" : "doubt";
}

static void draw_segment(FILE *out, const struct scale *scale, double y, double from, double to,
                         const char *level)
{
    double x = x_of(scale, from), end = x_of(scale, to);
    if (end <= x)
        return;
    fprintf(out,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"var(--%s)\" "
            "rx=\"2\"><title>",
            x, y, end - x, LANE_HEIGHT - 10, level_colour(level));
    html_escape(out, level);
    fputs("</title></rect>", out);
    if (end - x > 60) {
        fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" fill=\"var(--bg)\">", x + 5, y + 9.5);
        html_escape(out, level);
        fputs("</text>", out);
    }
}

static void draw_lane(FILE *out, const json_t *lane, const struct scale *scale, double y)
{
    const json_t *changes = json_object_get(lane, "changes"), *change;
    size_t i;
    fprintf(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"var(--dim)\">", LEFT - 6,
            y + 10);
    html_escape(out, text(lane, "name"));
    fputs("</text>", out);
    json_array_foreach(changes, i, change) {
        const char *level = json_string_value(json_array_get(change, 1));
        bool last = i + 1 == json_array_size(changes);
        double to = last ? scale->until_ms : item(json_array_get(changes, i + 1), 0);
        draw_segment(out, scale, y, i ? item(change, 0) : scale->from_ms, to, level ? level : "");
    }
}

/* The line stands `at_ms` after the begin; the text tells the figure, which may count from
 * elsewhere. */
static void draw_mark(FILE *out, const struct scale *scale, enum figure figure, double value,
                      double at_ms, int row)
{
    char shown[FIGURE_SHOWN_MAX];
    double x = x_of(scale, at_ms);
    int y = 14 + 14 * row;
    bool right = x > WIDTH - 170;
    fprintf(out,
            "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%.1f\" stroke=\"var(--fg)\" "
            "stroke-dasharray=\"2 3\"/><text x=\"%.1f\" y=\"%d\" fill=\"var(--fg)\"%s>%s %s</text>",
            x, x, y - 8, scale->bottom, right ? x - 4 : x + 4, y,
            right ? " text-anchor=\"end\"" : "", figure_name(figure),
            figure_shown(figure, value, shown));
}

static void draw_marks(FILE *out, const json_t *report, const struct scale *scale)
{
    struct figures figures = figures_from_json(json_object_get(report, "figures"));
    const double over_ms = number(report, "over_ms");
    int row = 0;
    for (int i = 0; i <= FIGURE_RESTORE; i++) {
        const double begin_ms = i == FIGURE_RESTORE ? over_ms : 0;
        const double at_ms = begin_ms + figures.of[i];
        if (at_ms <= scale->until_ms)
            draw_mark(out, scale, (enum figure)i, figures.of[i], at_ms, row++ % 4);
    }
}

static void draw_tick(FILE *out, const struct scale *scale, double ms)
{
    double x = x_of(scale, ms), y = scale->bottom;
    bool fine = scale->until_ms < 5000;
    fprintf(out,
            "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"var(--line)\"/>"
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"var(--dim)\">%g %s</text>",
            x, x, y, y + 5, x, y + 18, fine ? ms : ms / 1000, fine ? "ms" : "s");
}

static void draw_axis(FILE *out, const struct scale *scale)
{
    double span = scale->until_ms;
    double step = pow(10, floor(log10(span / TICKS)));
    while (span / step > TICKS)
        step *= span / step > 2 * TICKS ? 5 : 2;
    for (int i = 0; i * step <= span; i++)
        draw_tick(out, scale, i * step);
}

/* --- the whole -------------------------------------------------------------------------------- */

static double top_rate(const json_t *report)
{
    const json_t *sample;
    size_t i;
    double top = 10;
    json_array_foreach(traffic(report), i, sample)
        if (item(sample, 0) < 0)
            top = fmax(top, item(sample, 1) * 1.3);
    return top;
}

void picture_draw(FILE *out, const json_t *report, double until_ms)
{
    const json_t *lanes = json_object_get(report, "levels"), *lane;
    size_t i;
    double lanes_top = TRAFFIC_TOP + TRAFFIC_HEIGHT + 14;
    const struct scale scale = { -0.05 * until_ms, until_ms, top_rate(report),
                                 lanes_top + LANE_HEIGHT * (double)json_array_size(lanes) };
    fprintf(out,
            "<figure><svg viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"timeline of the "
            "drill\">",
            WIDTH, scale.bottom + AXIS_HEIGHT);
    draw_band(out, report, &scale);
    draw_traffic(out, report, &scale);
    json_array_foreach(lanes, i, lane)
        draw_lane(out, lane, &scale, lanes_top + LANE_HEIGHT * (double)i);
    draw_axis(out, &scale);
    draw_marks(out, report, &scale);
    fputs("</svg><figcaption>Green: queries that dnsd answered, as its reports say. Red: datagrams "
          "that nobody received. Below: what was announced.</figcaption></figure>\n",
          out);
}
