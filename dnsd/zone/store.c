/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.c - what became of each configured zone. Knows when a zone is to be loaded and what a
 * failed load means; hides how zones are kept: sorted by name, so that a new configuration is
 * compared with the old one in one pass. */
#include "dnsd/zone/store.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/mono.h"
#include "dnsd/zone/check.h"
#include "dnsd/zone/file.h"
#include "dnsd/zone/imagestore.h"
#include "dnsd/zone/load.h"
#include "dnsd/zone/nameorder.h"
#include "dnsd/zone/parallel.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROBLEMS_LOGGED = 10,  /* of one load; --check-zone shows all */
    SMALL_BYTES = 1 << 20, /* of a file that one thread loads */
    MANY_ZONES = 1000,     /* in one run: that each of them was loaded is not worth a line */
};

struct held {
    uint8_t *name; /* wire, lower case */
    char *file;
    struct prefix *allow_transfer;
    size_t allow_transfer_count;

    const struct check_policy *policy; /* in a run: the source's */

    const struct zone *zone; /* what is served; NULL: nothing */
    enum report_zone_state state;
    struct imagefile_origin origin; /* files of the last load, well or not; verdict on the zone */
    char *error;                    /* of the last load; NULL: none, or not yet tried */
    time_t loaded_unix;
    double load_s;
    enum zone_from from;
    uint64_t changed; /* names, if that was by difference */

    bool wanted;  /* to be loaded in this run */
    bool is_read; /* that has been done: from its image */
    bool is_of_many;
    bool is_large; /* still to be loaded, by all threads */
    size_t logged; /* problems in this run */
};

struct zone_store {
    struct held *zones;
    size_t count;
    struct check_policy usual;  /* of zones that state none */
    char *image_folder;         /* NULL: none */
    struct image_store *images; /* opened in the first run */
};

const char *zone_from_name(enum zone_from from)
{
    static const char *const names[] = {
#define ROW(name, text) [name] = text,
        ZONE_FROMS(ROW)
#undef ROW
    };
    return names[from];
}

struct zone_store *zone_store_new(const char *image_folder)
{
    struct zone_store *store = mem_zalloc(sizeof *store);
    store->usual = check_policy_usual();
    store->image_folder = image_folder ? mem_strdup(image_folder) : NULL;
    return store;
}

static void held_free(struct held *held)
{
    zone_release(held->zone);
    file_list_free(&held->origin.files);
    free(held->name);
    free(held->file);
    free(held->allow_transfer);
    free(held->error);
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

static struct held held_new(const struct zone_source *source, const struct check_policy *usual)
{
    struct held held = {
        .name = mem_dup(source->name.wire, source->name.len),
        .file = mem_strdup(source->file),
        .policy = source->policy ? source->policy : usual,
        .allow_transfer = mem_dup(source->allow_transfer,
                                  source->allow_transfer_count * sizeof *source->allow_transfer),
        .allow_transfer_count = source->allow_transfer_count,
        .state = ZONE_FAILED,
        .wanted = true,
    };
    dname_lower(held.name, held.name);
    return held;
}

static int held_cmp(const void *a, const void *b)
{
    return dname_cmp(((const struct held *)a)->name, ((const struct held *)b)->name);
}

/* Its checks would say something else now. */
static bool is_judged_otherwise(const struct held *old, const struct check_policy *policy)
{
    const struct zone_verdict *verdict = &old->origin.verdict;
    return !zone_verdict_holds(verdict, policy) ||
           zone_verdict_times(verdict, policy, time(NULL)) & ~verdict->found;
}

/* The zone goes on with what `old` has served; a file of another name is a reason to load. */
static void held_inherit(struct held *held, struct held *old)
{
    held->wanted = old->error || strcmp(held->file, old->file) != 0 ||
                   file_list_changed(&old->origin.files) || old->origin.files.count == 0 ||
                   is_judged_otherwise(old, held->policy);
    held->zone = old->zone;
    held->state = old->state;
    held->origin = old->origin;
    held->error = old->error;
    held->loaded_unix = old->loaded_unix;
    held->load_s = old->load_s;
    held->from = old->from;
    held->changed = old->changed;
    old->zone = NULL;
    old->origin = (struct imagefile_origin){ .files.count = 0 };
    old->error = NULL;
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

static void log_problem(void *arg, const char *text)
{
    struct held *held = arg;
    char name[DNAME_TEXT_MAX];
    if (held->logged++ < PROBLEMS_LOGGED)
        log_event(LOG_WARN, "zone-problem", "zone=%s problem=%s", dname_to_text(held->name, name),
                  text);
}

static void log_loaded(const struct held *held, const char *name)
{
    char changed[32] = "";
    if (held->from == ZONE_FROM_DIFFERENCE)
        snprintf(changed, sizeof changed, " changed=%llu", (unsigned long long)held->changed);
    log_event(held->is_of_many ? LOG_DEBUG : LOG_INFO, "zone-loaded",
              "zone=%s serial=%u records=%llu seconds=%.3f from=%s%s", name,
              zone_serial(held->zone), (unsigned long long)zone_size(held->zone).records,
              held->load_s, zone_from_name(held->from), changed);
}

static void log_result(const struct held *held)
{
    char name[DNAME_TEXT_MAX];
    dname_to_text(held->name, name);
    if (held->logged > PROBLEMS_LOGGED)
        log_event(LOG_WARN, "zone-problems", "zone=%s more=%zu remedy=dnsd --check-zone", name,
                  held->logged - PROBLEMS_LOGGED);
    if (held->error)
        log_event(LOG_ERROR, "zone-failed", "zone=%s state=%s error=%s", name,
                  report_zone_state_name(held->state), held->error);
    else
        log_loaded(held, name);
}

/* From now on `zone` is served. */
static void held_take(struct held *held, const struct zone *zone, struct mono start)
{
    zone_release(held->zone);
    held->zone = zone;
    held->state = ZONE_SERVING;
    held->loaded_unix = time(NULL);
    held->load_s = mono_diff_s(mono_now(), start);
}

/* Loads one zone. On failure what was served before is served on, as stale. A zone that is too
 * large for the reader is left to load_large. */
static void held_load(struct held *held, struct records_reader *reader)
{
    struct err err;
    const struct mono start = mono_now();
    struct zone_load load = {
        .apex = held->name,
        .path = held->file,
        .old = held->zone,
        .policy = held->policy,
        .now = time(NULL),
        .warn = log_problem,
        .arg = held,
        .reader = reader,
    };
    file_list_free(&held->origin.files);
    free(held->error);
    held->error = NULL;
    held->logged = 0;
    const struct zone *zone = zone_load_run(&load, &err);
    held->origin.files = load.files;
    held->is_large = load.too_large;
    if (load.too_large)
        return;
    if (zone) {
        held_take(held, zone, start);
        held->origin.verdict = load.verdict;
        held->from = load.by_difference ? ZONE_FROM_DIFFERENCE : ZONE_FROM_FILE;
        held->changed = load.changed;
    } else {
        held->state = held->zone ? ZONE_STALE : ZONE_FAILED;
        held->error = mem_strdup(err.msg);
    }
    log_result(held);
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

/* What was found when the image was made is not found again: the log says how much that was. */
static void log_found_before(const struct held *held)
{
    const struct zone_verdict *verdict = &held->origin.verdict;
    char name[DNAME_TEXT_MAX], checks[CHECK_NAMES_MAX];
    if (verdict->warnings)
        log_event(LOG_WARN, "zone-problems",
                  "zone=%s count=%u checks=%s from=image remedy=dnsd --check-zone",
                  dname_to_text(held->name, name), verdict->warnings,
                  check_names(verdict->found, checks));
}

/* Errors are told when the zone is parsed instead. */
static void log_finding(void *arg, const struct zone_finding *finding)
{
    const struct held *held = arg;
    char text[2 * ERR_MAX];
    if (finding->is_error)
        return;
    snprintf(text, sizeof text, "%s: warning: %s [%s]", held->file, finding->text,
             check_rows[finding->check].name);
    log_problem(arg, text);
}

/* Time has gone on since the image was made: signatures that were valid may not be any more. The
 * others were judged then. */
static int judge_times(struct held *held, const struct zone *zone, struct err *err)
{
    struct zone_verdict *verdict = &held->origin.verdict;
    struct findings findings = {
        .policy = held->policy, .now = time(NULL), .find = log_finding, .arg = held, .err = err
    };
    if (!(zone_verdict_times(verdict, held->policy, findings.now) & ~verdict->found))
        return 0;
    if (zone_check_times(zone, &findings))
        return -1;
    verdict->found |= findings.verdict.found;
    verdict->warnings += findings.verdict.warnings;
    verdict->signed_until = findings.verdict.signed_until;
    verdict->signed_from = findings.verdict.signed_from;
    return 0;
}

static void take_image(struct held *held, const struct zone *zone, struct mono start)
{
    held_take(held, zone, start);
    held->from = ZONE_FROM_IMAGE;
    held->is_read = true;
    log_found_before(held);
    log_result(held);
}

static void read_image(const struct zone_store *store, struct held *held, unsigned threads)
{
    struct err err;
    char name[DNAME_TEXT_MAX];
    const struct mono start = mono_now();
    const struct imagefile_wanted wanted = { held->name, held->file, threads, held->policy };
    const struct zone *zone = image_store_read(store->images, &wanted, &held->origin, &err);
    if (zone && judge_times(held, zone, &err)) {
        zone_release(zone);
        zone = NULL;
    }
    if (zone) {
        take_image(held, zone, start);
    } else if (err.msg[0]) {
        log_event(LOG_NOTICE, "zone-image-unused", "zone=%s reason=\"%s\"",
                  dname_to_text(held->name, name), err.msg);
    }
}

/* The first run: there may be images of an earlier start. Each is read by all threads. */
static void read_images(struct zone_store *store, unsigned threads)
{
    store->images = image_store_open(store->image_folder);
    for (size_t i = 0; i < store->count; i++)
        if (store->zones[i].wanted)
            read_image(store, &store->zones[i], threads);
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
