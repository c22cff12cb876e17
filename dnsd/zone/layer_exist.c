/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layer_exist.c - which names there are in a version that is made from another. A name is there if
 * it has records, or one below it has (RFC 8020, RFC 4592 2.2.2). */
#include "dnsd/zone/layer_plan.h"

/* The name has lost its records; whether it is still there, and empty names above it, is to be
 * seen. */
static void doubt(struct layer_plan *plan, struct layer_name *name)
{
    struct name_key key;
    name_key_init(&key, name->name);
    name->exists = false;
    for (unsigned skip = 1; skip < layer_depth(plan, &key); skip++) {
        struct layer_name *above = layer_find(plan, &key, skip);
        const struct zone_node *base = above ? above->base : image_find(plan->base, &key, skip);
        if (above ? above->from != NULL : base && !(base->flags & NODE_EMPTY))
            return;
        if (above || base)
            layer_add(plan, &key, skip)->exists = false;
    }
}

/* The name has records: it is there, and all above it are. */
static void ascertain(struct layer_plan *plan, struct layer_name *name)
{
    struct name_key key;
    name_key_init(&key, name->name);
    name->exists = true;
    for (unsigned skip = 1; skip < layer_depth(plan, &key); skip++)
        if (layer_find(plan, &key, skip) || !image_find(plan->base, &key, skip))
            layer_add(plan, &key, skip)->exists = true;
}

/* Whether a name of the base has records that stays as it is, below this one. */
static bool has_names_below(const struct layer_plan *plan, const struct layer_name *name)
{
    const struct zone_node *node = name->base;
    while ((node = layer_next_below(plan, name->base, node))) {
        struct name_key key;
        name_key_init(&key, node->name);
        if (!(node->flags & NODE_EMPTY) && !layer_find(plan, &key, 0))
            return true;
    }
    return false;
}

void layer_exist(struct layer_plan *plan)
{
    const uint32_t known = plan->count;
    for (uint32_t i = 0; i < known; i++)
        if (!plan->names[i]->from)
            doubt(plan, plan->names[i]);
    for (uint32_t i = 0; i < known; i++)
        if (plan->names[i]->from)
            ascertain(plan, plan->names[i]);
    for (uint32_t i = 0; i < plan->count; i++) {
        struct layer_name *name = plan->names[i];
        if (!name->exists && name->base)
            name->exists = has_names_below(plan, name);
    }
}
