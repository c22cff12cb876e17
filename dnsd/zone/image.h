/* SPDX-License-Identifier: GPL-3.0-or-later */
/* image.h - private: how a zone lies in memory. One block: head, hash table, the
 * chain of a signed zone (chain.h), nodes.
 *
 * Nodes stand one behind the other in canonical order (RFC 4034 6.1), so a parent stands before its
 * children, a subtree is contiguous, and the next node needs no reference; nor does the parent: who
 * looks for it has the name, and with it the hash. A node is its struct, its name (lower case),
 * then at the next multiple of 4 its RRsets; each of them is its struct, its RDATA, then where
 * has_targets is set, at the next multiple of 4, one reference per record. The whole is padded to 8
 * bytes, less than an RRset needs, so the end is known without a count.
 * References count in units of 8 bytes from the start of the block (32 GiB); 0 is none. There are
 * no pointers inside, so the block could be written and mapped back. */
#ifndef PROXIMA_ZONE_IMAGE_H
#define PROXIMA_ZONE_IMAGE_H

#include "dnsd/zone/zone.h"

#include <stdatomic.h>

enum {
    IMAGE_UNIT = 8,
    IMAGE_PROBES_MAX = 1024, /* slots one look-up may read; honest names need less than 250 */
};

struct image_slot {
    uint32_t tag; /* upper half of the name's hash; the lower half says where to start probing */
    uint32_t ref; /* 0: free */
};

struct image_head {
    uint64_t bytes; /* of the whole block */
    uint64_t records, rrsets, names;
    uint64_t slot_mask;
    uint32_t slots; /* reference */
    uint32_t apex;  /* reference of the first node */
    uint32_t serial;
    uint32_t negative_ttl;
    uint32_t chain; /* reference (chain.h); 0: no NSEC or NSEC3 */
};

struct zone_node {
    uint32_t units; /* that this node takes; the next one follows */
    uint8_t flags;  /* enum zone_node_flags */
    uint8_t name_len;
    uint8_t name[];
};

/* What is private to the process. */
struct zone {
    const uint8_t *base;
    const struct image_slot *slots;
    uint64_t slot_mask;
    unsigned apex_labels;
    atomic_uint references;
};

static inline size_t image_round(size_t bytes, size_t to)
{
    return (bytes + to - 1) & ~(to - 1);
}

/* Bytes from the start of a node to its first RRset. */
static inline size_t image_node_head(size_t name_len)
{
    return image_round(offsetof(struct zone_node, name) + name_len, 4);
}

/* Bytes of an RRset, padding included. */
static inline size_t image_rrset_size(size_t rdata_bytes, size_t count, bool has_targets)
{
    return image_round(sizeof(struct zone_rrset) + rdata_bytes, 4) +
           (has_targets ? count * sizeof(uint32_t) : 0);
}

/* A number for each node, below image_indices; not in any order. */
static inline uint64_t image_index(const struct zone *zone, const struct zone_node *node)
{
    return (uint64_t)((const uint8_t *)node - zone->base) / IMAGE_UNIT;
}

static inline uint64_t image_indices(const struct zone *zone)
{
    return ((const struct image_head *)(const void *)zone->base)->bytes / IMAGE_UNIT;
}

/* A new zone with one reference around the image in `block`, which it takes (image_alloc). */
const struct zone *image_open(void *block);

/* Zeroed memory for an image (imagemem.c); large ones on huge pages, so that the end of the process
 * is quick and look-ups miss the TLB less. NULL with errno. */
void *image_alloc(size_t bytes);
void image_free(void *block, size_t bytes); /* as many as were asked for */

#endif
