/* SPDX-License-Identifier: GPL-3.0-or-later */
/* status.c - JSON of what is known. Knows the names of its keys. */
#include "dnsd/ops/status.h"

#include "common/protect.h"
#include "dnsd/net/listen.h"

static json_t *listen_json(const struct net *net)
{
    json_t *list = json_array();
    for (size_t i = 0; i < net_listen_count(net); i++) {
        char text[ADDR_TEXT_MAX];
        const struct addr *addr = net_listen(net, i);
        json_array_append_new(list, json_pack("{s:s, s:b}", "address", addr_text(addr, text),
                                              "present", listen_address_present(addr)));
    }
    return list;
}

static json_t *anycast_json(const struct net *net)
{
    size_t count;
    json_t *list = json_array();
    const struct prefix *prefixes = net_anycast(net, &count);
    for (size_t i = 0; i < count; i++) {
        char text[ADDR_TEXT_MAX];
        json_array_append_new(list, json_string(prefix_text(&prefixes[i], text)));
    }
    return list;
}

static json_t *workers_json(const struct health *health, struct mono now)
{
    json_t *list = json_array();
    for (size_t i = 0; health->net && i < net_workers(health->net); i++) {
        int64_t age_ms = mono_diff_ms(now, net_worker_tick(health->net, i));
        json_array_append_new(list, json_pack("{s:I, s:b, s:b}", "tick_age_ms", (json_int_t)age_ms,
                                              "hung", health->worker[i] == WORKER_HUNG, "starved",
                                              health->worker[i] == WORKER_STARVED));
    }
    return list;
}

static json_t *zone_totals_json(const struct health *health)
{
    json_t *totals = json_object();
    for (int i = 0; i < REPORT_ZONE_STATE_COUNT; i++)
        json_object_set_new(totals, report_zone_state_name((enum report_zone_state)i),
                            json_integer(health->zones[i]));
    return totals;
}

json_t *status_json(const struct health *health, const struct net *net, bool anycastd,
                    struct mono now)
{
    struct report_reply nothing = { 0 };
    struct report report = { .sent = now };
    const struct protection protection = protect_get();
    health_fill(health, &nothing, &report);
    return json_pack(
        "{s:s, s:s, s:s, s:i, s:I, s:b, s:i, s:i, s:o, s:o, s:o, s:o}", "node", report.node,
        "state", report_state_name(report.state), "version", report.version, "pid", (int)report.pid,
        "started_unix", (json_int_t)report.started_unix, "anycastd", anycastd, "oom_score_adj",
        protection.oom_score_adj, "nice", protection.nice, "listen", listen_json(net), "anycast",
        anycast_json(net), "workers", workers_json(health, now), "zones", zone_totals_json(health));
}

static json_t *counters_json(const struct report_counters *counters)
{
    json_t *object = json_object();
#define COUNTER_JSON(name)                                                                         \
    json_object_set_new(object, #name, json_integer((json_int_t)counters->name));
    REPORT_COUNTERS(COUNTER_JSON)
#undef COUNTER_JSON
    return object;
}

static json_t *queries_json(const struct net *net)
{
    json_t *list = json_array();
    for (size_t i = 0; i < net_listen_count(net); i++) {
        char text[ADDR_TEXT_MAX];
        json_array_append_new(list, json_pack("{s:s, s:I}", "address",
                                              addr_text(net_listen(net, i), text), "queries",
                                              (json_int_t)net_queries_at(net, i)));
    }
    return list;
}

json_t *status_stats_json(const struct net *net, const struct guard *guard)
{
    struct report_counters counters;
    json_t *workers = json_array();
    for (size_t i = 0; i < net_workers(net); i++) {
        net_worker_counters(net, i, &counters);
        json_array_append_new(workers, counters_json(&counters));
    }
    net_counters(net, &counters);
    return json_pack("{s:o, s:o, s:o, s:I}", "counters", counters_json(&counters), "workers",
                     workers, "listen", queries_json(net), "limited_networks",
                     (json_int_t)guard_limited(guard));
}

static json_t *checks_json(uint64_t set)
{
    json_t *list = json_array();
    for (int check = 0; check < CHECK_COUNT; check++)
        if (set & check_bit((enum check_id)check))
            json_array_append_new(list, json_string(check_rows[check].name));
    return list;
}

static json_t *zone_json(const struct zone_status *zone)
{
    char name[DNAME_TEXT_MAX];
    const struct zone_verdict *verdict = &zone->verdict;
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:f, s:s, s:I, s:s, s:I, s:o, s:o}", "name",
        dname_to_text(zone->name.wire, name), "file", zone->file, "state",
        report_zone_state_name(zone->state), "serial",
        zone->has_serial ? json_integer(zone->serial) : json_null(), "records",
        (json_int_t)zone->size.records, "rrsets", (json_int_t)zone->size.rrsets, "names",
        (json_int_t)zone->size.names, "bytes", (json_int_t)zone->size.bytes, "loaded_unix",
        (json_int_t)zone->loaded_unix, "load_s", zone->load_s, "from", zone_from_name(zone->from),
        "changed", (json_int_t)zone->changed, "error", zone->error, "warnings",
        (json_int_t)verdict->warnings, "checks", checks_json(verdict->found), "signed_until_unix",
        verdict->signed_until ? json_integer(verdict->signed_until) : json_null());
}

json_t *status_zones_json(const struct zone_table *table, const struct dname *only)
{
    json_t *list = json_array();
    for (size_t i = 0; i < table->count; i++)
        if (!only || dname_equal(only->wire, table->zones[i].name.wire))
            json_array_append_new(list, zone_json(&table->zones[i]));
    return json_pack("{s:o}", "zones", list);
}
