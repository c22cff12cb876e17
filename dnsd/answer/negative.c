/* SPDX-License-Identifier: GPL-3.0-or-later */
/* negative.c - no such data, no such name. Knows what resolvers cache of that, and for how long. */
#include "dnsd/answer/walk.h"

/* RFC 2308 3: the SOA, with the TTL that the negative answer has; then proofs. */
static void put_soa(struct walk *walk)
{
    const struct zone *zone = walk->zone;
    struct rrput_owner apex = walk_owner_above(walk, zone_apex(zone));
    struct rrput_item soa = walk_item(walk, zone_apex(zone), zone_soa(zone));
    soa.ttl = zone_negative_ttl(zone);
    if (walk_must_put(walk, &apex, &soa, &walk->response->nscount))
        denial_put(walk);
}

void negative_nodata(struct walk *walk, const struct zone_node *node)
{
    denial_nodata(walk, node);
    put_soa(walk);
}

/* RFC 6604 3: at the end of a chain too, the response code is that of its last name. */
void negative_nxdomain(struct walk *walk)
{
    walk->response->rcode = DNS_NXDOMAIN;
    denial_nxdomain(walk);
    put_soa(walk);
}
