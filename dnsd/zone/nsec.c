/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nsec.c - finds the NSEC record before a name. Knows RFC 4034 6.1's order; hides that the first
 * bytes of most names tell it. */
#include "common/dname.h"
#include "dnsd/zone/chain.h"

/* The same as in build_key: labels from the apex to the left, each closed by a byte 0, and the
 * bytes 0 and 1 in them written as 1 1 and 1 2. */
uint64_t nsec_prefix(const uint8_t *name, unsigned labels)
{
    uint8_t key[sizeof(uint64_t) + 2] = { 0 };
    size_t len = 0;
    while (labels && len < sizeof(uint64_t)) {
        const uint8_t *label = dname_skip(name, --labels);
        for (unsigned i = 1; i <= *label && len < sizeof(uint64_t); i++) {
            if (label[i] <= 1)
                key[len++] = 1;
            key[len++] = label[i] <= 1 ? label[i] + 1 : label[i];
        }
        key[len++] = 0;
    }
    return chain_prefix(key);
}

/* Negative, 0, positive: `name` stands before link `i`, at it, behind it. */
static int compare(const struct zone *zone, const struct image_chain *chain, uint32_t i,
                   const uint8_t *name, uint64_t prefix)
{
    const uint64_t other = chain_prefixes(zone, chain)[i];
    if (prefix != other)
        return prefix < other ? -1 : 1;
    return dname_cmp(name, chain_node(zone, chain, i)->name);
}

const struct zone_node *zone_nsec_find(const struct zone *zone, const uint8_t *name)
{
    const struct image_chain *chain = chain_of(zone);
    const uint64_t prefix = nsec_prefix(name, dname_labels(name) - zone->apex_labels);
    uint32_t low = 0, high = chain->links; /* the apex is the first link: nothing stands before */
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (compare(zone, chain, middle, name, prefix) < 0)
            high = middle;
        else
            low = middle;
    }
    return chain_node(zone, chain, low);
}
