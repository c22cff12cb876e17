/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nsec3_check.c - whether the chains of NSEC3 that a zone offers can be proven with, and at what
 * price. Knows RFC 5155 7.1 and 9276 3. Each name's link was found when the zone was built, so
 * nothing is hashed here but the apex. */
#include "common/dname.h"
#include "common/dnsmsg.h"
#include "common/wire.h"
#include "dnsd/zone/bits.h"
#include "dnsd/zone/chain.h"
#include "dnsd/zone/check.h"
#include "dnsd/zone/nsec3.h"

#include <stdlib.h>

enum { FLAG_OPT_OUT = 1, FLAGS = 1 /* where they stand */ };

static struct zone_finding at(const uint8_t *owner, uint16_t type, const uint8_t *rdata)
{
    return (struct zone_finding){
        .about = { .owner = owner,
                   .type = type,
                   .ttl = ZONE_TTL_ANY,
                   .rdlength = rdata ? wire_peek_u16(rdata) : 0,
                   .rdata = rdata ? rdata + 2 : NULL },
    };
}

/* --- what the apex offers ----------------------------------------------------------------------
 */

/* A chain, while its links are looked at one after the other. */
struct ring {
    const struct zone *zone;
    struct nsec3_params params;
    uint8_t apex[NSEC3_HASH_BYTES];
    bool has_apex;
    uint8_t first[NSEC3_HASH_BYTES];
    const struct zone_node *last; /* NULL: none so far */
    const uint8_t *last_rdata;    /* at its length */
};

static void tell_break(const struct zone *zone, const struct zone_node *link, const uint8_t *rdata,
                       const struct zone_node *next, struct findings *findings)
{
    char name[DNAME_TEXT_MAX];
    const uint8_t *owner = zone_node_name(zone, link);
    findings_tell(findings, CHECK_CHAIN_BROKEN, owner, at(owner, DNS_TYPE_NSEC3, rdata),
                  "does not lead to the next one, %.300s (RFC 5155 7.1)",
                  dname_to_text(zone_node_name(zone, next), name));
}

/* The last link should lead to that hash. */
static void check_next(const struct ring *ring, const uint8_t hash[NSEC3_HASH_BYTES],
                       const struct zone_node *node, struct findings *findings)
{
    const uint8_t *next = nsec3_next_hash(ring->last_rdata + 2);
    if (!next || memcmp(next, hash, NSEC3_HASH_BYTES) != 0)
        tell_break(ring->zone, ring->last, ring->last_rdata, node, findings);
}

static const struct zone_node *follow(struct ring *ring, struct findings *findings)
{
    const size_t name_len = 1u + NSEC3_LABEL_BYTES + dname_len(zone_name(ring->zone));
    const struct zone_node *node = NULL, *first = NULL;
    while (!findings_are_enough(findings) && (node = zone_next_node(ring->zone, node))) {
        uint8_t hash[NSEC3_HASH_BYTES];
        if (zone_node_name_len(node) != name_len || zone_node_flags(node) & NODE_BELOW_CUT)
            continue;
        const uint8_t *rdata = nsec3_record(node, &ring->params);
        if (!rdata || !nsec3_hash_from_owner(zone_node_name(ring->zone, node), hash))
            continue;
        if (first)
            check_next(ring, hash, node, findings);
        else
            memcpy(ring->first, hash, sizeof hash);
        first = first ? first : node;
        ring->has_apex |= memcmp(hash, ring->apex, sizeof hash) == 0;
        ring->last = node;
        ring->last_rdata = rdata;
    }
    return first;
}

/* `rdata` of NSEC3PARAM, which we could use. */
static void check_ring(const struct zone *zone, const uint8_t *rdata, struct findings *findings)
{
    const uint8_t *apex = zone_name(zone);
    struct ring ring = { .zone = zone, .params = nsec3_params(rdata + 2) };
    nsec3_hash(&ring.params, apex, dname_len(apex), ring.apex);
    const struct zone_node *first = follow(&ring, findings);
    if (first)
        check_next(&ring, ring.first, first, findings);
    if (!ring.has_apex)
        findings_tell(findings, CHECK_CHAIN_BROKEN, apex, at(apex, DNS_TYPE_NSEC3PARAM, rdata),
                      first ? "the apex is not in the chain with these parameters (RFC 5155 7.1)"
                            : "there is no chain with these parameters (RFC 5155 7.1)");
}

/* True if answers are made from that chain: then each of its links is looked at below. */
static bool is_used(const struct zone *zone, const struct nsec3_params *params)
{
    if (zone_denial(zone) != ZONE_DENIAL_NSEC3)
        return false;
    const struct nsec3_params used = chain_params(zone);
    return nsec3_params_equal(&used, params);
}

/* `rdata` begins with its length. */
static void check_offer(const struct zone *zone, const uint8_t *rdata, struct findings *findings)
{
    const uint8_t *apex = zone_name(zone);
    const struct nsec3_params params = nsec3_params(rdata + 2);
    const struct zone_finding finding = at(apex, DNS_TYPE_NSEC3PARAM, rdata);
    if (params.algorithm != NSEC3_SHA1)
        findings_tell(findings, CHECK_NSEC3_UNUSABLE, apex, finding,
                      "hash algorithm %u is not known: this chain is not used (RFC 5155 4.1)",
                      params.algorithm);
    else if (params.iterations > NSEC3_ITERATIONS_MAX)
        findings_tell(findings, CHECK_NSEC3_UNUSABLE, apex, finding,
                      "%u iterations, more than %u: this chain is not used (RFC 9276 3.2)",
                      params.iterations, NSEC3_ITERATIONS_MAX);
    else if (params.iterations)
        findings_tell(findings, CHECK_NSEC3_ITERATIONS, apex, finding,
                      "%u iterations: there should be none, they cost and protect nobody "
                      "(RFC 9276 3.1)",
                      params.iterations);
    if (nsec3_params_usable(&params) && !is_used(zone, &params) &&
        findings_wants(findings, CHECK_CHAIN_BROKEN))
        check_ring(zone, rdata, findings);
}

void nsec3_check_offers(const struct zone *zone, struct findings *findings)
{
    const struct zone_rrset *offers = zone_node_rrset(zone, zone_apex(zone), DNS_TYPE_NSEC3PARAM);
    const uint8_t *rdata = offers ? offers->rdata : NULL;
    for (unsigned i = 0; offers && i < offers->count; i++, rdata += 2 + wire_peek_u16(rdata))
        if (rdata[2 + FLAGS] == 0) /* RFC 5155 4.1.2: else ignored */
            check_offer(zone, rdata, findings);
}

/* --- the chain that is used --------------------------------------------------------------------
 */

struct nsec3_check {
    const struct zone *zone;
    struct findings *findings;
    struct nsec3_params params;
    uint32_t matched; /* links that are some name's */
};

static bool is_insecure_cut(const struct zone *zone, const struct zone_node *node)
{
    return zone_node_flags(node) & NODE_CUT && !zone_node_rrset(zone, node, DNS_TYPE_DS);
}

/* RFC 5155 7.1: opt-out is for insecure delegations, and for what is there for their sake alone. */
static bool may_opt_out(const struct zone *zone, const struct zone_node *node)
{
    const uint8_t *name = zone_node_name(zone, node);
    if (!(zone_node_flags(node) & NODE_EMPTY))
        return is_insecure_cut(zone, node);
    while ((node = zone_next_node(zone, node)) &&
           dname_is_at_or_below(zone_node_name(zone, node), name))
        if (!(zone_node_flags(node) & (NODE_EMPTY | NODE_BELOW_CUT)) &&
            !is_insecure_cut(zone, node))
            return false;
    return true;
}

static void check_unlinked(const struct nsec3_check *check, const struct zone_node *node,
                           const struct zone_node *covering)
{
    const uint8_t *name = zone_node_name(check->zone, node);
    const uint8_t *rdata = covering ? nsec3_record(covering, &check->params) : NULL;
    if (rdata && rdata[2 + FLAGS] & FLAG_OPT_OUT && may_opt_out(check->zone, node))
        return;
    findings_tell(check->findings, CHECK_CHAIN_BROKEN, name,
                  (struct zone_finding){ .about.type = DNS_TYPE_NSEC3 },
                  "missing: this name is not in the chain (RFC 5155 7.1)");
}

static void check_linked(const struct nsec3_check *check, const struct zone_node *node,
                         const struct zone_node *link)
{
    const uint8_t *owner = zone_node_name(check->zone, link);
    const uint8_t *rdata = nsec3_record(link, &check->params);
    const struct zone_finding finding = at(owner, DNS_TYPE_NSEC3, rdata);
    const uint8_t *next = nsec3_next_hash(rdata + 2);
    if (!next)
        return; /* which breaks the chain */
    const uint8_t *bitmap = next + NSEC3_HASH_BYTES;
    chain_check_types(check->zone, node, &finding.about, bitmap,
                      finding.about.rdlength - (size_t)(bitmap - finding.about.rdata),
                      check->findings);
}

static void check_name(struct nsec3_check *check, const struct zone_node *node)
{
    const struct zone_proof proof = zone_nsec3_proof(check->zone, node);
    if (!chain_has_proof(zone_node_flags(node)))
        return;
    if (!proof.match) {
        check_unlinked(check, node, proof.other);
        return;
    }
    check->matched++;
    check_linked(check, node, proof.match);
}

/* Hashes are told apart by their prefixes, as by look-ups. */
static void check_links(const struct nsec3_check *check)
{
    const struct zone *zone = check->zone;
    const uint64_t *prefixes = chain_prefixes(zone, chain_of(zone));
    const uint32_t links = zone_chain_links(zone);
    for (uint32_t i = 0; i < links && !findings_are_enough(check->findings); i++) {
        const struct zone_node *link = zone_chain_link(zone, i);
        const uint32_t behind = i + 1 < links ? i + 1 : 0; /* it is a ring */
        const uint8_t *rdata = nsec3_record(link, &check->params);
        const uint8_t *next = nsec3_next_hash(rdata + 2);
        if (!next || chain_prefix(next) != prefixes[behind])
            tell_break(zone, link, rdata, zone_chain_link(zone, behind), check->findings);
    }
}

/* Some link is no name's. */
static void find_strays(const struct nsec3_check *check)
{
    const struct zone *zone = check->zone;
    uint64_t *linked = bits_new(image_places(zone) / IMAGE_UNIT);
    for (const struct zone_node *node = NULL; (node = zone_next_node(zone, node));) {
        const struct zone_node *link = zone_nsec3_proof(zone, node).match;
        if (link)
            bits_set(linked, image_place(zone, link) / IMAGE_UNIT);
    }
    for (uint32_t i = 0; i < zone_chain_links(zone) && !findings_are_enough(check->findings); i++) {
        const struct zone_node *link = zone_chain_link(zone, i);
        const uint8_t *owner = zone_node_name(zone, link);
        if (!bits_has(linked, image_place(zone, link) / IMAGE_UNIT))
            findings_tell(check->findings, CHECK_CHAIN_BROKEN, owner,
                          at(owner, DNS_TYPE_NSEC3, nsec3_record(link, &check->params)),
                          "is the hash of no name in the zone (RFC 5155 7.1)");
    }
    free(linked);
}

void nsec3_check(const struct zone *zone, struct findings *findings)
{
    struct nsec3_check check = { .zone = zone, .findings = findings, .params = chain_params(zone) };
    const struct zone_node *node = NULL;
    if (!findings_wants(findings, CHECK_CHAIN_BROKEN) &&
        !findings_wants(findings, CHECK_CHAIN_TYPES))
        return;
    while (!findings_are_enough(findings) && (node = zone_next_node(zone, node)))
        check_name(&check, node);
    check_links(&check);
    if (check.matched != zone_chain_links(zone))
        find_strays(&check);
}
