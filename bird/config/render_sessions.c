/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render_sessions.c - sessions with providers: for each a table, a filter for either direction, a
 * pipe to the node's own table, and the session itself. */
#include "bird/config/render_parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is the same for all ---- */

static bool any_blackholes(const struct render *r)
{
    return r->plan->blackholed[FAMILY_4].count || r->plan->blackholed[FAMILY_6].count;
}

static void render_is_blackhole(const struct render *r)
{
    put(r, "\nfunction is_blackhole()%s\n{\n    if proto !~ \"blackholes?\" then return false;\n",
        r->dialect->typed_functions ? " -> bool" : "");
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (r->plan->blackholed[f].count)
            put(r, "    if net ~ BLACKHOLES%d then return true;\n", family_number((enum family)f));
    put(r, "    return false;\n}\n");
}

static void render_is_invalid(const struct render *r)
{
    put(r,
        "\n# Not from whom it may be (RFC 6811). Asked by the pipes, because what goes through a pipe is asked\n"
        "# again when a ROA changes.\n"
        "function is_invalid()%s\n{\n",
        r->dialect->typed_functions ? " -> bool" : "");
    for (int f = 0; f < FAMILY_COUNT; f++)
        put(r,
            "    if net.type = NET_IP%d then\n"
            "        return roa_check(rpki%d, net, bgp_path.last_nonaggregated) = ROA_INVALID;\n",
            family_number((enum family)f), family_number((enum family)f));
    put(r, "    return false;\n}\n");
}

static void render_from_provider(const struct render *r)
{
    put(r,
        "\n# From any provider. Our own prefix is from another of our sites, or from a hijacker: we follow\n"
        "# neither. And nobody else speaks with our large communities.\n"
        "function from_provider()\n{\n"
        "    if is_ours() then reject;\n"
        "    bgp_large_community.delete([(ASN, *, *)]);\n}\n");
}

void render_filters(const struct render *r)
{
    put_title(r, "what goes out and comes in");
    if (any_blackholes(r))
        render_is_blackhole(r);
    put(r, "# The one way from the node's tables to a session.\n"
           "filter services_out\n{\n"
           "    if is_service() then accept;\n");
    if (any_blackholes(r))
        put(r, "    if is_blackhole() then accept;\n");
    put(r, "    reject;\n}\n");
    if (r->plan->input->rpki.count)
        render_is_invalid(r);
    render_from_provider(r);
}

/* ---- one family of a session ---- */

/* The names of what it has of its own begin with this: "up_vultr_4". */
struct channel {
    const struct plan_session *session;
    enum family family;
    int number; /* 4 or 6 */
    char name[BIRD_SYMBOL_MAX + 12];
};

static struct channel channel_of(const struct plan_session *session, enum family family)
{
    struct channel channel = { session, family, family_number(family), "" };
    if (session->peering.one_session)
        snprintf(channel.name, sizeof channel.name, "%s_%d", session->name, channel.number);
    else
        snprintf(channel.name, sizeof channel.name, "%s", session->name);
    return channel;
}

/* ---- the way out ---- */

static void render_level(const struct render *r, const struct level_policy *policy)
{
    char text[COMMUNITY_TEXT_MAX];
    for (unsigned i = 0; i < policy->community_count; i++)
        put(r, "        %s.add(%s);\n", community_attribute(&policy->community[i]),
            community_text(&policy->community[i], text));
    for (unsigned i = 0; i < policy->prepend; i++)
        put(r, "        bgp_path.prepend(ASN);\n");
}

static bool says_nothing(const struct level_policy *policy)
{
    return policy->community_count == 0 && policy->prepend == 0;
}

static void render_blackhole_out(const struct render *r, const struct channel *channel)
{
    const struct community *blackhole = &channel->session->peering.blackhole;
    char text[COMMUNITY_TEXT_MAX];
    if (!r->plan->blackholed[channel->family].count || !channel->session->peering.has_blackhole)
        return;
    put(r,
        "    if is_blackhole() then {\n"
        "        %s.add(%s);\n"
        "        accept;\n"
        "    }\n",
        community_attribute(blackhole), community_text(blackhole, text));
}

static void render_filter_out(const struct render *r, const struct channel *channel)
{
    const struct level_policy *level = channel->session->peering.level;
    put(r, "filter %s_out\n{\n", channel->name);
    render_blackhole_out(r, channel);
    put(r, "    if !is_service() then reject;\n");
    if (!says_nothing(&level[LEVEL_NORMAL])) {
        put(r, "    if (ASN, LC_LEVEL, LEVEL_NORMAL) ~ bgp_large_community then {\n");
        render_level(r, &level[LEVEL_NORMAL]);
        put(r, "    }\n");
    }
    if (!says_nothing(&level[LEVEL_BACKUP])) {
        put(r, "    if (ASN, LC_LEVEL, LEVEL_BACKUP) ~ bgp_large_community ||\n"
               "       (ASN, LC_LEVEL, LEVEL_LEAVING) ~ bgp_large_community then {\n");
        render_level(r, &level[LEVEL_BACKUP]);
        put(r, "    }\n");
    }
    put(r, "    if (ASN, LC_LEVEL, LEVEL_DRAIN) ~ bgp_large_community then {    # RFC 8326\n");
    render_level(r, &level[LEVEL_DRAIN]);
    put(r, "    }\n    accept;\n}\n");
}

/* ---- the way in ---- */

static void render_filter_in(const struct render *r, const struct channel *channel)
{
    if (channel->session->peering.import == IMPORT_NONE)
        return;
    put(r, "filter %s_in\n{\n", channel->name);
    if (channel->session->peering.import == IMPORT_DEFAULT)
        put(r, "    if net != %s then reject;\n",
            channel->family == FAMILY_4 ? "0.0.0.0/0" : "::/0");
    put(r, "    from_provider();\n    accept;\n}\n");
}

/* An unreachable default route in the kernel would cut off the host that has a worse one of its
 * own. */
static void render_pipe(const struct render *r, const struct channel *channel)
{
    put(r,
        "ipv%d table %s_routes;\n"
        "protocol pipe %s_pipe {\n"
        "    table %s_routes;\n"
        "    peer table master%d;\n"
        "    import filter services_out;    # from the node's table to the session's\n",
        channel->number, channel->name, channel->name, channel->name, channel->number);
    if (channel->session->peering.import == IMPORT_NONE)
        put(r, "    export none;\n");
    else
        put(r,
            "    # What it brought, to the node's; but no route whose next hop nobody knows the way to.\n"
            "    export where source = RTS_BGP && dest = RTD_UNICAST%s;\n",
            r->plan->input->rpki.count ? " && !is_invalid()" : "");
    put(r, "}\n");
}

/* ---- the session ---- */

static unsigned export_limit(const struct render *r, const struct channel *channel)
{
    unsigned count = r->plan->announced[channel->family].count;
    if (channel->session->peering.has_blackhole)
        count += r->plan->blackholed[channel->family].count;
    return count;
}

static void render_import(const struct render *r, const struct channel *channel)
{
    if (channel->session->peering.import == IMPORT_NONE)
        put(r, "        import none;\n");
    else
        put(r,
            "        import filter %s_in;\n"
            "        import limit %u action block;    # not `disable`: a surge would take all sites off\n",
            channel->name, channel->session->peering.import_limit[channel->family]);
}

static void render_channel(const struct render *r, const struct channel *channel)
{
    put(r, "    ipv%d {\n        table %s_routes;\n", channel->number, channel->name);
    if (channel->session->peering.multihop)
        put(r, "        igp table connected%d;\n", channel->number);
    render_import(r, channel);
    if (export_limit(r, channel))
        put(r, "        export filter %s_out;\n        export limit %u action block;\n",
            channel->name, export_limit(r, channel));
    else
        put(r, "        export none;    # no service has a prefix in this family\n");
    put(r, "    };\n");
}

static void render_security(const struct render *r, const struct plan_session *session)
{
    if (session->has_password) {
        if (r->dialect->names_md5)
            put(r, "    authentication md5;\n");
        put(r, "    password PASSWORD_%s;\n", session->name);
    }
    if (session->peering.ttl_security)
        put(r, "    ttl security on;    # GTSM, RFC 5082\n");
    if (session->peering.role != ROLE_NONE)
        put(r, "    local role %s;\n", bgp_role_name(session->peering.role));
}

static void render_times(const struct render *r, const struct plan_session *session)
{
    const unsigned hold_s = session->peering.hold_s ? session->peering.hold_s
                                                    : (unsigned)(r->plan->input->hold_ms / 1000);
    if (session->peering.bfd)
        put(r, "    bfd on;\n");
    put(r,
        "    hold time %u;\n"
        "    connect delay time 1;    # a fallen session is up again within seconds, not minutes\n"
        "    connect retry time 5;\n"
        "    error wait time 1, 5;\n"
        "    graceful restart aware;    # not `on`: they would believe in a dead node for two minutes\n",
        hold_s);
}

static void render_session(const struct render *r, const struct plan_session *session)
{
    char neighbor[ADDR_TEXT_MAX], source[ADDR_TEXT_MAX];
    put(r, "protocol bgp %s {\n    description \"%s\";\n", session->name, session->provider);
    if (session->has_source)
        put(r, "    local %s as ASN;\n", addr_text_host(&session->source, source));
    else
        put(r, "    local as ASN;\n");
    put(r, "    neighbor %s as %u;\n", addr_text_host(&session->neighbor, neighbor),
        session->peering.asn);
    if (session->peering.multihop)
        put(r, "    multihop %u;\n", session->peering.multihop);
    render_security(r, session);
    render_times(r, session);
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const struct channel channel = channel_of(session, (enum family)f);
        if (session->carries[f])
            render_channel(r, &channel);
    }
    put(r, "}\n");
}

static void render_families(const struct render *r, const struct plan_session *session)
{
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const struct channel channel = channel_of(session, (enum family)f);
        if (!session->carries[f])
            continue;
        render_filter_out(r, &channel);
        render_filter_in(r, &channel);
        render_pipe(r, &channel);
    }
}

void render_sessions(const struct render *r)
{
    for (unsigned i = 0; i < r->plan->session_count; i++) {
        const struct plan_session *session = &r->plan->session[i];
        char title[128];
        snprintf(title, sizeof title, "session %s with %s", session->name, session->provider);
        put_title(r, title);
        if (session->advice)
            put_comment(r, "", session->advice);
        render_families(r, session);
        render_session(r, session);
    }
}
