/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan.c - this node: its identity, what it announces, its sessions with providers. Those with the
 * other sites are plan_fleet.c's. */
#include "bird/config/plan.h"

#include "anycastctl/model/service_conf.h"
#include "bird/config/password.h"
#include "bird/config/plan_fleet.h"
#include "bird/config/profile.h"
#include "bird/conftext.h"
#include "common/mem.h"
#include "common/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- services ---- */

static int add_prefixes(struct plan *plan, const struct service *service, struct err *err)
{
    for (int f = 0; f < FAMILY_COUNT; f++) {
        struct plan_prefixes *into = &plan->announced[f];
        for (unsigned i = 0; i < service->family[f].prefix_count; i++) {
            if (into->count == PLAN_PREFIXES_MAX)
                return err_set(err, "the services have more than %d IPv%d prefixes",
                               PLAN_PREFIXES_MAX, family_number((enum family)f));
            into->prefix[into->count++] = service->family[f].prefix[i];
        }
    }
    return 0;
}

static int plan_services(struct plan *plan, struct err *err)
{
    const struct service_conf *conf = plan->input->services.items;
    for (size_t i = 0; i < plan->input->services.count; i++) {
        for (size_t j = 0; j < i; j++)
            if (service_conf_check_pair(&conf[j].parsed, &conf[i].parsed, err))
                return err_wrap(err, "services");
        plan->service[plan->service_count++] = &conf[i].parsed;
        if (add_prefixes(plan, &conf[i].parsed, err))
            return -1;
    }
    return 0;
}

/* A service's address is at every site: no session can end there. */
static int check_unicast(const struct plan *plan, const char *what, const struct addr *addr,
                         struct err *err)
{
    const struct plan_prefixes *announced =
        &plan->announced[addr_family(addr) == 4 ? FAMILY_4 : FAMILY_6];
    char text[ADDR_TEXT_MAX], prefix[ADDR_TEXT_MAX];
    for (unsigned i = 0; i < announced->count; i++)
        if (prefix_contains(&announced->prefix[i], addr))
            return err_set(err,
                           "%s %s is within %s, which all sites announce: it must be an address "
                           "that only one host has",
                           what, addr_text_host(addr, text),
                           prefix_text(&announced->prefix[i], prefix));
    return 0;
}

/* ---- blackholes ---- */

static bool is_served(const struct plan *plan, const struct addr *addr)
{
    const enum family family = addr_family(addr) == 4 ? FAMILY_4 : FAMILY_6;
    for (unsigned s = 0; s < plan->service_count; s++)
        for (unsigned i = 0; i < plan->service[s]->family[family].address_count; i++) {
            struct addr served = plan->service[s]->family[family].address[i];
            addr_set_port(&served, 0);
            if (addr_equal(&served, addr))
                return true;
        }
    return false;
}

static int plan_blackhole(struct plan *plan, const char *text, struct err *err)
{
    struct addr addr;
    if (addr_parse(text, 0, &addr, err))
        return -1;
    const enum family family = addr_family(&addr) == 4 ? FAMILY_4 : FAMILY_6;
    const struct plan_prefixes *announced = &plan->announced[family];
    if (!prefixes_contain(announced->prefix, announced->count, &addr))
        return err_set(err, "%s is in no service's prefix: it is not ours to blackhole", text);
    if (is_served(plan, &addr))
        return err_set(err, "%s is where a service answers: to stop that, withdraw it", text);
    struct plan_prefixes *into = &plan->blackholed[family];
    into->prefix[into->count++] = (struct prefix){ .base = addr,
                                                   .bits = family == FAMILY_4 ? 32 : 128 };
    return 0;
}

static int plan_blackholes(struct plan *plan, struct err *err)
{
    const struct conf_strings *texts = &plan->input->blackholes;
    for (size_t i = 0; i < texts->count; i++)
        if (plan_blackhole(plan, texts->items[i], err))
            return err_wrap(err, "blackholes");
    return 0;
}

/* ---- this node ---- */

static int plan_identity(struct plan *plan, struct err *err)
{
    const struct bird_input *input = plan->input;
    const struct member_input *own = fleet_own_member(input);
    const char *text = input->router_id ? input->router_id : own ? own->address4 : NULL;
    if (!text)
        return err_set(err,
                       "router_id is missing, and there is no address4 of this node (node_id "
                       "%lld) among the members to take for it",
                       (long long)input->node_id);
    if (addr_parse(text, 0, &plan->router_id, err))
        return err_wrap(err, "router_id");
    if (addr_family(&plan->router_id) != 4 || addr_is_any(&plan->router_id))
        return err_set(err, "router_id %s: must look like an IPv4 address, and not be 0.0.0.0",
                       text);
    return input->router_id ? 0 : check_unicast(plan, "the node's address4", &plan->router_id, err);
}

/* ---- sessions with providers ---- */

static const struct provider_input *find_provider(const struct bird_input *input, const char *name)
{
    const struct provider_input *providers = input->providers.items;
    for (size_t i = 0; i < input->providers.count; i++)
        if (strcmp(providers[i].name, name) == 0)
            return &providers[i];
    return NULL;
}

static int resolve(const struct session_input *session, const struct provider_input *provider,
                   const struct profile *profile, struct peering *out, struct err *err)
{
    struct peering_input from_profile;
    const struct peering_input *places[] = { &session->peering, &provider->peering,
                                             profile ? &from_profile : NULL, NULL };
    if (profile)
        profile_peering(profile, &from_profile);
    return peering_resolve(places, out, err);
}

/* Over several hops no interface says which of our addresses to speak from. */
static int choose_source(const struct plan *plan, struct plan_session *session, struct err *err)
{
    const int number = addr_family(&session->neighbor);
    const enum family f = number == 4 ? FAMILY_4 : FAMILY_6;
    session->has_source = session->peering.has_source[f];
    session->source = session->peering.source[f];
    if (!session->has_source && session->peering.multihop) {
        if (fleet_own_address(plan->input, f, &session->source, err) != 1)
            return err_set(err,
                           "over several hops a session needs source%d, or this node an address%d "
                           "among the members",
                           number, number);
        session->has_source = true;
    }
    if (!session->has_source)
        return 0;
    return check_unicast(plan, "the session's own address", &session->source, err);
}

static int check_max_prefix(const struct plan *plan, const struct plan_session *session,
                            struct err *err)
{
    const uint32_t max_prefix = session->peering.max_prefix;
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (session->carries[f] && max_prefix && max_prefix < plan->announced[f].count)
            return err_set(
                err,
                "max_prefix is %u, but the services have %u IPv%d prefixes: the provider "
                "would close the session",
                max_prefix, plan->announced[f].count, family_number((enum family)f));
    return 0;
}

static int check_session(const struct plan *plan, const struct plan_session *session,
                         struct err *err)
{
    if (session->peering.asn == plan->input->asn)
        return err_set(err, "asn %u is our own: a provider has another one", session->peering.asn);
    for (unsigned i = 0; i < plan->session_count; i++) {
        if (strcmp(plan->session[i].name, session->name) == 0)
            return err_set(err, "two sessions are called %s: give one a name", session->name);
        if (addr_equal(&plan->session[i].neighbor, &session->neighbor))
            return err_set(err, "%s has the same neighbour", plan->session[i].name);
    }
    if (check_max_prefix(plan, session, err))
        return -1;
    return check_unicast(plan, "the neighbour", &session->neighbor, err);
}

/* Over the neighbour of one family; it carries that one, or both. */
static int add_session(struct plan *plan, const struct session_input *input, enum family family,
                       const struct peering *peering, struct err *err)
{
    const char *name = input->name ? input->name : input->provider;
    if (plan->session_count == PLAN_SESSIONS_MAX)
        return err_set(err, "more than %d sessions", PLAN_SESSIONS_MAX);
    struct plan_session *session = &plan->session[plan->session_count];
    *session = (struct plan_session){ .provider = input->provider,
                                      .peering = *peering,
                                      .has_password = peering->password_file != NULL,
                                      .neighbor = peering->neighbor[family] };
    for (int f = 0; f < FAMILY_COUNT; f++)
        session->carries[f] = peering->one_session || f == (int)family;
    if (peering->one_session)
        snprintf(session->name, sizeof session->name, "up_%s", name);
    else
        snprintf(session->name, sizeof session->name, "up_%s_%d", name, family_number(family));
    if (check_session(plan, session, err) || choose_source(plan, session, err))
        return -1;
    plan->uses_bfd |= peering->bfd;
    plan->session_count++;
    return 0;
}

static int check_neighbors(const struct peering *peering, struct err *err)
{
    if (!peering->has_neighbor[0] && !peering->has_neighbor[1])
        return err_set(err, "neighbor4 or neighbor6 is missing: who is at the other end?");
    if (peering->one_session && peering->has_neighbor[0] && peering->has_neighbor[1])
        return err_set(err, "with one_session there is one neighbour: neighbor4 or neighbor6");
    return 0;
}

static int plan_session(struct plan *plan, const struct session_input *input, struct err *err)
{
    struct peering peering;
    const struct profile *profile = NULL;
    const struct provider_input *provider = find_provider(plan->input, input->provider);
    if (!provider)
        return err_set(err, "provider \"%s\" is none of the providers of fleet.conf",
                       input->provider);
    if (provider->profile && !(profile = profile_find(provider->profile, err)))
        return err_wrap(err, "%s", provider->place);
    if (resolve(input, provider, profile, &peering, err) || check_neighbors(&peering, err))
        return -1;
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const unsigned count = plan->session_count;
        if (peering.has_neighbor[f] && add_session(plan, input, (enum family)f, &peering, err))
            return -1;
        if (profile && plan->session_count > count)
            plan->session[count].advice = profile->advice;
    }
    return 0;
}

static int plan_sessions(struct plan *plan, struct err *err)
{
    const struct session_input *sessions = plan->input->sessions.items;
    for (size_t i = 0; i < plan->input->sessions.count; i++)
        if (plan_session(plan, &sessions[i], err))
            return err_wrap(err, "%s: session with %s", sessions[i].place, sessions[i].provider);
    return 0;
}

/* ---- the operator's own file ---- */

/* What would make a way around the locks of render.h. Other machines' files cannot be looked at,
 * and BIRD says itself what it cannot read. */
static int check_include(const char *path, struct err *err)
{
    static const char *const kinds[] = { "protocol bgp", "protocol pipe" };
    struct err ignored;
    struct bird_conftext *text = *path ? bird_conftext_read("", path, &ignored) : NULL;
    int result = 0;
    for (size_t i = 0; text && i < sizeof kinds / sizeof *kinds; i++) {
        size_t at = 0;
        const char *name = bird_conftext_next(text, kinds[i], &at);
        if (name && result == 0)
            result =
                err_set(err,
                        "include: %s has %s %s: BGP sessions stand in bgp.conf, so that nothing "
                        "but our services can go out, and pipes could lead around that",
                        path, kinds[i], name);
    }
    bird_conftext_free(text);
    return result;
}

static int make(struct plan *plan, struct err *err)
{
    if (check_include(plan->input->include, err) || plan_services(plan, err) ||
        plan_blackholes(plan, err) || fleet_check_members(plan->input, err) ||
        plan_identity(plan, err) || plan_sessions(plan, err))
        return -1;
    return plan_fleet(plan, err);
}

int plan_make(const struct bird_input *input, struct plan *out, struct err *err)
{
    *out = (struct plan){ .input = input };
    if (make(out, err) == 0)
        return 0;
    plan_free(out);
    return -1;
}

static char *read_password(const struct plan *plan, const char *file, struct err *err)
{
    char *path = path_below(plan->input->folder, mem_strdup(file));
    char *password = password_read(path, err);
    free(path);
    return password;
}

int plan_read_passwords(struct plan *plan, struct err *err)
{
    const char *fleet_file = plan->input->fleet.password_file;
    for (unsigned i = 0; i < plan->session_count; i++) {
        struct plan_session *session = &plan->session[i];
        if (!session->has_password || session->password)
            continue;
        session->password = read_password(plan, session->peering.password_file, err);
        if (!session->password)
            return err_wrap(err, "password_file of %s", session->name);
    }
    if (!plan->fleet_count || !*fleet_file || plan->fleet_password)
        return 0;
    plan->fleet_password = read_password(plan, fleet_file, err);
    return plan->fleet_password ? 0 : err_wrap(err, "fleet.password_file");
}

static void forget(char *password)
{
    if (password)
        explicit_bzero(password, strlen(password));
    free(password);
}

void plan_free(struct plan *plan)
{
    for (unsigned i = 0; i < plan->session_count; i++)
        forget(plan->session[i].password);
    forget(plan->fleet_password);
    *plan = (struct plan){ 0 };
}
