/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rdata.h - what the RDATA of each type consists of, as one table: for checking, for comparing, for
 * finding the names inside (compression, additional section). RDATA is uncompressed everywhere. */
#ifndef PROXIMA_ZONE_RDATA_H
#define PROXIMA_ZONE_RDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of every type, in this order: `head` fixed bytes, `strings` character-strings (RFC 1035 3.3),
 * `names` domain names, then the tail. A type that is not in the table is all tail. */
struct rdata_layout {
    uint8_t head;
    uint8_t strings;
    uint8_t names;
    uint8_t tail;  /* bytes of the tail, at least */
    bool exact;    /* not more than that */
    bool compress; /* the names may be compressed in messages: RFC 1035's own types (RFC 3597 4) */
    bool host;     /* the first name is a host whose addresses go into the additional section */
    uint8_t next;  /* as do its records of this type, which lead on from there; 0: none */
};

enum { RDATA_TYPES = 110 }; /* of which the table knows the layout */
extern const struct rdata_layout rdata_layouts[RDATA_TYPES];

/* The layout of any type; all zero (any bytes) for types that are not known. Inline: answers ask
 * for every RRset that they write. */
static inline struct rdata_layout rdata_layout(uint16_t type)
{
    return type < RDATA_TYPES ? rdata_layouts[type] : (struct rdata_layout){ 0 };
}

/* What is wrong with the RDATA, or NULL if nothing is. */
const char *rdata_problem(uint16_t type, const uint8_t *rdata, size_t len);

/* Canonical order (RFC 4034 6.3): names inside compare without regard to case. Both well-formed.
 * Zero means that the records are duplicates (RFC 2181 5). */
int rdata_cmp(uint16_t type, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);

/* The host that well-formed RDATA of `type` points at (borrowed), or NULL where it does not: types
 * that never do, and NAPTR unless it is terminal by its flag S or A (RFC 3403 4.1). */
const uint8_t *rdata_host(uint16_t type, const uint8_t *rdata);

/* The name whose records go into the additional section: that host, but in ServiceMode the owner
 * where that is "." (RFC 9460 2.5.2). */
const uint8_t *rdata_target(const uint8_t *owner, uint16_t type, const uint8_t *rdata);

#endif
