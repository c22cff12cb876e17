/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imageflat.c - two layers written as one. Nodes are copied as they are, one behind the other; but
 * slots and targets refer to them where they stand now. Knows where that is: the base's nodes have
 * moved by a distance that changes only where something of the top stands. */
#include "dnsd/zone/imageflat.h"

#include "common/mem.h"
#include "dnsd/zone/image.h"

#include <stdlib.h>
#include <string.h>

/* From reference `from` on, up to the next of them, nodes of one layer stand `by` behind where they
 * stood (modulo 2^32). */
struct shift {
    uint32_t from, by;
};

struct shifts {
    struct shift *items; /* `from` ascends */
    size_t count;
};

/* A multiple of a part of the label. Each stripe of the front costs a walk through the zone. */
enum { STRIPE_BYTES = 4 << 20 };

/* Slots that found no room before the end of a stripe. */
struct overflow {
    struct image_slot *slots;
    size_t count;
};

struct image_flat {
    const struct zone *zone;
    struct shifts base, top;
    struct image_head head;
    uint64_t front_bytes; /* of head and hash table */
    uint8_t *stripe;      /* of them */
    uint64_t stripe_at;   /* where it stands; UINT64_MAX: nowhere yet */
    struct overflow overflow;
    const struct zone_node *next; /* to be copied */
    uint8_t *part;
    size_t part_room;
};

/* --- where nodes stand ------------------------------------------------------------------------ */

static void add_shift(struct shifts *shifts, uint32_t ref, uint32_t new_ref)
{
    const struct shift shift = { ref, new_ref - ref };
    if (shifts->count && shifts->items[shifts->count - 1].by == shift.by)
        return;
    if ((shifts->count & (shifts->count - 1)) == 0)
        shifts->items = mem_realloc(shifts->items,
                                    (shifts->count ? 2 * shifts->count : 1) * sizeof shift);
    shifts->items[shifts->count++] = shift;
}

/* `ref` is that of a node that was added. */
static uint32_t shifted(const struct shifts *shifts, uint32_t ref)
{
    size_t low = 0, high = shifts->count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (shifts->items[middle].from <= ref)
            low = middle;
        else
            high = middle;
    }
    return ref + shifts->items[low].by;
}

static uint32_t new_ref(const struct image_flat *flat, const struct zone_node *node)
{
    return image_is_top(flat->zone, node) ? shifted(&flat->top, image_ref(flat->zone->top, node))
                                          : shifted(&flat->base, image_ref(flat->zone->base, node));
}

static size_t bytes_of(const struct zone_node *node)
{
    return (size_t)node->units * IMAGE_UNIT;
}

/* Gives all nodes their places. Returns the end of the last. */
static uint64_t place_nodes(struct image_flat *flat, struct image_label *label)
{
    const struct zone *zone = flat->zone;
    const struct zone_node *node = NULL;
    uint64_t at = flat->front_bytes;
    while ((node = zone_next_node(zone, node))) {
        const uint32_t ref = (uint32_t)(at / IMAGE_UNIT);
        if (image_is_top(zone, node))
            add_shift(&flat->top, image_ref(zone->top, node), ref);
        else
            add_shift(&flat->base, image_ref(zone->base, node), ref);
        image_label_cut(label, at);
        at += bytes_of(node);
    }
    return at;
}

/* --- head and hash table ---------------------------------------------------------------------- */

/* As many slots as the base has; more if that is too few for the names (index.c). */
static uint64_t slots_for(const struct zone *zone)
{
    uint64_t slots = zone->slot_mask + 1;
    while (slots * 7 < zone->head->names * 10)
        slots *= 2;
    return slots;
}

static void add_overflow(struct overflow *overflow, struct image_slot slot)
{
    if ((overflow->count & (overflow->count - 1)) == 0)
        overflow->slots = mem_realloc(overflow->slots,
                                      (overflow->count ? 2 * overflow->count : 1) * sizeof slot);
    overflow->slots[overflow->count++] = slot;
}

/* The slot that stands `at` bytes into the front. */
static struct image_slot *slot_at(const struct image_flat *flat, uint64_t at)
{
    return (void *)(flat->stripe + (at - flat->stripe_at));
}

static void insert(struct image_flat *flat, uint64_t at, uint64_t end, struct image_slot slot)
{
    while (at < end && slot_at(flat, at)->ref)
        at += sizeof slot;
    if (at < end)
        *slot_at(flat, at) = slot;
    else
        add_overflow(&flat->overflow, slot);
}

static uint64_t stripe_end(const struct image_flat *flat)
{
    const uint64_t end = flat->stripe_at + STRIPE_BYTES;
    return end < flat->front_bytes ? end : flat->front_bytes;
}

/* Has the stripe at `at`, which begins with what found no room in the one before. */
static void make_stripe(struct image_flat *flat, uint64_t at)
{
    const struct overflow before = flat->overflow;
    const struct zone_node *node = NULL;
    struct name_key key;
    flat->overflow = (struct overflow){ 0 };
    flat->stripe_at = at;
    memset(flat->stripe, 0, STRIPE_BYTES);
    if (at == 0)
        memcpy(flat->stripe, &flat->head, sizeof flat->head);
    const uint64_t first = at ? at : sizeof flat->head, end = stripe_end(flat);
    for (size_t i = 0; i < before.count; i++)
        insert(flat, first, end, before.slots[i]);
    free(before.slots);
    while ((node = zone_next_node(flat->zone, node))) {
        name_key_init(&key, node->name);
        const uint64_t home = sizeof flat->head +
                              (key.hash[0] & flat->head.slot_mask) * sizeof(struct image_slot);
        const uint32_t tag = (uint32_t)(key.hash[0] >> 32);
        if (home >= first && home < end)
            insert(flat, home, end, (struct image_slot){ tag, new_ref(flat, node) });
    }
}

static void make_head(struct image_flat *flat, uint64_t slots, uint64_t bytes)
{
    flat->head = *flat->zone->head;
    flat->head.bytes = bytes;
    flat->head.slots = sizeof flat->head / IMAGE_UNIT;
    flat->head.slot_mask = slots - 1;
    flat->head.apex = (uint32_t)(flat->front_bytes / IMAGE_UNIT);
    flat->head.moved = flat->head.moved_count = flat->head.filter = 0;
}

struct image_flat *image_flat_new(const struct zone *zone, struct image_label *label)
{
    _Static_assert(sizeof(struct image_head) % IMAGE_UNIT == 0, "slots stand behind the head");
    struct image_flat *flat = mem_zalloc(sizeof *flat);
    const uint64_t slots = slots_for(zone);
    flat->zone = zone;
    flat->front_bytes = sizeof(struct image_head) + slots * sizeof(struct image_slot);
    flat->stripe = mem_alloc(STRIPE_BYTES);
    image_label_add_front(label, flat->front_bytes);
    const uint64_t bytes = place_nodes(flat, label);
    image_label_add_part(label, bytes);
    make_head(flat, slots, bytes);
    /* What the last stripe has no room for goes round to the first. It is the same when the last is
     * made again: a free slot stands between what it begins with and its end. */
    make_stripe(flat, (flat->front_bytes - 1) / STRIPE_BYTES * STRIPE_BYTES);
    flat->stripe_at = UINT64_MAX;
    flat->next = zone_apex(zone);
    return flat;
}

void image_flat_free(struct image_flat *flat)
{
    if (!flat)
        return;
    free(flat->base.items);
    free(flat->top.items);
    free(flat->stripe);
    free(flat->overflow.slots);
    free(flat->part);
    free(flat);
}

/* --- nodes ------------------------------------------------------------------------------------ */

/* The copy's RRsets stand as the node's do. */
static void refer(const struct image_flat *flat, const struct zone_node *node, uint8_t *copy)
{
    const struct zone_rrset *rrset = NULL;
    while ((rrset = zone_node_next_rrset(flat->zone, node, rrset))) {
        const size_t offset = (size_t)((const uint8_t *)rrset - (const uint8_t *)node) +
                              image_rrset_size(rrset->bytes, 0, false);
        uint32_t *target = (void *)(copy + offset);
        for (unsigned i = 0; rrset->has_targets && i < rrset->count; i++) {
            const struct zone_node *host = zone_rrset_target(flat->zone, rrset, i);
            target[i] = host ? new_ref(flat, host) : 0;
        }
    }
}

const uint8_t *image_flat_part(struct image_flat *flat, uint64_t from, uint64_t end)
{
    if (from < flat->front_bytes) {
        if (from / STRIPE_BYTES * STRIPE_BYTES != flat->stripe_at)
            make_stripe(flat, from / STRIPE_BYTES * STRIPE_BYTES);
        return flat->stripe + (from - flat->stripe_at);
    }
    const size_t bytes = end - from;
    if (flat->part_room < bytes) {
        flat->part = mem_realloc(flat->part, bytes);
        flat->part_room = bytes;
    }
    for (size_t at = 0; at < bytes; flat->next = zone_next_node(flat->zone, flat->next)) {
        memcpy(flat->part + at, flat->next, bytes_of(flat->next));
        refer(flat, flat->next, flat->part + at);
        at += bytes_of(flat->next);
    }
    return flat->part;
}
