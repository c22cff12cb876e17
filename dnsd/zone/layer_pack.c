/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layer_pack.c - writes a top. Knows its layout (layers.h); hides the order in which it is filled:
 * places of all nodes first, then their bytes. */
#include "common/wire.h"
#include "dnsd/zone/layer_plan.h"
#include "dnsd/zone/rdata.h"

struct packing {
    const struct layer_plan *plan;
    uint8_t *block;
    struct image_head head;
    uint32_t moved; /* how many of the list are written */
};

/* The reference of record's target as it stands in the top; 0: none. */
static uint32_t target_of(const struct layer_plan *plan, const struct layer_name *owner,
                          uint16_t type, const uint8_t *rdata)
{
    const struct layer_host host = layer_host(plan, owner->name, type, rdata);
    if (host.name)
        return host.name->ref | IMAGE_TOP;
    return host.base ? image_ref(plan->base->base, host.base) : 0;
}

static bool has_targets(const struct layer_plan *plan, const struct layer_name *owner,
                        const struct zone_rrset *rrset)
{
    const uint8_t *rdata = rrset->rdata;
    if (!rdata_layout(rrset->type).host)
        return false;
    for (unsigned i = 0; i < rrset->count; i++, rdata += 2 + wire_peek_u16(rdata))
        if (target_of(plan, owner, rrset->type, rdata + 2))
            return true;
    return false;
}

static const struct zone_rrset *next_rrset(const struct layer_plan *plan,
                                           const struct zone_node *from,
                                           const struct zone_rrset *prev)
{
    return from ? zone_node_next_rrset(plan->base, from, prev) : NULL;
}

static size_t node_size(const struct layer_plan *plan, const struct layer_name *name)
{
    size_t size = image_node_head(name->name_len) + sizeof(uint32_t); /* and the anchor */
    const struct zone_rrset *rrset = NULL;
    while (name->exists && (rrset = next_rrset(plan, name->from, rrset)))
        size += image_rrset_size(rrset->bytes, rrset->count, has_targets(plan, name, rrset));
    return image_round(size, IMAGE_UNIT);
}

static uint32_t count_anchors(const struct layer_plan *plan)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->count; i++)
        count += i == 0 || plan->names[i]->anchor != plan->names[i - 1]->anchor;
    return count;
}

/* Gives every part its place, behind each other. Returns the bytes of the whole. */
static uint64_t place_all(const struct layer_plan *plan, struct image_head *head, uint64_t slots)
{
    uint64_t at = image_round(sizeof *head, IMAGE_UNIT);
    head->slots = (uint32_t)(at / IMAGE_UNIT);
    head->slot_mask = slots - 1;
    at += slots * sizeof(struct image_slot);
    head->moved = (uint32_t)(at / IMAGE_UNIT);
    head->moved_count = count_anchors(plan);
    at += image_round(head->moved_count * sizeof(struct layers_moved), IMAGE_UNIT);
    head->filter = (uint32_t)(at / IMAGE_UNIT);
    at += image_round(2 * slots, IMAGE_UNIT);
    head->apex = (uint32_t)(at / IMAGE_UNIT);
    for (uint32_t i = 0; i < plan->count; i++) {
        plan->names[i]->ref = (uint32_t)(at / IMAGE_UNIT);
        at += node_size(plan, plan->names[i]);
    }
    return head->bytes = at;
}

/* The names in front of what the base says. */
static void count(struct image_head *head, const struct layer_plan *plan)
{
    head->names = plan->base->head->names;
    head->records = plan->base->head->records;
    head->rrsets = plan->base->head->rrsets;
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct layer_name *name = plan->names[i];
        const struct zone_rrset *rrset = NULL;
        head->names += (uint64_t)name->exists - (name->base != NULL);
        while ((rrset = next_rrset(plan, name->base, rrset))) {
            head->rrsets--;
            head->records -= rrset->count;
        }
        while ((rrset = next_rrset(plan, name->from, rrset))) {
            head->rrsets++;
            head->records += rrset->count;
        }
    }
}

/* Writes an RRset at `at`; returns the place behind it. */
static uint8_t *pack_rrset(const struct packing *packing, const struct layer_name *owner,
                           const struct zone_rrset *rrset, uint8_t *at)
{
    const size_t bytes = image_rrset_size(rrset->bytes, 0, false);
    struct zone_rrset *to = (void *)at;
    memcpy(to, rrset, sizeof *to + rrset->bytes);
    to->has_targets = has_targets(packing->plan, owner, rrset);
    uint32_t *target = (void *)(at + bytes);
    const uint8_t *rdata = rrset->rdata;
    for (unsigned i = 0; to->has_targets && i < rrset->count;
         i++, rdata += 2 + wire_peek_u16(rdata))
        *target++ = target_of(packing->plan, owner, rrset->type, rdata + 2);
    return (uint8_t *)target;
}

static void pack_node(const struct packing *packing, const struct layer_name *name)
{
    uint8_t *start = packing->block + (size_t)name->ref * IMAGE_UNIT;
    struct zone_node *to = (void *)start;
    to->flags = name->flags;
    to->name_len = name->name_len;
    memcpy(to->name, name->name, name->name_len);
    uint8_t *at = start + image_node_head(name->name_len);
    const struct zone_rrset *rrset = NULL;
    while ((rrset = next_rrset(packing->plan, name->exists ? name->from : NULL, rrset)))
        at = pack_rrset(packing, name, rrset, at);
    const size_t size = image_round((size_t)(at - start) + sizeof(uint32_t), IMAGE_UNIT);
    to->units = (uint32_t)(size / IMAGE_UNIT);
    *layers_anchor(to) = name->anchor;
}

/* The first filter, or the second. */
static void set_filter(const struct packing *packing, unsigned which, uint64_t hash)
{
    const uint64_t slot_mask = packing->head.slot_mask;
    const uint64_t bit = layers_filter_bit(hash, slot_mask);
    uint8_t *filter = packing->block + (size_t)packing->head.filter * IMAGE_UNIT +
                      which * (slot_mask + 1);
    filter[bit / 8] |= (uint8_t)(1 << bit % 8);
}

static int pack_slot(const struct packing *packing, const struct layer_name *name, struct err *err)
{
    struct image_slot *slots = (void *)(packing->block + (size_t)packing->head.slots * IMAGE_UNIT);
    uint64_t at = name->hash & packing->head.slot_mask;
    for (unsigned probes = 0; slots[at].ref; at = (at + 1) & packing->head.slot_mask)
        if (++probes > IMAGE_PROBES_MAX)
            return image_collision(name->name, err);
    slots[at] = (struct image_slot){ (uint32_t)(name->hash >> 32), name->ref };
    set_filter(packing, 0, name->hash);
    return 0;
}

/* Names come in order: of those with the same anchor, the one in its place comes last. */
static void pack_moved(struct packing *packing, const struct layer_name *name)
{
    struct layers_moved *list = (void *)(packing->block + (size_t)packing->head.moved * IMAGE_UNIT);
    if (packing->moved == 0 || list[packing->moved - 1].base != name->anchor) {
        list[packing->moved++] = (struct layers_moved){ .base = name->anchor, .first = name->ref };
        set_filter(packing, 1, layers_hash(name->anchor));
    }
    const bool is_host = name->exists && !name->is_below_dname;
    if (name->base)
        list[packing->moved - 1].self = name->ref | (is_host ? 0 : LAYERS_NO_HOST);
}

void *layer_pack(const struct layer_plan *plan, struct err *err)
{
    struct packing packing = { .plan = plan };
    const uint64_t bytes = place_all(plan, &packing.head, image_slots_for(plan->count));
    packing.block = image_alloc_for(bytes, err);
    if (!packing.block)
        return NULL;
    count(&packing.head, plan);
    for (uint32_t i = 0; i < plan->count; i++) {
        pack_node(&packing, plan->names[i]);
        pack_moved(&packing, plan->names[i]);
        if (pack_slot(&packing, plan->names[i], err)) {
            image_free(packing.block, bytes);
            return NULL;
        }
    }
    image_read_soa(&packing.head, image_node(packing.block, packing.head.apex));
    memcpy(packing.block, &packing.head, sizeof packing.head);
    return packing.block;
}
