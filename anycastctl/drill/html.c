/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html.c - the page around the picture. All that it says is in the report. */
#include "anycastctl/drill/html.h"

#include "anycastctl/drill/escape.h"
#include "anycastctl/drill/figure.h"
#include "anycastctl/drill/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#667079;--line:#d8dde3;"
    "--good:#1a7f4b;--doubt:#b26a00;--bad:#c02b2b;--soft:#f4f6f8;--band:#c02b2b14}"
    "@media(prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e6e9ec;--dim:#98a2ac;"
    "--line:#333a42;--good:#4cc38a;--doubt:#e5a23d;--bad:#ff6b6b;--soft:#1c2127;"
    "--band:#ff6b6b1f}}"
    "@media print{:root{--bg:#fff;--fg:#000;--dim:#555;--line:#bbb;--good:#1a7f4b;--bad:#c02b2b;"
    "--soft:#fff}section{break-inside:avoid}}"
    "*{box-sizing:border-box}"
    "body{margin:2.5rem auto;max-width:62rem;padding:0 1.25rem;background:var(--bg);"
    "color:var(--fg);font:16px/1.5 system-ui,sans-serif}"
    "h1{font-size:1.6rem;margin:0}h2{font-size:1.05rem;margin:2.25rem 0 .5rem}"
    ".dim{color:var(--dim)}.good{color:var(--good)}.bad{color:var(--bad)}"
    ".verdict{display:inline-block;margin:.75rem 0;padding:.15rem .7rem;border:2px solid;"
    "border-radius:99px;font-weight:600}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);"
    "vertical-align:top}th{color:var(--dim);font-weight:500}"
    ".n{text-align:right;white-space:nowrap}"
    "svg{width:100%;height:auto;display:block;font:11px system-ui,sans-serif}"
    "figure{margin:.75rem 0}figcaption{color:var(--dim);font-size:.875rem}";

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static void element(FILE *out, const char *name, const char *class, const char *content)
{
    fprintf(out, "<%s%s%s%s>", name, *class ? " class=\"" : "", class, *class ? "\"" : "");
    html_escape(out, content);
    fprintf(out, "</%s>", name);
}

/* --- figures ---------------------------------------------------------------------------------- */

static double earlier(const json_t *report, enum figure figure, const char *which)
{
    const json_t *figures = json_object_get(json_object_get(report, "earlier"), "figures");
    const json_t *value = json_object_get(json_object_get(figures, figure_name(figure)), which);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void cell_value(FILE *out, enum figure figure, double value, const char *unknown)
{
    char shown[FIGURE_SHOWN_MAX];
    element(out, "td", "n", isnan(value) ? unknown : figure_shown(figure, value, shown));
}

static void row_figure(FILE *out, const json_t *report, enum figure figure)
{
    double value = figures_from_json(json_object_get(report, "figures")).of[figure];
    double limit = figures_from_json(json_object_get(report, "objectives")).of[figure];
    enum met met = figure_met(value, limit);
    fputs("<tr>", out);
    element(out, "td", "", figure_text(figure));
    cell_value(out, figure, value, "not seen");
    cell_value(out, figure, limit, "\xe2\x80\x93");
    element(out, "td", met == MET_NO ? "bad" : "good",
            met == MET_NO    ? "missed"
            : met == MET_YES ? "met"
                             : "");
    cell_value(out, figure, earlier(report, figure, "last"), "\xe2\x80\x93");
    cell_value(out, figure, earlier(report, figure, "median"), "\xe2\x80\x93");
    cell_value(out, figure, earlier(report, figure, "worst"), "\xe2\x80\x93");
    fputs("</tr>\n", out);
}

static void write_figures(FILE *out, const json_t *report)
{
    json_int_t runs =
        json_integer_value(json_object_get(json_object_get(report, "earlier"), "runs"));
    fputs("<section><h2>Figures</h2><table><tr><th></th><th class=\"n\">this drill</th>"
          "<th class=\"n\">objective</th><th></th><th class=\"n\">last</th>",
          out);
    fprintf(out, "<th class=\"n\">median of %lld</th><th class=\"n\">worst</th></tr>\n",
            (long long)runs);
    for (int i = 0; i < FIGURE_COUNT; i++)
        row_figure(out, report, (enum figure)i);
    fputs("</table>", out);
    element(out, "p", "dim", text(report, "lost_note"));
    fputs("</section>\n", out);
}

/* --- events ----------------------------------------------------------------------------------- */

static void write_events(FILE *out, const json_t *report)
{
    const json_t *event;
    size_t i;
    fputs("<section><h2>What happened</h2><table>", out);
    json_array_foreach(json_object_get(report, "events"), i, event) {
        fprintf(out, "<tr><td class=\"n dim\">+%.1f ms</td>",
                json_number_value(json_object_get(event, "ms")));
        element(out, "td", "", text(event, "text"));
        fputs("</tr>\n", out);
    }
    fputs("</table></section>\n", out);
}

static void write_problems(FILE *out, const json_t *report)
{
    const json_t *problem;
    size_t i;
    json_array_foreach(json_object_get(report, "problems"), i, problem)
        element(out, "p", "bad", json_string_value(problem) ? json_string_value(problem) : "");
}

/* --- the page --------------------------------------------------------------------------------- */

static void write_head(FILE *out, const json_t *report)
{
    bool met = strcmp(text(report, "verdict"), "met") == 0;
    fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>",
          out);
    html_escape(out, text(report, "id"));
    fprintf(out, "</title><style>%s</style></head><body>\n", style);
    fputs("<h1>Drill: ", out);
    html_escape(out, text(report, "scenario"));
    fputs(" at ", out);
    html_escape(out, text(report, "node"));
    fputs("</h1>", out);
    element(out, "div", "dim", text(report, "about"));
    fprintf(out, "<div class=\"verdict %s\">", met ? "good" : "bad");
    html_escape(out, text(report, "verdict_text"));
    fputs("</div><div class=\"dim\">", out);
    html_escape(out, text(report, "started"));
    fputs(", by ", out);
    html_escape(out, text(report, "by"));
    fputs("</div>\n", out);
    write_problems(out, report);
}

/* A close look at the begin, where that shows more than the whole does. */
static void write_pictures(FILE *out, const json_t *report)
{
    const double first_ms = picture_first_ms(report), whole_ms = picture_whole_ms(report);
    if (first_ms < whole_ms / 2) {
        fputs("<section><h2>The first moments</h2>", out);
        picture_draw(out, report, first_ms);
        fputs("</section>", out);
    }
    fputs("<section><h2>The whole drill</h2>", out);
    picture_draw(out, report, whole_ms);
    fputs("</section>\n", out);
}

char *html_page(const json_t *report)
{
    char *page = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&page, &len);
    write_head(out, report);
    write_pictures(out, report);
    write_figures(out, report);
    write_events(out, report);
    fputs("<p class=\"dim\">Proxima ", out);
    html_escape(out, text(report, "version"));
    fputs(", anycastctl drill; ", out);
    html_escape(out, text(report, "id"));
    fputs("</p></body></html>\n", out);
    fclose(out);
    return page;
}
