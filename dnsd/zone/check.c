/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.c - the rules; each stands beside its RFC. Hides how it is known what hides a name, and
 * which addresses are glue. */
#include "dnsd/zone/check.h"

#include "common/dnsmsg.h"
#include "common/wire.h"
#include "dnsd/zone/bits.h"
#include "dnsd/zone/image.h"
#include "dnsd/zone/rdata.h"

#include <stdlib.h>

struct check {
    const struct zone *zone;
    struct findings *findings;

    const struct zone_node *node; /* the one that is looked at */
    unsigned flags;
    const struct zone_node *hider; /* what hides it: the cut or DNAME above nearest to the apex */
    uint64_t *glue; /* which nodes an NS record points at (image_place / IMAGE_UNIT); NULL: not yet
                       asked */
};

/* Any of the node's records of this type. */
static struct zone_record any(const struct zone_node *node, uint16_t type)
{
    return (struct zone_record){ .owner = node->name, .type = type, .ttl = ZONE_TTL_ANY };
}

/* The record of the node that is looked at. `rdata` begins with its length. */
static struct zone_record one(const struct check *check, uint16_t type, const uint8_t *rdata)
{
    return (struct zone_record){
        .owner = check->node->name,
        .type = type,
        .ttl = ZONE_TTL_ANY,
        .rdlength = wire_peek_u16(rdata),
        .rdata = rdata + 2,
    };
}

static struct zone_finding missing(uint16_t type)
{
    return (struct zone_finding){ .about.type = type };
}

static struct zone_finding at(struct zone_record about)
{
    return (struct zone_finding){ .about = about };
}

static struct zone_finding at_see(struct zone_record about, struct zone_record other)
{
    return (struct zone_finding){ .about = about, .other = other };
}

static struct zone_finding clash(struct zone_record about, struct zone_record other)
{
    return (struct zone_finding){ .about = about, .other = other, .clash = true };
}

/* Tells what the check has found at the node. */
#define tell(check, kind, ...)                                                                     \
    findings_tell((check)->findings, kind, (check)->node->name, __VA_ARGS__)

static bool is_apex(const struct check *check)
{
    return check->flags & NODE_APEX;
}

static bool is_wildcard(const struct zone_node *node)
{
    return node->name[0] == 1 && node->name[1] == '*';
}

static bool has(const struct check *check, const struct zone_node *node, uint16_t type)
{
    return zone_node_rrset(check->zone, node, type) != NULL;
}

static bool has_address(const struct check *check, const struct zone_node *node)
{
    return has(check, node, DNS_TYPE_A) || has(check, node, DNS_TYPE_AAAA);
}

static void check_apex(struct check *check)
{
    check->node = zone_apex(check->zone);
    if (!has(check, check->node, DNS_TYPE_SOA))
        tell(check, CHECK_MISSING_SOA, missing(DNS_TYPE_SOA),
             "missing: a zone begins with a SOA record (RFC 1035 5.2)");
    if (!has(check, check->node, DNS_TYPE_NS))
        tell(check, CHECK_MISSING_NS, missing(DNS_TYPE_NS),
             "missing: a zone names its name servers (RFC 1034 4.2.1)");
    if (has(check, check->node, DNS_TYPE_DS))
        tell(check, CHECK_DS_AT_APEX, at(any(check->node, DNS_TYPE_DS)),
             "belongs into the parent zone (RFC 4035 2.4)");
}

/* RFC 2181 10.1, RFC 4034 2.5, RFC 3007 3: what may stand beside a CNAME. */
static bool may_join_cname(uint16_t type)
{
    return type == DNS_TYPE_CNAME || type == DNS_TYPE_RRSIG || type == DNS_TYPE_NSEC ||
           type == 25 /* KEY */;
}

static void check_cname(struct check *check)
{
    const struct zone_rrset *rrset = NULL;
    do
        rrset = zone_node_next_rrset(check->zone, check->node, rrset);
    while (rrset && may_join_cname(rrset->type));
    if (rrset)
        tell(check, CHECK_CNAME_AND_OTHER,
             clash(any(check->node, DNS_TYPE_CNAME), any(check->node, rrset->type)),
             "stands beside other data (RFC 1034 3.6.2)");
}

static void check_dname(struct check *check)
{
    if (check->flags & NODE_CUT)
        tell(check, CHECK_DNAME_AT_CUT,
             clash(any(check->node, DNS_TYPE_DNAME), any(check->node, DNS_TYPE_NS)),
             "stands beside the NS of a delegation (RFC 6672 2.3)");
    if (is_wildcard(check->node))
        tell(check, CHECK_DNAME_AT_WILDCARD, at(any(check->node, DNS_TYPE_DNAME)),
             "at a wildcard should not be used (RFC 6672 3.3)");
}

/* Of these types a name has at most one record. */
static const struct single {
    uint16_t type;
    enum check_id check;
    const char *problem;
} singles[] = {
    { DNS_TYPE_SOA, CHECK_SEVERAL_SOAS, "more than one (RFC 1035 5.2)" },
    { DNS_TYPE_CNAME, CHECK_SEVERAL_CNAMES, "more than one at this name (RFC 2181 10.1)" },
    { DNS_TYPE_DNAME, CHECK_SEVERAL_DNAMES, "more than one at this name (RFC 6672 2.4)" },
};

static void check_single(struct check *check, const struct zone_rrset *rrset)
{
    if (rrset->count == 1)
        return;
    const uint8_t *first = rrset->rdata, *second = first + 2 + wire_peek_u16(first);
    for (size_t i = 0; i < sizeof singles / sizeof singles[0]; i++)
        if (rrset->type == singles[i].type)
            tell(check, singles[i].check,
                 clash(one(check, rrset->type, first), one(check, rrset->type, second)), "%s",
                 singles[i].problem);
}

static void check_ns(struct check *check)
{
    if (is_wildcard(check->node)) /* RFC 4592 4.2: has no meaning */
        tell(check, CHECK_WILDCARD_CUT, at(any(check->node, DNS_TYPE_NS)),
             "a wildcard cannot be delegated (RFC 4592 4.2)");
}

static void check_place(struct check *check, uint16_t type)
{
    const bool apex = is_apex(check);
    if (type == DNS_TYPE_SOA && !apex)
        tell(check, CHECK_SOA_BELOW_APEX, at(any(check->node, type)),
             "stands below the apex (RFC 1035 5.2)");
    if (type == DNS_TYPE_CNAME)
        check_cname(check);
    if (type == DNS_TYPE_DNAME)
        check_dname(check);
    if (type == DNS_TYPE_NS && !apex)
        check_ns(check);
    if (type == DNS_TYPE_DS && !apex && !(check->flags & NODE_CUT))
        tell(check, CHECK_DS_WITHOUT_CUT, at(any(check->node, type)),
             "without NS: no delegation here (RFC 4035 2.4)");
}

/* Some NS records of this zone may point at names that stand before theirs. */
static void find_glue(struct check *check)
{
    check->glue = bits_new(image_places(check->zone) / IMAGE_UNIT);
    const struct zone_node *node = NULL;
    while ((node = zone_next_node(check->zone, node))) {
        const struct zone_rrset *ns = zone_node_flags(node) & (NODE_CUT | NODE_APEX)
                                          ? zone_node_rrset(check->zone, node, DNS_TYPE_NS)
                                          : NULL;
        for (unsigned i = 0; ns && i < ns->count; i++) {
            const struct zone_node *host = zone_rrset_target(check->zone, ns, i);
            if (host)
                bits_set(check->glue, image_place(check->zone, host) / IMAGE_UNIT);
        }
    }
}

/* An address that an NS record of this zone needs. */
static bool is_glue(struct check *check, uint16_t type)
{
    if (type != DNS_TYPE_A && type != DNS_TYPE_AAAA)
        return false;
    if (!check->glue)
        find_glue(check);
    return bits_has(check->glue, image_place(check->zone, check->node) / IMAGE_UNIT);
}

/* What a parent zone says at a cut: RFC 4035 2.4, 2.3; addresses are glue. */
static bool belongs_to_cut(struct check *check, uint16_t type)
{
    return type == DNS_TYPE_NS || type == DNS_TYPE_DS || type == DNS_TYPE_NSEC ||
           type == DNS_TYPE_RRSIG || is_glue(check, type);
}

/* Data that no query will ever see. */
static void check_hidden(struct check *check, uint16_t type)
{
    const struct zone_node *node = check->node, *above = check->hider;
    char name[DNAME_TEXT_MAX];
    if (!above) {
        if (check->flags & NODE_CUT && !belongs_to_cut(check, type))
            tell(check, CHECK_BELOW_CUT, at_see(any(node, type), any(node, DNS_TYPE_NS)),
                 "is never served: this name is delegated");
    } else if (!(zone_node_flags(above) & NODE_CUT)) {
        tell(check, CHECK_BELOW_DNAME, at_see(any(node, type), any(above, DNS_TYPE_DNAME)),
             "is never served: below the DNAME at %.300s", dname_to_text(above->name, name));
    } else if (!is_glue(check, type)) {
        tell(check, CHECK_BELOW_CUT, at_see(any(node, type), any(above, DNS_TYPE_NS)),
             "is never served: below the delegation of %.300s", dname_to_text(above->name, name));
    }
}

/* A host of this zone that is not there, or not with an address: `match` tells of it. */
static void check_absent(struct check *check, const struct zone_match *match,
                         struct zone_record about, const uint8_t *host)
{
    const struct zone_finding finding = at(about);
    const unsigned flags = zone_node_flags(match->encloser);
    char name[DNAME_TEXT_MAX];
    dname_to_text(host, name);
    if (flags & (NODE_CUT | NODE_BELOW_CUT | NODE_DNAME)) {
        if (about.type == DNS_TYPE_NS && !is_apex(check) &&
            dname_is_at_or_below(host, check->node->name))
            tell(check, CHECK_MISSING_GLUE, finding,
                 "glue is missing: an A or AAAA record of %.300s", name);
    } else if (match->node && has(check, match->node, DNS_TYPE_CNAME)) {
        tell(check, CHECK_HOST_IS_CNAME, at_see(about, any(match->node, DNS_TYPE_CNAME)),
             "points at %.300s, which is a CNAME (RFC 2181 10.3)", name);
    } else if (match->node) {
        tell(check, CHECK_HOST_WITHOUT_ADDRESS, finding,
             "points at %.300s, which has no A or AAAA record", name);
    } else if (!(flags & NODE_HAS_WILDCARD)) {
        tell(check, CHECK_MISSING_HOST, finding, "points at %.300s, which does not exist", name);
    }
}

/* A host of this zone that a record points at should have an address. */
static void check_host(struct check *check, struct zone_record about)
{
    const uint8_t *host = rdata_host(about.type, about.rdata);
    struct name_key key;
    struct zone_match match;
    if (*host == 0 || !dname_is_at_or_below(host, zone_name(check->zone)))
        return; /* "." is no host (RFC 7505, RFC 2782); other zones are not ours to judge */
    name_key_init(&key, host);
    zone_match(check->zone, &key, &match);
    if (!match.node || !has_address(check, match.node))
        check_absent(check, &match, about, host);
}

static bool is_host_checked(uint16_t type)
{
    return type == DNS_TYPE_NS || type == DNS_TYPE_MX || type == DNS_TYPE_SRV;
}

static void check_hosts(struct check *check, const struct zone_rrset *rrset)
{
    const uint8_t *rdata = rrset->rdata;
    for (unsigned i = 0; i < rrset->count; i++, rdata += 2 + wire_peek_u16(rdata))
        if (!zone_rrset_target(check->zone, rrset, i))
            check_host(check, one(check, rrset->type, rdata));
}

static void check_rrset(struct check *check, const struct zone_rrset *rrset)
{
    check_single(check, rrset);
    check_place(check, rrset->type);
    check_hidden(check, rrset->type);
    if (is_host_checked(rrset->type) && !check->hider)
        check_hosts(check, rrset);
}

/* What is hidden stands right behind what hides it. */
static void enter(struct check *check, const struct zone_node *node)
{
    if (!(zone_node_flags(node) & NODE_BELOW_CUT))
        check->hider = NULL;
    else if (!check->hider)
        check->hider = check->node;
    check->node = node;
    check->flags = zone_node_flags(node);
}

int zone_check(const struct zone *zone, struct findings *findings)
{
    struct check check = { .zone = zone, .findings = findings };
    check_apex(&check);
    signature_check(zone, findings);
    chain_check(zone, findings);
    const struct zone_node *node = NULL;
    while (!findings_are_enough(findings) && (node = zone_next_node(zone, node))) {
        const struct zone_rrset *rrset = NULL;
        if (zone_node_flags(node) & NODE_NSEC3)
            continue; /* no name of the zone: nothing hides it */
        enter(&check, node);
        while ((rrset = zone_node_next_rrset(zone, node, rrset)))
            check_rrset(&check, rrset);
    }
    free(check.glue);
    return findings->errors ? -1 : 0;
}
