/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render_fleet.c - sessions with the other sites, into tables that lead nowhere. */
#include "bird/config/render_parts.h"

#include <inttypes.h>

static bool reflects(const struct render *r)
{
    for (unsigned i = 0; i < r->plan->fleet_count; i++)
        if (r->plan->fleet[i].client)
            return true;
    return false;
}

static void render_fleet_filters(const struct render *r)
{
    put(r,
        "# Who announces our services, at which level; nothing else, so that no site ever becomes a way to\n"
        "# somewhere.\n"
        "filter fleet_out\n{\n"
        "    if is_service() then accept;\n");
    if (reflects(r))
        put(r,
            "    if proto ~ \"fleet_*\" && is_ours() then accept;    # this site is a reflector\n");
    put(r, "    reject;\n}\n"
           "filter fleet_in\n{\n"
           "    if is_ours() then accept;\n"
           "    reject;\n}\n");
}

/* Room for each site at a level and the next one; with reflectors, for each on each way. */
static unsigned import_limit(const struct render *r, enum family family)
{
    const unsigned sites = (unsigned)r->plan->input->members.count + 1;
    return 2 * sites * (r->plan->announced[family].count + 1);
}

/* Towards a reflector only the best of our own goes, which is one level; from it come all sites'.
 */
static const char *add_paths(const struct plan_fleet_session *session)
{
    if (session->reflects)
        return "        add paths rx;    # it tells of all the other sites\n";
    return session->client ? "        add paths tx;    # it is told of all the other sites\n" : "";
}

static void render_channel(const struct render *r, const struct plan_fleet_session *session,
                           enum family family)
{
    const int number = family_number(family);
    put(r,
        "    ipv%d {\n"
        "        table fleet%d;\n"
        "        igp table connected%d;\n"
        "        next hop self;\n"
        "%s"
        "        import filter fleet_in;\n"
        "        import limit %u action block;\n"
        "        export filter fleet_out;\n"
        "    };\n",
        number, number, number, add_paths(session), import_limit(r, family));
}

static void render_session(const struct render *r, const struct plan_fleet_session *session)
{
    char source[ADDR_TEXT_MAX], neighbor[ADDR_TEXT_MAX];
    put(r, "protocol bgp %s {\n    local %s as ASN;\n    neighbor %s as ASN;\n    multihop;\n",
        session->name, addr_text_host(&session->source, source),
        addr_text_host(&session->neighbor, neighbor));
    if (r->plan->input->fleet.password_file[0] && r->dialect->names_md5)
        put(r, "    authentication md5;\n");
    if (r->plan->input->fleet.password_file[0])
        put(r, "    password PASSWORD_fleet;\n");
    if (session->client)
        put(r, "    rr client;\n");
    if (r->plan->input->fleet.bfd)
        put(r, "    bfd on;\n");
    put(r,
        "    hold time %" PRId64 ";\n"
        "    connect delay time 1;\n"
        "    connect retry time 1;    # both ends are ours\n"
        "    error wait time 1, 2;\n"
        "    graceful restart off;    # a dead site must vanish from the table, as it does from routing\n",
        r->plan->input->fleet.hold_ms / 1000);
    for (int f = 0; f < FAMILY_COUNT; f++)
        render_channel(r, session, (enum family)f);
    put(r, "}\n");
}

void render_fleet(const struct render *r)
{
    put_title(r, "the other sites");
    render_fleet_filters(r);
    put(r,
        "\n# This node's own announcement, into the fleet's tables and so to the other sites.\n"
        "protocol pipe own4 { table fleet4; peer table master4; import filter services_out; export none; }\n"
        "protocol pipe own6 { table fleet6; peer table master6; import filter services_out; export none; }\n");
    for (unsigned i = 0; i < r->plan->fleet_count; i++) {
        put(r, "\n");
        render_session(r, &r->plan->fleet[i]);
    }
}
