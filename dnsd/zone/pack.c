/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack.c - puts the parts of a zone into one block. Knows the layout of image.h; hides the order in
 * which it is filled: places first, then the hash table and the bytes of all parts at once. */
#include "common/dnsmsg.h"
#include "dnsd/zone/build.h"
#include "dnsd/zone/parallel.h"

#include <stdlib.h>
#include <string.h>

struct packing {
    struct zone_builder *builder;
    const struct image_head *head;
    uint8_t *base;
    uint32_t collision; /* of build_index */
};

/* Names that are found by look-ups. */
static uint64_t names_to_find(const struct zone_builder *builder, const struct image_head *head)
{
    uint64_t names = head->names;
    for (size_t i = 0; i < builder->part_count; i++)
        names -= builder->parts[i].nsec3_nodes;
    return names;
}

/* Puts the parts behind each other, from reference 0 on, and counts. Returns their bytes. */
static uint64_t place_parts(struct zone_builder *builder, struct image_head *head)
{
    uint64_t at = 0;
    for (size_t i = 0; i < builder->part_count; i++) {
        struct build_part *part = &builder->parts[i];
        part->ref = (uint32_t)(at / IMAGE_UNIT);
        at += part->used;
        head->names += part->nodes;
        head->records += part->records;
        head->rrsets += part->rrsets;
    }
    return at;
}

/* Gives everything its place, and counts. */
static void place_all(struct zone_builder *builder, struct image_head *head)
{
    const uint64_t nodes_bytes = place_parts(builder, head);
    build_chain(builder);
    uint64_t at = image_round(sizeof *head, IMAGE_UNIT);
    const uint64_t slots = image_slots_for(names_to_find(builder, head));
    head->slots = (uint32_t)(at / IMAGE_UNIT);
    head->slot_mask = slots - 1;
    at += slots * sizeof(struct image_slot);
    const size_t chain_bytes = build_chain_size(&builder->chain);
    head->chain = chain_bytes ? (uint32_t)(at / IMAGE_UNIT) : 0;
    at += chain_bytes;
    head->apex = (uint32_t)(at / IMAGE_UNIT);
    for (size_t i = 0; i < builder->part_count; i++)
        builder->parts[i].ref += head->apex;
    head->bytes = at + nodes_bytes;
}

static void resolve(void *arg, size_t job)
{
    const struct zone_builder *builder = arg;
    if (builder->parts[job].has_targets)
        build_resolve_targets(builder, &builder->parts[job]);
}

void build_place(struct zone_builder *builder, struct image_head *head)
{
    *head = (struct image_head){ 0 };
    place_all(builder, head);
    image_read_soa(head, (const void *)builder->parts[0].bytes);
    parallel_run(builder->part_count, builder->threads, resolve, builder);
}

static void index_or_copy(void *arg, size_t job)
{
    struct packing *packing = arg;
    if (job == 0) {
        struct image_slot *slots =
            (void *)(packing->base + (size_t)packing->head->slots * IMAGE_UNIT);
        packing->collision = build_index(packing->builder, slots, packing->head->slot_mask + 1);
        return;
    }
    struct build_part *part = &packing->builder->parts[job - 1];
    memcpy(packing->base + (size_t)part->ref * IMAGE_UNIT, part->bytes, part->used);
    if (packing->builder->has_findings)
        return;
    free(part->bytes); /* the image grows while the parts vanish */
    part->bytes = NULL;
}

/* Wildcards below a name of another part: that one has to know. */
static void tell_parents(const struct packing *packing, const struct zone *zone)
{
    const struct zone_builder *builder = packing->builder;
    for (size_t i = 0; i < builder->part_count; i++)
        for (size_t w = 0; w < builder->parts[i].wildcards.count; w++) {
            const size_t ref = builder->parts[i].ref + builder->parts[i].wildcards.items[w];
            const struct zone_node *node = (const void *)(packing->base + ref * IMAGE_UNIT);
            struct name_key key;
            struct zone_match match;
            name_key_init(&key, dname_skip(node->name, 1));
            zone_match(zone, &key, &match);
            ((struct zone_node *)match.node)->flags |= NODE_HAS_WILDCARD;
        }
}

struct proving {
    const struct zone_builder *builder;
    const struct zone *zone;
    uint8_t *base;
};

static void prove_part(void *arg, size_t job)
{
    const struct proving *proving = arg;
    const struct build_part *part = &proving->builder->parts[job];
    build_nsec3_proofs(proving->zone, proving->base + (size_t)part->ref * IMAGE_UNIT, part->used);
}

const struct zone *build_pack(struct zone_builder *builder, const struct image_head *head,
                              struct err *err)
{
    struct packing packing = { .builder = builder, .head = head };
    packing.base = image_alloc_for(head->bytes, err);
    if (!packing.base)
        return NULL;
    memcpy(packing.base, head, sizeof *head);
    if (head->chain)
        build_chain_pack(builder, packing.base, head->chain);
    parallel_run(builder->part_count + 1, builder->threads, index_or_copy, &packing);
    if (packing.collision) {
        image_collision(image_node(packing.base, packing.collision)->name, err);
        image_free(packing.base, head->bytes);
        return NULL;
    }
    const struct zone *zone = image_open(packing.base);
    tell_parents(&packing, zone);
    if (builder->chain.kind == ZONE_DENIAL_NSEC3) {
        struct proving proving = { builder, zone, packing.base };
        parallel_run(builder->part_count, builder->threads, prove_part, &proving);
    }
    return zone;
}
