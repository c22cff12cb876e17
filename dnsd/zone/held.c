/* SPDX-License-Identifier: GPL-3.0-or-later */
/* held.c - one configured zone. Knows when it is to be loaded, what a failed load means, and what
 * the log says of it. */
#include "dnsd/zone/held.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/mono.h"
#include "dnsd/zone/check.h"
#include "dnsd/zone/file.h"
#include "dnsd/zone/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBLEMS_LOGGED = 10 }; /* of one load; --check-zone shows all */

const char *zone_from_name(enum zone_from from)
{
    static const char *const names[] = {
#define ROW(name, text) [name] = text,
        ZONE_FROMS(ROW)
#undef ROW
    };
    return names[from];
}

struct held held_new(const struct zone_source *source, const struct check_policy *usual)
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

void held_free(struct held *held)
{
    zone_release(held->zone);
    file_list_free(&held->origin.files);
    free(held->name);
    free(held->file);
    free(held->allow_transfer);
    free(held->error);
}

/* Its checks would say something else now. */
static bool is_judged_otherwise(const struct held *old, const struct check_policy *policy)
{
    const struct zone_verdict *verdict = &old->origin.verdict;
    return !zone_verdict_holds(verdict, policy) ||
           zone_verdict_times(verdict, policy, time(NULL)) & ~verdict->found;
}

void held_inherit(struct held *held, struct held *old)
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

/* --- loading ---------------------------------------------------------------------------------- */

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

void held_load(struct held *held, struct records_reader *reader)
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

void held_read_image(struct held *held, const struct image_store *images, unsigned threads)
{
    struct err err;
    char name[DNAME_TEXT_MAX];
    const struct mono start = mono_now();
    const struct imagefile_wanted wanted = { held->name, held->file, threads, held->policy };
    const struct zone *zone = image_store_read(images, &wanted, &held->origin, &err);
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
