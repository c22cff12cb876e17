/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_prefix.c - whether the internet takes what is announced: its length, its ROA, and that
 * nothing on this node hides it. */
#include "anycastctl/doctor/checks.h"
#include "anycastctl/doctor/patient.h"
#include "bird/route.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_4 = 24, LONGEST_6 = 48 };

static int longest(const struct prefix *prefix)
{
    return addr_family(&prefix->base) == 4 ? LONGEST_4 : LONGEST_6;
}

static void look_length(const struct patient *patient, struct findings *findings)
{
    for (unsigned i = 0; i < patient->prefix_count; i++) {
        const struct patient_prefix *prefix = &patient->prefix[i];
        if (prefix->prefix.bits > longest(&prefix->prefix))
            finding(findings, DOCTOR_WRONG, "service %s: %s is longer than /%d", prefix->service,
                    prefix->text, longest(&prefix->prefix));
    }
}

/* --- RPKI ---------------------------------------------------------------------------------- */

/* What the ROAs that cover a prefix say of its announcement by `asn` (RFC 6811 2). */
struct roas {
    uint32_t asn;
    uint8_t bits; /* of the prefix */
    unsigned covering, own;
    uint8_t own_max; /* the longest maxLength among those for our ASN */
    bool valid;
    char other[ADDR_TEXT_MAX * 2]; /* one that is not ours */
};

/* "192.0.2.0/24-24 AS64500  [rpki1 …] * (100)" */
static void read_roa(const char *line, struct roas *roas)
{
    char base[ADDR_TEXT_MAX];
    unsigned bits, max;
    uint32_t asn;
    if (sscanf(line, " %63[0-9a-fA-F.:]/%u-%u AS%" SCNu32, base, &bits, &max, &asn) != 4 ||
        bits > roas->bits)
        return;
    roas->covering++;
    if (asn != roas->asn) {
        snprintf(roas->other, sizeof roas->other, "%s/%u for AS%" PRIu32, base, bits, asn);
        return;
    }
    roas->own++;
    if (max > roas->own_max)
        roas->own_max = (uint8_t)max;
    roas->valid |= roas->bits <= max;
}

/* The server's filter keeps hundreds of thousands of others out of the reply. Works on 2.0.12 to
 * 3.x; roa_check() would tell no more than that something is wrong. */
static int ask_roas(const struct patient *patient, const char *table,
                    const struct patient_prefix *prefix, struct roas *roas, struct err *err)
{
    char command[256], base[ADDR_TEXT_MAX];
    addr_text_host(&prefix->prefix.base, base);
    snprintf(command, sizeof command, "show route table %s where ((%s).mask(net.len) = net.ip)",
             table, base);
    const struct bird_reply *reply = patient_ask_bird(patient, command, err);
    if (!reply)
        return -1;
    if (reply->code >= 8000 && reply->code != 8001)
        return err_set(err, "BIRD says: %s", bird_reply_headline(reply)->text);
    for (size_t i = 0; i < reply->count; i++)
        read_roa(reply->lines[i].text, roas);
    return 0;
}

/* The ASN that announces: as BIRD's node.conf has it, else as a session tells it. 0: unknown. */
static uint32_t own_asn(const struct patient *patient)
{
    const char *defined = patient->conf ? bird_conftext_define(patient->conf, "ASN") : NULL;
    if (defined)
        return (uint32_t)strtoul(defined, NULL, 10);
    for (size_t i = 0; i < patient->detail_count; i++)
        if (patient->detail[i].local_as)
            return patient->detail[i].local_as;
    return 0;
}

/* A table of ROAs of this family, by the channels that fill it. */
static const char *roa_table(const struct patient *patient, int family, bool *filled)
{
    const char *table = NULL;
    for (size_t i = 0; i < patient->detail_count; i++) {
        const struct bird_detail *detail = &patient->detail[i];
        for (unsigned c = 0; c < detail->channel_count; c++)
            if (strcmp(detail->channel[c].name, family == 4 ? "roa4" : "roa6") == 0) {
                table = detail->channel[c].table;
                *filled |= detail->proto.state == BIRD_PROTO_UP;
            }
    }
    return table;
}

static void judge(const struct patient_prefix *prefix, const struct roas *roas,
                  struct findings *findings)
{
    const char *text = prefix->text;
    if (roas->covering == 0) {
        finding(findings, DOCTOR_RISKY, "%s has no ROA: anybody may originate it", text);
    } else if (roas->own == 0) {
        finding(findings, DOCTOR_WRONG,
                "%s from AS%" PRIu32 " is invalid: there is a ROA for %s, and none for AS%" PRIu32,
                text, roas->asn, roas->other, roas->asn);
    } else if (!roas->valid) {
        finding(findings, DOCTOR_WRONG,
                "%s from AS%" PRIu32 " is invalid: the ROA's maxLength is /%u", text, roas->asn,
                roas->own_max);
    } else if (roas->own_max > roas->bits) {
        finding(findings, DOCTOR_RISKY,
                "the ROA of %s allows parts up to /%u: a hijacker may announce them as AS%" PRIu32
                ", and wins by length",
                text, roas->own_max, roas->asn);
    } else {
        return;
    }
    finding_fix(findings,
                "at your registry (RIPE, ARIN, …): a ROA for %s, origin AS%" PRIu32
                ", maxLength %u",
                text, roas->asn, roas->bits);
}

static void look_roa_of(const struct patient *patient, const struct patient_prefix *prefix,
                        struct findings *findings)
{
    struct err err = { "" };
    bool filled = false;
    const char *table = roa_table(patient, addr_family(&prefix->prefix.base), &filled);
    struct roas roas = { .asn = own_asn(patient), .bits = prefix->prefix.bits };
    if (!table) {
        finding(findings, DOCTOR_NOTE, "%s: BIRD has no table of ROAs to look it up in",
                prefix->text);
    } else if (!filled) {
        finding(findings, DOCTOR_RISKY, "%s: table %s is not filled: its RPKI session is down",
                prefix->text, table);
        finding_fix(findings, "birdc show protocols all; is the RPKI server reachable?");
    } else if (!roas.asn) {
        finding_unseen(findings, "%s: which ASN announces it is not known", prefix->text);
    } else if (ask_roas(patient, table, prefix, &roas, &err)) {
        finding_unseen(findings, "%s: %s", prefix->text, err.msg);
    } else {
        judge(prefix, &roas, findings);
    }
}

static void look_roa(const struct patient *patient, struct findings *findings)
{
    for (unsigned i = 0; i < patient->prefix_count; i++)
        look_roa_of(patient, &patient->prefix[i], findings);
}

/* --- who else has a route of it ------------------------------------------------------------ */

static const char *type_of(const struct patient *patient, const char *proto)
{
    for (size_t i = 0; i < patient->detail_count; i++)
        if (strcmp(patient->detail[i].proto.name, proto) == 0)
            return patient->detail[i].proto.type;
    return "";
}

static void look_hidden(const struct patient *patient, struct findings *findings)
{
    for (unsigned i = 0; i < patient->prefix_count; i++) {
        char command[128];
        struct err err;
        snprintf(command, sizeof command, "show route %s table master%d", patient->prefix[i].text,
                 addr_family(&patient->prefix[i].prefix.base));
        const struct bird_reply *reply = patient_ask_bird(patient, command, &err);
        struct bird_routes routes = { .reply = reply };
        struct bird_route route;
        while (reply && bird_routes_next(&routes, &route))
            if (strncmp(route.proto, "svc_", 4) != 0)
                finding(findings, route.primary ? DOCTOR_WRONG : DOCTOR_RISKY,
                        "%s is also a route of %s (%s)%s", route.network, route.proto,
                        type_of(patient, route.proto),
                        route.primary ? ", which BIRD prefers to the service's: it does not go out"
                                      : "");
    }
}

const struct doctor_check doctor_prefix_checks[] = {
    { "prefix-length", "Service prefixes are no longer than /24 and /48",
      "Most networks drop anything longer (RFC 7454 6.1.3): the service would be seen by few.",
      "announce the whole /24 or /48, and make its other addresses yours; set it in services.conf",
      NEEDS_SETTINGS, look_length },
    { "roa", "Each service prefix has a ROA with the right origin and length",
      "Networks that validate drop what is invalid (RFC 6811); a longer maxLength than announced "
      "lets others in (RFC 9319).",
      "rpki = ( { server = \"127.0.0.1\"; port = 3323; } );  (a validator such as stayrtr or "
      "routinator) in fleet.conf, then anycastctl bird-config --apply",
      NEEDS_SETTINGS | NEEDS_BIRD, look_roa },
    { "prefix-route", "No other protocol in BIRD makes a route of a service prefix",
      "A route from an interface has preference 240, ours 210, and is exported to nobody: the "
      "service is up in BIRD, and unheard by everybody.",
      "give the host /32 and /128 addresses only, and reject_ours() in protocol direct's import "
      "filter",
      NEEDS_SETTINGS | NEEDS_BIRD, look_hidden },
    { 0 },
};
