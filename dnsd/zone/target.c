/* SPDX-License-Identifier: GPL-3.0-or-later */
/* target.c - what records point at. Knows which names have addresses that answers may use. */
#include "common/dnsmsg.h"
#include "dnsd/zone/build.h"
#include "dnsd/zone/rdata.h"

#include <string.h>

/* Whether records of it go into the additional section: addresses, or those of type `next`. */
static bool is_useful(const struct build_owner *owner, uint16_t next)
{
    const struct batch_record *record = build_first_record(owner);
    for (unsigned i = 0; i < owner->count; i++, record = batch_record_behind(record))
        if (record->type == DNS_TYPE_A || record->type == DNS_TYPE_AAAA ||
            (next && record->type == next))
            return true;
    return false;
}

/* Any of the entries that have the name of the one at `i` is useful. */
static bool is_name_useful(const struct zone_builder *builder, size_t i, uint16_t next)
{
    const size_t end = build_name_end(builder, i);
    while (i < end && !is_useful(builder->entries[i].owner, next))
        i++;
    return i < end;
}

size_t build_target(const struct zone_builder *builder, const uint8_t *owner,
                    const struct batch_record *record, size_t near)
{
    const uint8_t *name = rdata_target(owner, record->type, record->rdata);
    if (!name)
        return builder->entry_count;
    struct dname host;
    struct build_key key;
    host.len = (uint8_t)dname_lower(host.wire, name);
    if (!batch_is_in_zone(&host, &builder->apex))
        return builder->entry_count;
    build_key(&key, host.wire, dname_labels(host.wire) - builder->apex_labels);
    const size_t found = build_search(builder, &key, near);
    const bool useful = found < builder->entry_count &&
                        is_name_useful(builder, found, rdata_layout(record->type).next);
    return useful ? found : builder->entry_count;
}

/* The part in which the entry is. */
static const struct build_part *part_of(const struct zone_builder *builder, size_t entry)
{
    size_t low = 0, high = builder->part_count;
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (builder->parts[middle].begin <= entry)
            low = middle;
        else
            high = middle;
    }
    return &builder->parts[low];
}

/* What stands below a DNAME is not the name's data. */
static uint32_t ref_of(const struct zone_builder *builder, uint32_t target)
{
    if (target == 0)
        return 0;
    const struct build_owner *owner = builder->entries[target - 1].owner;
    return owner->below_dname ? 0 : part_of(builder, target - 1)->ref + owner->unit;
}

static void resolve_rrset(const struct zone_builder *builder, struct zone_rrset *rrset)
{
    uint32_t *targets = (void *)((uint8_t *)rrset + image_rrset_size(rrset->bytes, 0, false));
    for (unsigned i = 0; rrset->has_targets && i < rrset->count; i++)
        targets[i] = ref_of(builder, targets[i]);
}

void build_resolve_targets(const struct zone_builder *builder, const struct build_part *part)
{
    for (size_t at = 0; at < part->used;) {
        const struct zone_node *node = (const void *)(part->bytes + at);
        struct zone_rrset *rrset = NULL;
        while ((rrset = (void *)zone_node_next_rrset(NULL, node, rrset)))
            resolve_rrset(builder, rrset);
        at += (size_t)node->units * IMAGE_UNIT;
    }
}
