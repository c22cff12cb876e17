/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrset_check.c - what is wrong within an RRset that is built, and would not be seen any more when
 * it is packed. */
#include "dnsd/zone/build.h"

#include "common/dnsmsg.h"

static struct zone_record record_of(const struct build_node *node,
                                    const struct build_record *record)
{
    return (struct zone_record){
        .owner = node->name,
        .type = record->type,
        .ttl = record->ttl,
        .rdlength = record->rdlength,
        .rdata = record->rdata,
    };
}

static void check_size(struct findings *findings, const struct build_node *node,
                       const struct build_rrset *set)
{
    const struct zone_finding finding = {
        .about = { .owner = node->name, .type = set->first->type },
    };
    if (set->bytes > UINT16_MAX)
        findings_error(findings, node->name, finding, "too large for a DNS message (64 KiB)");
}

/* RFC 2181 5.2; those of RRSIGs may (RFC 4034 3). */
static void check_ttls(struct findings *findings, const struct build_node *node,
                       const struct build_rrset *set)
{
    const struct build_record *other = set->first;
    if (!set->ttls_differ || other->type == DNS_TYPE_RRSIG)
        return;
    while (other->ttl == set->first->ttl)
        other = other->next;
    const struct zone_finding finding = {
        .about = record_of(node, set->first),
        .other = record_of(node, other),
        .clash = true,
    };
    findings_warn(findings, node->name, finding,
                  "TTLs differ; the smallest, %u, counts (RFC 2181 5.2)", set->ttl);
}

int build_check(const struct zone_builder *builder, zone_find *find, void *arg, struct err *err)
{
    struct findings findings = { .find = find, .arg = arg, .err = err };
    for (uint32_t i = 0; i < builder->node_count && findings.errors < ZONE_ERRORS_MAX; i++) {
        build_prefetch(builder, i);
        const struct build_node *node = &builder->nodes[i];
        for (struct build_record *record = node->records; record;) {
            const struct build_rrset set = build_rrset_at(record);
            check_size(&findings, node, &set);
            check_ttls(&findings, node, &set);
            record = set.end;
        }
    }
    return findings.errors ? -1 : 0;
}
