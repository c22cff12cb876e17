/* SPDX-License-Identifier: GPL-3.0-or-later */
/* group.c - the records of one name, in the order in which the image has them. Knows which are
 * duplicates. */
#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/zone/build.h"
#include "dnsd/zone/rdata.h"

#include <stdlib.h>
#include <string.h>

/* SOA first, for the apex's sake; then by number. */
static unsigned rank_of(uint16_t type)
{
    return type == DNS_TYPE_SOA ? 0 : type;
}

static int record_cmp(const struct batch_record *a, const struct batch_record *b)
{
    if (a->type != b->type)
        return rank_of(a->type) < rank_of(b->type) ? -1 : 1;
    return rdata_cmp(a->type, a->rdata, a->rdlength, b->rdata, b->rdlength);
}

static void add(struct build_group *group, const struct batch_record *record)
{
    if (group->count == group->cap) {
        group->cap = group->cap ? group->cap * 2 : 16;
        group->records = mem_realloc(group->records, group->cap * sizeof *group->records);
    }
    group->records[group->count++] = (struct build_record){ record, record->ttl, false };
}

/* Sorts the stretch with the help of `spare`; equal ones stay in their order. */
static void sort(struct build_record *records, size_t count, struct build_record *spare)
{
    if (count < 2)
        return;
    const size_t half = count / 2;
    sort(records, half, spare);
    sort(records + half, count - half, spare);
    if (record_cmp(records[half - 1].record, records[half].record) <= 0)
        return;
    memcpy(spare, records, half * sizeof *spare);
    size_t left = 0, right = half;
    for (struct build_record *to = records; left < half; to++)
        *to = right < count && record_cmp(records[right].record, spare[left].record) < 0
                  ? records[right++]
                  : spare[left++];
}

/* Of duplicates (RFC 2181 5) the first one stays, with the smallest TTL. */
static void drop_duplicates(struct build_group *group)
{
    size_t kept = 0;
    for (size_t i = 1; i < group->count; i++) {
        struct build_record *last = &group->records[kept];
        const struct build_record record = group->records[i];
        if (record_cmp(last->record, record.record) != 0) {
            group->records[++kept] = record;
            continue;
        }
        last->is_doubled = true;
        if (record.ttl < last->ttl)
            last->ttl = record.ttl;
    }
    group->count = kept + 1;
}

void build_gather(struct build_group *group, const struct build_entry *begin,
                  const struct build_entry *end)
{
    group->count = 0;
    for (; begin < end; begin++) {
        const struct batch_record *record = build_first_record(begin->owner);
        for (unsigned i = 0; i < begin->owner->count; i++, record = batch_record_behind(record))
            add(group, record);
    }
    if (group->count < 2)
        return;
    struct build_record few[16];
    struct build_record *spare = group->count / 2 <= 16
                                     ? few
                                     : mem_calloc(group->count / 2, sizeof *spare);
    sort(group->records, group->count, spare);
    if (spare != few)
        free(spare);
    drop_duplicates(group);
}

void build_group_free(struct build_group *group)
{
    free(group->records);
    *group = (struct build_group){ 0 };
}

struct build_rrset build_rrset_at(const struct build_group *group, size_t first)
{
    const struct build_record *record = &group->records[first],
                              *end = group->records + group->count;
    struct build_rrset set = { .first = record, .type = record->record->type, .ttl = record->ttl };
    for (; record < end && record->record->type == set.type; record++) {
        set.count++;
        set.bytes += sizeof(uint16_t) + record->record->rdlength;
        /* Those of signatures may differ: RFC 4034 3. */
        set.is_odd |= record->ttl != set.first->ttl && set.type != DNS_TYPE_RRSIG;
        set.is_odd |= record->is_doubled;
        if (record->ttl < set.ttl)
            set.ttl = record->ttl;
    }
    set.is_odd |= set.bytes + set.count * BUILD_RECORD_HEAD > BUILD_RRSET_SURE;
    return set;
}

bool build_group_has(const struct build_group *group, uint16_t type)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->records[i].record->type == type)
            return true;
    return false;
}
