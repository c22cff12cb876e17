/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load.c - from a master file to a zone. Knows how problems are told, and how many of them. */
#include "dnsd/zone/load.h"

#include "dnsd/zone/check.h"
#include "dnsd/zone/locate.h"
#include "dnsd/zone/records.h"

struct loading {
    struct zone_builder *builder;
    zone_warn *warn;
    void *arg;
    unsigned problems;
    struct err first; /* problem */
};

static void tell(struct loading *loading, const char *text)
{
    if (loading->problems++ == 0)
        err_set(&loading->first, "%s", text);
    if (loading->warn)
        loading->warn(loading->arg, text);
}

static void *digest_batch(void *arg, const struct batch *batch)
{
    const struct loading *loading = arg;
    return zone_builder_digest(loading->builder, batch);
}

static bool take_batch(void *arg, const struct batch *batch, void *block)
{
    struct loading *loading = arg;
    (void)batch;
    zone_builder_take(loading->builder, block);
    return true;
}

static bool take_problem(void *arg, const char *text)
{
    struct loading *loading = arg;
    tell(loading, text);
    return loading->problems < ZONE_ERRORS_MAX;
}

static void load_files(struct loading *loading, const uint8_t *apex, const char *path,
                       struct file_list *files)
{
    const struct records_taker taker = {
        .arg = loading, .digest = digest_batch, .take = take_batch, .problem = take_problem
    };
    struct records_reader *reader = records_reader_new(1);
    records_read(reader, apex, path, files, &taker);
    records_reader_free(reader);
}

static void tell_finding(void *arg, bool is_error, const char *text)
{
    struct loading *loading = arg;
    if (is_error)
        tell(loading, text);
    else
        loading->warn(loading->arg, text);
}

/* Leaves out what nobody listens to. */
static void take_finding(void *arg, const struct zone_finding *finding)
{
    struct locator *locator = arg;
    const struct loading *loading = locator->arg;
    if (finding->is_error || loading->warn)
        locate(locator, finding);
}

/* All records are there: makes the zone. */
static const struct zone *build(struct loading *loading, const uint8_t *apex,
                                const struct file_list *files, struct err *err)
{
    struct locator locator = { .apex = apex, .files = files, .tell = tell_finding, .arg = loading };
    const struct zone *zone = zone_builder_finish(loading->builder, take_finding, &locator, err);
    const bool good = zone && zone_check(zone, take_finding, &locator, err) == 0;
    locate_finish(&locator);
    if (!good) {
        zone_release(zone);
        zone = NULL;
    }
    if (!zone && loading->problems == 0)
        err_wrap(err, "%s", files->entries[0].path);
    return zone;
}

static void summarize(const struct loading *loading, struct err *err)
{
    if (loading->problems == 1)
        err_set(err, "%s", loading->first.msg);
    else if (loading->problems)
        err_set(err, "%s (and %s%u more)", loading->first.msg,
                loading->problems < ZONE_ERRORS_MAX ? "" : "at least ", loading->problems - 1);
}

const struct zone *zone_load_listed(const uint8_t *apex, const char *path, struct file_list *files,
                                    zone_warn *warn, void *arg, struct err *err)
{
    struct loading loading = {
        .builder = zone_builder_new(apex),
        .warn = warn,
        .arg = arg,
    };
    load_files(&loading, apex, path, files);
    const struct zone *zone = loading.problems ? NULL : build(&loading, apex, files, err);
    summarize(&loading, err);
    zone_builder_free(loading.builder);
    return zone;
}

const struct zone *zone_load(const uint8_t *apex, const char *path, zone_warn *warn, void *arg,
                             struct err *err)
{
    struct file_list files = { 0 };
    const struct zone *zone = zone_load_listed(apex, path, &files, warn, arg, err);
    file_list_free(&files);
    return zone;
}
