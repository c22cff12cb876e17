/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render_base.c - what every node has: identity, tables, the kernel, BFD, RPKI. */
#include "bird/config/render_parts.h"

#include <inttypes.h>
#include <string.h>

static void render_log(const struct render *r)
{
    const char *classes = "{ info, remote, warning, error, auth, fatal, bug }";
    if (strcmp(r->plan->input->log, "syslog") == 0)
        put(r, "log syslog %s;\n", classes);
    else
        put(r, "log \"%s\" %s;\n", r->plan->input->log, classes);
}

/* First, so that all below goes before what it sets; a name that is defined here and below is an
 * error to BIRD, which then stays with what it has. */
static void render_include(const struct render *r)
{
    if (!*r->plan->input->include)
        return;
    put(r,
        "\n# Your own additions: no sessions, no pipes, none of the names below.\ninclude \"%s\";\n",
        r->plan->input->include);
}

static void render_identity(const struct render *r)
{
    char text[ADDR_TEXT_MAX];
    put(r,
        "\nrouter id %s;\n"
        "define ASN     = %" PRId64 ";\n"
        "define NODE_ID = %" PRId64 ";    # as node_id in node.conf: unique among the sites\n",
        addr_text_host(&r->plan->router_id, text), r->plan->input->asn, r->plan->input->node_id);
    if (render_needs_passwords(r->plan))
        put(r, "include \"" BIRD_PASSWORDS_NAME "\";    # for root and BIRD only\n");
    put(r,
        "\n# With date and microseconds: by them anycastd tells a restarted BIRD from a reconfigured one.\n"
        "timeformat base     iso long us;\n"
        "timeformat protocol iso long us;\n"
        "timeformat route    iso long us;\n"
        "timeformat log      iso long us;\n");
}

static void render_tables(const struct render *r)
{
    put(r,
        "\n# The networks that this host has an interface in: where next hops are looked up. In tables of their\n"
        "# own, so that no route can be the way to its own next hop, and that none competes with ours.\n"
        "ipv4 table connected4;\n"
        "ipv6 table connected6;\n"
        "protocol direct {\n"
        "    interface \"-lo\", \"*\";\n"
        "    ipv4 { table connected4; };\n"
        "    ipv6 { table connected6; };\n"
        "}\n");
    put(r, "\n# What all sites announce, as told by themselves. Never forwarded on.\n"
           "ipv4 table fleet4;\n"
           "ipv6 table fleet6;\n");
    if (r->plan->input->rpki.count)
        put(r, "\n# Who may originate what (RFC 6811).\n"
               "roa4 table rpki4;\n"
               "roa6 table rpki6;\n");
}

static bool imports_all(const struct plan *plan)
{
    for (unsigned i = 0; i < plan->session_count; i++)
        if (plan->session[i].peering.import == IMPORT_FULL)
            return true;
    return false;
}

/* Reading a million routes back takes BIRD 2.0.12 a second, in which it answers nobody. Done each
 * second, it took one to five seconds to obey a withdrawal. */
static unsigned scan_s(const struct render *r)
{
    if (!imports_all(r->plan))
        return 1;
    return r->dialect->repairs_by_scans ? 20 : 60;
}

static void render_kernel(const struct render *r)
{
    const unsigned s = scan_s(r);
    put(r, "\nprotocol device { scan time 10; }\n");
    if (!r->plan->input->kernel)
        return;
    put(r,
        "\n# Give the host a default route of its own beside BGP's, with a worse metric (above 32, IPv6: 512):\n"
        "# then replies leave while BIRD restarts, and when a new session announces before its routes are in.\n"
        "# Blackholes go to the kernel too: packets to an address of a prefix that no host has are dropped\n"
        "# here, or they would go back to the provider, and come again.\n"
        "# BIRD 3 repairs a route that it got wrong in the kernel only with the next scan: every second, but\n"
        "# not of a full table. BIRD obeys nobody while it reads that back, which takes a second.\n"
        "protocol kernel kernel4 {\n"
        "    scan time %u;\n"
        "    ipv4 { import none; export where source ~ [ RTS_BGP, RTS_STATIC ]; };\n"
        "}\n"
        "protocol kernel kernel6 {\n"
        "    scan time %u;\n"
        "    metric 512;    # after the route of an interface's own network (256), whoever announces that\n"
        "    ipv6 { import none; export where source ~ [ RTS_BGP, RTS_STATIC ]; };\n"
        "}\n",
        s, s);
}

static void render_bfd(const struct render *r)
{
    const struct bird_input *input = r->plan->input;
    char timers[160];
    if (!r->plan->uses_bfd)
        return;
    snprintf(timers, sizeof timers,
             "min rx interval %" PRId64 " ms; min tx interval %" PRId64 " ms; multiplier %" PRId64
             ";",
             input->bfd.interval_ms, input->bfd.interval_ms, input->bfd.multiplier);
    put(r,
        "\n# A silent neighbour is found after %" PRId64 " ms instead of the hold time.\n"
        "protocol bfd {\n"
        "    interface \"*\" { %s };\n"
        "    multihop { %s };\n"
        "}\n",
        input->bfd.interval_ms * input->bfd.multiplier, timers, timers);
}

static void render_rpki(const struct render *r)
{
    const struct rpki_input *servers = r->plan->input->rpki.items;
    for (size_t i = 0; i < r->plan->input->rpki.count; i++)
        put(r,
            "\nprotocol rpki rpki_%zu {\n"
            "    roa4 { table rpki4; };\n"
            "    roa6 { table rpki6; };\n"
            "    remote \"%s\" port %" PRId64 ";\n"
            "    retry keep 90;    # a server that is away is tried again\n"
            "    refresh keep 900;    # news are pushed; this is if they are not\n"
            "    expire keep 172800;    # two days old is still better than nothing\n"
            "}\n",
            i + 1, servers[i].server, servers[i].port);
}

void render_base(const struct render *r)
{
    render_log(r);
    render_include(r);
    render_identity(r);
    render_tables(r);
    render_kernel(r);
    render_bfd(r);
    render_rpki(r);
}
