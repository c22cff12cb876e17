/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show.h - how things look on the operator's terminal: ages, colours, columns, JSON. */
#ifndef PROXIMA_CLI_SHOW_H
#define PROXIMA_CLI_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define SHOW_AGE_MAX 48

/* Milliseconds in the two largest units that matter: "340 ms", "12 s", "5 min 3 s", "3 h 12 min",
 * "8 d 4 h"; "?" if negative. Returns `out`. */
char *show_age(int64_t ms, char out[SHOW_AGE_MAX]);

enum show_colour { SHOW_PLAIN, SHOW_BOLD, SHOW_GOOD, SHOW_DOUBTFUL, SHOW_BAD };

enum { TABLE_COLUMNS_MAX = 8 };

/* A table that is filled row by row, then printed with columns as wide as they need be. */
struct table;

struct table *table_new(unsigned columns); /* new; table_print frees it */
/* Copies `text`; a row is full after `columns` cells. Control characters become '?'. */
void table_cell(struct table *table, enum show_colour colour, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void table_print(struct table *table, bool colour);

/* One line, in a colour if `colour`. */
void show_line(bool colour, enum show_colour which, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints JSON, indented, and a newline. */
void show_json(const json_t *value);

/* Values of an object: "" / -1 / false where there is none. `path` is "a" or "a.b". */
const char *get_text(const json_t *object, const char *path);
int64_t get_number(const json_t *object, const char *path);
bool get_bool(const json_t *object, const char *path);
const json_t *get(const json_t *object, const char *path);

#endif
