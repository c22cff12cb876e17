/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.c - all configured zones. Knows which are to be loaded, by whom, and when there are images;
 * hides how zones are kept: sorted by name, so that a new configuration is compared with the old
 * one in one pass. */
#include "dnsd/zone/store.h"

#include "common/log.h"
#include "common/mem.h"
#include "dnsd/zone/held.h"
#include "dnsd/zone/nameorder.h"
#include "dnsd/zone/parallel.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    SMALL_BYTES = 1 << 20, /* of a file that one thread loads */
    MANY_ZONES = 1000,     /* in one run: that each of them was loaded is not worth a line */
};

struct zone_store {
    struct held *zones;
    size_t count;
    struct check_policy usual;  /* of zones that state none */
    char *image_folder;         /* NULL: none */
    struct image_store *images; /* opened in the first run */
};

struct zone_store *zone_store_new(const char *image_folder)
{
    struct zone_store *store = mem_zalloc(sizeof *store);
    store->usual = check_policy_usual();
    store->image_folder = image_folder ? mem_strdup(image_folder) : NULL;
    return store;
}

void zone_store_free(struct zone_store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < store->count; i++)
        held_free(&store->zones[i]);
    image_store_close(store->images);
    free(store->image_folder);
    free(store->zones);
    free(store);
}

static int held_cmp(const void *a, const void *b)
{
    return dname_cmp(((const struct held *)a)->name, ((const struct held *)b)->name);
}

static void log_removed(const struct held *held)
{
    char name[DNAME_TEXT_MAX];
    log_event(LOG_INFO, "zone-removed", "zone=%s", dname_to_text(held->name, name));
}

/* One for each source, in canonical order. New. */
static struct held *held_sorted(const struct zone_source *sources, size_t count,
                                const struct check_policy *usual)
{
    struct held *unsorted = mem_calloc(count, sizeof *unsorted);
    struct held *zones = mem_calloc(count, sizeof *zones);
    const uint8_t **names = mem_calloc(count, sizeof *names);
    for (size_t i = 0; i < count; i++) {
        unsorted[i] = held_new(&sources[i], usual);
        names[i] = unsorted[i].name;
    }
    uint32_t *order = name_order(names, count);
    for (size_t i = 0; i < count; i++)
        zones[i] = unsorted[order[i]];
    free(order);
    free(names);
    free(unsorted);
    return zones;
}

/* Makes the zones be `sources`. Returns how many are gone. */
static size_t configure(struct zone_store *store, const struct zone_source *sources, size_t count)
{
    struct held *zones = held_sorted(sources, count, &store->usual);
    size_t removed = 0;
    for (size_t old = 0, new = 0; old < store->count; old++) {
        struct held *gone = &store->zones[old];
        while (new < count && held_cmp(&zones[new], gone) < 0)
            new ++;
        if (new < count && held_cmp(&zones[new], gone) == 0) {
            held_inherit(&zones[new], gone);
        } else {
            log_removed(gone);
            removed++;
        }
        held_free(gone);
    }
    free(store->zones);
    store->zones = zones;
    store->count = count;
    return removed;
}

/* A run, as its threads see it. */
struct run {
    struct zone_store *store;
    unsigned threads;
    atomic_size_t next;
};

/* Each zone by one thread. */
static void load_small(void *arg, size_t job)
{
    struct run *run = arg;
    struct records_reader *reader = records_reader_new(1);
    size_t i;
    (void)job;
    if (run->threads > 1)
        records_reader_limit(reader, SMALL_BYTES);
    while ((i = atomic_fetch_add(&run->next, 1)) < run->store->count) {
        struct held *held = &run->store->zones[i];
        if (held->wanted && !held->is_read)
            held_load(held, reader);
    }
    records_reader_free(reader);
}

/* Each zone by all threads. */
static void load_large(struct zone_store *store, unsigned threads)
{
    struct records_reader *reader = records_reader_new(threads);
    for (size_t i = 0; i < store->count; i++)
        if (store->zones[i].is_large)
            held_load(&store->zones[i], reader);
    records_reader_free(reader);
}

static void load_wanted(struct zone_store *store, unsigned threads)
{
    struct run run = { .store = store, .threads = threads };
    parallel_run(threads, threads, load_small, &run);
    load_large(store, threads);
}

/* --- images ----------------------------------------------------------------------------------- */

/* The first run: there may be images of an earlier start. Each is read by all threads. */
static void read_images(struct zone_store *store, unsigned threads)
{
    store->images = image_store_open(store->image_folder);
    for (size_t i = 0; i < store->count; i++)
        if (store->zones[i].wanted)
            held_read_image(&store->zones[i], store->images, threads);
}

static void write_images(const struct zone_store *store)
{
    for (size_t i = 0; i < store->count; i++) {
        const struct held *held = &store->zones[i];
        if (held->wanted && !held->is_read && !held->error)
            image_store_write(store->images, held->zone, &held->origin);
    }
}

static bool is_configured(const void *arg, const uint8_t *apex)
{
    const struct zone_store *store = arg;
    struct dname name;
    dname_lower(name.wire, apex);
    const struct held key = { .name = name.wire };
    return store->count && bsearch(&key, store->zones, store->count, sizeof key, held_cmp);
}

/* What was loaded, and what is gone, shows in the folder of images. */
static void update_images(const struct zone_store *store, bool is_first, size_t removed)
{
    if (!store->images)
        return;
    write_images(store);
    if (is_first || removed)
        image_store_tidy(store->images, is_configured, store);
}

static const struct zone_set *make_set(const struct zone_store *store)
{
    struct zone_entry *entries = mem_calloc(store->count, sizeof *entries);
    for (size_t i = 0; i < store->count; i++) {
        const struct held *held = &store->zones[i];
        entries[i] = (struct zone_entry){
            .zone = held->zone,
            .state = held->state,
            .signed_until = held->origin.verdict.signed_until,
            .apex = held->name,
            .allow_transfer_count = held->allow_transfer_count,
            .allow_transfer = held->allow_transfer,
        };
    }
    const struct zone_set *set = zone_set_new(entries, store->count);
    free(entries);
    return set;
}

static void mark_wanted(struct zone_store *store, const struct dname *only, bool force)
{
    size_t wanted = 0;
    for (size_t i = 0; i < store->count; i++) {
        struct held *held = &store->zones[i];
        held->wanted = (held->wanted || force) && (!only || dname_equal(only->wire, held->name));
        wanted += held->wanted;
    }
    for (size_t i = 0; i < store->count; i++)
        store->zones[i].is_of_many = wanted > MANY_ZONES;
}

const struct zone_set *zone_store_load(struct zone_store *store, const struct zone_source *sources,
                                       size_t count, const struct dname *only, bool force,
                                       unsigned threads, struct zone_load_result *result)
{
    const bool is_first = !store->images;
    *result = (struct zone_load_result){ .removed = configure(store, sources, count) };
    mark_wanted(store, only, force);
    if (store->image_folder && is_first)
        read_images(store, threads);
    load_wanted(store, threads);
    malloc_trim(0); /* building takes twice what a zone needs; the C library would keep that */
    for (size_t i = 0; i < store->count; i++) {
        const struct held *held = &store->zones[i];
        if (!held->wanted)
            result->unchanged++;
        else if (held->error)
            result->failed++;
        else
            result->loaded++;
    }
    update_images(store, is_first, result->removed);
    return make_set(store);
}

size_t zone_store_count(const struct zone_store *store)
{
    return store->count;
}

void zone_store_status(const struct zone_store *store, size_t i, struct zone_status *out)
{
    const struct held *held = &store->zones[i];
    *out = (struct zone_status){
        .file = held->file,
        .state = held->state,
        .has_serial = held->zone != NULL,
        .error = held->error ? held->error : "",
        .loaded_unix = held->loaded_unix,
        .load_s = held->load_s,
        .from = held->from,
        .changed = held->changed,
        .verdict = held->origin.verdict,
    };
    out->name.len = (uint8_t)dname_lower(out->name.wire, held->name);
    if (held->zone) {
        out->serial = zone_serial(held->zone);
        out->size = zone_size(held->zone);
    }
}
