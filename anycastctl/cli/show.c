/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show.c - how things look on the operator's terminal. Knows columns and colours; hides padding. */
#include "anycastctl/cli/show.h"

#include "common/mem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *show_age(int64_t ms, char out[SHOW_AGE_MAX])
{
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "min" }, { 1000, "s" } };

    if (ms < 0) {
        snprintf(out, SHOW_AGE_MAX, "?");
        return out;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (ms < units[i].ms)
            continue;
        int64_t rest = i + 1 < sizeof units / sizeof *units ? ms % units[i].ms / units[i + 1].ms
                                                            : 0;
        if (rest)
            snprintf(out, SHOW_AGE_MAX, "%" PRId64 " %s %" PRId64 " %s", ms / units[i].ms,
                     units[i].name, rest, units[i + 1].name);
        else
            snprintf(out, SHOW_AGE_MAX, "%" PRId64 " %s", ms / units[i].ms, units[i].name);
        return out;
    }
    snprintf(out, SHOW_AGE_MAX, "%" PRId64 " ms", ms);
    return out;
}

/* --- colours -------------------------------------------------------------------------------- */

static const char *const sequences[] = {
    [SHOW_PLAIN] = "",         [SHOW_BOLD] = "\033[1m",
    [SHOW_GOOD] = "\033[32m",  [SHOW_DOUBTFUL] = "\033[33m",
    [SHOW_BAD] = "\033[1;31m",
};

static void print_coloured(bool colour, enum show_colour which, const char *text)
{
    bool paint = colour && which != SHOW_PLAIN;
    printf("%s%s%s", paint ? sequences[which] : "", text, paint ? "\033[0m" : "");
}

/* What a daemon, a zone file or another operator wrote must not steer this terminal. */
static void defuse(char *text)
{
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            *p = '?';
}

void show_line(bool colour, enum show_colour which, const char *fmt, ...)
{
    char text[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    defuse(text);
    print_coloured(colour, which, text);
    putchar('\n');
}

/* --- tables --------------------------------------------------------------------------------- */

struct cell {
    enum show_colour colour;
    char *text;
};

struct table {
    unsigned columns;
    size_t count;
    struct cell *cells;
};

struct table *table_new(unsigned columns)
{
    struct table *table = mem_zalloc(sizeof *table);
    table->columns = columns;
    return table;
}

void table_cell(struct table *table, enum show_colour colour, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    defuse(text);
    table->cells = mem_realloc(table->cells, (table->count + 1) * sizeof *table->cells);
    table->cells[table->count++] = (struct cell){ colour, mem_strdup(text) };
}

/* Columns on the screen: bytes of UTF-8 that begin a character. */
static int width(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void measure(const struct table *table, int widths[TABLE_COLUMNS_MAX])
{
    for (size_t i = 0; i < table->count; i++) {
        int w = width(table->cells[i].text);
        if (w > widths[i % table->columns])
            widths[i % table->columns] = w;
    }
}

void table_print(struct table *table, bool colour)
{
    int widths[TABLE_COLUMNS_MAX] = { 0 };
    measure(table, widths);
    for (size_t i = 0; i < table->count; i++) {
        bool last = (i + 1) % table->columns == 0;
        print_coloured(colour, table->cells[i].colour, table->cells[i].text);
        if (last)
            putchar('\n');
        else
            printf("%*s", widths[i % table->columns] - width(table->cells[i].text) + 2, "");
        free(table->cells[i].text);
    }
    free(table->cells);
    free(table);
}

/* --- JSON ----------------------------------------------------------------------------------- */

void show_json(const json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
    putchar('\n');
}

const json_t *get(const json_t *object, const char *path)
{
    char key[64];
    for (;;) {
        size_t len = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)len, path);
        object = json_object_get(object, key);
        if (!path[len])
            return object;
        path += len + 1;
    }
}

const char *get_text(const json_t *object, const char *path)
{
    const char *text = json_string_value(get(object, path));
    return text ? text : "";
}

int64_t get_number(const json_t *object, const char *path)
{
    const json_t *value = get(object, path);
    return json_is_number(value) ? (int64_t)json_number_value(value) : -1;
}

bool get_bool(const json_t *object, const char *path)
{
    return json_is_true(get(object, path));
}
