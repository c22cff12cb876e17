/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imageverify_chain.c - the chain of NSEC or NSEC3 records in an image (chain.h). */
#include "common/dnsmsg.h"
#include "dnsd/zone/chain.h"
#include "dnsd/zone/imageverifier.h"
#include "dnsd/zone/nsec3.h"

/* True if the node at `ref` is a link: it owns a record of that type. */
static bool is_link(const struct image_verifier *verifier, uint32_t ref, uint16_t type)
{
    if (!ref || !verify_ref(verifier, ref))
        return false;
    const struct zone_node *node = verify_at(verifier, ref);
    const struct zone_rrset *rrset = verify_first_rrset(node);
    while (rrset && rrset->type != type)
        rrset = verify_next_rrset(node, rrset);
    return rrset != NULL;
}

static bool links_are_good(const struct image_verifier *verifier, const struct image_chain *chain,
                           uint16_t type)
{
    if (chain->links == 0 ||
        !verify_fits(verifier, chain->prefixes, chain->links, sizeof(uint64_t)) ||
        !verify_fits(verifier, chain->nodes, chain->links, sizeof(uint32_t)))
        return false;
    const uint32_t *nodes = verify_at(verifier, chain->nodes);
    for (uint32_t i = 0; i < chain->links; i++)
        if (!is_link(verifier, nodes[i], type))
            return false;
    return true;
}

static bool buckets_are_good(const struct image_verifier *verifier, const struct image_chain *chain)
{
    enum { SHIFT_MIN = 32, SHIFT_MAX = 63 };
    if (chain->bucket_shift < SHIFT_MIN || chain->bucket_shift > SHIFT_MAX)
        return false;
    const uint64_t count = (UINT64_MAX >> chain->bucket_shift) + 2;
    if (!verify_fits(verifier, chain->buckets, count, sizeof(uint32_t)))
        return false;
    const uint32_t *bucket = verify_at(verifier, chain->buckets);
    for (uint64_t i = 0; i < count; i++)
        if (bucket[i] > chain->links)
            return false;
    return chain->iterations <= NSEC3_ITERATIONS_MAX;
}

bool verify_chain(struct image_verifier *verifier)
{
    const uint32_t at = image_head(verifier->facts.block)->chain;
    if (at == 0)
        return true;
    if (!verify_fits(verifier, at, 1, sizeof(struct image_chain)))
        return false;
    const struct image_chain *chain = verify_at(verifier, at);
    verifier->has_proofs = chain->kind == ZONE_DENIAL_NSEC3;
    switch (chain->kind) {
    case ZONE_DENIAL_NSEC:
        return links_are_good(verifier, chain, DNS_TYPE_NSEC);
    case ZONE_DENIAL_NSEC3:
        return links_are_good(verifier, chain, DNS_TYPE_NSEC3) && buckets_are_good(verifier, chain);
    default:
        return false;
    }
}

bool verify_proof(const struct image_verifier *verifier, const struct zone_node *node)
{
    if (!verifier->has_proofs || !chain_has_proof(node->flags))
        return true;
    const uint8_t *end = (const uint8_t *)node + image_node_head(node->name_len);
    const struct zone_rrset *rrset = verify_first_rrset(node);
    for (; rrset; rrset = verify_next_rrset(node, rrset))
        end = (const uint8_t *)rrset +
              image_rrset_size(rrset->bytes, rrset->count, rrset->has_targets);
    const struct image_proof *proof = chain_proof(node);
    return (const uint8_t *)proof >= end &&
           (!proof->match || is_link(verifier, proof->match, DNS_TYPE_NSEC3)) &&
           (!proof->other || is_link(verifier, proof->other, DNS_TYPE_NSEC3));
}
