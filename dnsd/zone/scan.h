/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan.h - private: the text of one master file to records, one after the other. */
#ifndef PROXIMA_ZONE_SCAN_H
#define PROXIMA_ZONE_SCAN_H

#include "common/dname.h"
#include "dnsd/zone/builder.h"

/* What a record without a TTL gets: the $TTL in force (RFC 2308 4), else the TTL stated last
 * (RFC 1035 5.1). An included file begins with what is in force where it is included. */
struct scan_ttl {
    bool has_default, has_last;
    uint32_t default_s, last_s;
};

struct scan_settings {
    const char *text; /* borrowed while the scanner lives; cleaned (clean.h) */
    size_t len;
    const uint8_t *origin; /* wire, copied */
    const char *folder;    /* where relative $INCLUDEs start; copied */
    struct scan_ttl ttl;
};

enum scan_kind {
    SCAN_RECORD,
    SCAN_INCLUDE,
    SCAN_PROBLEM, /* the text after it goes on making sense */
    SCAN_LOST,    /* a problem behind which nothing makes sense: the next is SCAN_END */
    SCAN_END,
};

/* Valid until the next call. */
struct scan_item {
    struct zone_record record; /* SCAN_RECORD */
    const char *path;          /* SCAN_INCLUDE */
    struct dname origin;       /* SCAN_INCLUDE */
    struct err problem;
};

struct scan;

struct scan *scan_new(const struct scan_settings *settings);
void scan_free(struct scan *scan);
enum scan_kind scan_next(struct scan *scan, struct scan_item *item);
struct scan_ttl scan_ttl(const struct scan *scan); /* in force now */
/* The line of the last item: where a record begins, a problem was seen, an $INCLUDE stands. Counts
 * from the start: for problems, not for every record. */
uint64_t scan_line(const struct scan *scan);

#endif
