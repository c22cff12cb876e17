/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain.h - private: how the chain of NSEC or NSEC3 records lies in an image.
 *
 * Where the head has a reference to it: struct image_chain, and where that says, the first 8 bytes
 * by which links are ordered, and beside them references to the nodes. So a search reads a few
 * cache lines of neighbouring numbers, and a node only at its end. */
#ifndef PROXIMA_ZONE_CHAIN_H
#define PROXIMA_ZONE_CHAIN_H

#include "dnsd/zone/denial.h"
#include "dnsd/zone/image.h"

#include <endian.h>
#include <string.h>

struct image_chain {
    uint32_t kind;     /* enum zone_denial */
    uint32_t links;    /* how many */
    uint32_t prefixes; /* reference: uint64_t for each link, ascending */
    uint32_t nodes;    /* reference: uint32_t for each link, its node's reference */
};

static inline bool chain_is_there(const struct zone *zone)
{
    const struct image_head *head = (const void *)zone->base;
    return head->chain != 0;
}

/* Where it is there. */
static inline const struct image_chain *chain_of(const struct zone *zone)
{
    const struct image_head *head = (const void *)zone->base;
    return (const void *)(zone->base + (size_t)head->chain * IMAGE_UNIT);
}

static inline const uint64_t *chain_prefixes(const struct zone *zone,
                                             const struct image_chain *chain)
{
    return (const void *)(zone->base + (size_t)chain->prefixes * IMAGE_UNIT);
}

static inline const struct zone_node *chain_node(const struct zone *zone,
                                                 const struct image_chain *chain, uint32_t i)
{
    const uint32_t *nodes = (const void *)(zone->base + (size_t)chain->nodes * IMAGE_UNIT);
    return (const void *)(zone->base + (size_t)nodes[i] * IMAGE_UNIT);
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

#endif
