/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layers.h - private: a version of a zone that differs little from an image that is there already:
 * that image, the base, and a small one above it, the top. layer.h makes the top; here it is read.
 *
 * The top has the layout of image.h. It holds each name that is not as in the base, whole: with
 * other records, other flags, or targets that the base does not know; and what is gone, as nodes
 * without RRsets that are NODE_GONE. The apex is always among them, and the head's numbers are
 * those of the whole version. A look-up asks the top first. In addition:
 * - A node of the top ends with the reference of the base's node before which, or in whose place,
 *   it stands; that of the base's end for those behind all others. (In the last 4 bytes of its
 *   units: with the padding less than an RRset needs.)
 * - A list of those of the base's nodes before which, or in whose place, something stands. A walk
 *   through the base in its order asks it where to turn off; and so does who follows the base's
 *   reference to a host that has moved.
 * - Two filters, so that who asks for what is not in the top, or not in the list, as is most often
 *   so, is told at once: in each 8 bits for a slot of the hash table, of which those are set that
 *   belong to a name's hash, or a reference.
 * References of RRsets in the top to nodes of the top have the bit IMAGE_TOP. The base's node
 * numbers do not change, so no number of hosts that point at a name that changes is a cost. */
#ifndef PROXIMA_ZONE_LAYERS_H
#define PROXIMA_ZONE_LAYERS_H

#include "dnsd/zone/image.h"

/* In the order of `base`. References to the top have no IMAGE_TOP here: there are no others. */
struct layers_moved {
    uint32_t base;  /* the node of the base, or its end */
    uint32_t first; /* the first node of the top that stands there */
    uint32_t self;  /* the one that is in its place, the last of them; 0: the base's still counts.
                       With LAYERS_NO_HOST if it is gone, or hidden by a DNAME: then no target */
};

#define LAYERS_NO_HOST IMAGE_TOP

/* A number to filter the base's reference `ref` by. */
static inline uint64_t layers_hash(uint32_t ref)
{
    return ref * UINT64_C(0x9e3779b97f4a7c15);
}

/* The bit of a filter that belongs to a hash. */
static inline uint64_t layers_filter_bit(uint64_t hash, uint64_t slot_mask)
{
    return hash >> 16 & (8 * slot_mask + 7);
}

/* False: a name with that hash is not in the top, nor is it if there is none. */
static inline bool layers_may_have(const struct zone *zone, uint64_t hash)
{
    if (__builtin_expect(zone->top == NULL, true))
        return false;
    const uint64_t bit = layers_filter_bit(hash, zone->top_mask);
    return zone->top_filter[bit / 8] >> bit % 8 & 1;
}

/* The reference of the base's node before which a node of the top stands, or in whose place. */
static inline uint32_t *layers_anchor(const struct zone_node *node)
{
    return (uint32_t *)image_behind(node) - 1;
}

/* zone.h's zone_next_node and zone_rrset_target, where there are two layers. */
const struct zone_node *layers_next_node(const struct zone *zone, const struct zone_node *prev);
const struct zone_node *layers_target(const struct zone *zone, uint16_t type, uint32_t ref);

/* Whether a host at which an RRset of `type` points has what goes into the additional section. */
bool layers_is_host(const struct zone *zone, const struct zone_node *node, uint16_t type);

#endif
