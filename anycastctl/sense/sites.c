/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sites.c - from routes to sites, from sites to numbers. Knows how a site marks its routes. */
#include "anycastctl/sense/sites.h"

#include "anycastctl/sense/origin.h"

#include "bird/route.h"
#include "bird/show.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { CODE_NO_NETWORK = 8001, CODE_NO_MATCH = 8003, CODE_SYNTAX = 9001 };

static_assert(SERVICE_PREFIXES_MAX <= 8, "a prefix is a bit of eight");

/* ---- one route ---- */

/* Which of our services it is for, and which of its prefixes. */
static bool find_prefix(const struct settings *settings, enum family family, const char *network,
                        unsigned *service, unsigned *index)
{
    struct prefix prefix;
    struct err ignored;
    if (prefix_parse(network, &prefix, &ignored) < 0)
        return false;
    for (*service = 0; *service < settings->service_count; ++*service) {
        const struct service_family *in = &settings->service[*service].family[family];
        for (*index = 0; in->enabled && *index < in->prefix_count; ++*index)
            if (prefix_equal(&in->prefix[*index], &prefix))
                return true;
    }
    return false;
}

/* The site with that id, made where its place is. NULL: there is no room. */
static struct site *take_site(struct sites *sites, uint32_t node_id)
{
    unsigned at = 0;
    while (at < sites->count && sites->site[at].node_id < node_id)
        at++;
    struct site *site = &sites->site[at];
    if (at < sites->count && site->node_id == node_id)
        return site;
    if (sites->count == SITES_MAX)
        return NULL;
    memmove(site + 1, site, (sites->count - at) * sizeof *site);
    sites->count++;
    *site = (struct site){ .node_id = node_id };
    return site;
}

static bool is_from_session(const struct bird_route *route)
{
    return strncmp(route->proto, SITES_SESSION_PREFIX, strlen(SITES_SESSION_PREFIX)) == 0;
}

static void take_route(struct sites *sites, const struct settings *settings, enum family family,
                       const struct bird_route *route)
{
    unsigned service, prefix;
    uint32_t node_id;
    enum level level;
    if (!is_from_session(route) || origin_read(route, settings->asn, &node_id, &level) < 0 ||
        !find_prefix(settings, family, route->network, &service, &prefix))
        return;
    if (node_id == settings->node_id) {
        sites->own_heard = true;
        return;
    }
    struct site *site = take_site(sites, node_id);
    if (!site)
        return;
    struct site_service *announced = &site->service[service][family];
    if (announced->prefixes == 0 || level < announced->level)
        announced->level = level;
    announced->prefixes |= (uint8_t)(1u << prefix);
}

/* ---- replies ---- */

static int check_reply(const struct bird_reply *reply, int nothing, struct err *err)
{
    if (reply->incomplete)
        return err_set(err, "BIRD's reply is incomplete");
    if (bird_reply_result(reply) != BIRD_FAILED || bird_reply_has(reply, nothing))
        return 0;
    const struct bird_line *line = bird_reply_headline(reply);
    return err_set(err, "BIRD says \"%04d %s\"", line->code, line->text);
}

static void drop_partial(struct sites *sites, const struct settings *settings, enum family family)
{
    for (unsigned i = 0; i < sites->count; i++)
        for (unsigned s = 0; s < settings->service_count; s++) {
            struct site_service *announced = &sites->site[i].service[s][family];
            const unsigned count = settings->service[s].family[family].prefix_count;
            if (announced->prefixes != (1u << count) - 1)
                announced->level = LEVEL_WITHDRAWN;
        }
}

int sites_read(struct sites *sites, const struct settings *settings, enum family family,
               const struct bird_reply *reply, struct err *err)
{
    const int number = family_number(family);
    if (bird_reply_has(reply, CODE_SYNTAX))
        return err_set(err, "BIRD's configuration has no table fleet%d", number);
    if (check_reply(reply, CODE_NO_NETWORK, err) < 0)
        return err_wrap(err, "table fleet%d", number);
    struct bird_routes routes = { .reply = reply };
    struct bird_route route;
    while (bird_routes_next(&routes, &route))
        take_route(sites, settings, family, &route);
    drop_partial(sites, settings, family);
    return 0;
}

int sites_read_sessions(const struct bird_reply *reply, struct site_sessions *out, struct err *err)
{
    *out = (struct site_sessions){ 0 };
    if (check_reply(reply, CODE_NO_MATCH, err) < 0)
        return err_wrap(err, "sessions of the fleet");
    struct bird_proto row;
    for (size_t i = 0; bird_show_protocol(reply, &i, &row);) {
        if (strcmp(row.type, "BGP") != 0)
            continue;
        out->count++;
        out->established += strncmp(row.info, "Established", strlen("Established")) == 0;
    }
    return 0;
}

/* ---- over time ---- */

const struct site *sites_find(const struct sites *sites, uint32_t node_id)
{
    for (unsigned i = 0; i < sites->count; i++)
        if (sites->site[i].node_id == node_id)
            return &sites->site[i];
    return NULL;
}

static bool date_site(struct site *site, const struct site *before, struct mono now)
{
    bool differs = !before;
    for (unsigned s = 0; s < SERVICES_MAX; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            struct site_service *here = &site->service[s][f];
            const struct site_service *there = before ? &before->service[s][f] : NULL;
            const bool same = there && there->level == here->level;
            here->since = same ? there->since : now;
            differs |= !same;
        }
    return differs;
}

bool sites_date(struct sites *sites, const struct sites *before, struct mono now)
{
    bool differs = sites->count != before->count || sites->own_heard != before->own_heard;
    for (unsigned i = 0; i < sites->count; i++) {
        struct site *site = &sites->site[i];
        differs |= date_site(site, sites_find(before, site->node_id), now);
    }
    return differs;
}

/* ---- for the policy ---- */

struct sites_tally sites_count(const struct sites *sites, const struct settings *settings,
                               unsigned service, enum family family, int64_t patience_ms,
                               struct mono now)
{
    struct sites_tally tally = { 0 };
    for (unsigned i = 0; i < sites->count; i++) {
        const struct site *site = &sites->site[i];
        const struct site_service *announced = &site->service[service][family];
        const bool first = announced->level == LEVEL_LEAVING && site->node_id < settings->node_id &&
                           !tally.first;
        tally.announced += announced->prefixes != 0;
        tally.normal += announced->level == LEVEL_NORMAL;
        if (first && mono_diff_ms(now, announced->since) <= patience_ms)
            tally.first = site->node_id;
    }
    return tally;
}

char *sites_text(const struct sites *sites, unsigned service, enum family family, char *out,
                 size_t cap)
{
    size_t len = 0;
    snprintf(out, cap, "none");
    for (unsigned i = 0; i < sites->count && len < cap; i++) {
        const enum level level = sites->site[i].service[service][family].level;
        const bool normal = level == LEVEL_NORMAL;
        if (level > LEVEL_WITHDRAWN)
            len += (size_t)snprintf(out + len, cap - len, "%snode %u%s%s%s", len ? ", " : "",
                                    (unsigned)sites->site[i].node_id, normal ? "" : " (",
                                    normal ? "" : level_name(level), normal ? "" : ")");
    }
    return out;
}
