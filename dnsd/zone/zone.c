/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone.c - reading one version of a zone. Knows how names are found and walked; hides the image. */
#include "dnsd/zone/zone.h"

#include "common/dnsmsg.h"
#include "common/wire.h"
#include "dnsd/zone/layers.h"

#include <string.h>

/* What stands in one layer under that name. */
static const struct zone_node *probe(const uint8_t *block, const struct image_slot *slots,
                                     uint64_t mask, uint64_t hash, const uint8_t *name, size_t len)
{
    const uint32_t tag = (uint32_t)(hash >> 32);
    for (uint64_t i = hash & mask;; i = (i + 1) & mask) {
        const struct image_slot slot = slots[i];
        if (slot.ref == 0)
            return NULL;
        if (slot.tag != tag)
            continue;
        const struct zone_node *node = image_node(block, slot.ref);
        if (node->name_len == len && memcmp(node->name, name, len) == 0)
            return node;
    }
}

static inline const struct zone_node *find(const struct zone *zone, uint64_t hash,
                                           const uint8_t *name, size_t len)
{
    if (layers_may_have(zone, hash)) {
        const struct zone_node *node = probe(zone->top, zone->top_slots, zone->top_mask, hash, name,
                                             len);
        if (node)
            return node->flags & NODE_GONE ? NULL : node;
    }
    return probe(zone->base, zone->slots, zone->slot_mask, hash, name, len);
}

const struct zone_node *image_find(const struct zone *zone, const struct name_key *key,
                                   unsigned skip)
{
    return find(zone, key->hash[skip], name_key_suffix(key, skip),
                (size_t)key->len - key->offset[skip]);
}

const struct zone_node *image_find_wildcard(const struct zone *zone, const struct name_key *key,
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
        const struct zone_node *node = image_find(zone, key, middle);
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
    for (unsigned skip = out->encloser_skip; node; node = image_find(zone, key, ++skip)) {
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
    *out = (struct zone_match){ .node = image_find(zone, key, 0) };
    if (out->node) {
        out->encloser = out->node;
    } else {
        match_encloser(zone, key, out);
        if (out->encloser->flags & NODE_HAS_WILDCARD)
            out->wildcard = image_find_wildcard(zone, key, out->encloser_skip);
    }
    if (out->encloser->flags & (NODE_CUT | NODE_DNAME | NODE_BELOW_CUT))
        match_occlusion(zone, key, out);
}

static void prefetch_slot(const struct zone *zone, uint64_t hash)
{
    if (layers_may_have(zone, hash))
        __builtin_prefetch(&zone->top_slots[hash & zone->top_mask]);
    __builtin_prefetch(&zone->slots[hash & zone->slot_mask]);
}

/* How many labels are left of the one below the apex: where a delegation stands mostly. 0: none. */
static unsigned labels_above_first(const struct zone *zone, const struct name_key *key)
{
    return key->labels > zone->apex_labels ? key->labels - zone->apex_labels - 1 : 0;
}

void zone_prefetch(const struct zone *zone, const struct name_key *key)
{
    const unsigned skip = labels_above_first(zone, key);
    prefetch_slot(zone, key->hash[0]);
    if (skip)
        prefetch_slot(zone, key->hash[skip]);
    __builtin_prefetch(zone->head);
}

/* A name and an address take hardly more than one line, with a signature less than three. */
static void prefetch(const struct zone_node *node, bool is_signed)
{
    enum { CACHE_LINE_BYTES = 64 };
    __builtin_prefetch(node);
    __builtin_prefetch((const uint8_t *)node + CACHE_LINE_BYTES);
    if (is_signed)
        __builtin_prefetch((const uint8_t *)node + 2 * CACHE_LINE_BYTES);
}

/* The first slot with the tag nearly always is the name's. NULL: no slot has it. */
static const struct zone_node *likely_in(const uint8_t *block, const struct image_slot *slots,
                                         uint64_t mask, uint64_t hash)
{
    const uint32_t tag = (uint32_t)(hash >> 32);
    for (uint64_t i = hash & mask;; i = (i + 1) & mask) {
        const struct image_slot slot = slots[i];
        if (slot.ref == 0)
            return NULL;
        if (slot.tag == tag)
            return image_node(block, slot.ref);
    }
}

static const struct zone_node *likely_node(const struct zone *zone, uint64_t hash)
{
    const struct zone_node *node = NULL;
    if (layers_may_have(zone, hash))
        node = likely_in(zone->top, zone->top_slots, zone->top_mask, hash);
    return node ? node : likely_in(zone->base, zone->slots, zone->slot_mask, hash);
}

void zone_prefetch_node(const struct zone *zone, const struct name_key *key)
{
    const unsigned skip = labels_above_first(zone, key);
    const struct zone_node *node = likely_node(zone, key->hash[0]);
    if (!node && skip)
        node = likely_node(zone, key->hash[skip]);
    if (!node)
        node = zone_apex(zone); /* its SOA says that nothing is there */
    prefetch(node, zone->head->chain != 0);
}

const struct zone_node *zone_apex(const struct zone *zone)
{
    return image_node((const void *)zone->head, zone->head->apex);
}

const uint8_t *zone_name(const struct zone *zone)
{
    return zone_apex(zone)->name;
}

uint32_t zone_serial(const struct zone *zone)
{
    return zone->head->serial;
}

const struct zone_rrset *zone_soa(const struct zone *zone)
{
    return zone_node_next_rrset(zone, zone_apex(zone), NULL);
}

uint32_t zone_negative_ttl(const struct zone *zone)
{
    return zone->head->negative_ttl;
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

size_t zone_node_name_len(const struct zone_node *node)
{
    return node->name_len;
}

/* The RRset `offset` bytes behind the start of `node`, or NULL where they end. */
static const struct zone_rrset *rrset_at(const struct zone_node *node, size_t offset)
{
    const size_t end = (size_t)node->units * IMAGE_UNIT;
    return offset + IMAGE_RRSET_MIN <= end ? (const void *)((const uint8_t *)node + offset) : NULL;
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
    if (__builtin_expect(zone->top && refs[i], false))
        return layers_target(zone, rrset->type, refs[i]);
    return refs[i] ? image_node(zone->base, refs[i]) : NULL;
}

const struct zone_node *zone_next_node(const struct zone *zone, const struct zone_node *prev)
{
    if (!prev)
        return zone_apex(zone);
    if (zone->top)
        return layers_next_node(zone, prev);
    const struct zone_node *next = image_behind(prev);
    return (const uint8_t *)next < zone->base + zone->head->bytes ? next : NULL;
}

struct zone_size zone_size(const struct zone *zone)
{
    return (struct zone_size){
        .records = zone->head->records,
        .rrsets = zone->head->rrsets,
        .names = zone->head->names,
        .bytes = image_places(zone) + sizeof *zone + sizeof *zone->image,
    };
}
