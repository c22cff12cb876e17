/* SPDX-License-Identifier: GPL-3.0-or-later */
/* denial_nsec3.c - proofs from NSEC3 records (RFC 5155 7.2). Knows which hashed names to prove
 * something of; all but one of their records are known since the zone was built (zone/denial.h). */
#include "dnsd/answer/walk.h"

/* The record that covers the next closer name: one label more than the closest encloser. */
static void add_next_closer(struct walk *walk)
{
    const struct zone_match *match = &walk->match;
    const struct zone_proof proof = zone_nsec3_proof(walk->zone, match->encloser);
    if (!proof.match) {
        denial_add(walk, proof.other);
        return;
    }
    const unsigned skip = match->encloser_skip - 1;
    const size_t len = (size_t)walk->key->len - walk->key->offset[skip];
    denial_add(walk, zone_nsec3_find(walk->zone, name_key_suffix(walk->key, skip), len));
}

/* RFC 5155 7.2.2, 7.2.5: closest encloser, next closer name, and what covers or matches the
 * wildcard. */
void denial_nsec3_nxdomain(struct walk *walk)
{
    const struct zone_proof encloser = zone_nsec3_encloser(walk->zone, walk->key,
                                                           walk->match.encloser);
    denial_add(walk, encloser.match);
    add_next_closer(walk);
    denial_add(walk, encloser.other);
}

/* RFC 5155 7.2.6 */
void denial_nsec3_wildcard(struct walk *walk)
{
    add_next_closer(walk);
}

/* RFC 5155 7.2.3, 7.2.4, 7.2.7: also for a delegation without DS. */
void denial_nsec3_nodata(struct walk *walk, const struct zone_node *node)
{
    if (node == walk->match.wildcard) {
        denial_nsec3_nxdomain(walk);
        return;
    }
    const struct zone_proof proof = zone_nsec3_proof(walk->zone, node);
    denial_add(walk, zone_nsec3_encloser(walk->zone, walk->key, node).match);
    if (!proof.match)
        denial_add(walk, proof.other);
}
