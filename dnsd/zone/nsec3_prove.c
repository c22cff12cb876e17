/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nsec3_prove.c - finds for each name of a zone the NSEC3 records that answers will ask for. Knows
 * which of them a name needs; each name is on its own, so several threads may do it. */
#include "dnsd/zone/build.h"
#include "dnsd/zone/chain.h"

static uint32_t ref_of(const struct zone *zone, uint32_t link)
{
    return image_ref(zone->base, chain_node(zone, chain_of(zone), link));
}

static uint32_t wildcard_below(const struct zone *zone, const struct zone_node *node)
{
    uint8_t name[DNAME_MAX + 2] = { 1, '*' };
    bool matches;
    memcpy(name + 2, node->name, node->name_len);
    return ref_of(zone, nsec3_find(zone, name, node->name_len + 2u, &matches));
}

/* `covering` is the link that covers the node. Above it, the last name that no link matches is the
 * next closer name of all below (RFC 5155 1.3). */
static uint32_t next_closer(const struct zone *zone, const struct zone_node *node,
                            uint32_t covering)
{
    const uint8_t *name = node->name;
    size_t len = node->name_len;
    bool matches = false;
    for (unsigned labels = dname_labels(name); labels > zone->apex_labels + 1; labels--) {
        len -= *name + 1u;
        name += *name + 1u;
        const uint32_t link = nsec3_find(zone, name, len, &matches);
        if (matches)
            break;
        covering = link;
    }
    return ref_of(zone, covering);
}

static void prove(const struct zone *zone, const struct zone_node *node, struct image_proof *proof)
{
    bool matches;
    const uint32_t link = nsec3_find(zone, node->name, node->name_len, &matches);
    if (!matches) {
        proof->other = next_closer(zone, node, link);
        return;
    }
    proof->match = ref_of(zone, link);
    if (!(node->flags & (NODE_CUT | NODE_DNAME))) /* nothing is sought below those */
        proof->other = wildcard_below(zone, node);
}

void build_nsec3_proofs(const struct zone *zone, uint8_t *nodes, size_t bytes)
{
    for (size_t at = 0; at < bytes;) {
        const struct zone_node *node = (const void *)(nodes + at);
        at += (size_t)node->units * IMAGE_UNIT;
        if (chain_has_proof(node->flags))
            prove(zone, node, (struct image_proof *)(void *)(nodes + at) - 1);
    }
}
