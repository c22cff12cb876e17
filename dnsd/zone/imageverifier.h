/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imageverifier.h - private: what the parts of imageverify.h share. Where nodes begin is a bit for
 * each unit of the block, set by who walks over the nodes, so that a reference is verified by one
 * look at a small table. */
#ifndef PROXIMA_ZONE_IMAGEVERIFIER_H
#define PROXIMA_ZONE_IMAGEVERIFIER_H

#include "dnsd/zone/bits.h"
#include "dnsd/zone/image.h"
#include "dnsd/zone/imageverify.h"

#include <stdatomic.h>

struct image_verifier {
    struct image_facts facts;
    uint64_t units;
    size_t apex_len;
    uint64_t *starts;   /* units at which nodes begin; and 0, which is no reference */
    uint64_t *pointing; /* those of nodes that have targets */
    atomic_uint_fast64_t used_slots;
    atomic_bool astray;
    bool has_proofs; /* each node says which NSEC3 are about it */
};

static inline const void *verify_at(const struct image_verifier *verifier, uint32_t ref)
{
    return verifier->facts.block + (size_t)ref * IMAGE_UNIT;
}

/* True if a node is there, or `ref` is 0. */
static inline bool verify_ref(const struct image_verifier *verifier, uint32_t ref)
{
    const bool within = ref < verifier->units;
    return within & bits_has(verifier->starts, within ? ref : 0);
}

/* Whether `count` things of `size` bytes at reference `ref` lie between head and nodes. */
static inline bool verify_fits(const struct image_verifier *verifier, uint32_t ref, uint64_t count,
                               size_t size)
{
    const uint64_t at = (uint64_t)ref * IMAGE_UNIT;
    return at >= sizeof(struct image_head) && at <= verifier->facts.nodes_at &&
           count <= (verifier->facts.nodes_at - at) / size;
}

/* A node's RRsets, which are known to end within it. */
const struct zone_rrset *verify_first_rrset(const struct zone_node *node);
const struct zone_rrset *verify_next_rrset(const struct zone_node *node,
                                           const struct zone_rrset *rrset);

/* imageverify_chain.c: the chain of a signed zone, first; then what a node says of it. */
bool verify_chain(struct image_verifier *verifier);
bool verify_proof(const struct image_verifier *verifier, const struct zone_node *node);

#endif
