/* SPDX-License-Identifier: GPL-3.0-or-later */
/* batch.h - records as they came, packed behind each other: a name, its records, the next name.
 * Some thousands of them travel together from the thread that reads to the one that takes. */
#ifndef PROXIMA_ZONE_BATCH_H
#define PROXIMA_ZONE_BATCH_H

#include "common/dname.h"
#include "dnsd/zone/record.h"

#include <stdalign.h>

/* A name, and those of its records that came without another name between. The records follow at
 * the next multiple of 4. */
struct batch_owner {
    uint32_t bytes; /* with its records; the next owner stands behind them */
    uint16_t count; /* of records, at least 1 */
    uint8_t name_len;
    uint8_t name[]; /* wire, lower case */
};

struct batch_record {
    uint32_t ttl; /* seconds, 0..2^31-1 */
    uint16_t type;
    uint16_t rdlength;
    uint8_t rdata[]; /* uncompressed, names in the case of the file; well-formed (rdata.h) */
};

/* Zeroed: empty. */
struct batch {
    uint8_t *bytes;
    size_t used, cap;
    size_t last;            /* where the last owner stands in `bytes` */
    size_t owners, records; /* how many */
};

/* Appends a record (copied) of the zone `apex` (in lower case). Of exact duplicates all are kept; a
 * TTL above 2^31-1 counts as 0 (RFC 2181 8). Errors: a meta type, RDATA that is not of its type's
 * shape (-1); the owner is outside the zone (BATCH_OUTSIDE). */
enum { BATCH_OUTSIDE = -2 };
int batch_add(struct batch *batch, const struct dname *apex, const struct zone_record *record,
              struct err *err);
/* True if `name` is at or below `apex`; both in lower case. */
bool batch_is_in_zone(const struct dname *name, const struct dname *apex);
void batch_clear(struct batch *batch); /* keeps the memory */
void batch_free(struct batch *batch);

/* All owners in order: start with prev NULL; NULL at the end. */
static inline const struct batch_owner *batch_next_owner(const struct batch *batch,
                                                         const struct batch_owner *prev)
{
    const uint8_t *next = prev ? (const uint8_t *)prev + prev->bytes : batch->bytes;
    return next < batch->bytes + batch->used ? (const void *)next : NULL;
}

static inline size_t batch_round(size_t bytes)
{
    return (bytes + 3) & ~(size_t)3;
}

/* The owner's records in order: the first, and the one behind. There are owner->count. */
static inline const struct batch_record *batch_first_record(const struct batch_owner *owner)
{
    return (const void *)((const uint8_t *)owner +
                          batch_round(offsetof(struct batch_owner, name) + owner->name_len));
}

static inline const struct batch_record *batch_record_behind(const struct batch_record *record)
{
    return (const void *)((const uint8_t *)record + batch_round(sizeof *record + record->rdlength));
}

#endif
