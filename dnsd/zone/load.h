/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load.h - a master file (RFC 1035 5, RFC 2308 4 $TTL, RFC 3597) to a zone, through libzscanner.
 * Runs on a loader thread or in --check-zone; never on an answering thread. */
#ifndef PROXIMA_ZONE_LOAD_H
#define PROXIMA_ZONE_LOAD_H

#include "common/err.h"
#include "dnsd/zone/builder.h"
#include "dnsd/zone/file.h"

typedef void zone_warn(void *arg, const char *text);

/* Loads `path` as zone `apex`. Errors name file, line and reason, "FILE:LINE: …", and how many more
 * there are; each of them goes to `warn` too (may be NULL), so that one run shows them all, up to
 * ZONE_ERRORS_MAX. Warnings read "FILE:LINE: warning: …". Of two records that clash the line is the
 * later one's, and "see line" says the other's. What is missing has no line, nor have warnings
 * beyond the first 20. $INCLUDE is relative to the folder of the including file; an included file
 * takes origin and TTL over, what it changes of them ends with it. Returns a zone with one
 * reference, or NULL. */
const struct zone *zone_load(const uint8_t *apex, const char *path, zone_warn *warn, void *arg,
                             struct err *err);

/* The same, and adds to `files` (empty before) what was read or could not be; also on error. */
const struct zone *zone_load_listed(const uint8_t *apex, const char *path, struct file_list *files,
                                    zone_warn *warn, void *arg, struct err *err);

#endif
