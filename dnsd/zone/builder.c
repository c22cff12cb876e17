/* SPDX-License-Identifier: GPL-3.0-or-later */
/* builder.c - gathers records, then has them sorted, indexed, checked and packed. Knows what a
 * single record must be like; hides how records are kept until then. */
#include "dnsd/zone/builder.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/zone/build.h"
#include "dnsd/zone/rdata.h"
#include "dnsd/zone/rrtype.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

struct zone_builder *zone_builder_new(const uint8_t *apex)
{
    struct zone_builder *builder = mem_zalloc(sizeof *builder);
    builder->apex_len = (uint8_t)dname_lower(builder->apex, apex);
    builder->apex_labels = dname_labels(apex);
    return builder;
}

void zone_builder_free(struct zone_builder *builder)
{
    if (!builder)
        return;
    pool_free(&builder->pool);
    free(builder->entries);
    free(builder->nodes);
    free(builder->slots);
    build_chain_free(&builder->chain);
    free(builder);
}

static int check_record(const struct zone_record *record, struct err *err)
{
    char type[RRTYPE_TEXT_MAX];
    if (rrtype_is_meta(record->type))
        return err_set(err, "type %s cannot stand in a zone (RFC 6895 3.1)",
                       rrtype_text(record->type, type));
    const char *problem = rdata_problem(record->type, record->rdata, record->rdlength);
    return problem ? err_set(err, "%s record: %s", rrtype_text(record->type, type), problem) : 0;
}

static struct build_entry *new_entry(struct zone_builder *builder)
{
    if (builder->entry_count == builder->entry_cap) {
        builder->entry_cap = builder->entry_cap ? builder->entry_cap * 2 : 16;
        builder->entries = mem_realloc(builder->entries,
                                       builder->entry_cap * sizeof *builder->entries);
    }
    return &builder->entries[builder->entry_count++];
}

static struct build_owner *new_owner(struct zone_builder *builder, const uint8_t *name, size_t len)
{
    uint8_t key[BUILD_KEY_MAX + sizeof(uint64_t)] = { 0 };
    const size_t key_len = build_sort_key(name, dname_labels(name) - builder->apex_labels, key);
    struct build_owner *owner = pool_alloc(&builder->pool, sizeof *owner + len + key_len);
    *owner = (struct build_owner){ .name_len = (uint8_t)len, .key_len = (uint16_t)key_len };
    memcpy(owner->bytes, name, len);
    memcpy(owner->bytes + len, key, key_len);

    struct build_entry *entry = new_entry(builder);
    memcpy(&entry->prefix, key, sizeof entry->prefix);
    entry->prefix = be64toh(entry->prefix);
    entry->owner = owner;
    return owner;
}

/* The owner to add to: the last one if the name is the same, as in most files; NULL outside. */
static struct build_owner *owner_for(struct zone_builder *builder, const uint8_t *name)
{
    uint8_t lower[DNAME_MAX];
    const size_t len = dname_lower(lower, name);
    if (builder->entry_count) {
        struct build_owner *last = builder->entries[builder->entry_count - 1].owner;
        if (last->name_len == len && memcmp(last->bytes, lower, len) == 0)
            return last;
    }
    return dname_is_at_or_below(lower, builder->apex) ? new_owner(builder, lower, len) : NULL;
}

int zone_builder_add(struct zone_builder *builder, const struct zone_record *record,
                     struct err *err)
{
    if (check_record(record, err))
        return -1;
    struct build_owner *owner = owner_for(builder, record->owner);
    if (!owner) {
        char name[DNAME_TEXT_MAX], zone[DNAME_TEXT_MAX];
        return err_set(err, "%.300s is not in the zone %.300s", dname_to_text(record->owner, name),
                       dname_to_text(builder->apex, zone));
    }
    struct build_record *new = pool_alloc(&builder->pool, sizeof *new + record->rdlength);
    *new = (struct build_record){
        .ttl = record->ttl > INT32_MAX ? 0 : record->ttl, /* RFC 2181 8 */
        .target = BUILD_NONE,
        .type = record->type,
        .rdlength = record->rdlength,
    };
    if (record->rdlength)
        memcpy(new->rdata, record->rdata, record->rdlength);
    if (owner->last)
        owner->last->next = new;
    else
        owner->first = new;
    owner->last = new;
    return 0;
}

const struct zone *zone_builder_finish(struct zone_builder *builder, zone_find *find, void *arg,
                                       struct err *err)
{
    if (build_tree(builder, err) || build_index(builder, err))
        return NULL;
    build_targets(builder);
    if (build_check(builder, find, arg, err))
        return NULL;
    build_chain(builder);
    return build_pack(builder, err);
}

struct build_rrset build_rrset_at(struct build_record *first)
{
    struct build_rrset set = { .first = first, .ttl = first->ttl };
    struct build_record *record = first;
    for (; record && record->type == first->type; record = record->next) {
        set.count++;
        set.bytes += sizeof(uint16_t) + record->rdlength;
        set.has_targets |= record->target != BUILD_NONE;
        set.ttls_differ |= record->ttl != first->ttl;
        if (record->ttl < set.ttl)
            set.ttl = record->ttl;
    }
    set.end = record;
    return set;
}

bool build_node_has(const struct build_node *node, uint16_t type)
{
    const struct build_record *record = node->records;
    while (record && record->type != type)
        record = record->next;
    return record != NULL;
}

bool build_node_has_address(const struct build_node *node)
{
    return build_node_has(node, DNS_TYPE_A) || build_node_has(node, DNS_TYPE_AAAA);
}
