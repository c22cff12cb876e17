/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain_check.c - whether a signed zone's denials can be proven, and at what price. Knows what RFC
 * 9276 asks of NSEC3. */
#include "common/dnsmsg.h"
#include "dnsd/zone/check.h"
#include "dnsd/zone/denial.h"
#include "dnsd/zone/nsec3.h"

/* `rdata` begins with its length. */
static void check_offer(const uint8_t *apex, const uint8_t *rdata, struct findings *findings)
{
    const struct nsec3_params params = nsec3_params(rdata + 2);
    const struct zone_finding finding = {
        .about = { .owner = apex,
                   .type = DNS_TYPE_NSEC3PARAM,
                   .ttl = ZONE_TTL_ANY,
                   .rdlength = wire_peek_u16(rdata),
                   .rdata = rdata + 2 },
    };
    if (params.algorithm != NSEC3_SHA1)
        findings_warn(findings, apex, finding,
                      "hash algorithm %u is not known: this chain is not used (RFC 5155 4.1)",
                      params.algorithm);
    else if (params.iterations > NSEC3_ITERATIONS_MAX)
        findings_warn(findings, apex, finding,
                      "%u iterations, more than %u: this chain is not used (RFC 9276 3.2)",
                      params.iterations, NSEC3_ITERATIONS_MAX);
    else if (params.iterations)
        findings_warn(findings, apex, finding,
                      "%u iterations: there should be none, they cost and protect nobody "
                      "(RFC 9276 3.1)",
                      params.iterations);
}

void chain_check(const struct zone *zone, struct findings *findings)
{
    const struct zone_node *apex = zone_apex(zone);
    const uint8_t *name = zone_node_name(zone, apex);
    const struct zone_rrset *offers = zone_node_rrset(zone, apex, DNS_TYPE_NSEC3PARAM);
    const uint8_t *rdata = offers ? offers->rdata : NULL;
    for (unsigned i = 0; offers && i < offers->count; i++, rdata += 2 + wire_peek_u16(rdata))
        if (rdata[3] == 0) /* RFC 5155 4.1.2: else ignored */
            check_offer(name, rdata, findings);

    const struct zone_finding finding = {
        .about = { .owner = name, .type = DNS_TYPE_DNSKEY, .ttl = ZONE_TTL_ANY },
    };
    if (zone_denial(zone) == ZONE_DENIAL_NONE && zone_node_rrset(zone, apex, DNS_TYPE_DNSKEY) &&
        zone_node_rrset(zone, apex, DNS_TYPE_RRSIG))
        findings_warn(
            findings, name, finding,
            "the zone is signed, but there is no chain of NSEC or NSEC3 that can be used: "
            "what is not there is not proven (RFC 4035 2.3)");
}
