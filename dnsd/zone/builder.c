/* SPDX-License-Identifier: GPL-3.0-or-later */
/* builder.c - gathers batches of records, then has a zone made of them. Knows what is needed how
 * long; hides how records are kept until then. */
#include "dnsd/zone/builder.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/zone/build.h"
#include "dnsd/zone/parallel.h"

#include <stdlib.h>

enum {
    BATCH_BYTES = 256 << 10,
    PART_ENTRIES = 16 << 10, /* 256 KB, so that sorting them stays in a core's own cache */
};

struct zone_builder *zone_builder_new(const uint8_t *apex)
{
    struct zone_builder *builder = mem_zalloc(sizeof *builder);
    builder->apex.len = (uint8_t)dname_lower(builder->apex.wire, apex);
    builder->apex_labels = dname_labels(apex);
    zone_builder_tune(builder, 1, PART_ENTRIES);
    return builder;
}

void zone_builder_tune(struct zone_builder *builder, unsigned threads, size_t part_names)
{
    builder->threads = threads;
    builder->part_entries = part_names ? part_names : PART_ENTRIES;
}

static void free_records(struct zone_builder *builder)
{
    for (size_t i = 0; i < builder->block_count; i++)
        build_block_free(builder->blocks[i]);
    free(builder->blocks);
    free(builder->entries);
    builder->blocks = NULL;
    builder->entries = NULL;
    builder->block_count = 0;
}

void zone_builder_free(struct zone_builder *builder)
{
    if (!builder)
        return;
    free_records(builder);
    for (size_t i = 0; i < builder->part_count; i++)
        build_part_free(&builder->parts[i]);
    free(builder->parts);
    batch_free(&builder->batch);
    build_chain_free(&builder->chain);
    free(builder);
}

struct build_block *zone_builder_digest(const struct zone_builder *builder,
                                        const struct batch *batch)
{
    return build_block_new(builder, batch);
}

void zone_builder_take(struct zone_builder *builder, struct build_block *block)
{
    /* Grows at powers of two. */
    if ((builder->block_count & (builder->block_count - 1)) == 0)
        builder->blocks = mem_realloc(builder->blocks,
                                      (2 * builder->block_count + 1) * sizeof *builder->blocks);
    builder->blocks[builder->block_count++] = block;
}

/* Single records are a batch, too. */
static void take_batch(struct zone_builder *builder)
{
    if (builder->batch.records)
        zone_builder_take(builder, zone_builder_digest(builder, &builder->batch));
    batch_clear(&builder->batch);
}

int zone_builder_add(struct zone_builder *builder, const struct zone_record *record,
                     struct err *err)
{
    if (builder->batch.used >= BATCH_BYTES)
        take_batch(builder);
    return batch_add(&builder->batch, &builder->apex, record, err) ? -1 : 0;
}

static void make_part(void *arg, size_t job)
{
    struct zone_builder *builder = arg;
    build_part(builder, &builder->parts[job]);
}

static bool is_any_odd(const struct zone_builder *builder)
{
    for (size_t i = 0; i < builder->part_count; i++)
        if (builder->parts[i].odd.count)
            return true;
    return false;
}

static bool has_at_apex(const struct zone_builder *builder, uint16_t type)
{
    struct build_group group = { 0 };
    const struct build_key apex = { 0 };
    const size_t found = build_search(builder, &apex, 0);
    if (found == builder->entry_count)
        return false;
    const size_t end = build_name_end(builder, found);
    build_gather(&group, builder->entries + found, builder->entries + end);
    const bool has = build_group_has(&group, type);
    build_group_free(&group);
    return has;
}

static int check_rrsets(const struct zone_builder *builder, struct findings *findings,
                        struct err *err)
{
    const struct check_policy usual = check_policy_usual();
    struct findings unheard = { .policy = &usual, .err = err };
    return build_check(builder, findings ? findings : &unheard);
}

const struct zone *zone_builder_finish(struct zone_builder *builder, struct findings *findings,
                                       struct err *err)
{
    take_batch(builder);
    batch_free(&builder->batch);
    if (build_order(builder, err))
        return NULL;
    builder->has_proofs = has_at_apex(builder, DNS_TYPE_NSEC3PARAM);
    parallel_run(builder->part_count, builder->threads, make_part, builder);
    if (check_rrsets(builder, findings, err))
        return NULL;
    struct image_head head;
    build_place(builder, &head);
    builder->has_findings = is_any_odd(builder);
    if (!builder->has_findings)
        free_records(builder);
    return build_pack(builder, &head, err);
}
