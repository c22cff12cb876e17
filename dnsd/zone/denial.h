/* SPDX-License-Identifier: GPL-3.0-or-later */
/* denial.h - the chain of a signed zone that proves what is not there: NSEC (RFC 4034 4) or NSEC3
 * (RFC 5155). Which one, and where its records stand, is found when the zone is built (chain.c);
 * nsec.c and nsec3_find.c look up in it. A link of the chain is the node that owns the record. */
#ifndef PROXIMA_ZONE_DENIAL_H
#define PROXIMA_ZONE_DENIAL_H

#include "dnsd/zone/zone.h"

enum zone_denial {
    ZONE_DENIAL_NONE, /* not signed, or nothing that we can use: answers go without proofs */
    ZONE_DENIAL_NSEC,
    ZONE_DENIAL_NSEC3,
};

enum zone_denial zone_denial(const struct zone *zone);

/* The links in their chain's order; `i` counts from 0. */
uint32_t zone_chain_links(const struct zone *zone);
const struct zone_node *zone_chain_link(const struct zone *zone, uint32_t i);

/* Brings the records of a link into the cache, where they will be asked for soon. */
static inline void zone_prefetch_link(const struct zone_node *link)
{
    enum { CACHE_LINE_BYTES = 64, LINK_BYTES = 256 }; /* with one signature, of an elliptic curve */
    for (size_t at = 0; at < LINK_BYTES; at += CACHE_LINE_BYTES)
        __builtin_prefetch((const uint8_t *)link + at);
}

/* Of a zone with NSEC: the link that matches `name` (wire, lower case, at or below the apex), or
 * else that covers it. */
const struct zone_node *zone_nsec_find(const struct zone *zone, const uint8_t *name);

/* Of a zone with NSEC3: the link that matches or covers the hash of `name` (wire, lower case, `len`
 * bytes). */
const struct zone_node *zone_nsec3_find(const struct zone *zone, const uint8_t *name, size_t len);

/* What was found for a name of such a zone when it was built. */
struct zone_proof {
    /* Its own link; NULL: it has none, because at it and below it there are but insecure
     * delegations and the chain is one with opt-out (RFC 5155 6). */
    const struct zone_node *match;
    /* With `match`, the link that covers the wildcard below it (or matches, if that is there); not
     * for cuts and DNAMEs. Without, the one that covers the next closer name (RFC 5155 1.3) of the
     * closest encloser that has a link. */
    const struct zone_node *other;
};

struct zone_proof zone_nsec3_proof(const struct zone *zone, const struct zone_node *node);

/* That of the node that is nearest above `node`, or the same, and has a link (RFC 5155 7.2.1: the
 * closest provable encloser). `node` is at or above the name `key`. */
struct zone_proof zone_nsec3_encloser(const struct zone *zone, const struct name_key *key,
                                      const struct zone_node *node);

#endif
