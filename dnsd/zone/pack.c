/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack.c - writes a checked zone into one block. Knows the layout of image.h; hides the order in
 * which it is filled: sizes and places of all nodes first, then their bytes. */
#include "common/dnsmsg.h"
#include "dnsd/zone/build.h"

#include <string.h>

struct packing {
    const struct zone_builder *builder;
    uint8_t *base;
    struct image_head head;
};

static size_t node_size(const struct build_node *node)
{
    size_t size = image_node_head(node->name_len);
    for (struct build_record *record = node->records; record;) {
        const struct build_rrset set = build_rrset_at(record);
        size += image_rrset_size(set.bytes, set.count, set.has_targets);
        record = set.end;
    }
    return image_round(size, IMAGE_UNIT);
}

/* Gives every part its place, behind each other. Returns the bytes of the whole. */
static uint64_t place_all(struct zone_builder *builder, struct image_head *head)
{
    uint64_t at = image_round(sizeof *head, IMAGE_UNIT);
    head->slots = (uint32_t)(at / IMAGE_UNIT);
    head->slot_mask = builder->slot_mask;
    at += (builder->slot_mask + 1) * sizeof(struct image_slot);
    const size_t chain_bytes = build_chain_size(&builder->chain);
    head->chain = chain_bytes ? (uint32_t)(at / IMAGE_UNIT) : 0;
    at += chain_bytes;
    head->apex = (uint32_t)(at / IMAGE_UNIT);
    head->names = builder->node_count;
    for (uint32_t i = 0; i < builder->node_count; i++) {
        build_prefetch(builder, i);
        builder->nodes[i].ref = (uint32_t)(at / IMAGE_UNIT);
        at += node_size(&builder->nodes[i]);
    }
    return head->bytes = at;
}

static void pack_slots(const struct packing *packing)
{
    const struct zone_builder *builder = packing->builder;
    struct image_slot *to = (void *)(packing->base + (size_t)packing->head.slots * IMAGE_UNIT);
    for (uint64_t i = 0; i <= builder->slot_mask; i++) {
        const struct image_slot from = builder->slots[i];
        if (from.ref)
            to[i] = (struct image_slot){ from.tag, builder->nodes[from.ref - 1].ref };
    }
}

/* Writes an RRset at `at`; returns the place behind it. */
static uint8_t *pack_rrset(struct packing *packing, const struct build_rrset *set, uint8_t *at)
{
    struct zone_rrset *to = (void *)at;
    to->type = set->first->type;
    to->count = (uint16_t)set->count;
    to->ttl = set->ttl;
    to->bytes = (uint16_t)set->bytes;
    to->has_targets = set->has_targets;
    uint8_t *rdata = to->rdata;
    uint32_t *target = (void *)(at + image_rrset_size(set->bytes, 0, false));
    for (const struct build_record *record = set->first; record != set->end;
         record = record->next) {
        wire_set_u16(rdata, record->rdlength);
        memcpy(rdata + 2, record->rdata, record->rdlength);
        rdata += 2 + record->rdlength;
        if (set->has_targets)
            *target++ = record->target == BUILD_NONE ? 0
                                                     : packing->builder->nodes[record->target].ref;
    }
    packing->head.rrsets++;
    packing->head.records += set->count;
    return at + image_rrset_size(set->bytes, set->count, set->has_targets);
}

static void pack_node(struct packing *packing, const struct build_node *node)
{
    uint8_t *start = packing->base + (size_t)node->ref * IMAGE_UNIT;
    struct zone_node *to = (void *)start;
    to->flags = node->flags;
    to->name_len = node->name_len;
    memcpy(to->name, node->name, node->name_len);
    uint8_t *at = start + image_node_head(node->name_len);
    for (struct build_record *record = node->records; record;) {
        const struct build_rrset set = build_rrset_at(record);
        at = pack_rrset(packing, &set, at);
        record = set.end;
    }
    to->units = (uint32_t)(image_round((size_t)(at - start), IMAGE_UNIT) / IMAGE_UNIT);
}

const struct zone *build_pack(struct zone_builder *builder, struct err *err)
{
    struct packing packing = { .builder = builder };
    const uint64_t bytes = place_all(builder, &packing.head);
    packing.base = image_alloc_for(bytes, err);
    if (!packing.base)
        return NULL;
    pack_slots(&packing);
    if (packing.head.chain)
        build_chain_pack(builder, packing.base, packing.head.chain);
    for (uint32_t i = 0; i < builder->node_count; i++) {
        build_prefetch(builder, i);
        pack_node(&packing, &builder->nodes[i]);
    }
    image_read_soa(&packing.head, image_node(packing.base, packing.head.apex));
    memcpy(packing.base, &packing.head, sizeof packing.head);
    return image_open(packing.base);
}
