/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_sites.c - any replies about the fleet's tables: whoever is said to announce, does so by the
 * rules. The first byte chooses family and ASN. Start from tests/data/bird. */
#include "tests/fuzz/target.h"

#include "anycastctl/sense/sites.h"

#include <stdlib.h>
#include <string.h>

static void need(bool law)
{
    if (!law)
        abort();
}

static struct settings make_settings(bool any_asn)
{
    static const char *const prefixes[FAMILY_COUNT][2] = {
        { "192.0.2.0/24", "198.51.100.0/24" }, { "2001:db8:53::/48", "2001:db8:54::/48" }
    };
    struct settings settings = { .node_id = 1, .asn = any_asn ? 0 : 64500, .service_count = 2 };
    for (int f = 0; f < FAMILY_COUNT; f++)
        for (unsigned s = 0; s < 2; s++) { /* the second service has both */
            struct service_family *in = &settings.service[s].family[f];
            in->enabled = true;
            for (in->prefix_count = 0; in->prefix_count <= s; in->prefix_count++)
                need(prefix_parse(prefixes[f][1 - in->prefix_count], &in->prefix[in->prefix_count],
                                  NULL) == 0);
        }
    return settings;
}

static void check_site(const struct site *site, const struct settings *settings)
{
    need(site->node_id != settings->node_id);
    for (unsigned s = 0; s < settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            const struct site_service *announced = &site->service[s][f];
            const unsigned all = (1u << settings->service[s].family[f].prefix_count) - 1;
            need((announced->prefixes & ~all) == 0 && announced->level < LEVEL_COUNT);
            need(announced->level == LEVEL_WITHDRAWN || announced->prefixes == all);
        }
}

static void check_sites(struct sites *sites, const struct settings *settings)
{
    static const struct sites nobody;
    const struct mono now = { 1 };
    char text[64];
    need(sites->count <= SITES_MAX);
    for (unsigned i = 0; i < sites->count; i++) {
        check_site(&sites->site[i], settings);
        need(i == 0 || sites->site[i - 1].node_id < sites->site[i].node_id);
    }
    sites_date(sites, &nobody, now);
    for (unsigned s = 0; s < settings->service_count; s++) {
        const struct sites_tally tally = sites_count(sites, settings, s, FAMILY_4, 1000, now);
        need(tally.normal <= tally.announced && tally.announced <= sites->count);
        need(strlen(sites_text(sites, s, FAMILY_4, text, sizeof text)) < sizeof text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct settings settings = make_settings(data[0] & 2);
    struct bird_parser *parser = bird_parser_new();
    struct sites sites = { 0 };
    struct site_sessions sessions;
    for (size_t at = 1; at < size;) {
        const struct bird_reply *reply;
        at += bird_parser_feed(parser, (const char *)data + at, size - at, &reply);
        if (!reply)
            continue;
        sites_read(&sites, &settings, data[0] & 1 ? FAMILY_6 : FAMILY_4, reply, NULL);
        if (sites_read_sessions(reply, &sessions, NULL) == 0)
            need(sessions.established <= sessions.count);
        check_sites(&sites, &settings);
    }
    bird_parser_free(parser);
    return 0;
}
