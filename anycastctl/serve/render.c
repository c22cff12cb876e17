/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render.c - the view as JSON. Knows the keys; decides nothing. */
#include "anycastctl/serve/render.h"

#include "common/jsonread.h"

static json_t *count(uint64_t n)
{
    return json_integer((json_int_t)n);
}

/* A number that is -1 where there is none. */
static json_t *known(int64_t n)
{
    return n < 0 ? json_null() : json_integer(n);
}

static json_t *render_health(const struct family_view *family)
{
    json_t *health = json_object();
    json_object_set_new(health, "cause", json_text(cause_name(family->cause)));
    json_object_set_new(health, "class", json_text(cause_class_name(cause_class(family->cause))));
    json_object_set_new(health, "text", json_text(cause_text(family->cause)));
    json_object_set_new(health, "evidence", json_text(family->evidence));
    json_object_set_new(health, "age_ms", known(family->cause_age_ms));
    return health;
}

/* The node's own rate stands at "dnsd": it is no service's. */
static json_t *render_rate(const struct query_rate *rate)
{
    return rate->own && rate->per_s >= 0 ? json_real(rate->per_s) : json_null();
}

static json_t *render_next(const struct family_view *family)
{
    if (!family->begun || family->next_ms < 0)
        return json_null();
    json_t *next = json_object();
    json_object_set_new(next, "level", json_text(level_name(family->next)));
    json_object_set_new(next, "in_ms", known(family->next_ms));
    return next;
}

/* Names of sessions; null where it can't be told. */
static json_t *render_exports(const struct exports_view *exports, const struct bird_view *bird)
{
    if (!exports->known)
        return json_null();
    json_t *names = json_array();
    for (unsigned i = 0; i < bird->session_count; i++)
        if (exports->heard >> i & 1)
            json_array_append_new(names, json_text(bird->session[i].name));
    return names;
}

static json_t *render_prefixes(const struct family_view *family)
{
    char text[ADDR_TEXT_MAX];
    json_t *out = json_array();
    for (unsigned i = 0; i < family->prefix_count; i++)
        json_array_append_new(out, json_text(prefix_text(&family->prefix[i], text)));
    return out;
}

static json_t *render_family(int number, const struct family_view *family,
                             const struct bird_view *bird)
{
    json_t *out = json_object();
    json_object_set_new(out, "family", json_integer(number));
    json_object_set_new(out, "prefixes", render_prefixes(family));
    json_object_set_new(out, "health", render_health(family));
    json_object_set_new(out, "decided",
                        family->begun ? json_text(level_name(family->decided)) : json_null());
    json_object_set_new(out, "age_ms", known(family->begun ? family->level_age_ms : -1));
    json_object_set_new(out, "change",
                        family->begun && family->change ? count(family->change) : json_null());
    json_object_set_new(out, "reason", family->begun ? json_text(family->reason) : json_null());
    json_object_set_new(out, "decided_for",
                        family->begun ? json_text(cause_name(family->decided_for)) : json_null());
    json_object_set_new(out, "actual",
                        family->actual_known ? json_text(level_name(family->actual)) : json_null());
    json_object_set_new(out, "problem", json_text(family->problem));
    json_object_set_new(out, "exports", render_exports(&family->exports, bird));
    json_object_set_new(out, "exports_of",
                        family->exports.known
                            ? count((unsigned)__builtin_popcountll(family->exports.asked))
                            : json_null());
    json_object_set_new(out, "exports_problem", json_text(family->exports.problem));
    json_object_set_new(out, "queries_per_second", render_rate(&family->query_rate));
    json_object_set_new(out, "next", render_next(family));
    json_object_set_new(out, "outlook", family->begun ? json_text(family->outlook) : json_null());
    return out;
}

static json_t *render_order(const struct service_view *service)
{
    json_t *order = json_object();
    json_object_set_new(order, "intent", json_text(intent_name(service->intent)));
    json_object_set_new(order, "age_ms", known(service->order_age_ms));
    json_object_set_new(order, "left_ms", known(service->order_left_ms));
    json_object_set_new(order, "reason", json_text(service->order_reason));
    json_object_set_new(order, "by", json_text(service->order_by));
    json_object_set_new(order, "force", json_boolean(service->order_force));
    return order;
}

static json_t *render_names(unsigned name_count, const struct dname *names)
{
    char name[DNAME_TEXT_MAX];
    json_t *out = json_array();
    for (unsigned i = 0; i < name_count; i++)
        json_array_append_new(out, json_text(dname_to_text(names[i].wire, name)));
    return out;
}

static json_t *render_service(const struct service_view *service, const struct bird_view *bird)
{
    json_t *out = json_object(), *families = json_array();
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (service->family[f].enabled)
            json_array_append_new(
                families, render_family(family_number((enum family)f), &service->family[f], bird));
    json_object_set_new(out, "name", json_text(service->name));
    json_object_set_new(out, "zones", render_names(service->zone_count, service->zone));
    json_object_set_new(out, "order", render_order(service));
    json_object_set_new(out, "families", families);
    return out;
}

static json_t *render_zone(const struct report_zone *zone)
{
    char name[DNAME_TEXT_MAX];
    json_t *out = json_object();
    json_object_set_new(out, "name", json_text(dname_to_text(zone->name.wire, name)));
    json_object_set_new(out, "state", json_text(report_zone_state_name(zone->state)));
    json_object_set_new(out, "serial", zone->has_serial ? count(zone->serial) : json_null());
    json_object_set_new(out, "expires_s", known(zone->expires_s));
    json_object_set_new(out, "signed_until_unix",
                        zone->signed_until_unix ? json_integer(zone->signed_until_unix)
                                                : json_null());
    return out;
}

static json_t *render_counters(const struct report_counters *counters)
{
    json_t *out = json_object();
#define RENDER_COUNTER(name) json_object_set_new(out, #name, count(counters->name));
    REPORT_COUNTERS(RENDER_COUNTER)
#undef RENDER_COUNTER
    return out;
}

static void render_report(const struct report *report, json_t *out)
{
    json_t *zones = json_object(), *watched = json_array();
    for (int state = 0; state < REPORT_ZONE_STATE_COUNT; state++)
        json_object_set_new(zones, report_zone_state_name((enum report_zone_state)state),
                            count(report->zones[state]));
    for (size_t i = 0; i < report->watched_count; i++)
        json_array_append_new(watched, render_zone(&report->watched[i]));
    json_object_set_new(out, "node", json_text(report->node));
    json_object_set_new(out, "state", json_text(report_state_name(report->state)));
    json_object_set_new(out, "version", json_text(report->version));
    json_object_set_new(out, "pid", json_integer(report->pid));
    json_object_set_new(out, "started_unix", json_integer(report->started_unix));
    json_object_set_new(out, "workers", count(report->worker_count));
    json_object_set_new(out, "zones", zones);
    json_object_set_new(out, "watched", watched);
    json_object_set_new(out, "counters", render_counters(&report->counters));
}

static json_t *render_dnsd(const struct dnsd_view *dnsd)
{
    json_t *out = json_object();
    json_object_set_new(out, "connected", json_boolean(dnsd->connected));
    if (!dnsd->connected)
        return out;
    json_object_set_new(out, "report_age_ms", known(dnsd->report_age_ms));
    json_object_set_new(out, "queries_per_second",
                        dnsd->query_rate < 0 ? json_null() : json_real(dnsd->query_rate));
    json_object_set_new(out, "probes_per_second",
                        dnsd->probe_rate < 0 ? json_null() : json_real(dnsd->probe_rate));
    render_report(&dnsd->report, out);
    return out;
}

static json_t *render_channels(const struct session_view *session)
{
    json_t *channels = json_array();
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const struct channel_view *channel = &session->channel[f];
        if (!channel->known)
            continue;
        json_t *row = json_object();
        json_object_set_new(row, "family", json_integer(family_number((enum family)f)));
        json_object_set_new(row, "up", json_boolean(channel->up));
        json_object_set_new(row, "imported", known(channel->imported));
        json_object_set_new(row, "exported", known(channel->exported));
        json_object_set_new(row, "limit_hit",
                            channel->limit_hit ? json_text(channel->limit_hit) : json_null());
        json_array_append_new(channels, row);
    }
    return channels;
}

static json_t *render_bird(const struct bird_view *bird)
{
    json_t *out = json_object(), *sessions = json_array();
    for (unsigned i = 0; i < bird->session_count; i++) {
        const struct session_view *session = &bird->session[i];
        json_t *row = json_object();
        json_object_set_new(row, "name", json_text(session->name));
        json_object_set_new(row, "established", json_boolean(session->established));
        json_object_set_new(row, "info", json_text(session->info));
        json_object_set_new(row, "since", json_text(session->since));
        json_object_set_new(row, "channels", render_channels(session));
        json_array_append_new(sessions, row);
    }
    json_object_set_new(out, "connected", json_boolean(bird->connected));
    json_object_set_new(out, "problem", json_text(bird->problem));
    json_object_set_new(out, "version", json_text(bird->version));
    json_object_set_new(out, "last_reboot", json_text(bird->last_reboot));
    json_object_set_new(out, "last_reconfiguration", json_text(bird->last_reconfiguration));
    json_object_set_new(out, "sessions", sessions);
    return out;
}

static json_t *render_host(const struct host_finding *findings)
{
    json_t *out = json_array();
    for (int i = 0; i < HOST_CHECK_COUNT; i++)
        json_array_append_new(out, json_pack("{s:s, s:s, s:o}", "check",
                                             host_check_name((enum host_check)i), "state",
                                             host_state_name(findings[i].state), "detail",
                                             json_text(findings[i].detail)));
    return out;
}

static json_t *render_site(const struct node_view *view, const struct site_view *site)
{
    json_t *out = json_object(), *services = json_array();
    for (unsigned s = 0; s < view->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            if (!view->service[s].family[f].enabled)
                continue;
            json_t *row = json_pack("{s:s, s:i, s:s}", "name", view->service[s].name, "family",
                                    family_number((enum family)f), "level",
                                    level_name(site->level[s][f]));
            json_object_set_new(row, "age_ms", known(site->age_ms[s][f]));
            json_array_append_new(services, row);
        }
    json_object_set_new(out, "node_id", count(site->node_id));
    json_object_set_new(out, "services", services);
    return out;
}

static json_t *render_fleet(const struct node_view *view)
{
    const struct fleet_view *fleet = &view->fleet;
    json_t *out = json_object(), *sites = json_array();
    for (unsigned i = 0; i < fleet->site_count; i++)
        json_array_append_new(sites, render_site(view, &fleet->site[i]));
    json_object_set_new(out, "live", json_boolean(fleet->live));
    json_object_set_new(out, "problem", json_text(fleet->problem));
    json_object_set_new(out, "age_ms", known(fleet->age_ms));
    json_object_set_new(out, "min_sites", count(fleet->min_sites));
    json_object_set_new(out, "sites", sites);
    return out;
}

static json_t *render_checks(const struct node_view *view)
{
    json_t *out = json_array();
    for (unsigned i = 0; i < view->check_count; i++) {
        const struct check_view *check = &view->check[i];
        json_t *row = json_object();
        json_object_set_new(row, "name", json_text(check->name));
        json_object_set_new(row, "service", json_text(check->service));
        json_object_set_new(row, "class", json_text(cause_class_name(check->class)));
        json_object_set_new(row, "state", json_text(check_state_name(check->state)));
        json_object_set_new(row, "detail", json_text(check->detail));
        json_object_set_new(row, "age_ms", known(check->age_ms));
        json_object_set_new(row, "ran_ms", known(check->ran_ms));
        json_array_append_new(out, row);
    }
    return out;
}

/* What anycastctl drill needs to know: where reports are, and what this site wants to reach. */
static json_t *render_drill(const struct node_view *view)
{
    const struct drill_settings *drill = view->drill;
    json_t *out = json_object(), *objectives = json_object();
    json_object_set_new(objectives, "detect", known(drill->detect_ms));
    json_object_set_new(objectives, "withdraw", known(drill->withdraw_ms));
    json_object_set_new(objectives, "proof", known(drill->proof_ms));
    json_object_set_new(objectives, "traffic_gone", known(drill->traffic_gone_ms));
    json_object_set_new(objectives, "restore", known(drill->restore_ms));
    json_object_set_new(objectives, "lost", known(drill->lost));
    json_object_set_new(out, "state_dir", json_text(view->state_dir));
    json_object_set_new(out, "objectives", objectives);
    return out;
}

/* What each looking glass sees: true, false, or null where it has not said. */
static json_t *render_glasses(const struct node_view *view)
{
    json_t *glasses = json_array();
    for (unsigned i = 0; i < view->glass_count; i++) {
        const struct glass_view *glass = &view->glass[i];
        json_t *sees = json_array();
        for (unsigned s = 0; s < view->service_count; s++)
            for (int f = 0; f < FAMILY_COUNT; f++) {
                if (!view->service[s].family[f].enabled)
                    continue;
                json_t *row = json_object();
                json_object_set_new(row, "service", json_text(view->service[s].name));
                json_object_set_new(row, "family", json_integer(family_number((enum family)f)));
                json_object_set_new(row, "route",
                                    glass->sees[s][f] == GLASS_UNKNOWN
                                        ? json_null()
                                        : json_boolean(glass->sees[s][f] == GLASS_ROUTE));
                json_array_append_new(sees, row);
            }
        json_t *out = json_object();
        json_object_set_new(out, "name", json_text(glass->name));
        json_object_set_new(out, "problem", json_text(glass->problem));
        json_object_set_new(out, "age_ms", known(glass->age_ms));
        json_object_set_new(out, "sees", sees);
        json_array_append_new(glasses, out);
    }
    return glasses;
}

json_t *render_view(const struct node_view *view)
{
    json_t *out = json_object(), *services = json_array(), *alarms = json_array();
    json_t *guard = json_object();
    for (unsigned i = 0; i < view->service_count; i++)
        json_array_append_new(services, render_service(&view->service[i], &view->bird));
    for (unsigned i = 0; i < view->alarm_count; i++)
        json_array_append_new(alarms, json_text(view->alarm[i]));
    json_object_set_new(guard, "connected", json_boolean(view->guard.connected));
    json_object_set_new(guard, "bird_connected", json_boolean(view->guard.bird_connected));

    json_object_set_new(out, "node", json_text(view->node));
    json_object_set_new(out, "node_id", count(view->node_id));
    json_object_set_new(out, "version", json_text(view->version));
    json_object_set_new(out, "time_unix_ms", json_integer(view->unix_ms));
    json_object_set_new(out, "uptime_ms", json_integer(view->uptime_ms));
    json_object_set_new(out, "oom_score_adj", json_integer(view->protection.oom_score_adj));
    json_object_set_new(out, "nice", json_integer(view->protection.nice));
    json_object_set_new(out, "healthy", json_boolean(view->healthy));
    json_object_set_new(out, "services", services);
    json_object_set_new(out, "dnsd", render_dnsd(&view->dnsd));
    json_object_set_new(out, "bird", render_bird(&view->bird));
    json_object_set_new(out, "guard", guard);
    if (view->drill)
        json_object_set_new(out, "drill", render_drill(view));
    json_object_set_new(out, "host", render_host(view->host));
    json_object_set_new(out, "fleet", render_fleet(view));
    json_object_set_new(out, "dry_run", json_boolean(view->dry_run));
    json_object_set_new(out, "checks", render_checks(view));
    json_object_set_new(out, "looking_glasses", render_glasses(view));
    json_object_set_new(out, "alarms", alarms);
    return out;
}
