/* SPDX-License-Identifier: GPL-3.0-or-later */
/* denial.h - the chain of a signed zone that proves what is not there: NSEC (RFC 4034 4) or NSEC3
 * (RFC 5155). Which one, and where its records stand, is found when the zone is built (chain.c);
 * nsec.c and nsec3.c look up in it. A link of the chain is the node that owns the record. */
#ifndef PROXIMA_ZONE_DENIAL_H
#define PROXIMA_ZONE_DENIAL_H

#include "dnsd/zone/zone.h"

enum zone_denial {
    ZONE_DENIAL_NONE, /* not signed, or nothing that we can use: answers go without proofs */
    ZONE_DENIAL_NSEC,
    ZONE_DENIAL_NSEC3,
};

enum zone_denial zone_denial(const struct zone *zone);

/* The links in their chain's order; `i` counts from 0. */
uint32_t zone_chain_links(const struct zone *zone);
const struct zone_node *zone_chain_link(const struct zone *zone, uint32_t i);

/* Of a zone with NSEC: the link that matches `name` (wire, lower case, at or below the apex), or
 * else that covers it. */
const struct zone_node *zone_nsec_find(const struct zone *zone, const uint8_t *name);

#endif
