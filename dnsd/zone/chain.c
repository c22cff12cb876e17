/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain.c - the chain of NSEC or NSEC3 records of a zone that is built. Knows which records are
 * links of it; hides how they are laid out. */
#include "dnsd/zone/chain.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/zone/build.h"

#include <stdlib.h>

static void add_link(struct build_chain *chain, uint32_t node, uint64_t prefix)
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
            add_link(&builder->chain, part->ref + (uint32_t)(at / IMAGE_UNIT),
                     nsec_prefix(node->name, labels));
        at += (size_t)node->units * IMAGE_UNIT;
    }
}

void build_chain(struct zone_builder *builder)
{
    const struct zone_node *apex = (const void *)builder->parts[0].bytes;
    if (!zone_node_rrset(NULL, apex, DNS_TYPE_NSEC))
        return;
    builder->chain.kind = ZONE_DENIAL_NSEC;
    for (size_t i = 0; i < builder->part_count; i++)
        gather_nsec(builder, &builder->parts[i]);
}

void build_chain_free(struct build_chain *chain)
{
    free(chain->nodes);
    free(chain->prefixes);
}

static size_t prefixes_size(const struct build_chain *chain)
{
    return chain->links * sizeof *chain->prefixes;
}

static size_t nodes_size(const struct build_chain *chain)
{
    return image_round(chain->links * sizeof *chain->nodes, IMAGE_UNIT);
}

size_t build_chain_size(const struct build_chain *chain)
{
    if (chain->kind == ZONE_DENIAL_NONE)
        return 0;
    return image_round(sizeof(struct image_chain), IMAGE_UNIT) + prefixes_size(chain) +
           nodes_size(chain);
}

void build_chain_pack(const struct zone_builder *builder, uint8_t *base, uint32_t at)
{
    const struct build_chain *chain = &builder->chain;
    struct image_chain *to = (void *)(base + (size_t)at * IMAGE_UNIT);
    to->kind = chain->kind;
    to->links = chain->links;
    to->prefixes = at + (uint32_t)(image_round(sizeof *to, IMAGE_UNIT) / IMAGE_UNIT);
    to->nodes = to->prefixes + (uint32_t)(prefixes_size(chain) / IMAGE_UNIT);
    memcpy(base + (size_t)to->prefixes * IMAGE_UNIT, chain->prefixes, prefixes_size(chain));
    uint32_t *nodes = (void *)(base + (size_t)to->nodes * IMAGE_UNIT);
    for (uint32_t i = 0; i < chain->links; i++)
        nodes[i] = image_head(base)->apex + chain->nodes[i];
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
