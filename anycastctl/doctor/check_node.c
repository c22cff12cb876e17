/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_node.c - whether the daemons are there and agree, and what the settings risk. */
#include "anycastctl/doctor/checks.h"
#include "anycastctl/doctor/patient.h"
#include "bird/route.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void look_settings(const struct patient *patient, struct findings *findings)
{
    if (!patient->settings)
        finding(findings, DOCTOR_WRONG, "%s", patient->settings_problem.msg);
}

static void look_anycastd(const struct patient *patient, struct findings *findings)
{
    if (!patient->anycastd)
        finding(findings, DOCTOR_WRONG, "%s", patient->anycastd_problem.msg);
}

static void look_dnsd(const struct patient *patient, struct findings *findings)
{
    if (!patient->dnsd)
        finding(findings, DOCTOR_WRONG, "%s", patient->dnsd_problem.msg);
    else if (!json_is_true(json_object_get(patient->dnsd, "anycastd")))
        finding(findings, DOCTOR_WRONG, "dnsd answers, and does not reach anycastd");
}

static void look_guard(const struct patient *patient, struct findings *findings)
{
    const json_t *guard = json_object_get(patient->anycastd, "guard");
    if (!json_is_true(json_object_get(guard, "connected")))
        finding(findings, DOCTOR_WRONG,
                "anycastguard does not watch: a dead anycastd beside a dead dnsd stays announced");
    else if (!json_is_true(json_object_get(guard, "bird_connected")))
        finding(findings, DOCTOR_WRONG, "anycastguard watches, but has no connection to BIRD");
}

static void look_names(const struct patient *patient, struct findings *findings)
{
    const char *here = patient->settings->node, *there = text_of(patient->dnsd, "node");
    if (strcmp(here, there) != 0)
        finding(findings, DOCTOR_WRONG, "anycastd is \"%s\", dnsd is \"%s\"", here, there);
}

/* The state of a zone at dnsd; "" if it does not know it. */
static const char *zone_state(const struct patient *patient, const struct dname *name)
{
    size_t i;
    const json_t *zone;
    struct dname other;
    json_array_foreach(json_object_get(patient->zones, "zones"), i, zone)
        if (dname_from_text(text_of(zone, "name"), &other, NULL) == 0 &&
            dname_equal(other.wire, name->wire))
            return text_of(zone, "state");
    return "";
}

static void look_zones(const struct patient *patient, struct findings *findings)
{
    for (unsigned s = 0; s < patient->settings->service_count; s++) {
        const struct service *service = &patient->settings->service[s];
        for (unsigned z = 0; z < service->zone_count; z++) {
            char name[DNAME_TEXT_MAX];
            const char *state = zone_state(patient, &service->zone[z]);
            if (strcmp(state, "serving") == 0)
                continue;
            finding(findings, strcmp(state, "stale") == 0 ? DOCTOR_RISKY : DOCTOR_WRONG,
                    "service %s needs zone %s, which dnsd %s%s", service->name,
                    dname_to_text(service->zone[z].wire, name),
                    *state ? "has, but it is " : "does not serve", state);
        }
    }
}

/* From a session, not by our own pipe. */
static bool is_from_session(const struct patient *patient, const char *proto)
{
    for (size_t i = 0; i < patient->detail_count; i++)
        if (strcmp(patient->detail[i].proto.name, proto) == 0)
            return strcmp(patient->detail[i].proto.type, "BGP") == 0;
    return false;
}

static void look_id_in(const struct patient *patient, struct findings *findings, int family)
{
    char command[64];
    struct err err;
    snprintf(command, sizeof command, "show route table fleet%d all", family);
    const struct bird_reply *reply = patient_ask_bird(patient, command, &err);
    struct bird_routes routes = { .reply = reply };
    struct bird_route route;
    while (reply && bird_routes_next(&routes, &route))
        for (size_t i = 0; i < route.large_count && i < BIRD_LARGE_MAX; i++)
            if (route.large[i].function == 1 &&
                route.large[i].value == patient->settings->node_id &&
                is_from_session(patient, route.proto))
                finding(findings, DOCTOR_WRONG,
                        "session %s brings %s with node id %" PRIu32 ", which is ours", route.proto,
                        route.network, patient->settings->node_id);
}

static void look_id(const struct patient *patient, struct findings *findings)
{
    look_id_in(patient, findings, 4);
    look_id_in(patient, findings, 6);
}

static void look_bird_id(const struct patient *patient, struct findings *findings)
{
    const char *id = bird_conftext_define(patient->conf, "NODE_ID");
    if (id && strtoul(id, NULL, 10) != patient->settings->node_id)
        finding(findings, DOCTOR_WRONG, "NODE_ID in %s is %s, node_id in anycastd.conf is %" PRIu32,
                patient->bird_conf, id, patient->settings->node_id);
}

static void look_floor(const struct patient *patient, struct findings *findings)
{
    if (patient->settings->policy.min_sites == 0)
        finding(findings, DOCTOR_RISKY, "policy.min_sites is 0");
}

static void look_hold(const struct patient *patient, struct findings *findings)
{
    if (patient->settings->policy.hold_ms == 0)
        finding(findings, DOCTOR_RISKY, "policy.hold is 0: a crash loop becomes a route flap");
    if (patient->settings->policy.flap_half_life_ms < 60 * 1000)
        finding(findings, DOCTOR_RISKY,
                "policy.flap_half_life is %lld ms: flaps are hardly counted",
                (long long)patient->settings->policy.flap_half_life_ms);
}

static void look_drain(const struct patient *patient, struct findings *findings)
{
    const struct settings *settings = patient->settings;
    if (settings->drain.min_ms < 10 * 1000)
        finding(findings, DOCTOR_NOTE, "drain.min is %lld ms: clients far away have not moved then",
                (long long)settings->drain.min_ms);
    if (!settings->guard.kill_bird)
        finding(findings, DOCTOR_NOTE,
                "guard.kill_bird is false: a BIRD that does not obey goes on announcing");
}

const struct doctor_check doctor_node_checks[] = {
    { "settings", "anycastd.conf can be read, and has no mistakes",
      "All other checks of services rest on it.",
      "correct the line that is named, or name another file with --config; anycastd --check-config "
      "says whether all is well",
      NEEDS_NOTHING, look_settings },
    { "anycastd", "anycastd answers on its control socket",
      "Nobody else announces or withdraws by health.", "systemctl enable --now anycastd",
      NEEDS_NOTHING, look_anycastd },
    { "dnsd", "dnsd answers on its control socket, and reports to anycastd",
      "Without reports health is seen by probes only, later and less exactly.",
      "systemctl enable --now dnsd; report_socket must be the same in dnsd.conf and anycastd.conf",
      NEEDS_NOTHING, look_dnsd },
    { "guard", "anycastguard has anycastd's lease, and could act",
      "BIRD keeps a static route for ever: when anycastd dies, only the guard withdraws for a dead "
      "dnsd (anycastguard(8)).",
      "systemctl enable --now anycastguard; it needs BIRD's group for the control socket",
      NEEDS_ANYCASTD, look_guard },
    { "node-name", "dnsd and anycastd have the same node name",
      "Probes take another node's NSID for another site's answer (RFC 5001).",
      "@include \"node.conf\" in both dnsd.conf and anycastd.conf, then restart both",
      NEEDS_SETTINGS | NEEDS_DNSD, look_names },
    { "zones", "dnsd serves the zones that the services name",
      "A zone that probes ask for and dnsd does not have takes its service down.",
      "add the zone to dnsd.conf and systemctl reload dnsd, or take it off the service; anycastctl "
      "zones tells the last error",
      NEEDS_SETTINGS | NEEDS_DNSD, look_zones },
    { "node-id", "No other site has this node's id",
      "Sites know each other by it: two with the same one cannot count each other, and the floor "
      "fails.",
      "give each site a node_id of its own, in anycastd.conf and as NODE_ID in BIRD's node.conf",
      NEEDS_SETTINGS | NEEDS_BIRD, look_id },
    { "node-id-in-bird", "BIRD tags with the node id of anycastd.conf",
      "The others read it from the route's large community (ASN, 1, node id).",
      "make both the same, then birdc configure", NEEDS_SETTINGS | NEEDS_BIRD_CONF, look_bird_id },
    { "floor", "At least one other site must answer before this one leaves by choice",
      "What goes wrong at all sites at once (a bad zone, a lost primary) would withdraw all of "
      "them: the outage of Facebook, October 2021.",
      "policy = { min_sites = 1; };  in anycastd.conf", NEEDS_SETTINGS, look_floor },
    { "hold", "Announcements wait after a failure, and flaps are counted",
      "Neighbours dampen prefixes that flap (RFC 7196), and each flap costs resolvers retries.",
      "policy = { hold = \"10s\"; flap_cycles = 2; flap_half_life = \"15m\"; };  in anycastd.conf",
      NEEDS_SETTINGS, look_hold },
    { "last-resorts", "Drains are as long as routing takes, and the guard may end BIRD",
      "RFC 8326 4.2 asks for minutes; a hung BIRD obeys nothing but a signal.",
      "drain = { min = \"60s\"; };  guard = { kill_bird = true; };  in anycastd.conf",
      NEEDS_SETTINGS, look_drain },
    { 0 },
};
