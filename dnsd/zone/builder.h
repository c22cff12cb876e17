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

/* Checks the whole and builds it; once per builder. Errors (the zone cannot be served): no SOA or
 * several at the apex, SOA elsewhere, no NS at the apex, CNAME beside other data (RFC 1034 3.6.2)
 * or doubled, several DNAMEs, DNAME beside a delegation, a delegated wildcard, an RRset larger than
 * a message, names that collide on purpose. Each is handed to `warn` (may be NULL) as one line, up
 * to 20; the first is the error, with how many more there are.
 * What can be served but is probably wrong goes to `warn` as "warning: …": missing glue, TTLs that
 * differ within an RRset (the smallest is taken, RFC 2181 5.2), NS, MX or SRV whose host is a CNAME
 * or not there, data below a cut or DNAME that is no glue, DS without delegation.
 * Returns a zone with one reference, or NULL. */
typedef void zone_warn(void *arg, const char *text);
const struct zone *zone_builder_finish(struct zone_builder *builder, zone_warn *warn, void *arg,
                                       struct err *err);

#endif
