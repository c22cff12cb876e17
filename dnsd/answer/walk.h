/* SPDX-License-Identifier: GPL-3.0-or-later */
/* walk.h - one answer on its way: the steps of RFC 1034 4.3.2 share this. Private to the folder.
 *
 * answer.c finds the zone and follows chains; redirect.c writes CNAMEs and DNAMEs and says where to
 * go on; referral.c, negative.c and additional.c write what their names say; denial.c proves it.
 * All lives on the caller's stack, and is left uninitialized where nobody reads before writing: it
 * is large. */
#ifndef PROXIMA_ANSWER_WALK_H
#define PROXIMA_ANSWER_WALK_H

#include "dnsd/answer/answer.h"
#include "dnsd/answer/denial.h"
#include "dnsd/answer/rrput.h"

enum { WALK_STEPS_MAX = 16 }; /* a chain that is longer is left to the resolver */

struct walk {
    const struct zone_set *zones;
    const struct answer_question *question;
    struct answer_response *response;
    struct rrput put;

    /* Where we are: the question's name, later the targets of CNAMEs, in the zones of these. */
    const struct zone *zone, *first_zone;
    const struct name_key *key;
    struct rrput_owner owner;
    struct zone_match match;

    /* Where we have been. */
    unsigned steps, dnames;
    uint64_t seen[WALK_STEPS_MAX];                     /* hashes of names */
    const struct zone_node *dname[WALK_STEPS_MAX + 1]; /* DNAMEs that were given */

    struct denial denial; /* proofs to be written */

    struct name_key target_key;
    struct dname target; /* a name that a DNAME made */
    struct names_slot slots[RRPUT_NAME_SLOTS];
};

/* redirect.c: write the redirection and move on to its target; false: the answer ends here. */
bool redirect_cname(struct walk *walk, const struct zone_node *node,
                    const struct zone_rrset *cname);
bool redirect_dname(struct walk *walk);
/* Whether the DNAME of that node stands in the answer already. */
bool redirect_gave_dname(const struct walk *walk, const struct zone_node *node);

/* referral.c: NS of the cut (and DS, if the client wants DNSSEC), and glue. */
void referral(struct walk *walk);

/* negative.c: the SOA that says for how long there is nothing (RFC 2308). */
void negative_nodata(struct walk *walk, const struct zone_node *node);
void negative_nxdomain(struct walk *walk);

/* additional.c: addresses of the hosts that an answer's RRset names, as far as they fit; and glue
 * of a referral, of which the in-domain part is needed (RFC 9471). */
void additional(struct walk *walk, const struct zone_rrset *rrset);
void additional_glue(struct walk *walk, const struct zone_rrset *ns);

/* An RRset of the current zone's `node`, to be written signed if the client wants that. */
static inline struct rrput_item walk_item(const struct walk *walk, const struct zone_node *node,
                                          const struct zone_rrset *rrset)
{
    bool is_signed = walk->question->dnssec_ok;
    return (struct rrput_item){
        .rrset = rrset,
        .signatures = is_signed ? zone_node_rrset(walk->zone, node, DNS_TYPE_RRSIG) : NULL,
        .ttl = rrset->ttl,
    };
}

/* The owner of what stands at `node`, which is at or above the name where we are. Where that is the
 * question's, it is known where the owner's name stands. */
static inline struct rrput_owner walk_owner_above(const struct walk *walk,
                                                  const struct zone_node *node)
{
    struct rrput_owner owner = { .name = zone_node_name(walk->zone, node) };
    if (walk->steps == 0)
        owner.offset = (uint16_t)(DNS_HEADER_BYTES + walk->key->len - zone_node_name_len(node));
    return owner;
}

/* Writes what a response must have: if it does not fit (false), that truncates it (RFC 2181 9).
 * `count` is the section's. */
static inline bool walk_must_put(struct walk *walk, struct rrput_owner *owner,
                                 const struct rrput_item *item, uint16_t *count)
{
    bool fits = rrput_rrset(&walk->put, owner, item, count);
    walk->response->truncated |= !fits;
    return fits;
}

/* Writes the proofs that are due (see denial_put); mostly there are none. */
static inline bool walk_put_proofs(struct walk *walk)
{
    return walk->denial.count ? denial_put(walk) : !walk->response->truncated;
}

#endif
