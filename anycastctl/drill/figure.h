/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure.h - what a drill measures, and the limits that a site sets itself. Plain values; NaN is
 * "not known", or "no limit". */
#ifndef PROXIMA_DRILL_FIGURE_H
#define PROXIMA_DRILL_FIGURE_H

#include <jansson.h>
#include <stdbool.h>

#define FIGURES(X)                                                                                 \
    X(FIGURE_DETECT, "detect", "ms", "seen by anycastd")                                           \
    X(FIGURE_WITHDRAW, "withdraw", "ms", "withdrawn, confirmed by BIRD")                           \
    X(FIGURE_PROOF, "proof", "ms", "proven gone from every export")                                \
    X(FIGURE_TRAFFIC_GONE, "traffic_gone", "ms", "no query comes any more")                        \
    X(FIGURE_RESTORE, "restore", "ms", "announced again, after the failure was over")              \
    X(FIGURE_LOST, "lost", "queries", "queries lost, as far as the node can see")

enum figure {
#define FIGURE_ENUM(id, name, unit, text) id,
    FIGURES(FIGURE_ENUM)
#undef FIGURE_ENUM
        FIGURE_COUNT
};

struct figures {
    double of[FIGURE_COUNT];
};

const char *figure_name(enum figure figure);
const char *figure_unit(enum figure figure);
const char *figure_text(enum figure figure);

struct figures figures_unknown(void);

/* Beside its limit: met, missed, or there is nothing to say. A limit on what is not known is
 * missed: the site has not shown that it can. */
enum met { MET_NO_LIMIT, MET_YES, MET_NO };
enum met figure_met(double value, double limit);
/* How many of the limits are missed. */
unsigned figures_missed(const struct figures *values, const struct figures *limits);

/* {"detect": 12.5, "proof": null, …}, and back; what is missing there is not known. */
json_t *figures_json(const struct figures *figures);
struct figures figures_from_json(const json_t *object);

/* "12.3 ms", "1.25 s", "14 queries", "not seen". */
enum { FIGURE_SHOWN_MAX = 32 };
char *figure_shown(enum figure figure, double value, char out[FIGURE_SHOWN_MAX]);

#endif
