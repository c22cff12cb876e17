/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan.h - private: the text of a master file, or a piece of it, to records, one after the other.
 */
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

/* What is in force where a text begins. */
struct scan_context {
    struct dname origin; /* in lower case */
    struct dname
        owner; /* of the record before, for records that state none; len 0: there is none */
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

/* A scanner, for one text after the other: it is large, and to make one takes longer than to scan a
 * small zone. */
struct scan *scan_new(void);
void scan_free(struct scan *scan);

/* Begins with a text, cleaned (clean.h), and the folder where relative $INCLUDEs start: both are
 * borrowed until the next one. */
void scan_begin(struct scan *scan, const char *text, size_t len, const char *folder,
                const struct scan_context *context);
enum scan_kind scan_next(struct scan *scan, struct scan_item *item);

/* What is in force now; the TTL stated last is the one from before if no record has come. */
struct scan_context scan_context(const struct scan *scan);
/* Whether that could be another if the TTL stated last before this text was another. */
bool scan_has_used_last_ttl(const struct scan *scan);
bool scan_has_seen_record(const struct scan *scan);

/* The line of the last item: where a record begins, a problem was seen, an $INCLUDE stands. Counts
 * from the start: for problems, not for every record. */
uint64_t scan_line(const struct scan *scan);

#endif
