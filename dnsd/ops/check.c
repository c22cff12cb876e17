/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.c - --check-config, --check-zone and --print-zone. */
#include "dnsd/ops/check.h"

#include "common/log.h"
#include "common/mono.h"
#include "dnsd/ops/loader.h"
#include "dnsd/zone/load.h"
#include "dnsd/zone/rrtext.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { CHECK_THREADS = 4 }; /* it is waited for, and nothing else depends on it */

static void print_doubts(const struct zone_status *zone, const char *name)
{
    const struct zone_verdict *verdict = &zone->verdict;
    char checks[CHECK_NAMES_MAX];
    if (verdict->warnings)
        fprintf(stderr, "zone %s: warnings: %u (%s): dnsd --check-zone tells them\n", name,
                verdict->warnings, check_names(verdict->found, checks));
}

/* Says which zones are bad, and which are doubtful. Returns how many are bad. */
static size_t print_bad_zones(const struct zone_table *table)
{
    size_t bad = 0;
    for (size_t i = 0; i < table->count; i++) {
        char name[DNAME_TEXT_MAX];
        const struct zone_status *zone = &table->zones[i];
        dname_to_text(zone->name.wire, name);
        if (zone->error[0]) {
            fprintf(stderr, "zone %s: %s\n", name, zone->error);
            bad++;
        } else {
            print_doubts(zone, name);
        }
    }
    return bad;
}

static uint64_t records_of(const struct zone_table *table)
{
    uint64_t records = 0;
    for (size_t i = 0; i < table->count; i++)
        records += table->zones[i].size.records;
    return records;
}

static int check_zones(const char *path, const struct dnsd_conf *conf, struct err *err)
{
    struct loader_job job = { .conf = conf,
                              .store = zone_store_new(NULL),
                              .threads = CHECK_THREADS };
    loader_run(&job);
    size_t bad = print_bad_zones(job.table);
    if (bad)
        err_set(err, "%s: %zu of %zu zones cannot be served", path, bad, job.table->count);
    else
        printf("%s: good: node %s, %zu zone%s, %" PRIu64 " records\n", path, conf->node,
               job.table->count, job.table->count == 1 ? "" : "s", records_of(job.table));
    zone_set_free(job.set);
    zone_table_free(job.table);
    zone_store_free(job.store);
    return bad ? -1 : 0;
}

int check_config(const char *path, struct err *err)
{
    struct dnsd_conf *conf = dnsd_conf_read(path, err);
    if (!conf)
        return -1;
    log_set_level(LOG_ERROR); /* each bad zone is said once, below */
    int result = check_zones(path, conf, err);
    dnsd_conf_free(conf);
    return result;
}

static void print_warning(void *arg, const char *text)
{
    (void)arg;
    fprintf(stderr, "%s\n", text);
}

static int policy_of(const struct check_request *request, const struct dname *apex,
                     struct check_policy *policy, struct err *err)
{
    *policy = check_policy_usual();
    if (request->conf) {
        struct dnsd_conf *conf = dnsd_conf_read(request->conf, err);
        if (!conf)
            return -1;
        *policy = *dnsd_conf_policy(conf, apex->wire);
        dnsd_conf_free(conf);
    }
    for (size_t i = 0; i < request->check_count; i++)
        if (check_policy_set(policy, request->checks[i], err))
            return -1;
    return 0;
}

/* The zone that is asked for; what is wrong with it is said. */
static const struct zone *load_asked(const struct check_request *request, unsigned *warnings,
                                     struct err *err)
{
    struct dname apex;
    struct check_policy policy;
    char text[DNAME_TEXT_MAX];
    if (dname_from_text(request->name, &apex, err) || policy_of(request, &apex, &policy, err))
        return NULL;
    struct zone_load load = {
        .apex = apex.wire,
        .path = request->path,
        .warn = print_warning,
        .reader = records_reader_new(CHECK_THREADS),
        .policy = &policy,
        .now = time(NULL),
    };
    const struct zone *zone = zone_load_run(&load, err);
    file_list_free(&load.files);
    records_reader_free(load.reader);
    *warnings = load.verdict.warnings;
    if (!zone)
        err_wrap(err, "zone %s", dname_to_text(apex.wire, text));
    return zone;
}

int check_zone(const struct check_request *request, struct err *err)
{
    char text[DNAME_TEXT_MAX];
    unsigned warnings;
    struct mono begin = mono_now();
    const struct zone *zone = load_asked(request, &warnings, err);
    if (!zone)
        return -1;
    struct zone_size size = zone_size(zone);
    printf("zone %s: good: serial %" PRIu32 ", %" PRIu64 " records, %" PRIu64 " names, %" PRIu64
           " bytes, %u warning%s, %.3f s\n",
           dname_to_text(zone_name(zone), text), zone_serial(zone), size.records, size.names,
           size.bytes, warnings, warnings == 1 ? "" : "s", mono_diff_s(mono_now(), begin));
    zone_release(zone);
    return 0;
}

int print_zone(const struct check_request *request, struct err *err)
{
    unsigned warnings;
    const struct zone *zone = load_asked(request, &warnings, err);
    if (!zone)
        return -1;
    const int result = rrtext_zone(zone, stdout) ? err_sys(err, "stdout") : 0;
    zone_release(zone);
    return result;
}

int list_checks(struct err *err)
{
    for (int i = 0; i < CHECK_COUNT; i++) {
        const struct check_row *row = &check_rows[i];
        printf("%-24s %-8s %-9s %s (%s)\n", row->name, check_level_name(row->usual),
               row->least == CHECK_ERROR ? "always" : "", row->text, row->rfc);
    }
    return fflush(stdout) ? err_sys(err, "stdout") : 0;
}
