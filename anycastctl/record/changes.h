/* SPDX-License-Identifier: GPL-3.0-or-later */
/* changes.h - the number of the last change of a level, kept over restarts, so that each change has
 * a number of its own for good: event log, drills and `anycastctl history ID` name it by that.
 *
 * It stands in two places that are written behind our back: a small file in the state folder, and
 * the event log, whose lines carry it as "change". The higher one counts. */
#ifndef PROXIMA_RECORD_CHANGES_H
#define PROXIMA_RECORD_CHANGES_H

#include "common/err.h"

#include <stdint.h>

enum { CHANGES_GAP = 1000 }; /* left out where numbers may have been used that nobody knows of */

/* Finds the number of the last change, 0 if there was none; the next one has that plus 1. `path`
 * is the file that keeper.h writes with changes_text(), `event_log` the log (or, where that has
 * none, `event_log`.1, as logrotate calls it). A state file that is missing is no error: the log
 * says. One that cannot be read is: -1 with the reason, and the number lies CHANGES_GAP above what
 * the log knows. Reads at most 1 MiB of the log. */
int changes_read(const char *path, const char *event_log, uint64_t *last, struct err *err);

/* The file's text for keeper.h. Returns new memory. */
char *changes_text(uint64_t last);

#endif
