/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.c - reports and replies as JSON. Knows the form, how to keep it within a message, and that
 * what is read may be anything; hides jansson. */
#include "common/report.h"

#include "common/dnsmsg.h"
#include "common/jsonread.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[REPORT_STATE_COUNT] = {
#define REPORT_STATE_NAME(id, name) [id] = name,
    REPORT_STATES(REPORT_STATE_NAME)
#undef REPORT_STATE_NAME
};

static const char *const zone_state_names[REPORT_ZONE_STATE_COUNT] = {
#define REPORT_ZONE_STATE_NAME(id, name) [id] = name,
    REPORT_ZONE_STATES(REPORT_ZONE_STATE_NAME)
#undef REPORT_ZONE_STATE_NAME
};

const char *report_state_name(enum report_state state)
{
    return state_names[state];
}

const char *report_zone_state_name(enum report_zone_state state)
{
    return zone_state_names[state];
}

bool report_queries_at(const struct report *report, const struct addr *addr, uint64_t *out)
{
    for (size_t i = 0; i < report->address_count; i++)
        if (addr_equal(&report->address[i].addr, addr)) {
            *out = report->address[i].queries;
            return true;
        }
    return false;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* jansson has no unsigned integers; counters that pass 2^63 are not of this world. */
static json_t *count(uint64_t value)
{
    return json_integer((json_int_t)(value & INT64_MAX));
}

static json_t *name_text(const struct dname *name)
{
    char out[DNAME_TEXT_MAX];
    return json_string(dname_to_text(name->wire, out));
}

static json_t *workers_json(const struct report *report)
{
    json_t *workers = json_array();
    for (size_t i = 0; i < report->worker_count; i++)
        json_array_append_new(workers,
                              json_pack("{s:I}", "tick_ns", (json_int_t)report->worker_tick[i].ns));
    return workers;
}

/* NULL if there are none. */
static json_t *starved_json(const struct report *report)
{
    json_t *starved = NULL;
    for (size_t i = 0; i < report->worker_count; i++) {
        if (!report->worker_starved[i])
            continue;
        starved = starved ? starved : json_array();
        json_array_append_new(starved, json_integer((json_int_t)i));
    }
    return starved;
}

static json_t *zones_json(const struct report *report)
{
    json_t *zones = json_object();
    for (int i = 0; i < REPORT_ZONE_STATE_COUNT; i++)
        json_object_set_new(zones, zone_state_names[i], json_integer(report->zones[i]));
    return zones;
}

static json_t *counters_json(const struct report_counters *counters)
{
    json_t *object = json_object();
#define REPORT_COUNTER_SET(name) json_object_set_new(object, #name, count(counters->name));
    REPORT_COUNTERS(REPORT_COUNTER_SET)
#undef REPORT_COUNTER_SET
    return object;
}

static json_t *addresses_json(const struct report *report)
{
    json_t *object = json_object();
    for (size_t i = 0; i < report->address_count; i++) {
        char text[ADDR_TEXT_MAX];
        json_object_set_new(object, addr_text(&report->address[i].addr, text),
                            count(report->address[i].queries));
    }
    return object;
}

static json_t *watched_json(const struct report_zone *zone)
{
    json_t *object = json_pack("{s:o, s:s, s:o, s:o}", "name", name_text(&zone->name), "state",
                               zone_state_names[zone->state], "serial",
                               zone->has_serial ? json_integer(zone->serial) : json_null(),
                               "expires_s",
                               zone->expires_s >= 0 ? json_integer(zone->expires_s) : json_null());
    if (zone->signed_until_unix)
        json_object_set_new(object, "signed_until_unix", json_integer(zone->signed_until_unix));
    return object;
}

/* Writes `object`, first adding to its array `list` as many of `items` (stolen), from the first on,
 * as fit into `cap`, and to `list`_left_out the number of the others. */
static size_t dump_within(json_t *object, const char *list, json_t *items, size_t left_out,
                          char *out, size_t cap)
{
    char left_out_key[32];
    json_t *fitting = json_array();
    snprintf(left_out_key, sizeof left_out_key, "%s_left_out", list);
    json_object_set_new(object, left_out_key, json_integer(UINT32_MAX)); /* the widest */
    json_object_set(object, list, fitting);
    size_t size = json_dumpb(object, NULL, 0, JSON_COMPACT), at = 0;
    for (; at < json_array_size(items); at++) {
        json_t *item = json_array_get(items, at);
        size_t more = json_dumpb(item, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY) + 1; /* the comma */
        if (size + more > cap)
            break;
        size += more;
        json_array_append(fitting, item);
    }
    json_object_set_new(object, left_out_key, count(left_out + json_array_size(items) - at));
    json_decref(items);
    json_decref(fitting);
    size = json_dumpb(object, out, cap, JSON_COMPACT);
    return size <= cap ? size : 0;
}

size_t report_encode(const struct report *report, char *out, size_t cap)
{
    json_t *watched = json_array();
    for (size_t i = 0; i < report->watched_count; i++)
        json_array_append_new(watched, watched_json(&report->watched[i]));
    json_t *object =
        json_pack("{s:i, s:o, s:I, s:o, s:s, s:o, s:o, s:o, s:o, s:I, s:i}", "v", REPORT_VERSION,
                  "seq", count(report->seq), "mono_ns", (json_int_t)report->sent.ns, "node",
                  json_text(report->node), "state", state_names[report->state], "workers",
                  workers_json(report), "zones", zones_json(report), "counters",
                  counters_json(&report->counters), "version", json_text(report->version),
                  "started_unix", (json_int_t)report->started_unix, "pid", (int)report->pid);
    json_t *starved = starved_json(report);
    if (starved)
        json_object_set_new(object, "starved", starved);
    if (report->address_count)
        json_object_set_new(object, "addresses", addresses_json(report));
    size_t size = dump_within(object, "watched", watched, report->watched_left_out, out, cap);
    json_decref(object);
    return size;
}

size_t report_reply_encode(const struct report_reply *reply, char *out, size_t cap)
{
    json_t *object = json_pack("{s:i, s:b}", "v", REPORT_VERSION, "withdrawn",
                               (int)reply->withdrawn);
    json_t *watch = json_array();
    for (size_t i = 0; i < reply->watch_count; i++)
        json_array_append_new(watch, name_text(&reply->watch[i]));
    size_t size;
    if (reply->has_watch) {
        size = dump_within(object, "watch", watch, reply->watch_left_out, out, cap);
    } else {
        json_decref(watch);
        size = json_dumpb(object, out, cap, JSON_COMPACT);
    }
    json_decref(object);
    return size <= cap ? size : 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The index of the name that `key` has in `object`, or -1. */
static int read_choice(const json_t *object, const char *key, const char *const *names, int count,
                       struct err *err)
{
    char text[32];
    if (json_read_text(object, key, text, sizeof text, err))
        return -1;
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return err_set(err, "\"%s\" is \"%s\", which is no state", key, text);
}

static int read_count(const json_t *object, const char *key, uint64_t *out, struct err *err)
{
    int64_t value;
    if (json_read_int(object, key, 0, INT64_MAX, &value, err))
        return -1;
    *out = (uint64_t)value;
    return 0;
}

static int read_u32(const json_t *object, const char *key, uint32_t *out, struct err *err)
{
    int64_t value;
    if (json_read_int(object, key, 0, UINT32_MAX, &value, err))
        return -1;
    *out = (uint32_t)value;
    return 0;
}

static int read_size(const json_t *object, const char *key, size_t *out, struct err *err)
{
    uint32_t value;
    if (read_u32(object, key, &value, err))
        return -1;
    *out = value;
    return 0;
}

static int read_mono(const json_t *object, const char *key, struct mono *out, struct err *err)
{
    return json_read_int(object, key, 0, INT64_MAX, &out->ns, err);
}

static int read_workers(const json_t *object, struct report *out, struct err *err)
{
    const json_t *workers = json_read_array(object, "workers", REPORT_WORKERS_MAX, err);
    if (!workers)
        return -1;
    out->worker_count = json_array_size(workers);
    for (size_t i = 0; i < out->worker_count; i++)
        if (read_mono(json_array_get(workers, i), "tick_ns", &out->worker_tick[i], err))
            return err_wrap(err, "worker %zu", i);
    return 0;
}

/* Not there: none is, or it is an older dnsd. */
static int read_starved(const json_t *object, struct report *out, struct err *err)
{
    if (!json_object_get(object, "starved"))
        return 0;
    const json_t *starved = json_read_array(object, "starved", REPORT_WORKERS_MAX, err);
    for (size_t i = 0; i < json_array_size(starved); i++) {
        const json_t *worker = json_array_get(starved, i);
        const json_int_t number = json_integer_value(worker);
        if (!json_is_integer(worker) || number < 0 || number >= (json_int_t)out->worker_count)
            return err_set(err, "\"starved\" has something that is no worker's number");
        out->worker_starved[number] = true;
    }
    return starved ? 0 : -1;
}

static int read_zones(const json_t *object, struct report *out, struct err *err)
{
    const json_t *zones = json_read_object(object, "zones", err);
    if (!zones)
        return -1;
    for (int i = 0; i < REPORT_ZONE_STATE_COUNT; i++)
        if (read_u32(zones, zone_state_names[i], &out->zones[i], err))
            return err_wrap(err, "zones");
    return 0;
}

static int read_counters(const json_t *object, struct report_counters *out, struct err *err)
{
    const json_t *counters = json_read_object(object, "counters", err);
    if (!counters)
        return -1;
#define REPORT_COUNTER_READ(name)                                                                  \
    if (read_count(counters, #name, &out->name, err))                                              \
        return err_wrap(err, "counters");
    REPORT_COUNTERS(REPORT_COUNTER_READ)
#undef REPORT_COUNTER_READ
    return 0;
}

/* An older dnsd does not count by address. */
static int read_addresses(const json_t *object, struct report *out, struct err *err)
{
    json_t *addresses = json_object_get(object, "addresses"), *queries;
    const char *text;
    if (!addresses)
        return 0;
    if (!json_is_object(addresses) || json_object_size(addresses) > REPORT_ADDRESSES_MAX)
        return err_set(err, "\"addresses\" is not an object of at most %d members",
                       REPORT_ADDRESSES_MAX);
    json_object_foreach(addresses, text, queries) {
        struct report_address *address = &out->address[out->address_count++];
        if (addr_parse(text, DNS_PORT, &address->addr, err) ||
            read_count(addresses, text, &address->queries, err))
            return err_wrap(err, "addresses");
    }
    return 0;
}

static int read_name(const json_t *text, struct dname *out, struct err *err)
{
    if (!json_is_string(text))
        return err_set(err, "a zone's name is not a text");
    return dname_from_text(json_string_value(text), out, err);
}

static int read_watched_zone(const json_t *object, struct report_zone *out, struct err *err)
{
    int state = read_choice(object, "state", zone_state_names, REPORT_ZONE_STATE_COUNT, err);
    const json_t *name = json_read(object, "name", err);
    const json_t *serial = json_read(object, "serial", err);
    const json_t *expires = json_read(object, "expires_s", err);
    if (state < 0 || !name || !serial || !expires || read_name(name, &out->name, err))
        return -1;
    out->state = (enum report_zone_state)state;
    out->has_serial = !json_is_null(serial);
    out->expires_s = -1;
    if (out->has_serial && read_u32(object, "serial", &out->serial, err))
        return -1;
    out->signed_until_unix = 0;
    if (json_object_get(object, "signed_until_unix") &&
        json_read_int(object, "signed_until_unix", 0, INT64_MAX, &out->signed_until_unix, err))
        return -1;
    if (json_is_null(expires))
        return 0;
    return json_read_int(object, "expires_s", 0, INT64_MAX, &out->expires_s, err);
}

static int read_watched(const json_t *object, struct report *out, struct err *err)
{
    const json_t *watched = json_read_array(object, "watched", REPORT_WATCHED_MAX, err);
    if (!watched || read_size(object, "watched_left_out", &out->watched_left_out, err))
        return -1;
    out->watched_count = json_array_size(watched);
    for (size_t i = 0; i < out->watched_count; i++)
        if (read_watched_zone(json_array_get(watched, i), &out->watched[i], err))
            return err_wrap(err, "watched zone %zu", i);
    return 0;
}

static int read_identity(const json_t *object, struct report *out, struct err *err)
{
    int64_t pid = 0;
    int state = read_choice(object, "state", state_names, REPORT_STATE_COUNT, err);
    if (state < 0 || json_read_text(object, "node", out->node, sizeof out->node, err) ||
        json_read_text(object, "version", out->version, sizeof out->version, err) ||
        json_read_int(object, "pid", 1, INT32_MAX, &pid, err) ||
        json_read_int(object, "started_unix", 0, INT64_MAX, &out->started_unix, err) ||
        read_count(object, "seq", &out->seq, err) || read_mono(object, "mono_ns", &out->sent, err))
        return -1;
    out->state = (enum report_state)state;
    out->pid = (int32_t)pid;
    return 0;
}

/* One JSON object of our version, or NULL. */
static json_t *load(const char *text, size_t len, struct err *err)
{
    json_error_t problem;
    int64_t version;
    json_t *object = json_loadb(text, len, JSON_REJECT_DUPLICATES, &problem);
    if (!object) {
        err_set(err, "not JSON: %s at byte %d", problem.text, problem.position);
    } else if (json_read_int(object, "v", REPORT_VERSION, REPORT_VERSION, &version, err)) {
        json_decref(object);
        object = NULL;
    }
    return object;
}

int report_decode(const char *text, size_t len, struct report *out, struct err *err)
{
    struct report report = { 0 };
    json_t *object = load(text, len, err);
    if (!object)
        return err_wrap(err, "report");
    int failed = read_identity(object, &report, err) || read_workers(object, &report, err) ||
                 read_starved(object, &report, err) || read_zones(object, &report, err) ||
                 read_watched(object, &report, err) ||
                 read_counters(object, &report.counters, err) ||
                 read_addresses(object, &report, err);
    json_decref(object);
    if (failed)
        return err_wrap(err, "report");
    *out = report;
    return 0;
}

static int read_watch(const json_t *object, struct report_reply *out, struct err *err)
{
    const json_t *watch = json_read_array(object, "watch", REPORT_WATCHED_MAX, err);
    if (!watch || read_size(object, "watch_left_out", &out->watch_left_out, err))
        return -1;
    out->watch_count = json_array_size(watch);
    for (size_t i = 0; i < out->watch_count; i++)
        if (read_name(json_array_get(watch, i), &out->watch[i], err))
            return err_wrap(err, "watch %zu", i);
    return 0;
}

int report_reply_decode(const char *text, size_t len, struct report_reply *out, struct err *err)
{
    struct report_reply reply = { 0 };
    json_t *object = load(text, len, err);
    if (!object)
        return err_wrap(err, "reply to a report");
    reply.has_watch = json_object_get(object, "watch") != NULL;
    int failed = json_read_bool(object, "withdrawn", &reply.withdrawn, err) ||
                 (reply.has_watch && read_watch(object, &reply, err));
    json_decref(object);
    if (failed)
        return err_wrap(err, "reply to a report");
    *out = reply;
    return 0;
}
