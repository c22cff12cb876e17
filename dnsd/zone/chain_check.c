/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain_check.c - whether a signed zone's denials can be proven, and whether they are true: what
 * the records of either chain say of the types at a name. */
#include "common/dname.h"
#include "common/dnsmsg.h"
#include "dnsd/zone/check.h"
#include "dnsd/zone/denial.h"
#include "dnsd/zone/rrtype.h"

/* A type bitmap (RFC 4034 4.1.2): windows of a number, a length, and so many bytes. */
struct window {
    const uint8_t *bytes; /* NULL: there is no more, or what follows is none */
    unsigned number, len;
};

static struct window next_window(const uint8_t *bitmap, size_t len, const struct window *before)
{
    const uint8_t *at = before ? before->bytes + before->len : bitmap, *end = bitmap + len;
    if (end - at < 2 || end - at - 2 < at[1])
        return (struct window){ NULL, 0, 0 };
    return (struct window){ at + 2, at[0], at[1] };
}

static bool lists(const uint8_t *bitmap, size_t len, uint16_t type)
{
    struct window window = next_window(bitmap, len, NULL);
    while (window.bytes && window.number != type >> 8)
        window = next_window(bitmap, len, &window);
    const unsigned byte = (type & 0xff) / 8;
    return window.bytes && byte < window.len && window.bytes[byte] >> (7 - type % 8) & 1;
}

/* Of a delegation the zone's chain says what is the parent's (RFC 4035 2.3); that of NSEC3 nothing
 * about NSEC, which stands beside it while the one replaces the other. */
static bool is_expected(const struct zone_node *node, uint16_t type, uint16_t chain)
{
    if (type == DNS_TYPE_NSEC && chain == DNS_TYPE_NSEC3)
        return false;
    return check_is_authoritative(node, type) || type == DNS_TYPE_NS || type == DNS_TYPE_RRSIG;
}

/* A type that the bitmap lists and the node has not, or 0. */
static uint16_t find_stray(const struct zone *zone, const struct zone_node *node,
                           const uint8_t *bitmap, size_t len, uint16_t chain)
{
    struct window window = { NULL, 0, 0 };
    while ((window = next_window(bitmap, len, window.bytes ? &window : NULL)).bytes)
        for (unsigned bit = 0; bit < window.len * 8; bit++) {
            const uint16_t type = (uint16_t)(window.number << 8 | bit);
            if (!(window.bytes[bit / 8] >> (7 - bit % 8) & 1) ||
                (type == DNS_TYPE_NSEC && chain == DNS_TYPE_NSEC3))
                continue;
            if (!is_expected(node, type, chain) || !zone_node_rrset(zone, node, type))
                return type;
        }
    return 0;
}

static unsigned count_listed(const uint8_t *bitmap, size_t len)
{
    struct window window = { NULL, 0, 0 };
    unsigned count = 0;
    while ((window = next_window(bitmap, len, window.bytes ? &window : NULL)).bytes)
        for (unsigned i = 0; i < window.len; i++)
            count += (unsigned)__builtin_popcount(window.bytes[i]);
    return count;
}

void chain_check_types(const struct zone *zone, const struct zone_node *node,
                       const struct zone_record *about, const uint8_t *bitmap, size_t len,
                       struct findings *findings)
{
    const struct zone_finding finding = { .about = *about };
    const struct zone_rrset *rrset = NULL;
    char name[DNAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
    unsigned expected = 0;
    if (!findings_wants(findings, CHECK_CHAIN_TYPES))
        return;
    while ((rrset = zone_node_next_rrset(zone, node, rrset))) {
        if (!is_expected(node, rrset->type, about->type))
            continue;
        if (!lists(bitmap, len, rrset->type))
            break;
        expected++;
    }
    const uint16_t stray = rrset || count_listed(bitmap, len) == expected
                               ? 0
                               : find_stray(zone, node, bitmap, len, about->type);
    if (rrset || stray)
        findings_tell(findings, CHECK_CHAIN_TYPES, about->owner, finding,
                      "%s %s, which %.300s has%s (RFC 4034 4.1.2)",
                      rrset ? "does not list" : "lists",
                      rrtype_text(rrset ? rrset->type : stray, type),
                      dname_to_text(zone_node_name(zone, node), name), rrset ? "" : " not");
}

void chain_check(const struct zone *zone, struct findings *findings)
{
    const struct zone_node *apex = zone_apex(zone);
    const struct zone_finding finding = {
        .about = { .owner = zone_name(zone), .type = DNS_TYPE_DNSKEY, .ttl = ZONE_TTL_ANY },
    };
    nsec3_check_offers(zone, findings);
    switch (zone_denial(zone)) {
    case ZONE_DENIAL_NSEC:
        nsec_check(zone, findings);
        break;
    case ZONE_DENIAL_NSEC3:
        nsec3_check(zone, findings);
        break;
    case ZONE_DENIAL_NONE:
        if (zone_node_rrset(zone, apex, DNS_TYPE_DNSKEY) &&
            zone_node_rrset(zone, apex, DNS_TYPE_RRSIG))
            findings_tell(
                findings, CHECK_MISSING_CHAIN, zone_name(zone), finding,
                "the zone is signed, but there is no chain of NSEC or NSEC3 that can be used: "
                "what is not there is not proven (RFC 4035 2.3)");
    }
}
