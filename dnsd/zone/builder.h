/* SPDX-License-Identifier: GPL-3.0-or-later */
/* builder.h - from records in any order to an immutable zone. */
#ifndef PROXIMA_ZONE_BUILDER_H
#define PROXIMA_ZONE_BUILDER_H

#include "dnsd/zone/finding.h"
#include "dnsd/zone/zone.h"

struct zone_builder;
struct build_block;
struct batch;

/* A builder for the zone `apex` (wire, copied). Free it with zone_builder_free in any case. */
struct zone_builder *zone_builder_new(const uint8_t *apex);
void zone_builder_free(struct zone_builder *builder);

/* Adds one record (copied). Exact duplicates are dropped (RFC 2181 5); a TTL above 2^31-1 counts as
 * 0 (RFC 2181 8). Errors: owner outside the zone, a meta type, RDATA that is not of its type's
 * shape (rdata.h). */
int zone_builder_add(struct zone_builder *builder, const struct zone_record *record,
                     struct err *err);

/* Many records at once, which have passed batch_add: `digest` does most of the work, and may be
 * called on many threads; it returns new memory (build_block_free). `take` takes it; in the order
 * of the files, since of duplicates the first one stays. */
struct build_block *zone_builder_digest(const struct zone_builder *builder,
                                        const struct batch *batch);
void zone_builder_take(struct zone_builder *builder, struct build_block *block);
void build_block_free(struct build_block *block);

/* How many threads zone_builder_finish may use (1 else), and of how many names each of them works
 * on at once (0: some that fit into a cache). What is built does not depend on it. */
void zone_builder_tune(struct zone_builder *builder, unsigned threads, size_t part_names);

/* Builds the zone; once per builder. Errors (NULL; it cannot be built): an RRset larger than a
 * message, names that collide on purpose. What is right to serve as a whole zone is zone_check's to
 * say (check.h); here goes to `findings` (NULL: the usual policy, and nobody listens) what would
 * not be seen afterwards: too large RRsets, duplicates, and TTLs that differ within an RRset (the
 * smallest is taken, RFC 2181 5.2). Returns a zone with one reference. */
const struct zone *zone_builder_finish(struct zone_builder *builder, struct findings *findings,
                                       struct err *err);

#endif
