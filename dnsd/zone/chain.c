/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain.c - the chain of NSEC or NSEC3 records of a zone that is built. Knows which records are
 * links of it; hides how they are laid out. */
#include "dnsd/zone/chain.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/zone/build.h"

#include <stdlib.h>

void build_chain_add(struct build_chain *chain, uint32_t node, uint64_t prefix)
{
    if (chain->links == chain->cap) {
        chain->cap = chain->cap ? chain->cap * 2 : 16;
        chain->nodes = mem_realloc(chain->nodes, chain->cap * sizeof *chain->nodes);
        chain->prefixes = mem_realloc(chain->prefixes, chain->cap * sizeof *chain->prefixes);
    }
    chain->nodes[chain->links] = node;
    chain->prefixes[chain->links++] = prefix;
}

/* Nodes are in canonical order, as the chain. What a cut or DNAME hides is no part of it. */
static void gather_nsec(struct zone_builder *builder, const struct build_part *part)
{
    for (size_t at = 0; at < part->used;) {
        const struct zone_node *node = (const void *)(part->bytes + at);
        const unsigned labels = dname_labels(node->name) - builder->apex_labels;
        if (!(node->flags & NODE_BELOW_CUT) && zone_node_rrset(NULL, node, DNS_TYPE_NSEC))
            build_chain_add(&builder->chain, part->ref + (uint32_t)(at / IMAGE_UNIT),
                            nsec_prefix(node->name, labels));
        at += (size_t)node->units * IMAGE_UNIT;
    }
}

static void build_nsec(struct zone_builder *builder)
{
    builder->chain.kind = ZONE_DENIAL_NSEC;
    for (size_t i = 0; i < builder->part_count; i++)
        gather_nsec(builder, &builder->parts[i]);
}

/* On the way from one kind to the other a zone has both: NSEC3PARAM is there while the chain of
 * NSEC3 is whole (RFC 5155 10.4, 10.5). */
void build_chain(struct zone_builder *builder)
{
    const struct zone_node *apex = (const void *)builder->parts[0].bytes;
    if (build_nsec3(builder, true))
        return;
    if (zone_node_rrset(NULL, apex, DNS_TYPE_NSEC))
        build_nsec(builder);
    else
        build_nsec3(builder, false);
}

void build_chain_free(struct build_chain *chain)
{
    free(chain->nodes);
    free(chain->prefixes);
}

/* As many that a bucket has some 4 links, less than a cache line of prefixes. */
static unsigned bucket_bits(const struct build_chain *chain)
{
    enum { BITS_MIN = 1, LINKS_PER_BUCKET = 4 };
    unsigned bits = BITS_MIN;
    while (chain->links / LINKS_PER_BUCKET >> bits)
        bits++;
    return bits;
}

/* Where its parts stand: references from the start of struct image_chain. */
struct places {
    uint32_t prefixes, nodes, buckets, end;
};

static struct places places_of(const struct build_chain *chain)
{
    struct places places;
    size_t at = image_round(sizeof(struct image_chain), IMAGE_UNIT);
    places.prefixes = (uint32_t)(at / IMAGE_UNIT);
    at += chain->links * sizeof *chain->prefixes;
    places.nodes = (uint32_t)(at / IMAGE_UNIT);
    at = image_round(at + chain->links * sizeof *chain->nodes, IMAGE_UNIT);
    places.buckets = (uint32_t)(at / IMAGE_UNIT);
    if (chain->kind == ZONE_DENIAL_NSEC3)
        at += (((size_t)1 << bucket_bits(chain)) + 1) * sizeof(uint32_t);
    places.end = (uint32_t)(image_round(at, IMAGE_UNIT) / IMAGE_UNIT);
    return places;
}

size_t build_chain_size(const struct build_chain *chain)
{
    return chain->kind == ZONE_DENIAL_NONE ? 0 : (size_t)places_of(chain).end * IMAGE_UNIT;
}

static void pack_nsec3(const struct build_chain *chain, struct image_chain *to, uint32_t *buckets)
{
    const unsigned bits = bucket_bits(chain);
    to->bucket_shift = 64 - bits;
    to->iterations = chain->params.iterations;
    to->salt_len = chain->params.salt_len;
    memcpy(to->salt, chain->params.salt, to->salt_len);
    uint32_t link = 0;
    for (uint64_t bucket = 0; bucket < UINT64_C(1) << bits; bucket++) {
        while (link < chain->links && chain->prefixes[link] >> to->bucket_shift < bucket)
            link++;
        buckets[bucket] = link;
    }
    buckets[UINT64_C(1) << bits] = chain->links;
}

void build_chain_pack(const struct zone_builder *builder, uint8_t *base, uint32_t at)
{
    const struct build_chain *chain = &builder->chain;
    const struct places places = places_of(chain);
    struct image_chain *to = (void *)(base + (size_t)at * IMAGE_UNIT);
    *to = (struct image_chain){
        .kind = chain->kind,
        .links = chain->links,
        .prefixes = at + places.prefixes,
        .nodes = at + places.nodes,
        .buckets = at + places.buckets,
    };
    memcpy(base + (size_t)to->prefixes * IMAGE_UNIT, chain->prefixes,
           chain->links * sizeof *chain->prefixes);
    uint32_t *nodes = (void *)(base + (size_t)to->nodes * IMAGE_UNIT);
    for (uint32_t i = 0; i < chain->links; i++)
        nodes[i] = image_head(base)->apex + chain->nodes[i];
    if (chain->kind == ZONE_DENIAL_NSEC3)
        pack_nsec3(chain, to, (void *)(base + (size_t)to->buckets * IMAGE_UNIT));
}

enum zone_denial zone_denial(const struct zone *zone)
{
    return chain_is_there(zone) ? chain_of(zone)->kind : ZONE_DENIAL_NONE;
}

uint32_t zone_chain_links(const struct zone *zone)
{
    return chain_is_there(zone) ? chain_of(zone)->links : 0;
}

const struct zone_node *zone_chain_link(const struct zone *zone, uint32_t i)
{
    return chain_node(zone, chain_of(zone), i);
}
