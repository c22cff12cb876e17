/* SPDX-License-Identifier: GPL-3.0-or-later */
/* image.c - who holds which blocks: a version of a zone its own and its base, which later versions
 * may share. And what all who make blocks do alike. */
#include "dnsd/zone/image.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "common/wire.h"
#include "dnsd/zone/layer_plan.h"

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
    layer_order_free(image->order);
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
        zone->top_filter = zone->top + (size_t)zone->head->filter * IMAGE_UNIT;
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

void *image_alloc_for(uint64_t bytes, struct err *err)
{
    if (bytes / IMAGE_UNIT >= IMAGE_TOP) {
        err_set(err, "the zone needs more than 16 GiB of memory");
        return NULL;
    }
    void *block = image_alloc(bytes);
    if (!block)
        err_sys(err, "%.0f MB of memory for the zone", (double)bytes / 1e6);
    return block;
}

/* At most 7/10 full: a miss then reads 6 slots on average. */
uint64_t image_slots_for(uint64_t names)
{
    uint64_t slots = 2;
    while (slots * 7 < names * 10)
        slots *= 2;
    return slots;
}

int image_collision(const uint8_t *name, struct err *err)
{
    char text[DNAME_TEXT_MAX];
    return err_set(err,
                   "%.300s: too many names with the same hash: was this zone made to slow a name "
                   "server down?",
                   dname_to_text(name, text));
}

/* RFC 1035 3.3.13: behind the two names come SERIAL, REFRESH, RETRY, EXPIRE, MINIMUM. */
void image_read_soa(struct image_head *head, const struct zone_node *apex)
{
    const struct zone_rrset *soa = zone_node_rrset(NULL, apex, DNS_TYPE_SOA);
    if (!soa)
        return;
    const uint8_t *numbers = soa->rdata + 2 + wire_peek_u16(soa->rdata) - 20;
    const uint32_t minimum = wire_peek_u32(numbers + 16);
    head->serial = wire_peek_u32(numbers);
    head->negative_ttl = soa->ttl < minimum ? soa->ttl : minimum;
}
