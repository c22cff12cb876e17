/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain.h - private: how the chain of NSEC or NSEC3 records lies in an image.
 *
 * Where the head has a reference to it: struct image_chain, and where that says, the first 8 bytes
 * by which links are ordered, and beside them references to the nodes. So a search reads a few
 * cache lines of neighbouring numbers, and a node only at its end.
 * Hashes are spread evenly, so for NSEC3 the search begins at its end: buckets say which links have
 * a prefix with the same first bits. And each name knows its own NSEC3, and that of the wildcard
 * below it: a response needs to hash one name at most, the one that is not there.
 *
 * Zones with a chain have one layer (layers.h). */
#ifndef PROXIMA_ZONE_CHAIN_H
#define PROXIMA_ZONE_CHAIN_H

#include "dnsd/zone/denial.h"
#include "dnsd/zone/image.h"
#include "dnsd/zone/nsec3.h"

#include <endian.h>
#include <string.h>

struct image_chain {
    uint32_t kind;     /* enum zone_denial */
    uint32_t links;    /* how many; at least 1 */
    uint32_t prefixes; /* reference: uint64_t for each link, ascending */
    uint32_t nodes;    /* reference: uint32_t for each link, its node's reference */
    /* Of NSEC3: */
    uint32_t buckets;      /* reference: uint32_t for each bucket, the first link of it or behind
                              it; and one more, the number of links */
    uint32_t bucket_shift; /* a prefix's bucket: its bits above these */
    uint16_t iterations;
    uint8_t salt_len;
    uint8_t salt[UINT8_MAX];
};

/* In a zone with NSEC3, at the end of each node that is a name of the zone and not hidden. */
struct image_proof {
    uint32_t match; /* reference of its own NSEC3's node; 0: none, as opt-out allows */
    /* With `match`, of the node that covers (or matches) "*" below this name; without, of the one
     * that covers the next closer name (RFC 5155 1.3) of its closest encloser that has one. */
    uint32_t other;
};

static inline bool chain_has_proof(unsigned node_flags)
{
    return !(node_flags & (NODE_BELOW_CUT | NODE_NSEC3));
}

static inline const struct image_proof *chain_proof(const struct zone_node *node)
{
    return (const struct image_proof *)(const void *)image_behind(node) - 1;
}

static inline bool chain_is_there(const struct zone *zone)
{
    return zone->head->chain != 0;
}

/* Where it is there. */
static inline const struct image_chain *chain_of(const struct zone *zone)
{
    return (const void *)(zone->base + (size_t)zone->head->chain * IMAGE_UNIT);
}

static inline const uint64_t *chain_prefixes(const struct zone *zone,
                                             const struct image_chain *chain)
{
    return (const void *)(zone->base + (size_t)chain->prefixes * IMAGE_UNIT);
}

static inline const uint32_t *chain_node_ref(const struct zone *zone,
                                             const struct image_chain *chain, uint32_t i)
{
    return (const uint32_t *)(const void *)(zone->base + (size_t)chain->nodes * IMAGE_UNIT) + i;
}

static inline const struct zone_node *chain_node(const struct zone *zone,
                                                 const struct image_chain *chain, uint32_t i)
{
    return image_node(zone->base, *chain_node_ref(zone, chain, i));
}

/* The first 8 bytes as a number that compares as they do. */
static inline uint64_t chain_prefix(const uint8_t *bytes)
{
    uint64_t prefix;
    memcpy(&prefix, bytes, sizeof prefix);
    return be64toh(prefix);
}

/* nsec.c: the first 8 bytes of the sort key of a name, `labels` labels below the apex. */
uint64_t nsec_prefix(const uint8_t *name, unsigned labels);

/* nsec3_build.c: the node's NSEC3 with these parameters (borrowed, at its length), or NULL. */
const uint8_t *nsec3_record(const struct zone_node *node, const struct nsec3_params *params);

/* nsec3_find.c: the parameters of the zone's chain of NSEC3. */
struct nsec3_params chain_params(const struct zone *zone);

/* nsec3_find.c: the link that matches or covers the hash of a name (lower case, `len` bytes). */
uint32_t nsec3_find(const struct zone *zone, const uint8_t *name, size_t len, bool *matches);

#endif
