/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layer_plan.h - private to layer*.c: a top while it is made. */
#ifndef PROXIMA_ZONE_LAYER_PLAN_H
#define PROXIMA_ZONE_LAYER_PLAN_H

#include "common/err.h"
#include "dnsd/zone/layers.h"
#include "dnsd/zone/pool.h"

/* A name that will stand in the top. */
struct layer_name {
    const uint8_t *name;          /* lower case; the base's or the pool's */
    const struct zone_node *base; /* the same name there, or NULL */
    const struct zone_node *from; /* has its RRsets, in whatever image; NULL: there are none */
    uint64_t hash;
    uint32_t anchor; /* where in the base it stands (layers.h) */
    uint32_t ref;    /* in the top */
    uint8_t name_len;
    uint8_t flags; /* enum zone_node_flags */
    bool exists;
    bool is_below_dname;
};

struct layer_plan {
    const struct zone *base; /* that layer alone */
    struct pool pool;
    struct layer_name **names; /* as they come; in the end sorted */
    uint32_t count, cap;
    uint32_t *slots; /* index + 1; 0: free */
    uint32_t slot_mask;
};

/* The name `key` without `skip` labels in the plan; NULL: it will be as in the base. */
struct layer_name *layer_find(const struct layer_plan *plan, const struct name_key *key,
                              unsigned skip);
/* Has it in the plan, at first as it is in the base: there or not. */
struct layer_name *layer_add(struct layer_plan *plan, const struct name_key *key, unsigned skip);
struct layer_name *layer_add_node(struct layer_plan *plan, const struct zone_node *node);

/* Labels of `key` below the apex. */
static inline unsigned layer_depth(const struct layer_plan *plan, const struct name_key *key)
{
    return key->labels - plan->base->apex_labels;
}

/* All nodes of the base below `above`, in canonical order: start with prev == above; NULL at the
 * end. */
const struct zone_node *layer_next_below(const struct layer_plan *plan,
                                         const struct zone_node *above,
                                         const struct zone_node *prev);

/* The names whose records are known: which of them exist, and which of those above them. */
void layer_exist(struct layer_plan *plan);
/* What follows from that for names that have the same records as before; then the flags of all. */
void layer_facts(struct layer_plan *plan);
/* The flags of the names from number `first` on. */
void layer_set_flags(struct layer_plan *plan, uint32_t first);

/* What the host of a record is (zone_rrset_target): a name of the plan, one of the base, none. */
struct layer_host {
    const struct layer_name *name;
    const struct zone_node *base;
};
struct layer_host layer_host(const struct layer_plan *plan, const uint8_t *owner, uint16_t type,
                             const uint8_t *rdata);

/* What is known of a base, beyond what it says itself; kept with it (struct image). */
struct layer_order;
const struct layer_order *layer_order(const struct zone *base);
void layer_order_free(struct layer_order *order);
/* The reference of the first node that stands at or behind `name`, or of the end. */
uint32_t layer_order_find(const struct layer_order *order, const struct zone *base,
                          const uint8_t *name);
/* Has those names in the plan that point at a host which is new. */
void layer_add_pointers(struct layer_plan *plan, const struct layer_order *order);

/* The block of the top; the plan is sorted. NULL with the reason. */
void *layer_pack(const struct layer_plan *plan, struct err *err);

#endif
