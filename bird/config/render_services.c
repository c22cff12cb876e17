/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render_services.c - what may be announced: the prefixes, and a static protocol for each service,
 * family and level. */
#include "bird/config/render_parts.h"
#include "bird/names.h"

#include <ctype.h>
#include <string.h>

/* From the most attractive to routing to the least; the later ones go before the earlier in BIRD.
 */
static const struct {
    enum level level;
    unsigned preference;
    const char *meaning;
} levels[] = {
    { LEVEL_NORMAL, 210, "announced" },
    { LEVEL_BACKUP, 220, "doubtful: announced, but less attractive" },
    { LEVEL_LEAVING, 225, "wants to withdraw: backup to providers, a warning to the other sites" },
    { LEVEL_DRAIN, 230, "leaving in order: as unattractive as can be" },
};
enum { LEVELS_IN_BIRD = sizeof levels / sizeof *levels };

static const char *upper(enum level level, char out[32])
{
    const char *name = level_name(level);
    size_t i;
    for (i = 0; name[i] && i < 31; i++)
        out[i] = (char)toupper((unsigned char)name[i]);
    out[i] = '\0';
    return out;
}

static void render_levels(const struct render *r)
{
    char name[32];
    put(r,
        "# Each level of a service is a static protocol of its own, for the same prefixes. The less attractive\n"
        "# a level is to routing, the higher its preference here: so to change the level is to enable one\n"
        "# protocol and then disable the other, and the neighbours see one update, never a withdrawal.\n\n"
        "define LC_NODE        = 1;    # large community (ASN, 1, NODE_ID): who announces\n"
        "define LC_LEVEL       = 2;    # large community (ASN, 2, level): at which level\n");
    for (int i = 0; i < LEVELS_IN_BIRD; i++)
        put(r, "define LEVEL_%-7s = %d;    # %s\n", upper(levels[i].level, name),
            level_community(levels[i].level), levels[i].meaning);
}

/* "define SERVICES4 = [ 192.0.2.0/24 ];" */
static void render_set(const struct render *r, const char *name, enum family family,
                       const struct plan_prefixes *prefixes, const char *suffix)
{
    char text[ADDR_TEXT_MAX];
    put(r, "define %s%d = [ ", name, family_number(family));
    for (unsigned i = 0; i < prefixes->count; i++)
        put(r, "%s%s%s", i ? ", " : "", prefix_text(&prefixes->prefix[i], text), suffix);
    put(r, " ];\n");
}

static void render_sets(const struct render *r)
{
    put(r, "\n# Exactly these go out; and what is within them comes from nobody else.\n");
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const struct plan_prefixes *announced = &r->plan->announced[f];
        if (announced->count) {
            render_set(r, "SERVICES", (enum family)f, announced, "");
            render_set(r, "OURS", (enum family)f, announced, "+");
        }
        if (r->plan->blackholed[f].count)
            render_set(r, "BLACKHOLES", (enum family)f, &r->plan->blackholed[f], "");
    }
}

static void render_tests(const struct render *r)
{
    const char *type = r->dialect->typed_functions ? " -> bool" : "";
    put(r, "\n# A prefix of a service, or a part of one.\nfunction is_ours()%s\n{\n", type);
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (r->plan->announced[f].count)
            put(r, "    if net ~ OURS%d then return true;\n", family_number((enum family)f));
    put(r, "    return false;\n}\n");
    put(r,
        "\n# A prefix of a service exactly, made here by a protocol of that service.\nfunction is_service()%s\n{\n"
        "    if source != RTS_STATIC then return false;\n"
        "    if proto !~ \"svc_*\" then return false;\n",
        type);
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (r->plan->announced[f].count)
            put(r, "    if net ~ SERVICES%d then return true;\n", family_number((enum family)f));
    put(r, "    return false;\n}\n");
}

static void render_mark(const struct render *r)
{
    put(r, "\n# For the routes of the protocols below.\nfunction mark(int level)\n{\n"
           "    if !is_service() then reject;\n"
           "    bgp_large_community.add((ASN, LC_NODE, NODE_ID));\n"
           "    bgp_large_community.add((ASN, LC_LEVEL, level));\n"
           "    accept;\n}\n");
}

/* A pattern may match nothing, but it is an error if the folder is missing that it stands in: so it
 * stands in "/", "/[r]un/proxima/intent/…". */
static void render_intent_path(const struct render *r, const char *protocol)
{
    const char *dir = r->plan->input->bird.intent_dir;
    put(r, "    include \"/[%c]%s/%s.conf\";\n", dir[1], dir + 2, protocol);
}

static void render_protocol(const struct render *r, const struct service *service,
                            enum family family, int i)
{
    struct bird_name name = { .family = family_number(family), .level = levels[i].level };
    char text[BIRD_NAME_MAX], level[32], prefix[ADDR_TEXT_MAX];
    strcpy(name.service, service->name);
    put(r, "protocol static %s {\n    disabled yes;\n", bird_name_text(&name, text));
    render_intent_path(r, text);
    put(r, "    ipv%d { preference %u; import filter { mark(LEVEL_%s); }; };\n", name.family,
        levels[i].preference, upper(levels[i].level, level));
    for (unsigned p = 0; p < service->family[family].prefix_count; p++)
        put(r, "    route %s blackhole;\n",
            prefix_text(&service->family[family].prefix[p], prefix));
    put(r, "}\n");
}

static void render_protocols(const struct render *r)
{
    put(r,
        "\n# A fresh BIRD announces nothing: anycastd enables these over the control socket. As any `birdc\n"
        "# configure` would disable them again, it also leaves a file for each enabled one in its intent folder.\n"
        "# [ ] makes the path a pattern, and a pattern may match nothing. What stands below the include goes\n"
        "# before what the file says. Under /run, so that a reboot forgets it.\n");
    for (unsigned s = 0; s < r->plan->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            for (int i = 0; r->plan->service[s]->family[f].enabled && i < LEVELS_IN_BIRD; i++)
                render_protocol(r, r->plan->service[s], (enum family)f, i);
}

static void render_blackholes(const struct render *r)
{
    char text[ADDR_TEXT_MAX];
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const struct plan_prefixes *holes = &r->plan->blackholed[f];
        if (!holes->count)
            continue;
        put(r,
            "\n# Addresses whose traffic providers drop for us, where they have a community for it.\n"
            "protocol static blackholes%d {\n    ipv%d;\n",
            family_number((enum family)f), family_number((enum family)f));
        for (unsigned i = 0; i < holes->count; i++)
            put(r, "    route %s blackhole;\n", prefix_text(&holes->prefix[i], text));
        put(r, "}\n");
    }
}

void render_services(const struct render *r)
{
    put_title(r, "services");
    render_levels(r);
    render_sets(r);
    render_tests(r);
    render_mark(r);
    render_protocols(r);
    render_blackholes(r);
}
