/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load.c - from a master file to a zone, whole or by difference. Knows how problems are told, and
 * how many of them. */
#include "dnsd/zone/load.h"

#include "dnsd/zone/check.h"
#include "dnsd/zone/delta.h"
#include "dnsd/zone/locate.h"

#include <stdlib.h>

struct loading {
    struct zone_load *load;
    struct zone_builder *builder; /* of the whole; */
    struct delta *delta;          /* or this */
    struct findings findings;
    unsigned problems;
    struct err first; /* problem */
    bool too_much;    /* has changed */
};

static void tell(struct loading *loading, const char *text)
{
    if (loading->problems++ == 0)
        err_set(&loading->first, "%s", text);
    if (loading->load->warn)
        loading->load->warn(loading->load->arg, text);
}

static bool take_problem(void *arg, const char *text)
{
    struct loading *loading = arg;
    tell(loading, text);
    return loading->problems < ZONE_ERRORS_MAX;
}

/* A record that is left out. */
static bool take_outside(void *arg, const char *text)
{
    struct loading *loading = arg;
    findings_note(&loading->findings, CHECK_OUT_OF_ZONE);
    if (loading->load->warn)
        loading->load->warn(loading->load->arg, text);
    return true;
}

static void tell_finding(void *arg, bool is_error, const char *text)
{
    struct loading *loading = arg;
    if (is_error)
        tell(loading, text);
    else
        loading->load->warn(loading->load->arg, text);
}

/* Leaves out what nobody listens to. */
static void take_finding(void *arg, const struct zone_finding *finding)
{
    struct locator *locator = arg;
    const struct loading *loading = locator->arg;
    if (finding->is_error || loading->load->warn)
        locate(locator, finding);
}

static void read_files(struct loading *loading, struct records_taker *taker)
{
    struct zone_load *load = loading->load;
    loading->findings = (struct findings){ .policy = load->policy, .now = load->now };
    taker->arg = loading;
    taker->problem = take_problem;
    taker->outside_is = check_level(load->policy, CHECK_OUT_OF_ZONE);
    taker->outside = take_outside;
    load->too_large = !records_read(load->reader, load->apex, load->path, &load->files, taker);
}

/* All records are there: makes the zone, with either of the two. */
static const struct zone *build(struct loading *loading, struct err *err)
{
    struct zone_load *load = loading->load;
    struct locator locator = {
        .apex = load->apex,
        .files = &load->files,
        .reader = load->reader,
        .tell = tell_finding,
        .arg = loading,
    };
    struct findings *findings = &loading->findings;
    findings->find = take_finding;
    findings->arg = &locator;
    findings->err = err;
    const struct zone *zone = loading->delta ? delta_finish(loading->delta, findings, err)
                                             : zone_builder_finish(loading->builder, findings, err);
    const bool good = zone && zone_check(zone, findings) == 0;
    locate_finish(&locator);
    if (!good) {
        zone_release(zone);
        zone = NULL;
    }
    if (!zone && loading->problems == 0)
        err_wrap(err, "%s", load->files.entries[0].path);
    load->verdict = findings->verdict;
    load->verdict.judged = check_policy_at(load->policy, CHECK_WARNING) |
                           check_policy_at(load->policy, CHECK_ERROR);
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

/* --- whole ------------------------------------------------------------------------------------ */

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

static void drop_block(void *block)
{
    build_block_free(block);
}

static const struct zone *load_whole(struct zone_load *load, struct err *err)
{
    struct loading loading = { .load = load, .builder = zone_builder_new(load->apex) };
    struct records_taker taker = {
        .digest = digest_batch,
        .take = take_batch,
        .drop = drop_block,
    };
    zone_builder_tune(loading.builder, records_reader_threads(load->reader), 0);
    read_files(&loading, &taker);
    const struct zone *zone = loading.problems || load->too_large ? NULL : build(&loading, err);
    summarize(&loading, err);
    zone_builder_free(loading.builder);
    return zone;
}

/* --- by difference ---------------------------------------------------------------------------- */

static void *digest_for_delta(void *arg, const struct batch *batch)
{
    const struct loading *loading = arg;
    return delta_digest(loading->delta, batch);
}

/* After a problem, which has been told, there will be no zone, but perhaps more problems. */
static bool take_for_delta(void *arg, const struct batch *batch, void *digest)
{
    struct loading *loading = arg;
    loading->too_much = !loading->problems && !delta_take(loading->delta, batch, digest);
    free(digest);
    return !loading->too_much;
}

/* False: so much has changed that the whole is to be loaded; nothing has been told. */
static bool load_difference(struct zone_load *load, const struct zone **zone, struct err *err)
{
    struct loading loading = { .load = load,
                               .delta = delta_new(load->old, delta_limit(load->old)) };
    struct records_taker taker = { .digest = digest_for_delta, .take = take_for_delta };
    read_files(&loading, &taker);
    loading.too_much |= load->too_large;
    if (!loading.problems && !loading.too_much)
        loading.too_much = !delta_compare(loading.delta);
    *zone = loading.problems || loading.too_much ? NULL : build(&loading, err);
    if (*zone)
        load->changed = delta_changed_names(loading.delta);
    summarize(&loading, err);
    delta_free(loading.delta);
    return !loading.too_much;
}

static const struct zone *load_either(struct zone_load *load, struct err *err)
{
    const struct zone *zone;
    if (load->old && delta_is_worthwhile(load->old) && load_difference(load, &zone, err)) {
        load->by_difference = true;
        return zone;
    }
    file_list_free(&load->files);
    return load_whole(load, err);
}

static const struct zone *load_with_reader(struct zone_load *load, struct err *err)
{
    if (load->reader)
        return load_either(load, err);
    load->reader = records_reader_new(1);
    const struct zone *zone = load_either(load, err);
    records_reader_free(load->reader);
    load->reader = NULL;
    return zone;
}

const struct zone *zone_load_run(struct zone_load *load, struct err *err)
{
    if (load->policy)
        return load_with_reader(load, err);
    const struct check_policy usual = check_policy_usual();
    load->policy = &usual;
    const struct zone *zone = load_with_reader(load, err);
    load->policy = NULL;
    return zone;
}

const struct zone *zone_load(const uint8_t *apex, const char *path, zone_warn *warn, void *arg,
                             struct err *err)
{
    struct zone_load load = { .apex = apex, .path = path, .warn = warn, .arg = arg };
    const struct zone *zone = zone_load_run(&load, err);
    file_list_free(&load.files);
    return zone;
}
