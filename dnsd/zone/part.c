/* SPDX-License-Identifier: GPL-3.0-or-later */
/* part.c - from a stretch of the order to nodes as they lie in an image: empty non-terminals
 * between the names, and what is known of each name. Knows what hides names from readers. */
#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/zone/build.h"
#include "dnsd/zone/chain.h"
#include "dnsd/zone/rdata.h"

#include <stdlib.h>
#include <string.h>

enum { ELSEWHERE = -1, FIRST_BYTES = 64, AHEAD = 8 };

/* What the names below a name are hidden by: the cut or DNAME that is nearest to the apex. */
enum hidden { BY_NOTHING, BY_CUT, BY_DNAME };

/* A name on the way from the apex to the name that was added last. */
struct level {
    size_t key_len;
    unsigned wire_at; /* where its name begins in `wire`; it ends with that */
    uint64_t hash;
    ssize_t node; /* where it stands in the part, or ELSEWHERE: in an earlier one */
    enum hidden below;
};

struct making {
    const struct zone_builder *builder;
    struct build_part *part;
    struct level levels[DNAME_LABELS_MAX + 1]; /* the apex first */
    unsigned depth;                            /* how many there are */
    uint8_t wire[DNAME_MAX];
    const struct build_owner *last; /* whose levels these are */
    struct build_group group;
    bool has_names_below; /* the name that is added */
};

void build_list_add(struct build_list *list, size_t item)
{
    list->items = mem_realloc(list->items, (list->count + 1) * sizeof *list->items);
    list->items[list->count++] = item;
}

void build_part_free(struct build_part *part)
{
    free(part->bytes);
    free(part->hashes);
    free(part->units);
    free(part->wildcards.items);
    free(part->odd.items);
}

static struct level *deepest(struct making *making)
{
    return &making->levels[making->depth - 1];
}

/* --- levels -------------------------------------------------------------------------------------
 */

static void push_apex(struct making *making)
{
    const struct dname *apex = &making->builder->apex;
    struct name_key key;
    name_key_init(&key, apex->wire);
    making->depth = 1;
    making->levels[0] = (struct level){
        .wire_at = (unsigned)(DNAME_MAX - apex->len),
        .hash = key.hash[0],
        .node = ELSEWHERE,
    };
    memcpy(making->wire + making->levels[0].wire_at, apex->wire, apex->len);
}

/* One label further towards the name of `owner`. */
static void push(struct making *making, const struct build_owner *owner)
{
    if (making->depth == 0) {
        push_apex(making);
        return;
    }
    const struct level *above = deepest(making);
    const uint8_t *from = owner->key + above->key_len;
    uint8_t label[1 + DNAME_LABEL_MAX], n = 0;
    for (; *from; from++)
        label[++n] = *from == 1 ? (uint8_t)(*++from - 1) : *from;
    label[0] = n;
    making->levels[making->depth++] = (struct level){
        .key_len = (size_t)(from + 1 - owner->key),
        .wire_at = above->wire_at - n - 1u,
        .hash = name_key_hash_below(above->hash, label),
        .node = ELSEWHERE,
    };
    memcpy(making->wire + deepest(making)->wire_at, label, n + 1u);
}

static size_t common_bytes(const struct build_owner *a, const struct build_owner *b)
{
    const size_t max = a->key_len < b->key_len ? a->key_len : b->key_len;
    size_t i = 0;
    while (i < max && a->key[i] == b->key[i])
        i++;
    return i;
}

/* Leaves the levels that are at or above the name of `owner`, too. */
static void climb(struct making *making, const struct build_owner *owner)
{
    if (!making->last)
        return;
    const size_t common = common_bytes(making->last, owner);
    while (deepest(making)->key_len > common)
        making->depth--;
}

/* The name of the deepest level has these records. */
static void settle_below(struct making *making, const struct build_group *group)
{
    struct level *level = deepest(making);
    level->below = making->depth > 1 ? level[-1].below : BY_NOTHING;
    if (level->below != BY_NOTHING)
        return;
    if (making->depth > 1 && build_group_has(group, DNS_TYPE_NS))
        level->below = BY_CUT;
    else if (build_group_has(group, DNS_TYPE_DNAME))
        level->below = BY_DNAME;
}

/* The records of the deepest level, which is at or above the name of `owner`. */
static void gather_level(struct making *making, const struct build_owner *owner)
{
    const struct zone_builder *builder = making->builder;
    struct build_key key = { .len = deepest(making)->key_len };
    memcpy(key.bytes, owner->key, key.len);
    const size_t found = build_search(builder, &key, builder->entry_count);
    const size_t end = found < builder->entry_count ? build_name_end(builder, found) : found;
    build_gather(&making->group, builder->entries + found, builder->entries + end);
}

/* The levels of the name before the part, as if it had been added here. */
static void restore_levels(struct making *making)
{
    const struct build_owner *owner = making->builder->entries[making->part->begin - 1].owner;
    do {
        push(making, owner);
        gather_level(making, owner);
        settle_below(making, &making->group);
    } while (deepest(making)->key_len < owner->key_len);
    making->last = owner;
}

/* --- nodes --------------------------------------------------------------------------------------
 */

/* Zeroed room behind the nodes that are there; it moves. */
static uint8_t *extend(struct build_part *part, size_t bytes)
{
    if (part->cap - part->used < bytes) {
        while (part->cap - part->used < bytes)
            part->cap *= 2;
        part->bytes = mem_realloc(part->bytes, part->cap);
    }
    uint8_t *room = part->bytes + part->used;
    part->used += bytes;
    return memset(room, 0, bytes);
}

/* Finds the targets of an RRset: entries, from 1; 0: none. True: there are any. */
static bool find_targets(const struct making *making, const struct build_rrset *set,
                         uint32_t *targets, size_t near)
{
    const struct zone_builder *builder = making->builder;
    const uint8_t *owner = making->wire + making->levels[making->depth - 1].wire_at;
    bool any = false;
    for (size_t i = 0; i < set->count; i++) {
        const size_t entry = build_target(builder, owner, set->first[i].record, near);
        targets[i] = entry < builder->entry_count ? (uint32_t)entry + 1 : 0;
        any |= targets[i] != 0;
    }
    return any;
}

/* Targets are looked for in place, and taken back if there are none. */
static void add_targets(struct making *making, const struct build_rrset *set, size_t rrset_at,
                        size_t near)
{
    struct build_part *part = making->part;
    const size_t bytes = set->count * sizeof(uint32_t);
    uint32_t *targets = (void *)extend(part, bytes);
    struct zone_rrset *rrset = (void *)(part->bytes + rrset_at);
    rrset->has_targets = find_targets(making, set, targets, near);
    part->has_targets |= rrset->has_targets;
    if (!rrset->has_targets)
        part->used -= bytes;
}

static void add_rrset(struct making *making, const struct build_rrset *set, size_t near)
{
    struct build_part *part = making->part;
    const size_t at = part->used;
    struct zone_rrset *to = (void *)extend(part, image_rrset_size(set->bytes, 0, false));
    to->type = set->type;
    to->count = (uint16_t)set->count;
    to->ttl = set->ttl;
    to->bytes = (uint16_t)set->bytes;
    uint8_t *rdata = to->rdata;
    for (size_t i = 0; i < set->count; i++) {
        const struct batch_record *record = set->first[i].record;
        wire_set_u16(rdata, record->rdlength);
        memcpy(rdata + 2, record->rdata, record->rdlength);
        rdata += 2 + record->rdlength;
    }
    if (rdata_layout(set->type).host)
        add_targets(making, set, at, near);
    part->rrsets++;
    part->records += set->count;
}

/* Returns true if build_check has something to say of them. */
static bool add_rrsets(struct making *making, size_t near)
{
    bool odd = false;
    for (size_t i = 0; i < making->group.count;) {
        const struct build_rrset set = build_rrset_at(&making->group, i);
        if (set.bytes <= UINT16_MAX)
            add_rrset(making, &set, near);
        odd |= set.is_odd;
        i += set.count;
    }
    return odd;
}

/* RFC 5155 7.2.8: such a name is there for nobody, unless names below are. */
static bool is_nsec3(const struct making *making)
{
    const struct build_group *group = &making->group;
    if (!group->count || group->records[group->count - 1].record->type != DNS_TYPE_NSEC3)
        return false;
    for (size_t i = 0; i < group->count; i++) {
        const uint16_t type = group->records[i].record->type;
        if (type != DNS_TYPE_RRSIG && type != DNS_TYPE_NSEC3)
            return false;
    }
    return !making->has_names_below;
}

static unsigned flags_of(const struct making *making)
{
    const struct level *level = &making->levels[making->depth - 1];
    const struct build_group *group = &making->group;
    unsigned flags = group->count ? 0 : NODE_EMPTY;
    if (making->depth == 1)
        flags |= NODE_APEX;
    else if (build_group_has(group, DNS_TYPE_NS))
        flags |= NODE_CUT;
    if (build_group_has(group, DNS_TYPE_DNAME))
        flags |= NODE_DNAME;
    if (making->depth > 1 && level[-1].below != BY_NOTHING)
        flags |= NODE_BELOW_CUT;
    if (is_nsec3(making))
        flags |= NODE_NSEC3;
    return flags;
}

/* The name above has a wildcard. */
static void tell_above(struct making *making, const struct level *level)
{
    struct build_part *part = making->part;
    if (level[-1].node == ELSEWHERE)
        build_list_add(&part->wildcards, (size_t)level->node / IMAGE_UNIT);
    else
        ((struct zone_node *)(void *)(part->bytes + level[-1].node))->flags |= NODE_HAS_WILDCARD;
}

/* What the hash table will need to know of a name. */
static void list_name(struct build_part *part, const struct level *level)
{
    if (part->names == part->names_cap) {
        part->names_cap *= 2;
        part->hashes = mem_realloc(part->hashes, part->names_cap * sizeof *part->hashes);
        part->units = mem_realloc(part->units, part->names_cap * sizeof *part->units);
    }
    part->hashes[part->names] = level->hash;
    part->units[part->names++] = (uint32_t)((size_t)level->node / IMAGE_UNIT);
}

/* A node for the deepest level, with the records of the group. The entry `near` is its own, or of
 * the first name below. Returns true if build_check has something to say. */
static bool add_node(struct making *making, size_t near)
{
    struct build_part *part = making->part;
    struct level *level = deepest(making);
    const uint8_t *name = making->wire + level->wire_at;
    const size_t name_len = DNAME_MAX - level->wire_at, at = part->used;
    const unsigned flags = flags_of(making);
    struct zone_node *node = (void *)extend(part, image_node_head(name_len));
    node->flags = (uint8_t)flags;
    node->name_len = (uint8_t)name_len;
    memcpy(node->name, name, name_len);
    level->node = (ssize_t)at;
    settle_below(making, &making->group);
    if (name[0] == 1 && name[1] == '*' && making->depth > 1)
        tell_above(making, level);
    if (!(flags & NODE_NSEC3))
        list_name(part, level);
    part->nodes++;
    const bool odd = add_rrsets(making, near);
    extend(part, image_round(part->used, IMAGE_UNIT) - part->used);
    if (making->builder->has_proofs && chain_has_proof(flags))
        extend(part, sizeof(struct image_proof));
    part->nsec3_nodes += flags & NODE_NSEC3 ? 1 : 0;
    node = (void *)(part->bytes + at);
    node->units = (uint32_t)((part->used - at) / IMAGE_UNIT);
    return odd;
}

/* Adds the name of the entries, and the names between it and the levels. */
static void add_name(struct making *making, size_t begin, size_t end)
{
    const struct zone_builder *builder = making->builder;
    struct build_owner *owner = builder->entries[begin].owner;
    climb(making, owner);
    making->last = owner;
    making->group.count = 0;
    for (;;) {
        push(making, owner);
        if (deepest(making)->key_len == owner->key_len)
            break;
        add_node(making, begin);
    }
    build_gather(&making->group, builder->entries + begin, builder->entries + end);
    making->has_names_below = end < builder->entry_count &&
                              common_bytes(owner, builder->entries[end].owner) == owner->key_len;
    if (add_node(making, begin))
        build_list_add(&making->part->odd, begin);
    owner->unit = (uint32_t)((size_t)deepest(making)->node / IMAGE_UNIT);
    owner->below_dname = making->depth > 1 && deepest(making)[-1].below == BY_DNAME;
}

void build_part(const struct zone_builder *builder, struct build_part *part)
{
    struct making making = { .builder = builder, .part = part };
    const size_t count = part->end - part->begin + 1;
    part->names_cap = count;
    part->hashes = mem_calloc(count, sizeof *part->hashes);
    part->units = mem_calloc(count, sizeof *part->units);
    part->cap = count * FIRST_BYTES;
    part->bytes = mem_alloc(part->cap);
    if (part->begin)
        restore_levels(&making);
    for (size_t i = part->begin, next; i < part->end; i = next) {
        if (i + AHEAD < part->end)
            __builtin_prefetch(builder->entries[i + AHEAD].owner);
        next = build_name_end(builder, i);
        add_name(&making, i, next);
    }
    if (part->nodes == 0) { /* no name at all */
        push_apex(&making);
        add_node(&making, 0);
    }
    build_group_free(&making.group);
}
