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

static uint32_t insert_part(const struct table *table, const struct build_part *part)
{
    enum { AHEAD = 16 };
    for (size_t i = 0; i < part->names; i++) {
        const uint32_t ref = part->ref + part->units[i];
        if (i + AHEAD < part->names)
            __builtin_prefetch(&table->slots[part->hashes[i + AHEAD] & table->mask], 1);
        if (insert(table, part->hashes[i], ref))
            return ref;
    }
    return 0;
}

uint32_t build_index(const struct zone_builder *builder, struct image_slot *slots, uint64_t count)
{
    const struct table table = { .slots = slots, .mask = count - 1 };
    uint32_t failed = 0;
    for (size_t i = 0; i < builder->part_count && !failed; i++)
        failed = insert_part(&table, &builder->parts[i]);
    return failed;
}
