/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peering.c - one peering out of the places that speak of it, with the defaults and their reasons.
 */
#include "bird/config/peering.h"

#include <string.h>

static const struct peering_input defaults = {
    .asn = UNSET,
    .multihop = 0,
    .ttl_security = false, /* both sides must, or no session comes up */
    .bfd = false,          /* the same */
    .one_session = false,  /* most want one for each family */
    .role = (char *)"customer",
    .import = NULL,         /* by the hops: see resolve_words */
    .import_limit4 = UNSET, /* by what is imported: see import_limits */
    .import_limit6 = UNSET,
    .max_prefix = 0,
    .hold_ms = 0,
    .normal = { .prepend = 0 },
    /* Three hops more than the longest detour within a provider: only local preference is stronger.
     */
    .backup = { .prepend = 3 },
    .drain = { .prepend = 3 },
};

/* A full table is about a million and a quarter million now; this is room for some years. */
static const uint32_t import_limits[][2] = {
    [IMPORT_NONE] = { 1, 1 },
    [IMPORT_DEFAULT] = { 10, 10 },
    [IMPORT_FULL] = { 2000000, 600000 },
};

static const char *const role_names[] = {
#define ROLE_NAME(id, name) [id] = (name),
    BGP_ROLES(ROLE_NAME)
#undef ROLE_NAME
};

static const char *const import_names[] = {
#define IMPORT_NAME(id, name) [id] = (name),
    BGP_IMPORTS(IMPORT_NAME)
#undef IMPORT_NAME
};

const char *bgp_role_name(enum bgp_role role)
{
    return role_names[role];
}

const char *bgp_import_name(enum bgp_import import)
{
    return import_names[import];
}

void peering_input_init(struct peering_input *peering)
{
    *peering = (struct peering_input){
        .asn = UNSET,
        .multihop = UNSET,
        .ttl_security = UNSET,
        .bfd = UNSET,
        .one_session = UNSET,
        .import_limit4 = UNSET,
        .import_limit6 = UNSET,
        .max_prefix = UNSET,
        .hold_ms = UNSET,
        .normal.prepend = UNSET,
        .backup.prepend = UNSET,
        .drain.prepend = UNSET,
    };
}

/* ---- the first that says something ---- */

static int64_t first_number(const struct peering_input *const *places, size_t offset)
{
    for (; *places; places++) {
        int64_t value = *(const int64_t *)((const char *)*places + offset);
        if (value != UNSET)
            return value;
    }
    return *(const int64_t *)((const char *)&defaults + offset);
}

static const char *first_text(const struct peering_input *const *places, size_t offset)
{
    for (; *places; places++) {
        const char *value = *(char *const *)((const char *)*places + offset);
        if (value)
            return value;
    }
    return *(char *const *)((const char *)&defaults + offset);
}

static const struct conf_strings *first_list(const struct peering_input *const *places,
                                             size_t offset)
{
    for (; *places; places++) {
        const struct conf_strings *value =
            (const struct conf_strings *)((const char *)*places + offset);
        if (value->items)
            return value;
    }
    return (const struct conf_strings *)((const char *)&defaults + offset);
}

#define NUMBER(field) first_number(places, offsetof(struct peering_input, field))
#define TEXT(field)   first_text(places, offsetof(struct peering_input, field))

/* ---- addresses ---- */

static int resolve_address(const char *name, const char *text, int family, bool *has,
                           struct addr *out, struct err *err)
{
    *has = text && *text;
    if (!*has)
        return 0;
    if (addr_parse(text, 0, out, err))
        return err_wrap(err, "%s", name);
    if (addr_port(out) != 0)
        return err_set(err, "%s %s: BGP's port is 179, leave it out", name, text);
    if (addr_family(out) != family)
        return err_set(err, "%s is %s, which is no IPv%d address", name, text, family);
    return 0;
}

static int resolve_addresses(const struct peering_input *const *places, struct peering *out,
                             struct err *err)
{
    if (resolve_address("neighbor4", TEXT(neighbor4), 4, &out->has_neighbor[0], &out->neighbor[0],
                        err) ||
        resolve_address("neighbor6", TEXT(neighbor6), 6, &out->has_neighbor[1], &out->neighbor[1],
                        err) ||
        resolve_address("source4", TEXT(source4), 4, &out->has_source[0], &out->source[0], err) ||
        resolve_address("source6", TEXT(source6), 6, &out->has_source[1], &out->source[1], err))
        return -1;
    return 0;
}

/* ---- words ---- */

static int find_word(const char *what, const char *text, const char *const *names, size_t count,
                     unsigned *out, struct err *err)
{
    char known[128] = "";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (unsigned)i;
            return 0;
        }
        strncat(known, i ? ", " : "", sizeof known - strlen(known) - 1);
        strncat(known, names[i], sizeof known - strlen(known) - 1);
    }
    return err_set(err, "%s \"%s\" is none of %s", what, text, known);
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What comes over several hops mostly has a next hop that only the host knows the way to, by its
 * own default route: then that is as good. */
static const char *default_import(const struct peering *peering)
{
    return bgp_import_name(peering->multihop ? IMPORT_NONE : IMPORT_DEFAULT);
}

static int resolve_words(const struct peering_input *const *places, struct peering *out,
                         struct err *err)
{
    unsigned role, import;
    const char *import_text = TEXT(import);
    if (find_word("role", TEXT(role), role_names, COUNT(role_names), &role, err) ||
        find_word("import", import_text ? import_text : default_import(out), import_names,
                  COUNT(import_names), &import, err))
        return -1;
    out->role = (enum bgp_role)role;
    out->import = (enum bgp_import)import;
    const int64_t limit[2] = { NUMBER(import_limit4), NUMBER(import_limit6) };
    for (int f = 0; f < 2; f++)
        out->import_limit[f] = limit[f] == UNSET ? import_limits[import][f] : (uint32_t)limit[f];
    return 0;
}

/* ---- levels ---- */

static int resolve_level(const struct peering_input *const *places, size_t offset,
                         struct level_policy *out, struct err *err)
{
    const struct conf_strings *texts =
        first_list(places, offset + offsetof(struct level_input, communities));
    out->prepend = (unsigned)first_number(places, offset + offsetof(struct level_input, prepend));
    out->community_count = 0;
    for (size_t i = 0; i < texts->count; i++)
        if (community_parse(texts->items[i], &out->community[out->community_count++], err))
            return -1;
    return 0;
}

static bool is_standard(const struct community *community, uint32_t first, uint32_t second)
{
    return !community->large && community->part[0] == first && community->part[1] == second;
}

/* Whatever else a provider wants, a drain says GRACEFUL_SHUTDOWN (RFC 8326). */
static void add_graceful_shutdown(struct level_policy *drain)
{
    for (unsigned i = 0; i < drain->community_count; i++)
        if (is_standard(&drain->community[i], 65535, 0))
            return;
    drain->community[drain->community_count++] = (struct community){ .part = { 65535, 0 } };
}

static int resolve_levels(const struct peering_input *const *places, struct peering *out,
                          struct err *err)
{
    memset(&out->level[LEVEL_WITHDRAWN], 0, sizeof out->level[LEVEL_WITHDRAWN]);
    if (resolve_level(places, offsetof(struct peering_input, normal), &out->level[LEVEL_NORMAL],
                      err))
        return err_wrap(err, "normal.communities");
    if (resolve_level(places, offsetof(struct peering_input, backup), &out->level[LEVEL_BACKUP],
                      err))
        return err_wrap(err, "backup.communities");
    if (resolve_level(places, offsetof(struct peering_input, drain), &out->level[LEVEL_DRAIN], err))
        return err_wrap(err, "drain.communities");
    add_graceful_shutdown(&out->level[LEVEL_DRAIN]);
    out->level[LEVEL_LEAVING] = out->level[LEVEL_BACKUP]; /* the difference is for the fleet only */
    return 0;
}

int peering_resolve(const struct peering_input *const *places, struct peering *out, struct err *err)
{
    const int64_t asn = NUMBER(asn);
    const char *password_file = TEXT(password_file), *blackhole = TEXT(blackhole);
    *out = (struct peering){
        .multihop = (unsigned)NUMBER(multihop),
        .password_file = password_file && *password_file ? password_file : NULL,
        .ttl_security = NUMBER(ttl_security),
        .bfd = NUMBER(bfd),
        .one_session = NUMBER(one_session),
        .max_prefix = (uint32_t)NUMBER(max_prefix),
        .hold_s = (unsigned)(NUMBER(hold_ms) / 1000),
        .has_blackhole = blackhole && *blackhole,
    };
    if (asn == UNSET)
        return err_set(err, "asn is missing: which AS is it? Neither it nor its profile says");
    out->asn = (uint32_t)asn;
    if (out->has_blackhole && community_parse(blackhole, &out->blackhole, err))
        return err_wrap(err, "blackhole");
    if (resolve_addresses(places, out, err) || resolve_words(places, out, err))
        return -1;
    return resolve_levels(places, out, err);
}
