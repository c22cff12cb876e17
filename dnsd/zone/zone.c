/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone.c - reading one version of a zone. Knows how names are found and walked; hides the image. */
#include "dnsd/zone/zone.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "common/wire.h"
#include "dnsd/zone/image.h"

#include <stdlib.h>
#include <string.h>

static const struct image_head *head_of(const struct zone *zone)
{
    return (const void *)zone->base;
}

static const struct zone_node *node_at(const struct zone *zone, uint32_t ref)
{
    return (const void *)(zone->base + (size_t)ref * IMAGE_UNIT);
}

static const struct zone_node *find(const struct zone *zone, uint64_t hash, const uint8_t *name,
                                    size_t len)
{
    const uint32_t tag = (uint32_t)(hash >> 32);
    for (uint64_t i = hash & zone->slot_mask;; i = (i + 1) & zone->slot_mask) {
        const struct image_slot slot = zone->slots[i];
        if (slot.ref == 0)
            return NULL;
        if (slot.tag != tag)
            continue;
        const struct zone_node *node = node_at(zone, slot.ref);
        if (node->name_len == len && memcmp(node->name, name, len) == 0)
            return node;
    }
}

static const struct zone_node *find_suffix(const struct zone *zone, const struct name_key *key,
                                           unsigned skip)
{
    return find(zone, key->hash[skip], name_key_suffix(key, skip),
                (size_t)key->len - key->offset[skip]);
}

static const struct zone_node *find_wildcard(const struct zone *zone, const struct name_key *key,
                                             unsigned skip)
{
    uint8_t name[DNAME_MAX + 2] = { 1, '*' };
    const size_t len = (size_t)key->len - key->offset[skip];
    memcpy(name + 2, name_key_suffix(key, skip), len);
    return find(zone, name_key_wildcard_hash(key, skip), name, len + 2);
}

/* All ancestors of a name that exists do so too (as empty non-terminals if need be), so the closest
 * encloser is found by halving: `missing` labels skipped do not exist, `there` do. */
static void match_encloser(const struct zone *zone, const struct name_key *key,
                           struct zone_match *out)
{
    unsigned missing = 0, there = key->labels - zone->apex_labels;
    out->encloser = zone_apex(zone);
    while (there - missing > 1) {
        const unsigned middle = (missing + there) / 2;
        const struct zone_node *node = find_suffix(zone, key, middle);
        if (node) {
            there = middle;
            out->encloser = node;
        } else {
            missing = middle;
        }
    }
    out->encloser_skip = there;
}

/* Walks up while something above hides the name: what is nearer to the apex wins. */
static void match_occlusion(const struct zone *zone, const struct name_key *key,
                            struct zone_match *out)
{
    const struct zone_node *node = out->encloser;
    for (unsigned skip = out->encloser_skip;; node = find_suffix(zone, key, ++skip)) {
        if (node->flags & NODE_CUT) {
            out->cut = node;
            out->dname = NULL;
        } else if (node->flags & NODE_DNAME && node != out->node) {
            out->dname = node;
            out->cut = NULL;
        }
        if (!(node->flags & NODE_BELOW_CUT))
            return;
    }
}

void zone_match(const struct zone *zone, const struct name_key *key, struct zone_match *out)
{
    *out = (struct zone_match){ .node = find_suffix(zone, key, 0) };
    if (out->node) {
        out->encloser = out->node;
    } else {
        match_encloser(zone, key, out);
        if (out->encloser->flags & NODE_HAS_WILDCARD)
            out->wildcard = find_wildcard(zone, key, out->encloser_skip);
    }
    if (out->encloser->flags & (NODE_CUT | NODE_DNAME | NODE_BELOW_CUT))
        match_occlusion(zone, key, out);
}

void zone_prefetch(const struct zone *zone, const struct name_key *key)
{
    __builtin_prefetch(&zone->slots[key->hash[0] & zone->slot_mask]);
}

/* The first slot with the tag nearly always is the name's. */
void zone_prefetch_node(const struct zone *zone, const struct name_key *key)
{
    enum { CACHE_LINE_BYTES = 64 }; /* a name and an address take hardly more than one */
    const uint32_t tag = (uint32_t)(key->hash[0] >> 32);
    for (uint64_t i = key->hash[0] & zone->slot_mask;; i = (i + 1) & zone->slot_mask) {
        const struct image_slot slot = zone->slots[i];
        if (slot.ref && slot.tag != tag)
            continue;
        const uint8_t *node = zone->base + (size_t)slot.ref * IMAGE_UNIT;
        __builtin_prefetch(node);
        __builtin_prefetch(node + CACHE_LINE_BYTES);
        return;
    }
}

const struct zone_node *zone_apex(const struct zone *zone)
{
    return node_at(zone, head_of(zone)->apex);
}

const uint8_t *zone_name(const struct zone *zone)
{
    return zone_apex(zone)->name;
}

uint32_t zone_serial(const struct zone *zone)
{
    return head_of(zone)->serial;
}

const struct zone_rrset *zone_soa(const struct zone *zone)
{
    return zone_node_next_rrset(zone, zone_apex(zone), NULL);
}

uint32_t zone_negative_ttl(const struct zone *zone)
{
    return head_of(zone)->negative_ttl;
}

unsigned zone_node_flags(const struct zone_node *node)
{
    return node->flags;
}

const uint8_t *zone_node_name(const struct zone *zone, const struct zone_node *node)
{
    (void)zone;
    return node->name;
}

/* The RRset `offset` bytes behind the start of `node`, or NULL where the node ends. */
static const struct zone_rrset *rrset_at(const struct zone_node *node, size_t offset)
{
    const size_t end = (size_t)node->units * IMAGE_UNIT;
    return offset + sizeof(struct zone_rrset) <= end
               ? (const void *)((const uint8_t *)node + offset)
               : NULL;
}

const struct zone_rrset *zone_node_next_rrset(const struct zone *zone, const struct zone_node *node,
                                              const struct zone_rrset *prev)
{
    (void)zone;
    if (!prev)
        return rrset_at(node, image_node_head(node->name_len));
    const size_t offset = (size_t)((const uint8_t *)prev - (const uint8_t *)node);
    return rrset_at(node, offset + image_rrset_size(prev->bytes, prev->count, prev->has_targets));
}

const struct zone_rrset *zone_node_rrset(const struct zone *zone, const struct zone_node *node,
                                         uint16_t type)
{
    const struct zone_rrset *rrset = NULL;
    while ((rrset = zone_node_next_rrset(zone, node, rrset)) && rrset->type != type)
        continue;
    return rrset;
}

uint32_t zone_record_ttl(const struct zone *zone, const struct zone_node *node,
                         const struct zone_rrset *rrset, const uint8_t *rdata)
{
    if (rrset->type != DNS_TYPE_RRSIG)
        return rrset->ttl;
    const struct zone_rrset *covered = zone_node_rrset(zone, node, wire_peek_u16(rdata + 2));
    return covered ? covered->ttl : rrset->ttl;
}

const struct zone_node *zone_rrset_target(const struct zone *zone, const struct zone_rrset *rrset,
                                          unsigned i)
{
    if (!rrset->has_targets || i >= rrset->count)
        return NULL;
    const size_t offset = image_rrset_size(rrset->bytes, 0, false);
    const uint32_t *refs = (const void *)((const uint8_t *)rrset + offset);
    return refs[i] ? node_at(zone, refs[i]) : NULL;
}

const struct zone_node *zone_next_node(const struct zone *zone, const struct zone_node *prev)
{
    if (!prev)
        return zone_apex(zone);
    const uint8_t *next = (const uint8_t *)prev + (size_t)prev->units * IMAGE_UNIT;
    return next < zone->base + head_of(zone)->bytes ? (const void *)next : NULL;
}

struct zone_size zone_size(const struct zone *zone)
{
    const struct image_head *head = head_of(zone);
    return (struct zone_size){
        .records = head->records,
        .rrsets = head->rrsets,
        .names = head->names,
        .bytes = head->bytes + sizeof *zone,
    };
}

const struct zone *image_open(void *block)
{
    const struct image_head *head = block;
    struct zone *zone = mem_alloc(sizeof *zone);
    const uint8_t *base = block;
    *zone = (struct zone){
        .base = base,
        .slots = (const void *)(base + (size_t)head->slots * IMAGE_UNIT),
        .slot_mask = head->slot_mask,
        .references = 1,
    };
    zone->apex_labels = dname_labels(zone_apex(zone)->name);
    return zone;
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
    image_free((void *)zone->base, head_of(zone)->bytes);
    free((void *)zone);
}
