/* SPDX-License-Identifier: GPL-3.0-or-later */
/* denial.c - the proofs of one response. Knows which kind of chain the zone has; hides that one
 * link may prove several things, and is given once. */
#include "dnsd/answer/denial.h"

#include "dnsd/answer/walk.h"

/* What the current zone can prove to this client. */
static enum zone_denial kind(const struct walk *walk)
{
    return walk->question->dnssec_ok ? zone_denial(walk->zone) : ZONE_DENIAL_NONE;
}

void denial_nodata(struct walk *walk, const struct zone_node *node)
{
    const enum zone_denial chain = kind(walk);
    if (chain == ZONE_DENIAL_NSEC)
        denial_nsec_nodata(walk, node);
    else if (chain == ZONE_DENIAL_NSEC3)
        denial_nsec3_nodata(walk, node);
}

void denial_nxdomain(struct walk *walk)
{
    const enum zone_denial chain = kind(walk);
    if (chain == ZONE_DENIAL_NSEC)
        denial_nsec_nxdomain(walk);
    else if (chain == ZONE_DENIAL_NSEC3)
        denial_nsec3_nxdomain(walk);
}

void denial_wildcard(struct walk *walk)
{
    const enum zone_denial chain = kind(walk);
    if (chain == ZONE_DENIAL_NSEC)
        denial_nsec_wildcard(walk);
    else if (chain == ZONE_DENIAL_NSEC3)
        denial_nsec3_wildcard(walk);
}

/* RFC 4035 3.1.4: to say that there is no DS is to say what is at the cut. */
void denial_insecure(struct walk *walk)
{
    denial_nodata(walk, walk->match.cut);
}

void denial_add(struct walk *walk, const struct zone_node *link)
{
    struct denial *denial = &walk->denial;
    if (!link || denial->count == DENIAL_LINKS_MAX)
        return;
    for (unsigned i = 0; i < denial->count; i++)
        if (denial->link[i].node == link)
            return;
    zone_prefetch_link(link);
    denial->link[denial->count].zone = walk->zone;
    denial->link[denial->count++].node = link;
}

static bool put_link(struct walk *walk, const struct zone *zone, const struct zone_node *node)
{
    const uint16_t type = zone_denial(zone) == ZONE_DENIAL_NSEC ? DNS_TYPE_NSEC : DNS_TYPE_NSEC3;
    const struct zone_rrset *rrset = zone_node_rrset(zone, node, type);
    struct rrput_owner owner = { .name = zone_node_name(zone, node) };
    const struct rrput_item item = {
        .rrset = rrset,
        .signatures = zone_node_rrset(zone, node, DNS_TYPE_RRSIG),
        .ttl = rrset->ttl,
    };
    return walk_must_put(walk, &owner, &item, &walk->response->nscount);
}

bool denial_put(struct walk *walk)
{
    struct denial *denial = &walk->denial;
    for (unsigned i = 0; i < denial->count && !walk->response->truncated; i++)
        put_link(walk, denial->link[i].zone, denial->link[i].node);
    denial->count = 0;
    return !walk->response->truncated;
}
