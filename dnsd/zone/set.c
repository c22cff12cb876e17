/* SPDX-License-Identifier: GPL-3.0-or-later */
/* set.c - all zones of a server, immutable: entries, a hash table over their names, and how many
 * labels these have, so that a look-up tries those lengths only. Hides the probing.
 * Who may add zones to a server could choose names that meet in one slot and slow down everybody's:
 * so which slot a hash leads to depends on a random number, new with each set. */
#include "dnsd/zone/set.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct slot {
    uint32_t tag;   /* upper half of the name's hash */
    uint32_t entry; /* index + 1; 0: free */
};

struct zone_set {
    size_t count;
    struct zone_entry *entries;
    struct slot *slots;
    unsigned slot_bits;                    /* there are 2^bits slots */
    uint64_t random_factor;                /* odd */
    bool has_labels[DNAME_LABELS_MAX + 1]; /* some apex has so many */
    uint8_t *names;
    struct prefix *prefixes;
};

/* The upper bits of the product: all bits of the hash have a part in them. */
static uint64_t first_slot(const struct zone_set *set, uint64_t hash)
{
    return hash * set->random_factor >> (64 - set->slot_bits);
}

static uint64_t next_slot(const struct zone_set *set, uint64_t slot)
{
    return (slot + 1) & ((UINT64_C(1) << set->slot_bits) - 1);
}

static void insert(struct zone_set *set, size_t i)
{
    struct name_key key;
    name_key_init(&key, set->entries[i].apex);
    uint64_t at = first_slot(set, key.hash[0]);
    while (set->slots[at].entry)
        at = next_slot(set, at);
    set->slots[at] = (struct slot){ (uint32_t)(key.hash[0] >> 32), (uint32_t)i + 1 };
    set->has_labels[key.labels] = true;
}

/* A table at most half full: a miss reads less than three slots on average. */
static void make_table(struct zone_set *set)
{
    set->slot_bits = 1;
    while (UINT64_C(1) << set->slot_bits < 2 * (uint64_t)set->count)
        set->slot_bits++;
    set->slots = mem_calloc((size_t)1 << set->slot_bits, sizeof *set->slots);
    if (getrandom(&set->random_factor, sizeof set->random_factor, 0) < 0)
        set->random_factor = (uintptr_t)set->slots; /* before Linux 3.17; better than nothing */
    set->random_factor |= 1;
}

/* Makes room for the names and prefixes of all entries. */
static void reserve(struct zone_set *set, const struct zone_entry *entries, size_t count)
{
    size_t names = 0, prefixes = 0;
    for (size_t i = 0; i < count; i++) {
        names += dname_len(entries[i].apex);
        prefixes += entries[i].allow_transfer_count;
    }
    set->entries = mem_calloc(count, sizeof *set->entries);
    set->names = mem_alloc(names);
    set->prefixes = mem_calloc(prefixes, sizeof *set->prefixes);
}

const struct zone_set *zone_set_new(const struct zone_entry *entries, size_t count)
{
    struct zone_set *set = mem_zalloc(sizeof *set);
    reserve(set, entries, count);
    set->count = count;
    make_table(set);
    uint8_t *name = set->names;
    struct prefix *prefix = set->prefixes;
    for (size_t i = 0; i < count; i++) {
        const struct zone_entry *from = &entries[i];
        struct zone_entry *to = &set->entries[i];
        *to = *from;
        to->apex = name;
        name += dname_lower(name, from->apex);
        to->allow_transfer = prefix;
        for (size_t p = 0; p < from->allow_transfer_count; p++)
            *prefix++ = from->allow_transfer[p];
        if (to->zone)
            zone_hold(to->zone);
        insert(set, i);
    }
    return set;
}

void zone_set_free(const struct zone_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        zone_release(set->entries[i].zone);
    free(set->entries);
    free(set->slots);
    free(set->names);
    free(set->prefixes);
    free((void *)set);
}

static const struct zone_entry *lookup(const struct zone_set *set, const struct name_key *key,
                                       unsigned skip)
{
    const uint32_t tag = (uint32_t)(key->hash[skip] >> 32);
    const size_t len = (size_t)key->len - key->offset[skip];
    uint64_t at = first_slot(set, key->hash[skip]);
    for (; set->slots[at].entry; at = next_slot(set, at)) {
        const struct zone_entry *entry = &set->entries[set->slots[at].entry - 1];
        if (set->slots[at].tag == tag && dname_len(entry->apex) == len &&
            memcmp(entry->apex, name_key_suffix(key, skip), len) == 0)
            return entry;
    }
    return NULL;
}

const struct zone_entry *zone_set_find(const struct zone_set *set, const struct name_key *key,
                                       unsigned min_skip)
{
    for (unsigned skip = min_skip; skip <= key->labels; skip++) {
        const struct zone_entry *entry = set->has_labels[key->labels - skip]
                                             ? lookup(set, key, skip)
                                             : NULL;
        if (entry)
            return entry;
    }
    return NULL;
}

size_t zone_set_count(const struct zone_set *set)
{
    return set->count;
}

const struct zone_entry *zone_set_at(const struct zone_set *set, size_t i)
{
    return i < set->count ? &set->entries[i] : NULL;
}
