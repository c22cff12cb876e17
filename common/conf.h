/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf.h - reading a libconfig file against tables of settings.
 *
 * A table says for each setting its name, type, range and where in a caller's struct the value
 * goes. What the file has and no table names, what has the wrong type or is out of range, is an
 * error with file and line. The whole file is first parsed in a forked child, because libconfig 1.5
 * ends the process on some inputs (an @include of a directory); includes resolve against the folder
 * of the file named on the command line.
 *
 *   struct dnsd_conf { char *node; int64_t workers; … };
 *   static const struct conf_field fields[] = {
 *       {"node", CONF_STRING, offsetof(struct dnsd_conf, node), .required = true, .max = 63},
 *       {"workers", CONF_INT, offsetof(struct dnsd_conf, workers), .min = 0, .max = 256},
 *       {"tcp", CONF_GROUP, offsetof(struct dnsd_conf, tcp), .group = tcp_fields},
 *       {"zones", CONF_GROUP_LIST, offsetof(struct dnsd_conf, zones), .group = zone_fields,
 *        .size = sizeof(struct zone_conf)},
 *       {NULL}};
 *
 * Defaults: the caller fills its struct before; what the file leaves out stays. Strings and lists
 * of strings given so may be constants: conf_read copies them; lists of groups are empty before. A
 * list of strings whose `items` stay NULL was not given; an empty one that was has other ones. */
#ifndef PROXIMA_COMMON_CONF_H
#define PROXIMA_COMMON_CONF_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum conf_type {
    CONF_BOOL,        /* bool */
    CONF_SWITCH,      /* int64_t: 1 or 0 for true or false, so that a default can be neither */
    CONF_INT,         /* int64_t, min..max; libconfig's silent wrap of large integers is caught */
    CONF_DURATION_MS, /* int64_t in ms, min..max; the file says an integer (ms) or "3s" (duration.h)
                       */
    CONF_STRING,      /* char *, new memory; min..max is its length in bytes (max 0: 4,096) */
    CONF_STRING_LIST, /* struct conf_strings; an array or list of strings; min..max its count */
    CONF_GROUP,       /* a struct inside the struct */
    CONF_GROUP_LIST,  /* struct conf_list of structs of `size` bytes; min..max its count */
    CONF_PLACE,       /* char *, new memory: "FILE:LINE" of the group itself; its name is "" */
};

struct conf_strings {
    size_t count;
    char **items;
};

struct conf_list {
    size_t count;
    void *items; /* `count` structs of the field's `size`, zeroed, then defaulted, then read */
};

/* In the order in which tables are written.
 * NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
struct conf_field {
    const char *name;
    enum conf_type type;
    size_t offset;
    int64_t min, max; /* max 0 with min not below 0: no upper limit, except as said above; min 0
                         with max 0: none either way (durations are never negative) */
    bool required;
    const struct conf_field *group; /* CONF_GROUP and CONF_GROUP_LIST */
    size_t size;                    /* CONF_GROUP_LIST: bytes of one struct */
    void (*init)(void *item);       /* CONF_GROUP_LIST: sets an item's defaults; may be NULL */
    /* May be NULL. Called with the struct that the field is in, once the field is read and so are
     * those before it in the table; not if the file leaves it out. Its error gets place and name in
     * front. */
    int (*check)(void *item, struct err *err);
};

/* Reads `path` into `*into` (already defaulted) by `fields` (ended by a NULL name), in the table's
 * order, not the file's: a check may look at the fields before it. On error -1 with "FILE:LINE:
 * setting \"x\": reason", and what had been allocated in `*into` is freed and zeroed. */
int conf_read(const char *path, const struct conf_field *fields, void *into, struct err *err);

/* Frees what conf_read put into `*from`. */
void conf_free(const struct conf_field *fields, void *from);

/* The same strings in the same order. */
bool conf_strings_same(const struct conf_strings *a, const struct conf_strings *b);

#endif
