/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layer.h - private: from a version of a zone, and what some of its names have now, to the next
 * version: the same base, and a new top (layers.h has the format). The cost is that of the names
 * that differ from the base, not that of the zone; a base's first top costs one walk through it.
 *
 * In the top stand, besides names with other records:
 *   the names above new ones, and above those that are gone      layer_exist.c
 *   parents of "*" that came or went, what is below a cut or
 *   DNAME that came or went, and flags                           layer_facts.c
 *   who points at a host that the base does not know             layer_order.c, layer_pack.c
 * A name that is again as in the base leaves the top with the version after. */
#ifndef PROXIMA_ZONE_LAYER_H
#define PROXIMA_ZONE_LAYER_H

#include "common/err.h"
#include "dnsd/zone/zone.h"

/* What has changed since a version. */
struct layer_change {
    /* A zone of one layer in which the names that have changed, and the apex in any case, stand
     * with all that they have now. Nothing else in it counts. */
    const struct zone *contents;
    /* Nodes of the version that have no record any more. */
    const struct zone_node *const *emptied;
    size_t emptied_count;
};

/* Returns the version after `old` (borrowed, as is `change`), with one reference. It is what a
 * builder would have made of all its records, but is not checked (check.h). NULL: no memory, more
 * than 16 GiB, or names that collide on purpose. Not on two threads at once for versions with the
 * same base; readers are no matter. */
const struct zone *layer_new(const struct zone *old, const struct layer_change *change,
                             struct err *err);

/* Bytes of the top, and of the base below it. */
size_t layer_top_bytes(const struct zone *zone);
size_t layer_base_bytes(const struct zone *zone);

#endif
