/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layers.c - two images as one zone: the walk through both in canonical order, and references from
 * one to the other. */
#include "dnsd/zone/layers.h"

#include "common/dnsmsg.h"
#include "dnsd/zone/rdata.h"

/* What stands at the base's reference `ref` now, or before it; all 0: nothing new. */
static struct layers_moved find_moved(const struct zone *zone, uint32_t ref)
{
    const struct layers_moved none = { 0 };
    const struct layers_moved *moved = (const void *)image_node(zone->top, zone->head->moved);
    const uint64_t bit = layers_filter_bit(layers_hash(ref), zone->top_mask);
    const uint8_t *filter = zone->top_filter + zone->top_mask + 1; /* the second */
    if (!(filter[bit / 8] >> bit % 8 & 1))
        return none;
    uint32_t low = 0, high = zone->head->moved_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (moved[middle].base == ref)
            return moved[middle];
        if (moved[middle].base < ref)
            low = middle + 1;
        else
            high = middle;
    }
    return none;
}

/* The base's node at `ref`; NULL at its end. */
static const struct zone_node *base_node(const struct zone *zone, uint32_t ref)
{
    const bool end = ref == image_head(zone->base)->bytes / IMAGE_UNIT;
    return end ? NULL : image_node(zone->base, ref);
}

static const struct zone_node *first_at(const struct zone *zone, uint32_t ref)
{
    const struct layers_moved moved = find_moved(zone, ref);
    return moved.first ? image_node(zone->top, moved.first) : base_node(zone, ref);
}

static const struct zone_node *behind_top(const struct zone *zone, const struct zone_node *node)
{
    const uint32_t ref = *layers_anchor(node);
    if ((find_moved(zone, ref).self & ~LAYERS_NO_HOST) == image_ref(zone->top, node))
        return first_at(zone, image_ref(zone->base, image_behind(image_node(zone->base, ref))));
    const struct zone_node *next = image_behind(node);
    return image_is_top(zone, next) && *layers_anchor(next) == ref ? next : base_node(zone, ref);
}

const struct zone_node *layers_next_node(const struct zone *zone, const struct zone_node *prev)
{
    const struct zone_node *node = prev;
    do
        node = image_is_top(zone, node) ? behind_top(zone, node)
                                        : first_at(zone, image_ref(zone->base, image_behind(node)));
    while (node && node->flags & NODE_GONE);
    return node;
}

bool layers_is_host(const struct zone *zone, const struct zone_node *node, uint16_t type)
{
    const uint8_t next = rdata_layout(type).next;
    return zone_node_rrset(zone, node, DNS_TYPE_A) || zone_node_rrset(zone, node, DNS_TYPE_AAAA) ||
           (next && zone_node_rrset(zone, node, next));
}

const struct zone_node *layers_target(const struct zone *zone, uint16_t type, uint32_t ref)
{
    if (ref & IMAGE_TOP)
        return image_node(zone->top, ref & ~IMAGE_TOP);
    const struct layers_moved moved = find_moved(zone, ref);
    if (!moved.self)
        return image_node(zone->base, ref);
    if (moved.self & LAYERS_NO_HOST)
        return NULL;
    const struct zone_node *host = image_node(zone->top, moved.self);
    return layers_is_host(zone, host, type) ? host : NULL;
}
