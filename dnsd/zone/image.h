/* SPDX-License-Identifier: GPL-3.0-or-later */
/* image.h - private: how a zone lies in memory. One block: head, hash table, the
 * chain of a signed zone (chain.h), nodes.
 *
 * Nodes stand one behind the other in canonical order (RFC 4034 6.1), so a parent stands before its
 * children, a subtree is contiguous, and the next node needs no reference; nor does the parent: who
 * looks for it has the name, and with it the hash. A node is its struct, its name (lower case),
 * then at the next multiple of 4 its RRsets; each of them is its struct, its RDATA, then where
 * has_targets is set, at the next multiple of 4, one reference per record. The whole is padded to 8
 * bytes; in a zone with NSEC3 its proof follows (chain.h). That is less than an RRset needs, so the
 * end of them is known without a count.
 * References count in units of 8 bytes from the start of the block (16 GiB); 0 is none. There are
 * no pointers inside, so the block can be written to disk and read back (imagefile.h). */
#ifndef PROXIMA_ZONE_IMAGE_H
#define PROXIMA_ZONE_IMAGE_H

#include "common/err.h"
#include "dnsd/zone/zone.h"

#include <stdatomic.h>

#define IMAGE_TOP (UINT32_C(1) << 31) /* in a reference: into the top image (layers.h) */

enum {
    IMAGE_FORMAT = 2, /* of blocks on disk: counts up when their bytes get another meaning */
    IMAGE_UNIT = 8,
    IMAGE_RRSET_MIN = sizeof(struct zone_rrset) + 2, /* one record without RDATA */
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
    uint32_t moved; /* reference; 0 but in a top image (layers.h) */
    uint32_t moved_count;
    uint32_t filter; /* reference; likewise */
};

struct zone_node {
    uint32_t units; /* that this node takes; the next one follows */
    uint8_t flags;  /* enum zone_node_flags */
    uint8_t name_len;
    uint8_t name[];
};

/* A block, shared by the versions that have it as their base. */
struct image {
    const uint8_t *block;
    struct layer_order *order; /* NULL: it has never had a top (layer_plan.h) */
    atomic_uint references;
};

/* What is private to the process. */
struct zone {
    const uint8_t *base;
    const struct image_slot *slots;
    uint64_t slot_mask;
    const uint8_t *top; /* NULL: one layer; else the layer above (layers.h) */
    const struct image_slot *top_slots;
    uint64_t top_mask;
    const uint8_t *top_filter;
    const struct image_head *head; /* of the version: its top's, or its base's */
    struct image *image;           /* of the base */
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

static inline const struct image_head *image_head(const uint8_t *block)
{
    return (const void *)block;
}

static inline const struct zone_node *image_node(const uint8_t *block, uint32_t ref)
{
    return (const void *)(block + (size_t)ref * IMAGE_UNIT);
}

static inline uint32_t image_ref(const uint8_t *block, const struct zone_node *node)
{
    return (uint32_t)((size_t)((const uint8_t *)node - block) / IMAGE_UNIT);
}

/* The node behind this one, or what follows the last. */
static inline const struct zone_node *image_behind(const struct zone_node *node)
{
    return (const void *)((const uint8_t *)node + (size_t)node->units * IMAGE_UNIT);
}

static inline bool image_is_top(const struct zone *zone, const void *place)
{
    return zone->top && (uintptr_t)place - (uintptr_t)zone->top < zone->head->bytes;
}

/* A number for each byte of the zone, below image_places. */
static inline uint64_t image_place(const struct zone *zone, const void *place)
{
    const uint8_t *byte = place;
    return image_is_top(zone, place) ? image_head(zone->base)->bytes + (uint64_t)(byte - zone->top)
                                     : (uint64_t)(byte - zone->base);
}

static inline uint64_t image_places(const struct zone *zone)
{
    return image_head(zone->base)->bytes + (zone->top ? zone->head->bytes : 0);
}

/* The name that is `key` without `skip` labels, or NULL: one probe, two where there are two layers.
 */
const struct zone_node *image_find(const struct zone *zone, const struct name_key *key,
                                   unsigned skip);
/* "*" below that. */
const struct zone_node *image_find_wildcard(const struct zone *zone, const struct name_key *key,
                                            unsigned skip);

/* image.c: a new zone with one reference around the image in `block`, which it takes (image_alloc).
 */
const struct zone *image_open(void *block);
/* The same with `base` below (of which it takes one reference), and the top image `top`, which it
 * takes (NULL: none). */
const struct zone *image_open_layers(struct image *base, void *top);
struct image *image_hold(struct image *image);
void image_release(struct image *image);

/* Zeroed memory for an image (imagemem.c); large ones on huge pages, so that the end of the process
 * is quick and look-ups miss the TLB less. NULL with errno. */
void *image_alloc(size_t bytes);
void image_free(void *block, size_t bytes); /* as many as were asked for */

/* While an image is made: image_alloc with the reason why not; the slots of its hash table, a
 * power of two; what to say of a name that finds IMAGE_PROBES_MAX slots in use; and what the head
 * says of the SOA of the zone, whose apex is packed (nothing if there is none: zone_check). */
void *image_alloc_for(uint64_t bytes, struct err *err);
uint64_t image_slots_for(uint64_t names);
int image_collision(const uint8_t *name, struct err *err);
void image_read_soa(struct image_head *head, const struct zone_node *apex);

#endif
