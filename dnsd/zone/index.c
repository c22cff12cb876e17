/* SPDX-License-Identifier: GPL-3.0-or-later */
/* index.c - the hash table over the names of a zone that is built, and the targets found with it.
 * Knows how full the table may be; hides the probing. */
#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/zone/build.h"
#include "dnsd/zone/rdata.h"

#include <string.h>

static int insert(struct zone_builder *builder, uint32_t index, struct err *err)
{
    const struct build_node *node = &builder->nodes[index];
    uint64_t at = node->hash & builder->slot_mask;
    for (unsigned probes = 0; builder->slots[at].ref; at = (at + 1) & builder->slot_mask)
        if (++probes > IMAGE_PROBES_MAX)
            return image_collision(node->name, err);
    builder->slots[at] = (struct image_slot){ (uint32_t)(node->hash >> 32), index + 1 };
    return 0;
}

int build_index(struct zone_builder *builder, struct err *err)
{
    enum { AHEAD = 8 };
    const uint64_t slots = image_slots_for(builder->node_count);
    builder->slots = mem_calloc(slots, sizeof *builder->slots);
    builder->slot_mask = slots - 1;
    for (uint32_t i = 0; i < builder->node_count; i++) {
        if (i + AHEAD < builder->node_count)
            __builtin_prefetch(&builder->slots[builder->nodes[i + AHEAD].hash & builder->slot_mask],
                               1);
        if (insert(builder, i, err))
            return -1;
    }
    return 0;
}

static struct build_node *lookup(const struct zone_builder *builder, const struct name_key *key,
                                 unsigned skip)
{
    const uint32_t tag = (uint32_t)(key->hash[skip] >> 32);
    const size_t len = (size_t)key->len - key->offset[skip];
    uint64_t at = key->hash[skip] & builder->slot_mask;
    for (; builder->slots[at].ref; at = (at + 1) & builder->slot_mask) {
        if (builder->slots[at].tag != tag)
            continue;
        struct build_node *node = &builder->nodes[builder->slots[at].ref - 1];
        if (node->name_len == len && memcmp(node->name, name_key_suffix(key, skip), len) == 0)
            return node;
    }
    return NULL;
}

struct build_found build_find(const struct zone_builder *builder, const uint8_t *name)
{
    struct build_found found = { NULL, NULL };
    if (!dname_is_at_or_below(name, builder->apex))
        return found;
    struct name_key key;
    name_key_init(&key, name);
    found.node = found.encloser = lookup(builder, &key, 0);
    for (unsigned skip = 1; !found.encloser; skip++)
        found.encloser = lookup(builder, &key, skip);
    return found;
}

/* True if a DNAME hides the node: what stands there is not the name's data. */
static bool below_dname(const struct zone_builder *builder, const struct build_node *node)
{
    bool hidden = false;
    while (node->flags & NODE_BELOW_CUT) {
        node = &builder->nodes[node->parent];
        if (node->flags & (NODE_CUT | NODE_DNAME)) /* the one nearest to the apex counts */
            hidden = !(node->flags & NODE_CUT);
    }
    return hidden;
}

/* Whether something stands there that goes into the additional section. */
static bool is_useful(const struct build_node *node, uint16_t type)
{
    const uint8_t next = rdata_layout(type).next;
    return build_node_has_address(node) || (next && build_node_has(node, next));
}

static void find_target(struct zone_builder *builder, const struct build_node *owner,
                        struct build_record *record)
{
    const uint8_t *host = rdata_target(owner->name, record->type, record->rdata);
    struct build_node *node = host ? build_find(builder, host).node : NULL;
    if (!node || !is_useful(node, record->type) || below_dname(builder, node))
        return;
    record->target = (uint32_t)(node - builder->nodes);
}

void build_targets(struct zone_builder *builder)
{
    for (uint32_t i = 0; i < builder->node_count; i++) {
        build_prefetch(builder, i);
        const struct build_node *owner = &builder->nodes[i];
        for (struct build_record *record = owner->records; record; record = record->next)
            if (rdata_layout(record->type).host)
                find_target(builder, owner, record);
    }
}
