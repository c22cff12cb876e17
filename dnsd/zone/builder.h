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

/* Adds one record (copied). Exact duplicates are dropped (RFC 2181 5). Errors: owner outside the
 * zone, a meta type. */
int zone_builder_add(struct zone_builder *builder, const struct zone_record *record,
                     struct err *err);

/* Checks the whole and builds it. Errors (the zone cannot be served): no SOA or several at the
 * apex, SOA elsewhere, no NS at the apex, CNAME beside other data (RFC 1034 3.6.2) or doubled,
 * several DNAMEs, … Things that can be served but are probably wrong (missing glue, TTLs that
 * differ within an RRset: the smallest is taken (RFC 2181 5.2), NS or MX that points at a CNAME,
 * names below a cut or DNAME that are no glue) are handed to `warn` (may be NULL), one line each.
 * Returns a zone with one reference, or NULL. */
typedef void zone_warn(void *arg, const char *text);
const struct zone *zone_builder_finish(struct zone_builder *builder, zone_warn *warn, void *arg,
                                       struct err *err);

#endif
