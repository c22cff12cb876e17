/* SPDX-License-Identifier: GPL-3.0-or-later */
/* block.c - from a batch to a block: names become keys to sort by, and are sorted. */
#include "common/mem.h"
#include "dnsd/zone/build.h"

#include <stdlib.h>
#include <string.h>

/* Owners that are being written. */
struct writing {
    uint8_t *bytes;
    size_t used, cap;
};

static void *extend(struct writing *writing, size_t bytes)
{
    if (writing->cap - writing->used < bytes) {
        writing->cap = 2 * writing->cap + bytes;
        writing->bytes = mem_realloc(writing->bytes, writing->cap);
    }
    void *room = writing->bytes + writing->used;
    writing->used += bytes;
    return room;
}

static void add_owner(struct writing *writing, const struct batch_owner *from,
                      const struct build_key *key)
{
    const uint8_t *records = (const uint8_t *)batch_first_record(from);
    const size_t records_bytes = (size_t)((const uint8_t *)from + from->bytes - records);
    const size_t head = batch_round(offsetof(struct build_owner, key) + key->len);
    struct build_owner *to = extend(writing, head + records_bytes);
    to->unit = 0;
    to->count = from->count;
    to->key_len = (uint16_t)key->len;
    to->below_dname = false;
    memcpy(to->key, key->bytes, key->len);
    memcpy((uint8_t *)to + head, records, records_bytes);
}

/* The owners move while they grow: only at the end it is known where they are. */
static void set_owners(struct build_block *block, const size_t *places)
{
    for (size_t i = 0; i < block->count; i++)
        block->entries[i].owner = (void *)(block->owners + places[i]);
}

struct build_block *build_block_new(const struct zone_builder *builder, const struct batch *batch)
{
    struct build_block *block = mem_zalloc(sizeof *block);
    struct writing writing = { .cap = batch->used, .bytes = mem_alloc(batch->used) };
    struct build_entry *entries = mem_calloc(batch->owners, sizeof *entries);
    size_t *places = mem_calloc(batch->owners, sizeof *places);
    const struct batch_owner *owner = NULL;
    while ((owner = batch_next_owner(batch, owner))) {
        struct build_key key;
        build_key(&key, owner->name, dname_labels(owner->name) - builder->apex_labels);
        entries[block->count].prefix = build_prefix(&key);
        places[block->count++] = writing.used;
        add_owner(&writing, owner, &key);
    }
    block->entries = entries;
    block->owners = mem_realloc(writing.bytes, writing.used);
    set_owners(block, places);
    free(places);
    struct build_entry *spare = mem_calloc(block->count / 2 + 1, sizeof *spare);
    build_sort(entries, block->count, spare);
    free(spare);
    return block;
}

void build_block_free(struct build_block *block)
{
    free(block->entries);
    free(block->owners);
    free(block);
}
