/* SPDX-License-Identifier: GPL-3.0-or-later */
/* index.c - the hash table over the names of a zone that is built, and not over what owns NSEC3
 * alone. Hides the probing. */
#include "dnsd/zone/build.h"

struct table {
    struct image_slot *slots;
    uint64_t mask;
};

/* -1: no free slot near by. */
static int insert(const struct table *table, uint64_t hash, uint32_t ref)
{
    uint64_t at = hash & table->mask;
    for (unsigned probes = 0; table->slots[at].ref; at = (at + 1) & table->mask)
        if (++probes > IMAGE_PROBES_MAX)
            return -1;
    table->slots[at] = (struct image_slot){ (uint32_t)(hash >> 32), ref };
    return 0;
}

static int insert_part(const struct table *table, const struct build_part *part, struct err *err)
{
    enum { AHEAD = 16 };
    const uint8_t *at = part->bytes;
    uint32_t ref = part->ref;
    for (size_t i = 0; i < part->nodes; i++) {
        const struct zone_node *node = (const void *)at;
        if (i + AHEAD < part->nodes)
            __builtin_prefetch(&table->slots[part->hashes[i + AHEAD] & table->mask], 1);
        if (!(node->flags & NODE_NSEC3) && insert(table, part->hashes[i], ref))
            return image_collision(node->name, err);
        ref += node->units;
        at += (size_t)node->units * IMAGE_UNIT;
    }
    return 0;
}

int build_index(const struct zone_builder *builder, struct image_slot *slots, uint64_t count,
                struct err *err)
{
    const struct table table = { .slots = slots, .mask = count - 1 };
    for (size_t i = 0; i < builder->part_count; i++)
        if (insert_part(&table, &builder->parts[i], err))
            return -1;
    return 0;
}
