/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drill_show.c - a report for a person at a terminal. */
#include "anycastctl/cli/drill.h"

#include "anycastctl/cli/show.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double earlier(const json_t *report, enum figure figure, const char *which)
{
    char path[64];
    snprintf(path, sizeof path, "earlier.figures.%s.%s", figure_name(figure), which);
    const json_t *value = get(report, path);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void cell_value(struct table *table, enum figure figure, double value, const char *unknown)
{
    char shown[FIGURE_SHOWN_MAX];
    table_cell(table, SHOW_PLAIN, "%s",
               isnan(value) ? unknown : figure_shown(figure, value, shown));
}

static void row_figure(struct table *table, const json_t *report, enum figure figure)
{
    double value = figures_from_json(get(report, "figures")).of[figure];
    double limit = figures_from_json(get(report, "objectives")).of[figure];
    enum met met = figure_met(value, limit);
    table_cell(table, SHOW_PLAIN, "%s", figure_name(figure));
    cell_value(table, figure, value, "not seen");
    cell_value(table, figure, limit, "-");
    table_cell(table, met == MET_NO ? SHOW_BAD : SHOW_GOOD, "%s",
               met == MET_NO    ? "missed"
               : met == MET_YES ? "met"
                                : " ");
    cell_value(table, figure, earlier(report, figure, "last"), "-");
    cell_value(table, figure, earlier(report, figure, "median"), "-");
    cell_value(table, figure, earlier(report, figure, "worst"), "-");
    table_cell(table, SHOW_PLAIN, "%s", figure_text(figure));
}

static void print_figures(const json_t *report, bool colour)
{
    static const char *const heads[] = { "FIGURE", "THIS", "OBJECTIVE", " " };
    struct table *table = table_new(8);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        table_cell(table, SHOW_BOLD, "%s", heads[i]);
    table_cell(table, SHOW_BOLD, "LAST");
    table_cell(table, SHOW_BOLD, "MEDIAN OF %lld", (long long)get_number(report, "earlier.runs"));
    table_cell(table, SHOW_BOLD, "WORST");
    table_cell(table, SHOW_BOLD, " ");
    for (int i = 0; i < FIGURE_COUNT; i++)
        row_figure(table, report, (enum figure)i);
    table_print(table, colour);
}

int drill_exit_status(const json_t *report)
{
    return strcmp(get_text(report, "verdict"), "met") == 0 ? EXIT_HEALTHY : EXIT_UNHEALTHY;
}

int drill_show_report(const json_t *report, bool colour)
{
    const json_t *problem;
    size_t i;
    bool met = drill_exit_status(report) == EXIT_HEALTHY;
    putchar('\n');
    show_line(colour, met ? SHOW_GOOD : SHOW_BAD, "%s at %s, %s: %s", get_text(report, "scenario"),
              get_text(report, "node"), get_text(report, "started"),
              get_text(report, "verdict_text"));
    json_array_foreach(get(report, "problems"), i, problem)
        show_line(colour, SHOW_BAD, "  %s", json_string_value(problem));
    putchar('\n');
    print_figures(report, colour);
    show_line(colour, SHOW_PLAIN, "%s", get_text(report, "lost_note"));
    show_line(colour, SHOW_PLAIN, "The page: anycastctl drill show %s --html > drill.html",
              get_text(report, "id"));
    return drill_exit_status(report);
}
