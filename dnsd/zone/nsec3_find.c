/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nsec3_find.c - finds the NSEC3 record of a name. Knows the buckets of chain.h; hides the hash. */
#include "dnsd/zone/chain.h"
#include "dnsd/zone/nsec3.h"

struct nsec3_params chain_params(const struct zone *zone)
{
    const struct image_chain *chain = chain_of(zone);
    return (struct nsec3_params){
        .salt = chain->salt,
        .salt_len = chain->salt_len,
        .algorithm = NSEC3_SHA1,
        .iterations = chain->iterations,
    };
}

/* Hashes are told apart by their prefixes: nobody finds two with the same 64 bits by accident. */
uint32_t nsec3_find(const struct zone *zone, const uint8_t *name, size_t len, bool *matches)
{
    const struct image_chain *chain = chain_of(zone);
    const struct nsec3_params params = chain_params(zone);
    uint8_t hash[NSEC3_HASH_BYTES];
    nsec3_hash(&params, name, len, hash);

    const uint64_t *prefixes = chain_prefixes(zone, chain), prefix = chain_prefix(hash);
    const uint32_t *bucket = (const void *)(zone->base + (size_t)chain->buckets * IMAGE_UNIT);
    bucket += prefix >> chain->bucket_shift;
    uint32_t low = bucket[0], high = bucket[1];
    __builtin_prefetch(chain_node_ref(zone, chain, low));
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (prefixes[middle] <= prefix)
            low = middle + 1;
        else
            high = middle;
    }
    const uint32_t link = low ? low - 1 : chain->links - 1; /* the chain is a ring */
    *matches = prefixes[link] == prefix;
    return link;
}

const struct zone_node *zone_nsec3_find(const struct zone *zone, const uint8_t *name, size_t len)
{
    bool matches;
    const uint32_t link = nsec3_find(zone, name, len, &matches);
    return chain_node(zone, chain_of(zone), link);
}

static const struct zone_node *node_of(const struct zone *zone, uint32_t ref)
{
    return ref ? image_node(zone->base, ref) : NULL;
}

struct zone_proof zone_nsec3_proof(const struct zone *zone, const struct zone_node *node)
{
    if (!chain_has_proof(node->flags))
        return (struct zone_proof){ NULL, NULL };
    const struct image_proof *proof = chain_proof(node);
    return (struct zone_proof){ node_of(zone, proof->match), node_of(zone, proof->other) };
}

struct zone_proof zone_nsec3_encloser(const struct zone *zone, const struct name_key *key,
                                      const struct zone_node *node)
{
    struct zone_proof proof = zone_nsec3_proof(zone, node);
    unsigned skip = key->labels - dname_labels(node->name);
    while (!proof.match && !(node->flags & NODE_APEX) && (node = image_find(zone, key, ++skip)))
        proof = zone_nsec3_proof(zone, node);
    return proof;
}
