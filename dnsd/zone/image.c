/* SPDX-License-Identifier: GPL-3.0-or-later */
/* image.c - who holds which blocks: a version of a zone its own and its base, which later versions
 * may share. */
#include "dnsd/zone/image.h"

#include "common/mem.h"

#include <stdlib.h>

struct image *image_hold(struct image *image)
{
    atomic_fetch_add_explicit(&image->references, 1, memory_order_relaxed);
    return image;
}

void image_release(struct image *image)
{
    if (atomic_fetch_sub_explicit(&image->references, 1, memory_order_acq_rel) != 1)
        return;
    image_free((void *)image->block, image_head(image->block)->bytes);
    free(image);
}

static const struct image_slot *slots_of(const uint8_t *block)
{
    return (const void *)(block + (size_t)image_head(block)->slots * IMAGE_UNIT);
}

const struct zone *image_open_layers(struct image *base, void *top)
{
    struct zone *zone = mem_alloc(sizeof *zone);
    *zone = (struct zone){
        .base = base->block,
        .slots = slots_of(base->block),
        .slot_mask = image_head(base->block)->slot_mask,
        .top = top,
        .head = image_head(top ? top : base->block),
        .image = base,
        .references = 1,
    };
    if (top) {
        zone->top_slots = slots_of(top);
        zone->top_mask = zone->head->slot_mask;
    }
    zone->apex_labels = dname_labels(zone_name(zone));
    return zone;
}

const struct zone *image_open(void *block)
{
    struct image *image = mem_alloc(sizeof *image);
    *image = (struct image){ .block = block, .references = 1 };
    return image_open_layers(image, NULL);
}

const struct zone *zone_hold(const struct zone *zone)
{
    atomic_fetch_add_explicit(&((struct zone *)zone)->references, 1, memory_order_relaxed);
    return zone;
}

void zone_release(const struct zone *zone)
{
    if (!zone)
        return;
    atomic_uint *references = &((struct zone *)zone)->references;
    if (atomic_fetch_sub_explicit(references, 1, memory_order_acq_rel) != 1)
        return;
    if (zone->top)
        image_free((void *)zone->top, zone->head->bytes);
    image_release(zone->image);
    free((void *)zone);
}
