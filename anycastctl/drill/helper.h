/* SPDX-License-Identifier: GPL-3.0-or-later */
/* helper.h - our side of a connection to anycastdrill: one act begun, and what becomes of it.
 * Closing the connection ends the act. */
#ifndef PROXIMA_DRILL_HELPER_H
#define PROXIMA_DRILL_HELPER_H

#include "common/err.h"

#include <jansson.h>
#include <stddef.h>

enum { HELPER_LINE_MAX = 4096 };

struct helper {
    int fd; /* -1: closed */
    size_t len;
    char line[HELPER_LINE_MAX];
};

/* Connects, and sends `request` (stolen). */
int helper_begin(struct helper *helper, const char *path, json_t *request, struct err *err);

/* The next line, if one is there (new): NULL without `err` set: not yet. With it: refused, or gone.
 */
json_t *helper_next(struct helper *helper, struct err *err);

void helper_close(struct helper *helper);

#endif
