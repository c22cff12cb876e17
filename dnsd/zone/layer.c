/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layer.c - the steps from one version to the next, and the names that take part in them. */
#include "dnsd/zone/layer.h"

#include "common/mem.h"
#include "dnsd/zone/layer_plan.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_FIRST = 32 };

static void file_name(struct layer_plan *plan, uint32_t index)
{
    uint32_t at = (uint32_t)plan->names[index]->hash & plan->slot_mask;
    while (plan->slots[at])
        at = (at + 1) & plan->slot_mask;
    plan->slots[at] = index + 1;
}

/* Makes the table of slots anew, with room for `cap` names. */
static void file_all(struct layer_plan *plan)
{
    const uint64_t slots = image_slots_for(plan->cap);
    free(plan->slots);
    plan->slots = mem_calloc(slots, sizeof *plan->slots);
    plan->slot_mask = (uint32_t)slots - 1;
    for (uint32_t i = 0; i < plan->count; i++)
        file_name(plan, i);
}

static void grow(struct layer_plan *plan)
{
    plan->cap += plan->cap / 2 + NAMES_FIRST;
    plan->names = mem_realloc(plan->names, plan->cap * sizeof *plan->names);
    file_all(plan);
}

struct layer_name *layer_find(const struct layer_plan *plan, const struct name_key *key,
                              unsigned skip)
{
    const uint64_t hash = key->hash[skip];
    const size_t len = (size_t)key->len - key->offset[skip];
    for (uint32_t at = (uint32_t)hash & plan->slot_mask; plan->slots[at];
         at = (at + 1) & plan->slot_mask) {
        struct layer_name *name = plan->names[plan->slots[at] - 1];
        if (name->hash == hash && name->name_len == len &&
            memcmp(name->name, name_key_suffix(key, skip), len) == 0)
            return name;
    }
    return NULL;
}

static const uint8_t *keep(struct layer_plan *plan, const uint8_t *name, size_t len)
{
    return memcpy(pool_alloc(&plan->pool, len), name, len);
}

struct layer_name *layer_add(struct layer_plan *plan, const struct name_key *key, unsigned skip)
{
    struct layer_name *name = layer_find(plan, key, skip);
    if (name)
        return name;
    if (plan->count == plan->cap)
        grow(plan);
    const struct zone_node *base = image_find(plan->base, key, skip);
    const size_t len = (size_t)key->len - key->offset[skip];
    name = pool_alloc(&plan->pool, sizeof *name);
    *name = (struct layer_name){
        .name = base ? base->name : keep(plan, name_key_suffix(key, skip), len),
        .base = base,
        .from = base && !(base->flags & NODE_EMPTY) ? base : NULL,
        .hash = key->hash[skip],
        .name_len = (uint8_t)len,
        .exists = base != NULL,
    };
    plan->names[plan->count] = name;
    file_name(plan, plan->count++);
    return name;
}

struct layer_name *layer_add_node(struct layer_plan *plan, const struct zone_node *node)
{
    struct name_key key;
    name_key_init(&key, node->name);
    return layer_add(plan, &key, 0);
}

const struct zone_node *layer_next_below(const struct layer_plan *plan,
                                         const struct zone_node *above,
                                         const struct zone_node *prev)
{
    const struct zone_node *next = zone_next_node(plan->base, prev);
    return next && dname_is_at_or_below(next->name, above->name) ? next : NULL;
}

static bool same_rrset(const struct zone_rrset *a, const struct zone_rrset *b)
{
    return a->type == b->type && a->count == b->count && a->ttl == b->ttl && a->bytes == b->bytes &&
           memcmp(a->rdata, b->rdata, a->bytes) == 0;
}

/* True if two nodes have the same records. */
static bool same_records(const struct zone *zone, const struct zone_node *a,
                         const struct zone_node *b)
{
    const struct zone_rrset *in_a = NULL, *in_b = NULL;
    do {
        in_a = zone_node_next_rrset(zone, a, in_a);
        in_b = zone_node_next_rrset(zone, b, in_b);
    } while (in_a && in_b && same_rrset(in_a, in_b));
    return !in_a && !in_b;
}

/* The node has these records, or none, from now on. */
static void set_records(struct layer_plan *plan, const struct zone_node *node, bool none)
{
    layer_add_node(plan, node)->from = none ? NULL : node;
}

/* What the old top has that the base has not; what it has for other reasons will be found anew. */
static void take_old_top(struct layer_plan *plan, const struct zone *old)
{
    const struct zone_node *node = zone_apex(old);
    for (; old->top && image_is_top(old, node); node = image_behind(node)) {
        struct name_key key;
        name_key_init(&key, node->name);
        const struct zone_node *base = image_find(plan->base, &key, 0);
        const bool none = node->flags & (NODE_GONE | NODE_EMPTY);
        if (base ? !same_records(old, node, base) : !none)
            set_records(plan, node, none);
    }
}

static void take_change(struct layer_plan *plan, const struct layer_change *change)
{
    const struct zone_node *node = NULL;
    while ((node = zone_next_node(change->contents, node)))
        if (!(node->flags & NODE_EMPTY))
            set_records(plan, node, false);
    for (size_t i = 0; i < change->emptied_count; i++)
        set_records(plan, change->emptied[i], true);
}

static int name_cmp(const void *a, const void *b)
{
    const struct layer_name *const *left = a, *const *right = b;
    return dname_cmp((*left)->name, (*right)->name);
}

/* Leaves out what neither was nor is, sorts the rest, and gives each its place in the base. */
static void arrange(struct layer_plan *plan, const struct layer_order *order)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->count; i++)
        if (plan->names[i]->exists || plan->names[i]->base)
            plan->names[kept++] = plan->names[i];
    plan->count = kept;
    qsort(plan->names, kept, sizeof(struct layer_name *), name_cmp);
    file_all(plan);
    for (uint32_t i = 0; i < kept; i++) {
        struct layer_name *name = plan->names[i];
        name->anchor = name->base ? image_ref(plan->base->base, name->base)
                                  : layer_order_find(order, plan->base, name->name);
    }
}

const struct zone *layer_new(const struct zone *old, const struct layer_change *change,
                             struct err *err)
{
    struct layer_plan plan = { .base = image_open_layers(image_hold(old->image), NULL) };
    grow(&plan);
    take_old_top(&plan, old);
    take_change(&plan, change);
    const struct layer_order *order = layer_order(plan.base);
    layer_exist(&plan);
    layer_facts(&plan);
    layer_add_pointers(&plan, order);
    arrange(&plan, order);
    void *top = layer_pack(&plan, err);
    zone_release(plan.base);
    pool_free(&plan.pool);
    free(plan.names);
    free(plan.slots);
    return top ? image_open_layers(image_hold(old->image), top) : NULL;
}

size_t layer_top_bytes(const struct zone *zone)
{
    return zone->top ? zone->head->bytes : 0;
}

size_t layer_base_bytes(const struct zone *zone)
{
    return image_head(zone->base)->bytes;
}
