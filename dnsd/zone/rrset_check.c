/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrset_check.c - what is wrong within an RRset that is built, and would not be seen any more when
 * it is packed. Looks at the names only that were found odd. */
#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/zone/build.h"
#include "dnsd/zone/rdata.h"

#include <stdlib.h>
#include <string.h>

static struct zone_record record_of(const uint8_t *owner, const struct build_record *record)
{
    return (struct zone_record){
        .owner = owner,
        .type = record->record->type,
        .ttl = record->ttl,
        .rdlength = record->record->rdlength,
        .rdata = record->record->rdata,
    };
}

/* Bytes of the shortest response that has the RRset: each owner, and each name that may be, is
 * compressed to two (RFC 1035 4.1.4). */
static size_t response_bytes(const uint8_t *owner, const struct build_rrset *set)
{
    const struct rdata_layout layout = rdata_layout(set->type);
    size_t bytes = DNS_HEADER_BYTES + dname_len(owner) + 4;
    for (size_t i = 0; i < set->count; i++)
        bytes += BUILD_RECORD_HEAD + 2 +
                 (layout.compress ? layout.head + 2u * layout.names
                                  : set->first[i].record->rdlength);
    return bytes;
}

static void check_size(struct findings *findings, const uint8_t *owner,
                       const struct build_rrset *set)
{
    const struct zone_finding finding = {
        .about = { .owner = owner, .type = set->type, .ttl = ZONE_TTL_ANY },
    };
    if (set->bytes > UINT16_MAX || response_bytes(owner, set) > UINT16_MAX)
        findings_tell(findings, CHECK_RRSET_TOO_LARGE, owner, finding,
                      "too large for a DNS message (64 KiB)");
}

/* RFC 2181 5 */
static void check_duplicates(struct findings *findings, const uint8_t *owner,
                             const struct build_rrset *set)
{
    for (size_t i = 0; i < set->count; i++) {
        if (!set->first[i].is_doubled)
            continue;
        struct zone_record record = record_of(owner, &set->first[i]);
        record.ttl = ZONE_TTL_ANY;
        findings_tell(findings, CHECK_DUPLICATE, owner,
                      (struct zone_finding){ .about = record, .other = record, .clash = true },
                      "stands there more than once (RFC 2181 5)");
    }
}

/* RFC 2181 5.2; those of RRSIGs may (RFC 4034 3). */
static void check_ttls(struct findings *findings, const uint8_t *owner,
                       const struct build_rrset *set)
{
    const struct build_record *other = set->first, *end = set->first + set->count;
    while (other < end && other->ttl == set->first->ttl)
        other++;
    if (other == end || set->type == DNS_TYPE_RRSIG)
        return;
    const struct zone_finding finding = {
        .about = record_of(owner, set->first),
        .other = record_of(owner, other),
        .clash = true,
    };
    findings_tell(findings, CHECK_TTL_MISMATCH, owner, finding,
                  "TTLs differ; the smallest, %u, counts (RFC 2181 5.2)", set->ttl);
}

static void check_name(struct findings *findings, const uint8_t *owner,
                       const struct build_group *group)
{
    for (size_t i = 0; i < group->count;) {
        const struct build_rrset set = build_rrset_at(group, i);
        check_size(findings, owner, &set);
        check_ttls(findings, owner, &set);
        check_duplicates(findings, owner, &set);
        i += set.count;
    }
}

/* The name is that of its node, which lives as long as the builder. */
static void check_entry(struct findings *findings, const struct zone_builder *builder,
                        const struct build_part *part, size_t entry)
{
    const size_t at = (size_t)builder->entries[entry].owner->unit * IMAGE_UNIT;
    const struct zone_node *node = (const void *)(part->bytes + at);
    struct build_group group = { 0 };
    build_gather(&group, builder->entries + entry,
                 builder->entries + build_name_end(builder, entry));
    check_name(findings, node->name, &group);
    build_group_free(&group);
}

int build_check(const struct zone_builder *builder, struct findings *findings)
{
    for (size_t i = 0; i < builder->part_count; i++) {
        const struct build_part *part = &builder->parts[i];
        for (size_t odd = 0; odd < part->odd.count && !findings_are_enough(findings); odd++)
            check_entry(findings, builder, part, part->odd.items[odd]);
    }
    return findings->errors ? -1 : 0;
}
