/* SPDX-License-Identifier: GPL-3.0-or-later */
/* redirect.c - CNAME and DNAME. Knows where a chain goes on, and when it does not: after
 * WALK_STEPS_MAX steps, and at a name that it has been at. Both end the answer with what it has,
 * as NOERROR: the resolver has limits of its own. */
#include "dnsd/answer/walk.h"

/* Moves the walk to `target` (borrowed). Names are known again by their hash alone: a false match
 * ends the chain early, and does no harm. */
static bool follow(struct walk *walk, struct rrput_owner target)
{
    if (walk->steps == WALK_STEPS_MAX)
        return false;
    walk->seen[walk->steps++] = walk->key->hash[0];
    name_key_init(&walk->target_key, target.name);
    for (unsigned i = 0; i < walk->steps; i++)
        if (walk->seen[i] == walk->target_key.hash[0])
            return false;
    walk->key = &walk->target_key;
    walk->owner = target;
    return true;
}

/* RFC 1034 4.3.2 step 3a: a CNAME, and the question is not for it. */
bool redirect_cname(struct walk *walk, const struct zone_node *node, const struct zone_rrset *cname)
{
    struct rrput_item item = walk_item(walk, node, cname);
    if (!walk_must_put(walk, &walk->owner, &item, &walk->response->ancount))
        return false;
    return follow(walk, (struct rrput_owner){ cname->rdata + 2, rrput_host(&walk->put, cname, 0) });
}

/* The current name with the DNAME's owner replaced by its target, into `out`; false: too long. */
static bool substitute(const uint8_t *name, const uint8_t *owner, const uint8_t *target,
                       struct dname *out)
{
    size_t kept = dname_len(name) - dname_len(owner), end = dname_len(target);
    if (kept + end > DNAME_MAX)
        return false;
    memcpy(out->wire, name, kept);
    memcpy(out->wire + kept, target, end);
    out->len = (uint8_t)(kept + end);
    return true;
}

bool redirect_gave_dname(const struct walk *walk, const struct zone_node *node)
{
    for (unsigned i = 0; i < walk->dnames; i++)
        if (walk->dname[i] == node)
            return true;
    return false;
}

/* A chain may pass a DNAME again, at another name: it is given once. */
static bool put_dname_once(struct walk *walk, struct rrput_owner *owner,
                           const struct zone_rrset *dname)
{
    if (redirect_gave_dname(walk, walk->match.dname))
        return true;
    walk->dname[walk->dnames++] = walk->match.dname;
    struct rrput_item item = walk_item(walk, walk->match.dname, dname);
    return walk_must_put(walk, owner, &item, &walk->response->ancount);
}

/* RFC 6672 3.1: the CNAME has the TTL of the DNAME, and no signature. */
static bool put_synthesized_cname(struct walk *walk, const struct dname *target, uint32_t ttl)
{
    struct wire_writer *w = &walk->response->w;
    uint8_t rdata[2 + DNAME_MAX];
    size_t mark = w->pos;
    wire_set_u16(rdata, target->len);
    memcpy(rdata + 2, target->wire, target->len);
    rrput_record(&walk->put, &walk->owner, DNS_TYPE_CNAME, ttl, rdata);
    bool fits = rrput_settle(&walk->put, mark, 1, &walk->response->ancount);
    walk->response->truncated |= !fits;
    return fits;
}

/* RFC 6672 3.2 step 3c. A question for the CNAME itself is answered by the one we make. */
bool redirect_dname(struct walk *walk)
{
    const struct zone_rrset *dname = zone_node_rrset(walk->zone, walk->match.dname, DNS_TYPE_DNAME);
    struct rrput_owner owner = walk_owner_above(walk, walk->match.dname);
    if (!put_dname_once(walk, &owner, dname))
        return false;
    struct dname target;
    if (!substitute(walk->owner.name, owner.name, dname->rdata + 2, &target)) {
        walk->response->rcode = DNS_YXDOMAIN; /* RFC 6672 2.2 */
        return false;
    }
    if (!put_synthesized_cname(walk, &target, dname->ttl))
        return false;
    uint16_t type = walk->question->type;
    if (type == DNS_TYPE_CNAME || type == DNS_TYPE_ANY)
        return false;
    walk->target = target;
    return follow(walk, (struct rrput_owner){ .name = walk->target.wire });
}
