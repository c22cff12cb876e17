/* SPDX-License-Identifier: GPL-3.0-or-later */
/* builder.h - from records in any order to an immutable zone. Knows what makes a zone valid. */
#ifndef PROXIMA_ZONE_BUILDER_H
#define PROXIMA_ZONE_BUILDER_H

#include "common/err.h"
#include "dnsd/zone/zone.h"

struct zone_builder;

/* A builder for the zone `apex` (wire, copied). Free it with zone_builder_free in any case. */
struct zone_builder *zone_builder_new(const uint8_t *apex);
void zone_builder_free(struct zone_builder *builder);

struct zone_record {
    const uint8_t *owner; /* wire, uncompressed, any case */
    uint16_t type;
    uint32_t ttl;
    uint16_t rdlength;
    const uint8_t *rdata; /* uncompressed */
};

/* Adds one record (copied). Exact duplicates are dropped (RFC 2181 5); a TTL above 2^31-1 counts as
 * 0 (RFC 2181 8). Errors: owner outside the zone, a meta type, RDATA that is not of its type's
 * shape (rdata.h). */
int zone_builder_add(struct zone_builder *builder, const struct zone_record *record,
                     struct err *err);

enum { ZONE_ERRORS_MAX = 20 }; /* then the person has enough to do, and no more are looked for */

/* What is wrong with records that are each well-formed. */
struct zone_finding {
    bool is_error;    /* the zone cannot be served */
    const char *text; /* "c.example. CNAME: stands beside other data (RFC 1034 3.6.2)" */
    /* The record that it is about, and another one that it has to do with: one of those of this
     * owner and type if rdata is NULL; if owner is NULL, none: because it is missing, for one. */
    struct zone_record about, other;
    bool clash; /* neither is wrong without the other: whichever comes later */
};

/* Takes a finding. It is valid during the call; names and RDATA as long as the builder. */
typedef void zone_find(void *arg, const struct zone_finding *finding);

/* Checks the whole and builds it; once per builder. Errors (the zone cannot be served): no SOA or
 * several at the apex, SOA elsewhere, no NS at the apex, CNAME beside other data (RFC 1034 3.6.2)
 * or doubled, several DNAMEs, DNAME beside a delegation, a delegated wildcard, an RRset larger than
 * a message, names that collide on purpose. Each but the last is handed to `find` (may be NULL), up
 * to ZONE_ERRORS_MAX and a few; `err` has the first.
 * What can be served but is probably wrong goes to `find` too: missing glue, TTLs that differ
 * within an RRset (the smallest is taken, RFC 2181 5.2), NS, MX or SRV whose host is a CNAME or not
 * there, data below a cut or DNAME that is no glue, DS without delegation. Returns a zone with one
 * reference, or NULL. */
const struct zone *zone_builder_finish(struct zone_builder *builder, zone_find *find, void *arg,
                                       struct err *err);

#endif
