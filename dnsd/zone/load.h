/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load.h - a master file (RFC 1035 5, RFC 2308 4 $TTL, RFC 3597) to a zone, through libzscanner.
 * Runs on a loader thread or in --check-zone; never on an answering thread. */
#ifndef PROXIMA_ZONE_LOAD_H
#define PROXIMA_ZONE_LOAD_H

#include "common/err.h"
#include "dnsd/zone/builder.h"
#include "dnsd/zone/file.h"
#include "dnsd/zone/records.h"

typedef void zone_warn(void *arg, const char *text);

/* Loads `path` as zone `apex`, under the usual policy. Errors name file, line and reason,
 * "FILE:LINE: …", and how many more there are; each of them goes to `warn` too (may be NULL), so
 * that one run shows them all, up to ZONE_ERRORS_MAX. Warnings read "FILE:LINE: warning: …". Of two
 * records that clash the line is the later one's, and "see line" says the other's; behind what the
 * policy may say otherwise stands the name of the check, "[missing-glue]". What is missing has no
 * line, nor have warnings beyond the first 20. $INCLUDE is relative to the folder of the including
 * file; an included file takes origin and TTL over, what it changes of them ends with it. Returns a
 * zone with one reference, or NULL. */
const struct zone *zone_load(const uint8_t *apex, const char *path, zone_warn *warn, void *arg,
                             struct err *err);

/* A load, and what came of it. */
struct zone_load {
    const uint8_t *apex; /* wire */
    const char *path;
    /* The version that is there (borrowed), or NULL. If little has changed since, the new one is
     * made by difference: the same to readers and in what is said, at less time and memory. */
    const struct zone *old;
    zone_warn *warn; /* may be NULL */
    void *arg;
    struct records_reader *reader;     /* borrowed: its threads are used; NULL: one of its own */
    const struct check_policy *policy; /* borrowed; NULL: the usual one */
    int64_t now; /* seconds since 1970; 0: what depends on the time is not judged */

    bool too_large;         /* for the reader's limit: nothing else was done */
    struct file_list files; /* what was read or could not be, also on error; to be freed */
    bool by_difference;
    uint64_t changed;            /* names, if so */
    struct zone_verdict verdict; /* on the zone that was loaded */
};

/* Loads as zone_load does; what is to come must be zero. */
const struct zone *zone_load_run(struct zone_load *load, struct err *err);

#endif
