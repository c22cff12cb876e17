/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eventlog.h - what happened at this node and why, for good: one JSON object per line, appended.
 *
 *   {"time":"2026-11-23T05:31:29.123Z","mono_ns":81234567890,"node":"fra1","event":"level",…}
 *
 * The caller hands lines to a bounded queue; a thread writes them. A full disk, a blocked file or a
 * missing folder never delays the caller: what cannot be written is counted, and the count is
 * written as an event of its own ("log-gap") once writing works again. The last lines are also kept
 * in memory, beginning with those found in the file at start, so that `history` needs no disk. */
#ifndef PROXIMA_RECORD_EVENTLOG_H
#define PROXIMA_RECORD_EVENTLOG_H

#include "common/err.h"
#include "common/mono.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EVENTLOG_KEPT = 1000,    /* lines in memory */
    EVENTLOG_QUEUE = 1000,   /* lines that wait for the disk */
    EVENTLOG_LINE_MAX = 8192 /* bytes; longer ones in the file are skipped when it is read */
};

/* When something happened, on both clocks. */
struct moment {
    struct mono mono;
    int64_t unix_ms;
};

struct eventlog;

/* Returns new; starts the thread, which opens `path` (0640) and goes on trying. Borrows nothing. */
struct eventlog *eventlog_new(const char *path, const char *node);
/* Writes what is queued, waiting at most 2 s for it, and frees. */
void eventlog_free(struct eventlog *log);

/* Appends one event: `fields` (stolen) behind time, node and `event`. Never blocks. */
void eventlog_add(struct eventlog *log, struct moment when, const char *event, json_t *fields);

/* Closes the file and opens it anew by its name: for logrotate. */
void eventlog_reopen(struct eventlog *log);

/* The last lines, oldest first: at most `cap`. Borrowed until the next eventlog_add() or _last().
 * Returns how many. */
size_t eventlog_last(struct eventlog *log, const char **lines, size_t cap);

/* True, with a text, if lines are being lost now. */
bool eventlog_problem(struct eventlog *log, struct err *out);

#endif
