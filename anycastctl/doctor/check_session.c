/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_session.c - the BGP sessions: what protects them, how soon a dead neighbour is seen, what
 * they let through. BIRD tells limits and state; passwords and TTL security stand in its
 * configuration only. */
#include "anycastctl/doctor/checks.h"
#include "anycastctl/doctor/patient.h"
#include "bird/route.h"

#include <stdio.h>
#include <string.h>

enum { HOLD_LONG_S = 30 };

typedef void look_session(const struct patient *patient, const struct bird_detail *session,
                          struct findings *findings);

static bool is_session(const struct bird_detail *detail)
{
    return strcmp(detail->proto.type, "BGP") == 0;
}

static void each_session(const struct patient *patient, struct findings *findings,
                         look_session *look)
{
    for (size_t i = 0; i < patient->detail_count; i++)
        if (is_session(&patient->detail[i]))
            look(patient, &patient->detail[i], findings);
}

static void each_provider(const struct patient *patient, struct findings *findings,
                          look_session *look)
{
    for (size_t i = 0; i < patient->detail_count; i++)
        if (is_session(&patient->detail[i]) && !patient_is_fleet(&patient->detail[i]))
            look(patient, &patient->detail[i], findings);
}

static const char *said(const struct patient *patient, const struct bird_detail *session,
                        const char *words)
{
    return patient->conf ? bird_conftext_find(patient->conf, session->proto.name, words) : NULL;
}

/* "bfd on", "bfd", "bfd { … }", "ttl security yes" against "… off", "… no". */
static bool is_on(const char *statement)
{
    if (!statement)
        return false;
    const char *last = strrchr(statement, ' ');
    last = last ? last + 1 : "";
    return strcmp(last, "off") != 0 && strcmp(last, "no") != 0 && strcmp(last, "0") != 0;
}

/* --- there, and up ------------------------------------------------------------------------- */

static void look_there(const struct patient *patient, struct findings *findings)
{
    unsigned providers = 0, up = 0;
    for (size_t i = 0; i < patient->detail_count; i++) {
        const struct bird_detail *detail = &patient->detail[i];
        const bool is_up = detail->proto.state == BIRD_PROTO_UP;
        if (!is_session(detail))
            continue;
        if (!is_up)
            finding(findings, DOCTOR_RISKY, "%s is not up: %s", detail->proto.name,
                    detail->proto.info);
        providers += !patient_is_fleet(detail);
        up += is_up && !patient_is_fleet(detail);
    }
    if (providers == 0)
        finding(findings, DOCTOR_WRONG, "BIRD has no session with a provider");
    if (up != 1)
        return;
    finding(findings, DOCTOR_NOTE, "one session alone carries this node");
    finding_fix(findings, "a session with a second provider, or a second router of the same");
}

/* --- protection ---------------------------------------------------------------------------- */

static void look_auth_of(const struct patient *patient, const struct bird_detail *session,
                         struct findings *findings)
{
    const bool password = said(patient, session, "password") || said(patient, session, "keys:");
    const bool ttl = is_on(said(patient, session, "ttl security"));
    if (!password && !ttl)
        finding(findings, DOCTOR_RISKY, "%s has neither a password nor TTL security",
                session->proto.name);
}

static void look_auth(const struct patient *patient, struct findings *findings)
{
    each_session(patient, findings, look_auth_of);
}

static void look_role_of(const struct patient *patient, const struct bird_detail *session,
                         struct findings *findings)
{
    if (!session->role[0] && !said(patient, session, "local role") &&
        session->local_as != session->neighbour_as)
        finding(findings, DOCTOR_RISKY, "%s has no role", session->proto.name);
}

static void look_role(const struct patient *patient, struct findings *findings)
{
    each_provider(patient, findings, look_role_of);
}

/* --- a dead neighbour ---------------------------------------------------------------------- */

/* A switch with three positions, among statements that begin alike ("graceful restart time 60").
 * The session's own stand before its template's, and the first that says it counts. */
struct restart {
    const char *words;
    bool said, on;
};

static void look_statement(void *arg, const char *statement)
{
    struct restart *restart = arg;
    const size_t len = strlen(restart->words);
    if (restart->said || strncmp(statement, restart->words, len) != 0)
        return;
    const char *position = statement + len;
    restart->on = !*position || strcmp(position, " on") == 0 || strcmp(position, " yes") == 0;
    restart->said = restart->on || strcmp(position, " aware") == 0 ||
                    strcmp(position, " off") == 0 || strcmp(position, " no") == 0;
}

static bool has_on(const struct patient *patient, const char *session, const char *words)
{
    struct restart restart = { .words = words };
    bird_conftext_each(patient->conf, session, look_statement, &restart);
    return restart.on;
}

static void look_restart_of(const struct patient *patient, const struct bird_detail *session,
                            struct findings *findings)
{
    const char *name = session->proto.name;
    if (session->keeps_after_restart || has_on(patient, name, "graceful restart") ||
        has_on(patient, name, "long lived graceful restart"))
        finding(findings, DOCTOR_WRONG, "%s has graceful restart on", name);
}

static void look_restart(const struct patient *patient, struct findings *findings)
{
    each_session(patient, findings, look_restart_of);
}

/* "198.51.100.1   eth0   Up   …": the state of the session with that neighbour; "" if none. */
static void bfd_state(const struct bird_reply *reply, const char *neighbour, char state[16])
{
    state[0] = '\0';
    for (size_t i = 0; reply && i < reply->count; i++) {
        char address[BIRD_SYMBOL_MAX], device[32], word[16];
        if (sscanf(reply->lines[i].text, " %63s %31s %15s", address, device, word) == 3 &&
            strcmp(address, neighbour) == 0)
            snprintf(state, 16, "%s", word);
    }
}

static void look_bfd_of(const struct patient *patient, const struct bird_detail *session,
                        struct findings *findings)
{
    struct err err;
    char state[16];
    bfd_state(patient_ask_bird(patient, "show bfd sessions", &err), session->neighbour, state);
    const char *own = said(patient, session, "bfd");
    const bool configured = state[0] || is_on(own) || said(patient, session, "bfd:");
    const char *name = session->proto.name;
    if (!configured && session->hold_s > HOLD_LONG_S)
        finding(findings, DOCTOR_RISKY, "%s has no BFD, and a hold time of %d s", name,
                session->hold_s);
    else if (!configured)
        finding(findings, DOCTOR_RISKY, "%s has no BFD", name);
    else if (strcmp(state, "Up") != 0 && session->proto.state == BIRD_PROTO_UP)
        finding(findings, DOCTOR_RISKY, "%s has BFD, which is %s", name,
                state[0] ? state : "not running: is there a protocol bfd?");
}

static void look_bfd(const struct patient *patient, struct findings *findings)
{
    each_session(patient, findings, look_bfd_of);
}

/* --- what goes through --------------------------------------------------------------------- */

static bool passes(const char *filter)
{
    return strcmp(filter, "REJECT") != 0;
}

static void look_export_of(const struct patient *patient, const struct bird_detail *session,
                           struct findings *findings)
{
    (void)patient;
    for (unsigned c = 0; c < session->channel_count; c++) {
        const struct bird_channel *channel = &session->channel[c];
        if (strcmp(channel->output, "ACCEPT") == 0)
            finding(findings, DOCTOR_WRONG, "%s %s: exports everything", session->proto.name,
                    channel->name);
        else if (passes(channel->output) && channel->export.routes < 0)
            finding(findings, DOCTOR_RISKY, "%s %s: no export limit", session->proto.name,
                    channel->name);
    }
}

static void look_export(const struct patient *patient, struct findings *findings)
{
    each_provider(patient, findings, look_export_of);
}

/* --- what was sent ------------------------------------------------------------------------- */

static unsigned count_prefixes(const struct patient *patient, const char *channel)
{
    const int family = strcmp(channel, "ipv6") == 0 ? 6 : 4;
    unsigned count = 0;
    for (unsigned i = 0; i < patient->prefix_count; i++)
        count += addr_family(&patient->prefix[i].prefix.base) == family;
    return count;
}

/* A service's prefix, or a part of one: an address that providers shall blackhole is such. */
static bool is_ours(const struct patient *patient, const char *network)
{
    struct err ignored;
    struct prefix prefix;
    if (prefix_parse(network, &prefix, &ignored))
        return false;
    for (unsigned i = 0; i < patient->prefix_count; i++)
        if (prefix_contains(&patient->prefix[i].prefix, &prefix.base) &&
            prefix.bits >= patient->prefix[i].prefix.bits)
            return true;
    return false;
}

static void name_strays(const struct patient *patient, const char *session,
                        struct findings *findings)
{
    struct err err;
    char command[BIRD_SYMBOL_MAX + 32], first[ADDR_TEXT_MAX] = "";
    snprintf(command, sizeof command, "show route exported %s", session);
    struct bird_routes routes = { .reply = patient_ask_bird(patient, command, &err) };
    struct bird_route route;
    unsigned strays = 0;
    while (routes.reply && bird_routes_next(&routes, &route))
        if (!is_ours(patient, route.network) && strays++ == 0)
            snprintf(first, sizeof first, "%s", route.network);
    if (strays)
        finding(findings, DOCTOR_WRONG, "%s was sent %s, which is no service's%s", session, first,
                strays > 1 ? ", and more" : "");
    else if (!routes.reply)
        finding(findings, DOCTOR_UNSEEN, "%s was sent more than the services have: %s", session,
                err.msg);
}

/* BIRD is asked what it sent only where that is more than there is to send. */
static void look_leak_of(const struct patient *patient, const struct bird_detail *session,
                         struct findings *findings)
{
    for (unsigned c = 0; c < session->channel_count; c++) {
        const struct bird_channel *channel = &session->channel[c];
        if (channel->exported > (int64_t)count_prefixes(patient, channel->name)) {
            name_strays(patient, session->proto.name, findings);
            return;
        }
    }
}

static void look_leak(const struct patient *patient, struct findings *findings)
{
    each_provider(patient, findings, look_leak_of);
}

/* --- what comes in ------------------------------------------------------------------------- */

static void look_import_of(const struct patient *patient, const struct bird_detail *session,
                           struct findings *findings)
{
    (void)patient;
    for (unsigned c = 0; c < session->channel_count; c++)
        if (passes(session->channel[c].input) && session->channel[c].import.routes < 0)
            finding(findings, DOCTOR_RISKY, "%s %s: no import limit", session->proto.name,
                    session->channel[c].name);
}

static void look_import(const struct patient *patient, struct findings *findings)
{
    each_provider(patient, findings, look_import_of);
}

static void look_action(const struct bird_detail *session, const struct bird_channel *channel,
                        const struct bird_limit *limit, struct findings *findings)
{
    if (limit->routes >= 0 && strcmp(limit->action, "block") != 0)
        finding(findings, DOCTOR_WRONG, "%s %s: the %s limit of %lld has action %s",
                session->proto.name, channel->name, limit == &channel->import ? "import" : "export",
                (long long)limit->routes, limit->action);
}

static void look_actions_of(const struct patient *patient, const struct bird_detail *session,
                            struct findings *findings)
{
    (void)patient;
    for (unsigned c = 0; c < session->channel_count; c++) {
        look_action(session, &session->channel[c], &session->channel[c].import, findings);
        look_action(session, &session->channel[c], &session->channel[c].export, findings);
    }
}

static void look_actions(const struct patient *patient, struct findings *findings)
{
    each_session(patient, findings, look_actions_of);
}

const struct doctor_check doctor_session_checks[] = {
    { "session", "BGP sessions are there, and up", "Without one nobody hears of this node.",
      "birdc show protocols all; birdc enable NAME; is port 179 open both ways?", NEEDS_BIRD,
      look_there },
    { "session-auth", "Each session has a password or TTL security",
      "A packet from anywhere can reset a session, or open one in the neighbour's name (RFC 7454 "
      "5.1, RFC 5082).",
      "in the provider (or fleet) of bgp.conf: password_file = \"…\"; and, if the neighbour has it "
      "too, ttl_security = true;  then anycastctl bird-config --apply",
      NEEDS_BIRD | NEEDS_BIRD_CONF, look_auth },
    { "session-role", "Sessions with providers say that we are a customer",
      "With roles neither side can turn one provider's routes into a leak to another (RFC 9234).",
      "role = \"customer\";  in the provider of bgp.conf, then anycastctl bird-config --apply (by "
      "hand: local role customer;); harmless where the peer does not know it",
      NEEDS_BIRD | NEEDS_BIRD_CONF, look_role },
    { "graceful-restart", "No session has graceful restart on",
      "The neighbour keeps a dead node's route for two minutes (RFC 4724): measured 149 ms with "
      "BFD instead of 4 ms, and not within 6 s without.",
      "anycastctl bird-config --apply has none; by hand: graceful restart aware;  in the session's "
      "block, then birdc configure",
      NEEDS_BIRD | NEEDS_BIRD_CONF, look_restart },
    { "bfd", "Each session has BFD, and it is up",
      "A node that hangs, or whose packets are dropped in silence, is believed in for the whole "
      "hold time: 7 s with one of 9 s, 130 ms with BFD (RFC 5882).",
      "bfd = true;  in the provider of bgp.conf, then anycastctl bird-config --apply; ask the "
      "provider to have it too (UDP 3784, multihop 4784)",
      NEEDS_BIRD, look_bfd },
    { "export-limit", "What goes to providers is limited, beside the filter",
      "A filter with a mistake leaks what a provider sent to another; the limit stops it at the "
      "first routes.",
      "anycastctl bird-config --apply writes it; by hand: export limit 1 action block;  (as many as "
      "you have prefixes) in the session's ipv4 and ipv6 channels",
      NEEDS_BIRD, look_export },
    { "leak", "Nothing goes to providers but the services' prefixes",
      "Another network's routes sent on draw its traffic here (RFC 7908), and providers end the "
      "contract for it.",
      "birdc disable NAME  at once; then anycastctl bird-config --diff, and --apply",
      NEEDS_BIRD | NEEDS_SETTINGS, look_leak },
    { "import-limit", "What comes from providers is limited",
      "A provider's full table by mistake takes the memory that answering needs.",
      "anycastctl bird-config --apply writes it (import_limit4, import_limit6 in bgp.conf); by hand: "
      "import limit 1000 action block;  in the session's ipv4 and ipv6 channels",
      NEEDS_BIRD, look_import },
    { "limit-action", "Limits block, and do nothing else",
      "With disable or restart a surge of routes ends the session: at all sites at once.",
      "action block;  behind the limit", NEEDS_BIRD, look_actions },
    { 0 },
};
