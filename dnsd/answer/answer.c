/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answer.c - the walk of RFC 1034 4.3.2: zone, name, data. Knows the order of things; hides the
 * chain. Positive answers carry no NS in the authority section: resolvers have them from the
 * referral, and a smaller answer is a smaller weapon. */
#include "dnsd/answer/walk.h"

/* RFC 4035 3.1.4.1: a DS at a zone's apex is the parent's matter, if the parent is served here too
 * and does delegate that name. `zone` is where the name would be looked up otherwise. */
static const struct zone_entry *parent_side(const struct zone_set *zones,
                                            const struct name_key *key,
                                            const struct zone_entry *zone)
{
    if (key->labels == 0 || dname_labels(zone->apex) != key->labels)
        return zone;
    const struct zone_entry *parent = zone_set_find(zones, key, 1);
    if (!parent || !parent->zone)
        return parent ? parent : zone;
    struct zone_match match;
    zone_match(parent->zone, key, &match);
    return match.node && match.node == match.cut ? parent : zone;
}

/* The zone that answers for a name, if it belongs to `zone`. */
static const struct zone_entry *right_side(const struct zone_set *zones, const struct name_key *key,
                                           const struct zone_entry *zone, uint16_t type)
{
    return zone && type == DNS_TYPE_DS ? parent_side(zones, key, zone) : zone;
}

/* RFC 8482 4.1: ANY gets one RRset, the smallest that is data: enough to show that the name exists,
 * and no amplifier. */
static const struct zone_rrset *any_rrset(const struct zone *zone, const struct zone_node *node)
{
    const struct zone_rrset *best = NULL, *rrset = NULL;
    while ((rrset = zone_node_next_rrset(zone, node, rrset))) {
        if (rrset->type == DNS_TYPE_RRSIG || rrset->type == DNS_TYPE_NSEC ||
            rrset->type == DNS_TYPE_NSEC3)
            continue;
        if (!best || rrset->bytes < best->bytes)
            best = rrset;
    }
    return best;
}

static const struct zone_rrset *wanted_rrset(const struct walk *walk, const struct zone_node *node)
{
    if (walk->question->type == DNS_TYPE_ANY)
        return any_rrset(walk->zone, node);
    if (walk->question->type == DNS_TYPE_NSEC3)
        return NULL; /* RFC 5155 7.2.8: no data of the name that happens to own one */
    return zone_node_rrset(walk->zone, node, walk->question->type);
}

/* Signatures that are asked for themselves have a TTL each. A DNAME that led to its own owner has
 * been given. */
static bool put_wanted(struct walk *walk, const struct zone_node *node,
                       const struct zone_rrset *rrset)
{
    uint16_t *count = &walk->response->ancount;
    if (rrset->type == DNS_TYPE_DNAME && redirect_gave_dname(walk, node))
        return true;
    struct rrput_item item = walk_item(walk, node, rrset);
    if (rrset->type != DNS_TYPE_RRSIG)
        return walk_must_put(walk, &walk->owner, &item, count);
    bool fits = rrput_signatures(&walk->put, &walk->owner, walk->zone, node, rrset, count);
    walk->response->truncated |= !fits;
    return fits;
}

/* RFC 1034 4.3.2 step 3a, for a name that exists or that a wildcard stands for. */
static bool answer_from_node(struct walk *walk, const struct zone_node *node)
{
    const struct zone_rrset *rrset = wanted_rrset(walk, node);
    if (rrset) {
        if (put_wanted(walk, node, rrset) && walk_put_proofs(walk))
            additional(walk, rrset);
        return false;
    }
    const struct zone_rrset *cname = zone_node_rrset(walk->zone, node, DNS_TYPE_CNAME);
    if (cname)
        return redirect_cname(walk, node, cname);
    negative_nodata(walk, node);
    return false;
}

/* At the end of a chain: whether the cut belongs to a zone above the question's own. What it says
 * is no news to whoever was sent here, and where the root zone is served it would come with every
 * chain that leaves our zones: large, and for nothing. (RFC 1034 4.3.2 step 3b would give it.) */
static bool leads_upwards(const struct walk *walk)
{
    return walk->zone != walk->first_zone &&
           dname_is_at_or_below(zone_name(walk->first_zone), zone_name(walk->zone));
}

/* See answer.h: what the question's own name led to. */
static const void *source_of(const struct walk *walk)
{
    const struct zone_match *match = &walk->match;
    const struct zone_node *above = match->cut ? match->cut : match->dname;
    const struct zone_node *node = match->node ? match->node : match->wildcard;
    return above ? (const void *)above : node ? (const void *)node : (const void *)walk->zone;
}

/* One name in one zone. True: the walk stands at a new name. */
static bool answer_step(struct walk *walk)
{
    struct answer_response *response = walk->response;
    struct zone_match *match = &walk->match;
    zone_match(walk->zone, walk->key, match);
    if (walk->steps == 0)
        response->source = source_of(walk);

    bool parent_data = match->cut == match->node && walk->question->type == DNS_TYPE_DS;
    if (match->cut && !parent_data) {
        if (!leads_upwards(walk))
            referral(walk);
        return false;
    }
    response->aa = true;
    if (match->dname)
        return redirect_dname(walk);
    if (match->node)
        return answer_from_node(walk, match->node);
    if (match->wildcard) { /* RFC 4592 3.3.1: the closest encloser's */
        denial_wildcard(walk);
        return answer_from_node(walk, match->wildcard);
    }
    negative_nxdomain(walk);
    return false;
}

/* RFC 1034 4.3.2 step 3a sends a chain back to step 1: the nearest zone of its next name, whichever
 * of ours that is. Where none is, or one that is not there now, the chain ends with what it has. */
static bool enter_zone(struct walk *walk)
{
    const struct zone_entry *entry = zone_set_find(walk->zones, walk->key, 0);
    entry = right_side(walk->zones, walk->key, entry, walk->question->type);
    if (!entry || !entry->zone)
        return false;
    walk->zone = entry->zone;
    return true;
}

/* Why a zone of ours is not there, its state tells. */
static void refuse(struct answer_response *response, const struct zone_entry *entry)
{
    response->rcode = entry ? DNS_SERVFAIL : DNS_REFUSED;
    response->extended_error = entry ? DNS_EDE_NONE : DNS_EDE_NOT_AUTHORITATIVE;
}

/* At the question's name. What is large stays as it is: see walk.h. */
static void start(struct walk *walk, const struct zone *zone,
                  const struct answer_question *question, struct answer_response *response)
{
    walk->question = question;
    walk->response = response;
    walk->key = &question->key;
    walk->owner = (struct rrput_owner){ question->name, DNS_HEADER_BYTES };
    walk->zone = walk->first_zone = zone;
    walk->steps = walk->dnames = walk->denial.count = 0;
    rrput_init(&walk->put, &response->w, walk->slots);
}

void answer(const struct zone_set *zones, const struct answer_question *question,
            struct answer_response *response)
{
    const struct zone_entry *entry = question->found_in == zones
                                         ? question->entry
                                         : zone_set_find(zones, &question->key, 0);
    entry = right_side(zones, &question->key, entry, question->type);
    response->entry = entry;
    if (!entry || !entry->zone) {
        refuse(response, entry);
        return;
    }
    struct walk walk;
    walk.zones = zones;
    start(&walk, entry->zone, question, response);
    while (answer_step(&walk) && enter_zone(&walk))
        ;
    walk_put_proofs(&walk); /* of a chain that leads out of the zone, or too far */
}
