/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layer_order.c - finds places in a base that has no index by order, and the names in it that point
 * at hosts which are not there. One walk through the base, when its first top is made, learns both.
 */
#include "common/mem.h"
#include "common/wire.h"
#include "dnsd/zone/layer_plan.h"
#include "dnsd/zone/rdata.h"

#include <stdlib.h>

enum { STRIDE = 64 }; /* nodes between two marks */

struct layer_order {
    uint32_t *marks; /* references of every STRIDEth node */
    uint32_t mark_count;
    uint32_t *pointers; /* references of nodes with a host of this zone that is no target */
    uint32_t pointer_count, pointer_cap;
};

/* Whether a record names a host of this zone that is no target. */
static bool points_nowhere(const struct zone *base, const struct zone_node *node,
                           const struct zone_rrset *rrset)
{
    const uint8_t *rdata = rrset->rdata;
    for (unsigned i = 0; i < rrset->count; i++, rdata += 2 + wire_peek_u16(rdata)) {
        const uint8_t *host = rdata_target(node->name, rrset->type, rdata + 2);
        if (host && !zone_rrset_target(base, rrset, i) &&
            dname_is_at_or_below(host, zone_name(base)))
            return true;
    }
    return false;
}

static void note_pointers(struct layer_order *order, const struct zone *base,
                          const struct zone_node *node)
{
    const struct zone_rrset *rrset = NULL;
    while ((rrset = zone_node_next_rrset(base, node, rrset)))
        if (rdata_layout(rrset->type).host && points_nowhere(base, node, rrset))
            break;
    if (!rrset)
        return;
    if (order->pointer_count == order->pointer_cap) {
        order->pointer_cap = order->pointer_cap ? order->pointer_cap * 2 : 16;
        order->pointers = mem_realloc(order->pointers,
                                      order->pointer_cap * sizeof *order->pointers);
    }
    order->pointers[order->pointer_count++] = image_ref(base->base, node);
}

const struct layer_order *layer_order(const struct zone *base)
{
    if (base->image->order)
        return base->image->order;
    struct layer_order *order = mem_zalloc(sizeof *order);
    order->marks = mem_calloc(base->head->names / STRIDE + 1, sizeof *order->marks);
    const struct zone_node *node = NULL;
    for (uint64_t i = 0; (node = zone_next_node(base, node)); i++) {
        if (i % STRIDE == 0)
            order->marks[order->mark_count++] = image_ref(base->base, node);
        note_pointers(order, base, node);
    }
    return base->image->order = order;
}

void layer_order_free(struct layer_order *order)
{
    if (!order)
        return;
    free(order->marks);
    free(order->pointers);
    free(order);
}

/* The mark at or before `name`. */
static uint32_t mark_before(const struct layer_order *order, const struct zone *base,
                            const uint8_t *name)
{
    uint32_t low = 0, high = order->mark_count; /* the first is the apex: nothing stands before */
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (dname_cmp(image_node(base->base, order->marks[middle])->name, name) <= 0)
            low = middle;
        else
            high = middle;
    }
    return order->marks[low];
}

uint32_t layer_order_find(const struct layer_order *order, const struct zone *base,
                          const uint8_t *name)
{
    const struct zone_node *node = image_node(base->base, mark_before(order, base, name));
    while (node && dname_cmp(node->name, name) < 0)
        node = zone_next_node(base, node);
    return node ? image_ref(base->base, node) : (uint32_t)(base->head->bytes / IMAGE_UNIT);
}

/* Whether one of the node's hosts is a name of the plan. */
static bool has_new_host(const struct layer_plan *plan, const struct zone_node *node)
{
    const struct zone_rrset *rrset = NULL;
    while ((rrset = zone_node_next_rrset(plan->base, node, rrset))) {
        const uint8_t *rdata = rrset->rdata;
        for (unsigned i = 0; i < rrset->count; i++, rdata += 2 + wire_peek_u16(rdata))
            if (!zone_rrset_target(plan->base, rrset, i) &&
                layer_host(plan, node->name, rrset->type, rdata + 2).name)
                return true;
    }
    return false;
}

void layer_add_pointers(struct layer_plan *plan, const struct layer_order *order)
{
    const uint32_t first = plan->count;
    for (uint32_t i = 0; i < order->pointer_count; i++) {
        const struct zone_node *node = image_node(plan->base->base, order->pointers[i]);
        if (has_new_host(plan, node))
            layer_add_node(plan, node);
    }
    layer_set_flags(plan, first);
}
