/* SPDX-License-Identifier: GPL-3.0-or-later */
/* referral.c - the way down to a child zone. Knows which glue a resolver cannot do without. */
#include "dnsd/answer/walk.h"

/* RFC 4035 3.1.4: the DS says that the child is signed, or a proof that it is not. A DS that is not
 * signed itself, as in an unsigned zone, says nothing to anybody. */
static bool put_security(struct walk *walk, struct rrput_owner *owner)
{
    const struct zone_node *cut = walk->match.cut;
    const struct zone_rrset *ds = zone_node_rrset(walk->zone, cut, DNS_TYPE_DS);
    if (!ds) {
        denial_insecure(walk);
        return true;
    }
    struct rrput_item item = walk_item(walk, cut, ds);
    return !item.signatures || walk_must_put(walk, owner, &item, &walk->response->nscount);
}

void referral(struct walk *walk)
{
    const struct zone_node *cut = walk->match.cut;
    const struct zone_rrset *ns = zone_node_rrset(walk->zone, cut, DNS_TYPE_NS);
    struct rrput_owner owner = walk_owner_above(walk, cut);
    /* Not signed: the NS belong to the child (RFC 4035 2.2). */
    struct rrput_item item = { .rrset = ns, .ttl = ns->ttl };
    bool fits = walk_must_put(walk, &owner, &item, &walk->response->nscount);
    if (fits && walk->question->dnssec_ok)
        fits = put_security(walk, &owner);
    /* All proofs come before the glue, those of a chain that led here too. */
    if (fits && walk_put_proofs(walk))
        additional_glue(walk, ns);
}
