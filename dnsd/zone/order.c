/* SPDX-License-Identifier: GPL-3.0-or-later */
/* order.c - from blocks to one order of names, cut into parts. Knows RFC 4034 6.1's order; hides
 * the sorting, which is quick where the files are in order already. */
#include "common/mem.h"
#include "dnsd/zone/build.h"
#include "dnsd/zone/parallel.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum {
    SORTED_BY_INSERTION = 8, /* entries */
    PARTS_MAX = 256,
    SAMPLES = 16, /* for each part */
};

void build_key(struct build_key *key, const uint8_t *name, unsigned labels)
{
    uint8_t start[DNAME_LABELS_MAX + 1] = { 0 };
    unsigned pos = 0;
    for (unsigned i = 0; i < labels; i++) {
        start[i] = (uint8_t)pos;
        pos += name[pos] + 1u;
    }
    uint8_t *to = key->bytes;
    while (labels--) {
        const uint8_t *label = name + start[labels];
        for (unsigned i = 1; i <= *label; i++) {
            if (label[i] <= 1)
                *to++ = 1;
            *to++ = label[i] <= 1 ? label[i] + 1 : label[i];
        }
        *to++ = 0;
    }
    memset(to, 0, sizeof(uint64_t));
    key->len = (size_t)(to - key->bytes);
}

uint64_t build_prefix(const struct build_key *key)
{
    uint64_t prefix;
    memcpy(&prefix, key->bytes, sizeof prefix);
    return be64toh(prefix);
}

/* --- sorting ------------------------------------------------------------------------------------
 */

static int owner_cmp(const struct build_owner *a, const struct build_owner *b)
{
    const size_t common = a->key_len < b->key_len ? a->key_len : b->key_len;
    const int d = memcmp(a->key, b->key, common);
    return d ? d : a->key_len - b->key_len;
}

int build_entry_cmp(const struct build_entry *a, const struct build_entry *b)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    return owner_cmp(a->owner, b->owner);
}

static void sort_by_insertion(struct build_entry *entries, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct build_entry entry = entries[i];
        size_t at = i;
        for (; at && build_entry_cmp(&entry, &entries[at - 1]) < 0; at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
}

/* Merges the sorted halves of `entries`, the first of which has `half` of them. */
static void merge(struct build_entry *entries, size_t half, size_t count, struct build_entry *spare)
{
    memcpy(spare, entries, half * sizeof *spare);
    struct build_entry *to = entries;
    const struct build_entry *left = spare, *right = entries + half;
    const struct build_entry *left_end = spare + half, *right_end = entries + count;
    while (left < left_end && right < right_end)
        *to++ = build_entry_cmp(right, left) < 0 ? *right++ : *left++;
    memcpy(to, left, (size_t)(left_end - left) * sizeof *to);
}

void build_sort(struct build_entry *entries, size_t count, struct build_entry *spare)
{
    if (count <= SORTED_BY_INSERTION) {
        sort_by_insertion(entries, count);
        return;
    }
    const size_t half = count / 2;
    build_sort(entries, half, spare);
    build_sort(entries + half, count - half, spare);
    if (build_entry_cmp(&entries[half - 1], &entries[half]) > 0)
        merge(entries, half, count, spare);
}

/* The first of the sorted entries that is not before `key`. */
static size_t lower_bound(const struct build_entry *entries, size_t count,
                          const struct build_entry *key)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (build_entry_cmp(&entries[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* --- parts --------------------------------------------------------------------------------------
 */

/* How the entries of all blocks are dealt out to the parts. */
struct dealing {
    struct zone_builder *builder;
    size_t parts;
    struct build_entry *bounds; /* parts - 1 of them: where a part ends and the next begins */
    uint32_t *cuts; /* for each block, where its entries of each part begin; and the end */
};

static uint32_t *cuts_of(const struct dealing *dealing, size_t block)
{
    return dealing->cuts + block * (dealing->parts + 1);
}

static size_t count_entries(const struct zone_builder *builder)
{
    size_t count = 0;
    for (size_t i = 0; i < builder->block_count; i++)
        count += builder->blocks[i]->count;
    return count;
}

/* Bounds such that parts are about as large as each other: from a sample. */
static void choose_bounds(struct dealing *dealing)
{
    const struct zone_builder *builder = dealing->builder;
    const size_t stride = builder->entry_count / (dealing->parts * SAMPLES) + 1;
    const size_t max = builder->entry_count / stride + 1;
    struct build_entry *samples = mem_calloc(max + max / 2 + 1, sizeof *samples);
    size_t count = 0, skipped = 0;
    for (size_t i = 0; i < builder->block_count; i++) {
        const struct build_block *block = builder->blocks[i];
        for (; skipped < block->count; skipped += stride)
            samples[count++] = block->entries[skipped];
        skipped -= block->count;
    }
    build_sort(samples, count, samples + max);
    for (size_t i = 1; i < dealing->parts; i++)
        dealing->bounds[i - 1] = samples[i * count / dealing->parts];
    free(samples);
}

static void cut_block(void *arg, size_t job)
{
    const struct dealing *dealing = arg;
    const struct build_block *block = dealing->builder->blocks[job];
    uint32_t *cuts = cuts_of(dealing, job);
    cuts[0] = 0;
    for (size_t i = 1; i < dealing->parts; i++)
        cuts[i] = (uint32_t)lower_bound(block->entries, block->count, &dealing->bounds[i - 1]);
    cuts[dealing->parts] = (uint32_t)block->count;
}

static void place_parts(struct dealing *dealing)
{
    struct zone_builder *builder = dealing->builder;
    size_t at = 0;
    for (size_t i = 0; i < dealing->parts; i++) {
        struct build_part *part = &builder->parts[i];
        part->begin = at;
        for (size_t block = 0; block < builder->block_count; block++)
            at += cuts_of(dealing, block)[i + 1] - cuts_of(dealing, block)[i];
        part->end = at;
    }
}

static void fill_part(void *arg, size_t job)
{
    const struct dealing *dealing = arg;
    struct zone_builder *builder = dealing->builder;
    const struct build_part *part = &builder->parts[job];
    struct build_entry *to = builder->entries + part->begin;
    for (size_t i = 0; i < builder->block_count; i++) {
        const uint32_t *cuts = cuts_of(dealing, i) + job;
        memcpy(to, builder->blocks[i]->entries + cuts[0], (cuts[1] - cuts[0]) * sizeof *to);
        to += cuts[1] - cuts[0];
    }
    const size_t count = part->end - part->begin;
    struct build_entry *spare = mem_calloc(count / 2 + 1, sizeof *spare);
    build_sort(builder->entries + part->begin, count, spare);
    free(spare);
}

/* What so many equal names left empty. */
static void drop_empty_parts(struct zone_builder *builder)
{
    size_t kept = 0;
    for (size_t i = 0; i < builder->part_count; i++)
        if (builder->parts[i].begin < builder->parts[i].end)
            builder->parts[kept++] = builder->parts[i];
    builder->part_count = kept ? kept : 1;
}

static void free_block_entries(struct zone_builder *builder)
{
    for (size_t i = 0; i < builder->block_count; i++) {
        free(builder->blocks[i]->entries);
        builder->blocks[i]->entries = NULL;
    }
}

int build_order(struct zone_builder *builder, struct err *err)
{
    builder->entry_count = count_entries(builder);
    if (builder->entry_count >= UINT32_MAX)
        return err_set(err, "more than 4 billion names");
    builder->entries = mem_calloc(builder->entry_count, sizeof *builder->entries);
    size_t parts = builder->entry_count / builder->part_entries + 1;
    if (parts > PARTS_MAX)
        parts = PARTS_MAX;
    builder->parts = mem_calloc(parts, sizeof *builder->parts);
    builder->part_count = parts;
    struct dealing dealing = {
        .builder = builder,
        .parts = parts,
        .bounds = mem_calloc(parts, sizeof *dealing.bounds),
        .cuts = mem_calloc(builder->block_count, (parts + 1) * sizeof *dealing.cuts),
    };
    if (parts > 1)
        choose_bounds(&dealing);
    parallel_run(builder->block_count, builder->threads, cut_block, &dealing);
    place_parts(&dealing);
    parallel_run(parts, builder->threads, fill_part, &dealing);
    free(dealing.bounds);
    free(dealing.cuts);
    free_block_entries(builder);
    drop_empty_parts(builder);
    return 0;
}

size_t build_name_end(const struct zone_builder *builder, size_t begin)
{
    const struct build_entry *entries = builder->entries;
    size_t i = begin + 1;
    while (i < builder->entry_count && build_entry_cmp(&entries[begin], &entries[i]) == 0)
        i++;
    return i;
}

/* --- searching ----------------------------------------------------------------------------------
 */

static int key_cmp(const struct build_key *key, uint64_t prefix, const struct build_entry *entry)
{
    if (prefix != entry->prefix)
        return prefix < entry->prefix ? -1 : 1;
    const size_t len = entry->owner->key_len;
    const int d = memcmp(key->bytes, entry->owner->key, key->len < len ? key->len : len);
    return d ? d : (key->len > len) - (key->len < len);
}

size_t build_search(const struct zone_builder *builder, const struct build_key *key, size_t near)
{
    const uint64_t prefix = build_prefix(key);
    const struct build_entry *entries = builder->entries;
    size_t low = 0, high = near, step = 1;
    /* What follows on `near` is found in a few steps: hosts often stand below who names them. */
    if (near < builder->entry_count && key_cmp(key, prefix, &entries[near]) > 0) {
        for (low = near;
             low + step < builder->entry_count && key_cmp(key, prefix, &entries[low + step]) > 0;
             step *= 2)
            low += step;
        high = low + step < builder->entry_count ? low + step + 1 : builder->entry_count;
    } else if (near < builder->entry_count) {
        high = near + 1;
    }
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (key_cmp(key, prefix, &entries[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    const bool found = low < builder->entry_count && key_cmp(key, prefix, &entries[low]) == 0;
    return found ? low : builder->entry_count;
}
