/* SPDX-License-Identifier: GPL-3.0-or-later */
/* additional.c - what the client will ask for next, addresses mostly. Knows which of them the
 * response must have (RFC 9471: the glue of in-domain name servers) and which are a courtesy. */
#include "dnsd/answer/walk.h"
#include "dnsd/zone/rdata.h"

/* A courtesy has its limits. */
enum {
    TARGETS_MAX = 64,
    DEPTH_MAX = 8, /* steps of a chain of aliases: clients stop somewhere, too (RFC 9460 2.4.2) */
};

/* The hosts whose addresses were given, so that none is given twice. */
struct targets {
    const struct zone_rrset *answer; /* stands in the answer already */
    unsigned count;
    const struct zone_node *node[TARGETS_MAX];
};

static bool add_new(struct targets *targets, const struct zone_node *node)
{
    for (unsigned i = 0; i < targets->count; i++)
        if (targets->node[i] == node)
            return false;
    targets->node[targets->count++] = node;
    return true;
}

/* One RRset of a host. Glue is not signed (RFC 4035 2.2): no need to look. */
static bool put_rrset(struct walk *walk, struct rrput_owner *owner, const struct zone_node *host,
                      const struct zone_rrset *rrset)
{
    struct rrput_item item = { .rrset = rrset, .ttl = rrset->ttl };
    if (!(zone_node_flags(host) & NODE_BELOW_CUT))
        item = walk_item(walk, host, rrset);
    return rrput_rrset(&walk->put, owner, &item, &walk->response->arcount);
}

/* A and AAAA of `host`, which record `i` of an RRset names; false: not all fit. */
static bool put_addresses(struct walk *walk, const struct zone_node *host,
                          const struct zone_rrset *named_by, unsigned i)
{
    struct rrput_owner owner = { zone_node_name(walk->zone, host),
                                 rrput_host(&walk->put, named_by, i) };
    const struct zone_rrset *a = zone_node_rrset(walk->zone, host, DNS_TYPE_A);
    if (a && !put_rrset(walk, &owner, host, a))
        return false;
    const struct zone_rrset *aaaa = zone_node_rrset(walk->zone, host, DNS_TYPE_AAAA);
    return !aaaa || put_rrset(walk, &owner, host, aaaa);
}

static bool put_targets(struct walk *walk, struct targets *targets, const struct zone_rrset *rrset,
                        unsigned depth);

/* What stands at the host that leads on: SVCB to SVCB (RFC 9460 4.1), NAPTR to SRV (RFC 3403 6). */
static bool put_next(struct walk *walk, struct targets *targets, const struct zone_node *host,
                     uint16_t type, unsigned depth)
{
    const struct zone_rrset *next = zone_node_rrset(walk->zone, host, type);
    struct rrput_owner owner = { .name = zone_node_name(walk->zone, host) };
    if (!next || next == targets->answer || depth == DEPTH_MAX ||
        zone_node_flags(host) & (NODE_CUT | NODE_BELOW_CUT)) /* hidden there */
        return true;
    return put_rrset(walk, &owner, host, next) && put_targets(walk, targets, next, depth + 1);
}

/* A wildcard that stands for the question's name points at itself (RFC 9460 2.5.2: "."). That the
 * addresses are synthesized, too, would need to be shown: they are left to be asked for. */
static bool is_stand_in(const struct walk *walk, const struct zone_node *host)
{
    return !walk->match.node && host == walk->match.wildcard;
}

/* Each host is given once; false: not all fit. */
static bool put_targets(struct walk *walk, struct targets *targets, const struct zone_rrset *rrset,
                        unsigned depth)
{
    const uint16_t type = rdata_layout(rrset->type).next;
    for (unsigned i = 0; i < rrset->count && targets->count < TARGETS_MAX; i++) {
        const struct zone_node *host = zone_rrset_target(walk->zone, rrset, i);
        if (!host || is_stand_in(walk, host) || !add_new(targets, host))
            continue;
        if (!put_addresses(walk, host, rrset, i) ||
            (type && !put_next(walk, targets, host, type, depth)))
            return false;
    }
    return true;
}

/* What does not fit is no reason for TC (RFC 2181 9). */
void additional(struct walk *walk, const struct zone_rrset *rrset)
{
    if (!rrset->has_targets)
        return;
    struct targets targets;
    targets.answer = rrset;
    targets.count = 0;
    put_targets(walk, &targets, rrset, 0);
}

/* In-domain (RFC 9499 7): the name server is at or below the cut, out of reach without its glue.
 * The names are the zone's own, in lower case. */
static bool in_domain(const struct walk *walk, const struct zone_node *host)
{
    const struct zone_node *cut = walk->match.cut;
    if (host == cut || !(zone_node_flags(host) & NODE_BELOW_CUT))
        return host == cut;
    const uint8_t *name = zone_node_name(walk->zone, host);
    const size_t cut_bytes = zone_node_name_len(cut);
    size_t left = zone_node_name_len(host);
    while (left > cut_bytes) {
        left -= name[0] + 1u;
        name += name[0] + 1u;
    }
    return left == cut_bytes && memcmp(name, zone_node_name(walk->zone, cut), left) == 0;
}

/* The glue of name servers that are in-domain, or of those that are not; false: not all fits.
 * Counts the `others`. */
static bool put_glue(struct walk *walk, const struct zone_rrset *ns, bool wanted_in_domain,
                     unsigned *others)
{
    for (unsigned i = 0; i < ns->count; i++) {
        const struct zone_node *host = zone_rrset_target(walk->zone, ns, i);
        if (!host)
            continue;
        if (in_domain(walk, host) != wanted_in_domain)
            (*others)++;
        else if (!put_addresses(walk, host, ns, i))
            return false;
    }
    return true;
}

void additional_glue(struct walk *walk, const struct zone_rrset *ns)
{
    unsigned others = 0;
    if (!ns->has_targets)
        return;
    if (!put_glue(walk, ns, true, &others))
        walk->response->truncated = true; /* RFC 9471 3.1 */
    else if (others)
        put_glue(walk, ns, false, &others);
}
