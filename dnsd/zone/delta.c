/* SPDX-License-Identifier: GPL-3.0-or-later */
/* delta.c - marks what is as it was, and keeps what is not. Knows when two records are the same;
 * hides the marks. */
#include "dnsd/zone/delta.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "common/wire.h"
#include "dnsd/zone/bits.h"
#include "dnsd/zone/builder.h"
#include "dnsd/zone/image.h"
#include "dnsd/zone/layer.h"
#include "dnsd/zone/rdata.h"

#include <stdlib.h>
#include <string.h>

enum {
    WORTHWHILE_RECORDS = 5000, /* fewer are loaded in some milliseconds */
    /* A top may have a sixth of its base's bytes: then a reload that makes the next one needs less
     * than 1.3 times the memory that was held before. */
    TOP_SHARE = 6,
    LIMIT_SHARE = 10, /* a tenth of the records may change at once */
};

struct delta {
    const struct zone *old;
    struct zone_builder *builder; /* of the names that have changed, with all that they have */
    const struct zone *changed;   /* what came out of it */
    size_t limit, come, gone;     /* records */
    bool is_apex_same;            /* though it is among the names that have changed */

    /* Of the old version, for every 2 bytes: a record that begins there is still there; or a name
     * that stands there has new records. No two records begin in the same 2 bytes. */
    uint64_t *marks;

    const struct zone_node **emptied;
    size_t emptied_count, emptied_cap;
};

/* What the old version has of a record. */
struct match {
    const struct zone_node *node; /* the name; NULL: none */
    const uint8_t *rdata; /* at its length: the same RDATA, or the same but for the case of names */
    bool is_same;         /* in all, the TTL too: nothing has changed */
};

bool delta_is_worthwhile(const struct zone *old)
{
    const struct zone_node *apex = zone_apex(old);
    return zone_size(old).records >= WORTHWHILE_RECORDS &&
           !zone_node_rrset(old, apex, DNS_TYPE_NSEC) &&
           !zone_node_rrset(old, apex, DNS_TYPE_NSEC3PARAM) &&
           layer_top_bytes(old) <= layer_base_bytes(old) / TOP_SHARE;
}

size_t delta_limit(const struct zone *old)
{
    return zone_size(old).records / LIMIT_SHARE;
}

struct delta *delta_new(const struct zone *old, size_t limit)
{
    struct delta *delta = mem_zalloc(sizeof *delta);
    delta->old = old;
    delta->limit = limit;
    delta->builder = zone_builder_new(zone_name(old));
    delta->marks = bits_new(image_places(old) / 2);
    return delta;
}

void delta_free(struct delta *delta)
{
    if (!delta)
        return;
    zone_release(delta->changed);
    zone_builder_free(delta->builder);
    free(delta->marks);
    free(delta->emptied);
    free(delta);
}

static uint64_t mark_of(const struct delta *delta, const void *place)
{
    return image_place(delta->old, place) / 2;
}

/* The record of `rrset` with the same RDATA, or else with names in another case, or NULL. Where
 * both files are sorted, the search ends at `*hint`, which becomes the place behind. */
static const uint8_t *find_rdata(const struct zone_rrset *rrset, const struct batch_record *record,
                                 size_t *hint)
{
    const uint8_t *variant = NULL;
    size_t at = *hint < rrset->bytes ? *hint : 0;
    for (unsigned i = 0; i < rrset->count; i++) {
        const uint8_t *rdata = rrset->rdata + at;
        const uint16_t len = wire_peek_u16(rdata);
        at = at + 2 + len < rrset->bytes ? at + 2 + len : 0;
        if (len != record->rdlength)
            continue;
        if (memcmp(rdata + 2, record->rdata, len) == 0) {
            *hint = at;
            return rdata;
        }
        if (rdata_layout(record->type).names &&
            rdata_cmp(record->type, rdata + 2, len, record->rdata, len) == 0)
            variant = rdata;
    }
    return variant;
}

/* Remembers where the search in an RRset ended: the next record mostly is of the same. */
struct cursor {
    const struct zone_rrset *rrset;
    size_t hint;
};

static struct match find_record(const struct zone *zone, const struct zone_node *node,
                                const struct batch_record *record, struct cursor *cursor)
{
    struct match match = { .node = node };
    const struct zone_rrset *rrset = node ? zone_node_rrset(zone, node, record->type) : NULL;
    if (!rrset)
        return match;
    if (cursor->rrset != rrset)
        *cursor = (struct cursor){ .rrset = rrset };
    match.rdata = find_rdata(rrset, record, &cursor->hint);
    match.is_same = match.rdata && record->ttl == rrset->ttl &&
                    memcmp(match.rdata + 2, record->rdata, record->rdlength) == 0;
    return match;
}

enum { FLOCK = 16 };

/* Some names of a batch, whose misses of the cache overlap. */
struct flock {
    unsigned count;
    const struct batch_owner *owners[FLOCK];
    struct name_key keys[FLOCK];
};

static void gather_flock(struct flock *flock, const struct zone *zone, const struct batch *batch,
                         const struct batch_owner **owner)
{
    flock->count = 0;
    while (flock->count < FLOCK && (*owner = batch_next_owner(batch, *owner))) {
        flock->owners[flock->count] = *owner;
        name_key_init(&flock->keys[flock->count], (*owner)->name);
        zone_prefetch(zone, &flock->keys[flock->count++]);
    }
    for (unsigned i = 0; i < flock->count; i++)
        zone_prefetch_node(zone, &flock->keys[i]);
}

void *delta_digest(const struct delta *delta, const struct batch *batch)
{
    struct match *matches = mem_calloc(batch->records, sizeof *matches), *match = matches;
    const struct batch_owner *owner = NULL;
    struct cursor cursor = { .rrset = NULL };
    struct flock flock;
    do {
        gather_flock(&flock, delta->old, batch, &owner);
        for (unsigned f = 0; f < flock.count; f++) {
            const struct zone_node *node = image_find(delta->old, &flock.keys[f], 0);
            const struct batch_record *record = batch_first_record(flock.owners[f]);
            for (unsigned i = 0; i < flock.owners[f]->count;
                 i++, record = batch_record_behind(record))
                *match++ = find_record(delta->old, node, record, &cursor);
        }
    } while (flock.count == FLOCK);
    return matches;
}

static void keep(struct delta *delta, const uint8_t *owner, uint16_t type, uint32_t ttl,
                 const uint8_t *rdata, uint16_t rdlength)
{
    const struct zone_record record = { owner, type, ttl, rdlength, rdata };
    zone_builder_add(delta->builder, &record, NULL); /* a batch's and a zone's records are good */
}

/* A record that is not as it was. If it repeats in another case what stood before it in the files,
 * that one's spelling counts, as when the whole is loaded: but that is in the old version, and will
 * be added behind. */
static void take_new(struct delta *delta, const struct batch_owner *owner,
                     const struct batch_record *record, const struct match *match)
{
    const bool repeats = match->rdata && bits_has(delta->marks, mark_of(delta, match->rdata));
    const uint8_t *rdata = repeats ? match->rdata + 2 : record->rdata;
    delta->come++;
    if (match->node)
        bits_set(delta->marks, mark_of(delta, match->node));
    keep(delta, owner->name, record->type, record->ttl, rdata, record->rdlength);
}

static bool belongs_to_chain(uint16_t type)
{
    return type == DNS_TYPE_NSEC || type == DNS_TYPE_NSEC3 || type == DNS_TYPE_NSEC3PARAM;
}

bool delta_take(struct delta *delta, const struct batch *batch, const void *digest)
{
    const struct match *match = digest;
    const struct batch_owner *owner = NULL;
    while ((owner = batch_next_owner(batch, owner))) {
        const struct batch_record *record = batch_first_record(owner);
        for (unsigned i = 0; i < owner->count; i++, record = batch_record_behind(record), match++) {
            if (match->is_same && !bits_has(delta->marks, mark_of(delta, match->rdata)))
                bits_set(delta->marks, mark_of(delta, match->rdata));
            else if (belongs_to_chain(record->type))
                return false;
            else
                take_new(delta, owner, record, match);
        }
    }
    return delta->come <= delta->limit;
}

/* How many of a node's records are not there any more. */
static size_t count_gone(const struct delta *delta, const struct zone_node *node)
{
    size_t gone = 0;
    const struct zone_rrset *rrset = NULL;
    while ((rrset = zone_node_next_rrset(delta->old, node, rrset))) {
        const uint8_t *rdata = rrset->rdata;
        for (unsigned i = 0; i < rrset->count; i++, rdata += 2 + wire_peek_u16(rdata))
            gone += !bits_has(delta->marks, mark_of(delta, rdata));
    }
    return gone;
}

/* Has the records that are still there among those of the changed names; returns how many. */
static size_t keep_rest(struct delta *delta, const struct zone_node *node)
{
    size_t kept = 0;
    const struct zone_rrset *rrset = NULL;
    while ((rrset = zone_node_next_rrset(delta->old, node, rrset))) {
        const uint8_t *rdata = rrset->rdata;
        for (unsigned i = 0; i < rrset->count; i++, rdata += 2 + wire_peek_u16(rdata)) {
            if (!bits_has(delta->marks, mark_of(delta, rdata)))
                continue;
            keep(delta, node->name, rrset->type, rrset->ttl, rdata + 2, wire_peek_u16(rdata));
            kept++;
        }
    }
    return kept;
}

static void add_emptied(struct delta *delta, const struct zone_node *node)
{
    if (delta->emptied_count == delta->emptied_cap) {
        delta->emptied_cap = delta->emptied_cap ? delta->emptied_cap * 2 : 16;
        delta->emptied = mem_realloc(delta->emptied,
                                     delta->emptied_cap * sizeof(struct zone_node *));
    }
    delta->emptied[delta->emptied_count++] = node;
}

/* What has become of a name of the old version. False: it is none that a look-up would find. */
static bool compare_node(struct delta *delta, const struct zone_node *node)
{
    const size_t gone = count_gone(delta, node);
    const bool has_new = bits_has(delta->marks, mark_of(delta, node));
    const bool is_same = !gone && !has_new;
    delta->gone += gone;
    if (node->flags & NODE_NSEC3)
        return false;
    if (node->flags & NODE_APEX)
        delta->is_apex_same = is_same;
    else if (is_same)
        return true;
    if (!keep_rest(delta, node) && !has_new)
        add_emptied(delta, node);
    return delta->gone <= delta->limit;
}

bool delta_compare(struct delta *delta)
{
    const struct zone_node *node = NULL;
    bool good = true;
    while (good && (node = zone_next_node(delta->old, node)))
        good = compare_node(delta, node);
    free(delta->marks);
    delta->marks = NULL;
    return good;
}

uint64_t delta_changed_names(const struct delta *delta)
{
    uint64_t names = delta->emptied_count - delta->is_apex_same;
    const struct zone_node *node = NULL;
    while (delta->changed && (node = zone_next_node(delta->changed, node)))
        names += !(node->flags & NODE_EMPTY);
    return names;
}

const struct zone *delta_finish(struct delta *delta, struct findings *findings, struct err *err)
{
    delta->changed = zone_builder_finish(delta->builder, findings, err);
    if (!delta->changed)
        return NULL;
    if (!delta->come && !delta->gone)
        return zone_hold(delta->old);
    const struct layer_change change = {
        .contents = delta->changed,
        .emptied = delta->emptied,
        .emptied_count = delta->emptied_count,
    };
    return layer_new(delta->old, &change, err);
}
