/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure.c - names, limits and texts of figures. */
#include "anycastctl/drill/figure.h"

#include <math.h>
#include <stdio.h>

static const struct {
    const char *name, *unit, *text;
} rows[] = {
#define FIGURE_ROW(id, name, unit, text) [id] = { name, unit, text },
    FIGURES(FIGURE_ROW)
#undef FIGURE_ROW
};

const char *figure_name(enum figure figure)
{
    return rows[figure].name;
}

const char *figure_unit(enum figure figure)
{
    return rows[figure].unit;
}

const char *figure_text(enum figure figure)
{
    return rows[figure].text;
}

struct figures figures_unknown(void)
{
    struct figures figures;
    for (int i = 0; i < FIGURE_COUNT; i++)
        figures.of[i] = NAN;
    return figures;
}

enum met figure_met(double value, double limit)
{
    if (isnan(limit))
        return MET_NO_LIMIT;
    return value <= limit ? MET_YES : MET_NO; /* NaN is not */
}

unsigned figures_missed(const struct figures *values, const struct figures *limits)
{
    unsigned missed = 0;
    for (int i = 0; i < FIGURE_COUNT; i++)
        missed += figure_met(values->of[i], limits->of[i]) == MET_NO;
    return missed;
}

json_t *figures_json(const struct figures *figures)
{
    json_t *object = json_object();
    for (int i = 0; i < FIGURE_COUNT; i++)
        json_object_set_new(object, rows[i].name,
                            isnan(figures->of[i]) ? json_null() : json_real(figures->of[i]));
    return object;
}

struct figures figures_from_json(const json_t *object)
{
    struct figures figures = figures_unknown();
    for (int i = 0; i < FIGURE_COUNT; i++) {
        const json_t *value = json_object_get(object, rows[i].name);
        if (json_is_number(value))
            figures.of[i] = json_number_value(value);
    }
    return figures;
}

char *figure_shown(enum figure figure, double value, char out[FIGURE_SHOWN_MAX])
{
    if (isnan(value))
        snprintf(out, FIGURE_SHOWN_MAX, "not seen");
    else if (figure == FIGURE_LOST)
        snprintf(out, FIGURE_SHOWN_MAX, "%.0f", value);
    else if (value < 1000)
        snprintf(out, FIGURE_SHOWN_MAX, "%.1f ms", value);
    else
        snprintf(out, FIGURE_SHOWN_MAX, "%.2f s", value / 1000);
    return out;
}
