/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile.c - the table of providers. A fact that no source had is left to the defaults of
 * peering.c: so none has BFD or TTL security, which a provider must switch on too. Where
 * `source` begins with "public configurations", those agree with each other, and no page of the
 * provider says it. */
#include "bird/config/profile.h"

#include "common/nearest.h"

#include <stdio.h>
#include <string.h>

const struct profile profiles[] = {
    {
        .name = "vultr",
        .text = "Vultr cloud servers: AS64515, and AS20473 behind it",
        .advice =
            "The password and your ASN are on the server's BGP page. Its routers are two hops away, and have "
            "the same address everywhere. For bare metal set asn = 20473 and neighbor4 = \"169.254.1.1\".",
        .source = { "docs.vultr.com/high-availability-on-vultr-with-floating-ip-and-bgp (ASN, neighbor4, hops, "
                    "password)",
                    "docs.vultr.com/products/network/bgp/asn-information/as20473-bgp-communities-customer-guide "
                    "(communities: 20473:6003 prepends three times to all, 20473:666 is a blackhole)",
                    "public configurations (neighbor6)" },
        .asn = 64515,
        .neighbor4 = "169.254.169.254",
        .neighbor6 = "2001:19f0:ffff::1",
        .multihop = 2,
        .blackhole = "20473:666",
        .backup = { "20473:6003" }, /* theirs is on all their ways out, also where they count ours
                                       as one */
    },
    {
        .name = "buyvm",
        .text = "BuyVM (FranTech): AS53667",
        .advice =
            "The password is in Stallion, their panel. Its routers are two hops away, and have the same "
            "address at all places.",
        .source = { "public configurations (ASN, neighbours, hops, password)" },
        .asn = 53667,
        .neighbor4 = "169.254.169.179",
        .neighbor6 = "2605:6400:ffff::2",
        .multihop = 2,
    },
    {
        .name = "he",
        .text = "Hurricane Electric: AS6939, transit or a BGP tunnel of tunnelbroker.net",
        .advice =
            "A BGP tunnel is IPv6 only: set neighbor6 alone, and the tunnel's TTL to 64, or the session hangs "
            "in OpenConfirm. Prefixes from /44 to /48 are taken there. Blackholing is for transit customers, "
            "and must be asked for.",
        .source = { "he.net/adm/blackhole.html (6939:666, /24 to /32)",
                    "blog.chrisnew.eu/2018/10/centos-7-bird-he-net-bgp (the tunnel)" },
        .asn = 6939,
        .blackhole = "6939:666",
    },
    {
        .name = "ifog",
        .text = "iFog: AS34927, virtual servers with transit",
        .advice =
            "Needs a route object and a ROA for each prefix, and AS34927 in your import and export lines. The "
            "neighbours are those of your server. Some places give a full table, others only a default route.",
        .source = { "ifog.ch/en/about/netzwerk/bgp-faq",
                    "public configurations (sessions on the same link)" },
        .asn = 34927,
    },
    {
        .name = "servperso",
        .text = "Servperso: AS34872, virtual servers with transit",
        .advice =
            "Needs an exact route object for each prefix, no invalid ROA, nothing longer than /24 and /48; each "
            "prefix is added to their filter by a ticket. The neighbours are those of your server.",
        .source = { "knowledgebase.servperso.net/bgp-servperso-prefix-filtering" },
        .asn = 34872,
    },
    {
        .name = "route-server",
        .text = "the route servers of an internet exchange",
        .advice =
            "One provider with the exchange's ASN, and one session for each of its route servers. It is no way "
            "out: replies go by the host's own routes. Where it has a community for less preference, set "
            "backup.communities.",
        .source = { "RFC 7947", "RFC 9234 (the role)" },
        .role = "rs_client",
        .import = "none",
    },
    {
        .name = "datacentre",
        .text = "a router of your datacentre or provider, on the same link",
        .advice =
            "Ask for a password, BFD, TTL security (GTSM), their community for low preference and the one for "
            "blackholes, and set what you get: nothing of that can be guessed.",
        .source = { "RFC 7454 (what is good practice on such a session)" },
    },
    { .name = NULL },
};

const struct profile *profile_find(const char *name, struct err *err)
{
    char known[256] = "";
    struct nearest nearest = nearest_to(name);
    for (const struct profile *p = profiles; p->name; p++) {
        if (strcmp(p->name, name) == 0)
            return p;
        nearest_offer(&nearest, p->name);
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", *known ? ", " : "",
                 p->name);
    }
    if (nearest.best)
        err_set(err, "there is no profile \"%s\"; did you mean \"%s\"?", name, nearest.best);
    else
        err_set(err, "there is no profile \"%s\"; there are %s", name, known);
    return NULL;
}

static size_t count_texts(const char *const *texts)
{
    size_t count = 0;
    while (count < PROFILE_TEXTS_MAX && texts[count])
        count++;
    return count;
}

void profile_peering(const struct profile *profile, struct peering_input *out)
{
    peering_input_init(out);
    if (profile->asn)
        out->asn = profile->asn;
    if (profile->multihop)
        out->multihop = profile->multihop;
    out->neighbor4 = (char *)profile->neighbor4;
    out->neighbor6 = (char *)profile->neighbor6;
    out->role = (char *)profile->role;
    out->import = (char *)profile->import;
    out->blackhole = (char *)profile->blackhole;
    out->backup.communities.count = count_texts(profile->backup);
    if (out->backup.communities.count)
        out->backup.communities.items = (char **)profile->backup;
}
