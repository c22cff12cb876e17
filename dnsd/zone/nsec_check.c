/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nsec_check.c - whether the NSEC records of a zone lead from each name to the next one (RFC 4035
 * 2.3). */
#include "common/dname.h"
#include "common/dnsmsg.h"
#include "common/wire.h"
#include "dnsd/zone/check.h"
#include "dnsd/zone/denial.h"

/* A link, as the one that the next name is compared with. */
struct link {
    struct zone_record nsec;
    const uint8_t *next;
};

static struct link link_of(const struct zone *zone, const struct zone_node *node,
                           const struct zone_rrset *nsec)
{
    return (struct link){
        .nsec = { .owner = zone_node_name(zone, node),
                  .type = DNS_TYPE_NSEC,
                  .ttl = ZONE_TTL_ANY,
                  .rdlength = wire_peek_u16(nsec->rdata),
                  .rdata = nsec->rdata + 2 },
        .next = nsec->rdata + 2,
    };
}

/* Empty non-terminals have no NSEC (RFC 4034 4). */
static bool is_in_chain(const struct zone_node *node)
{
    return !(zone_node_flags(node) & (NODE_EMPTY | NODE_BELOW_CUT | NODE_NSEC3));
}

static void check_next(const struct link *link, const uint8_t *next, struct findings *findings)
{
    char got[DNAME_TEXT_MAX], want[DNAME_TEXT_MAX];
    if (!link->next || dname_equal(link->next, next))
        return;
    findings_tell(findings, CHECK_CHAIN_BROKEN, link->nsec.owner,
                  (struct zone_finding){ .about = link->nsec },
                  "leads to %.300s, but the next name is %.300s (RFC 4034 4.1.1)",
                  dname_to_text(link->next, got), dname_to_text(next, want));
}

static void check_link(const struct zone *zone, const struct zone_node *node,
                       const struct zone_rrset *nsec, const struct link *link,
                       struct findings *findings)
{
    const size_t next_len = dname_len(link->next);
    chain_check_types(zone, node, &link->nsec, link->next + next_len,
                      link->nsec.rdlength - next_len, findings);
    if (nsec->count > 1)
        findings_tell(findings, CHECK_CHAIN_BROKEN, link->nsec.owner,
                      (struct zone_finding){ .about = link->nsec },
                      "more than one at this name (RFC 4035 2.3)");
}

static void tell_missing(const uint8_t *name, struct findings *findings)
{
    findings_tell(findings, CHECK_CHAIN_BROKEN, name,
                  (struct zone_finding){ .about.type = DNS_TYPE_NSEC },
                  "missing: this name is not in the chain (RFC 4035 2.3)");
}

void nsec_check(const struct zone *zone, struct findings *findings)
{
    struct link last = { .next = NULL };
    const struct zone_node *node = NULL;
    while (!findings_are_enough(findings) && (node = zone_next_node(zone, node))) {
        if (!is_in_chain(node))
            continue;
        const uint8_t *name = zone_node_name(zone, node);
        const struct zone_rrset *nsec = zone_node_rrset(zone, node, DNS_TYPE_NSEC);
        if (!nsec) {
            tell_missing(name, findings);
            continue;
        }
        check_next(&last, name, findings);
        last = link_of(zone, node, nsec);
        check_link(zone, node, nsec, &last, findings);
    }
    check_next(&last, zone_name(zone), findings); /* RFC 4034 4.1.1: the last leads to the apex */
}
