/* SPDX-License-Identifier: GPL-3.0-or-later */
/* duration.c - lengths of time in text. Knows the units. */
#include "common/duration.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* From the longest to the shortest; "ms" stands before "m" so that it is tried first. */
static const struct unit {
    const char *name;
    int64_t ms;
} units[] = {
    { "d", 86400000 }, { "h", 3600000 }, { "ms", 1 }, { "m", 60000 }, { "s", 1000 },
};

enum {
    UNIT_COUNT = sizeof units / sizeof *units,
};

static const struct unit *find_unit(const char *text)
{
    for (unsigned i = 0; i < UNIT_COUNT; i++)
        if (strncmp(text, units[i].name, strlen(units[i].name)) == 0)
            return &units[i];
    return NULL;
}

/* Reads digits at *text and moves behind them; -1 if there are none or too many. */
static int read_number(const char **text, int64_t *out)
{
    const char *start = *text;
    int64_t value = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, **text - '0', &value))
            return -1;
    *out = value;
    return *text > start ? 0 : -1;
}

int duration_parse(const char *text, int64_t *out_ms, struct err *err)
{
    const char *at = text;
    int64_t total = 0;
    do {
        int64_t number;
        const struct unit *unit = NULL;
        if (read_number(&at, &number) == 0)
            unit = find_unit(at);
        if (!unit || __builtin_mul_overflow(number, unit->ms, &number) ||
            __builtin_add_overflow(total, number, &total))
            return err_set(err,
                           "\"%.40s\" is not a duration: write a number and a unit, such as "
                           "\"250ms\", \"3s\", \"5m\", \"2h\" or \"1d\"",
                           text);
        at += strlen(unit->name);
    } while (*at);
    *out_ms = total;
    return 0;
}

char *duration_text(int64_t ms, char out[DURATION_TEXT_MAX])
{
    const struct unit *best = find_unit(ms ? "ms" : "s");
    for (unsigned i = 0; i < UNIT_COUNT && ms; i++)
        if (ms % units[i].ms == 0 && units[i].ms > best->ms)
            best = &units[i];
    snprintf(out, DURATION_TEXT_MAX, "%" PRId64 "%s", ms / best->ms, best->name);
    return out;
}
