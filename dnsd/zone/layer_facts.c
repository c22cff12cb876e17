/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layer_facts.c - what is precomputed for a name, and changes with other names: whether it has a
 * wildcard child, and whether something above hides it. */
#include "common/dnsmsg.h"
#include "dnsd/zone/layer_plan.h"
#include "dnsd/zone/rdata.h"

static bool has(const struct layer_plan *plan, const struct zone_node *node, uint16_t type)
{
    return node && zone_node_rrset(plan->base, node, type);
}

/* The flags that follow from the name's own records. */
static unsigned own_flags(const struct layer_plan *plan, const struct layer_name *name)
{
    unsigned flags = name->name_len == zone_apex(plan->base)->name_len ? NODE_APEX : 0;
    if (!name->exists)
        return NODE_GONE;
    if (!flags && has(plan, name->from, DNS_TYPE_NS))
        flags |= NODE_CUT;
    if (has(plan, name->from, DNS_TYPE_DNAME))
        flags |= NODE_DNAME;
    return name->from ? flags : flags | NODE_EMPTY;
}

/* Which of a name's flags says how it hides what is below it; 0: it does not. */
static unsigned hides(unsigned flags)
{
    return flags & NODE_CUT ? NODE_CUT : flags & NODE_DNAME;
}

static bool is_wildcard(const struct layer_name *name)
{
    return name->name[0] == 1 && name->name[1] == '*';
}

static void add_parent(struct layer_plan *plan, const struct layer_name *name)
{
    struct name_key key;
    name_key_init(&key, name->name);
    if (layer_depth(plan, &key))
        layer_add(plan, &key, 1);
}

static void add_all_below(struct layer_plan *plan, const struct zone_node *above)
{
    const struct zone_node *node = above;
    while ((node = layer_next_below(plan, above, node)))
        layer_add_node(plan, node);
}

void layer_facts(struct layer_plan *plan)
{
    const uint32_t known = plan->count;
    for (uint32_t i = 0; i < known; i++) {
        const struct layer_name *name = plan->names[i];
        if (is_wildcard(name) && name->exists != (name->base != NULL))
            add_parent(plan, name);
        if (name->base && hides(own_flags(plan, name)) != hides(name->base->flags))
            add_all_below(plan, name->base);
    }
    layer_set_flags(plan, 0);
}

/* How the name is hidden by those above it: what is nearest to the apex counts. */
static unsigned hidden(const struct layer_plan *plan, const struct name_key *key)
{
    unsigned how = 0;
    for (unsigned skip = layer_depth(plan, key); skip && !how; skip--) {
        const struct layer_name *name = layer_find(plan, key, skip);
        const struct zone_node *base = name ? NULL : image_find(plan->base, key, skip);
        how = hides(name ? name->flags : base ? base->flags : 0);
    }
    return how;
}

static bool has_wildcard(const struct layer_plan *plan, const struct layer_name *name)
{
    uint8_t wire[DNAME_MAX + 2] = { 1, '*' };
    if (name->name_len + 2 > DNAME_MAX)
        return false;
    memcpy(wire + 2, name->name, name->name_len);
    struct name_key key;
    name_key_init(&key, wire);
    const struct layer_name *wildcard = layer_find(plan, &key, 0);
    return wildcard ? wildcard->exists : name->base && name->base->flags & NODE_HAS_WILDCARD;
}

static void set_flags(const struct layer_plan *plan, struct layer_name *name)
{
    struct name_key key;
    if (!name->exists)
        return;
    name_key_init(&key, name->name);
    const unsigned how = hidden(plan, &key);
    if (how)
        name->flags |= NODE_BELOW_CUT;
    if (has_wildcard(plan, name))
        name->flags |= NODE_HAS_WILDCARD;
    name->is_below_dname = how == NODE_DNAME;
}

void layer_set_flags(struct layer_plan *plan, uint32_t first)
{
    for (uint32_t i = first; i < plan->count; i++)
        plan->names[i]->flags = (uint8_t)own_flags(plan, plan->names[i]);
    for (uint32_t i = first; i < plan->count; i++)
        set_flags(plan, plan->names[i]);
}

struct layer_host layer_host(const struct layer_plan *plan, const uint8_t *owner, uint16_t type,
                             const uint8_t *rdata)
{
    struct layer_host found = { NULL, NULL };
    const uint8_t *host = rdata_target(owner, type, rdata);
    struct name_key key;
    if (!host || !dname_is_at_or_below(host, zone_name(plan->base)))
        return found;
    name_key_init(&key, host);
    const struct layer_name *name = layer_find(plan, &key, 0);
    if (name) {
        if (name->exists && name->from && !name->is_below_dname &&
            layers_is_host(plan->base, name->from, type))
            found.name = name;
        return found;
    }
    struct zone_match match;
    zone_match(plan->base, &key, &match); /* nothing above it has changed, or it would be here */
    if (match.node && !match.dname && layers_is_host(plan->base, match.node, type))
        found.base = match.node;
    return found;
}
