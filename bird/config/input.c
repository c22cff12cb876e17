/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input.c - the tables of bgp.conf and fleet.conf, and the defaults with their reasons. */
#include "bird/config/input.h"

#include "anycastctl/model/service_conf.h"
#include "common/path.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SECOND_MS = 1000, HOLD_MAX_S = 65535 };

static const struct conf_field level_fields[] = {
    { "prepend", CONF_INT, offsetof(struct level_input, prepend), .min = 0, .max = PREPEND_MAX },
    { "communities", CONF_STRING_LIST, offsetof(struct level_input, communities),
      .max = LEVEL_COMMUNITIES_MAX - 1 }, /* a drain has one more */
    { NULL },
};

/* A provider's settings, and those of a session with it, are the same. */
#define AT(type, name) offsetof(struct type, peering.name)
#define PEERING_ROWS(type)                                                                         \
    { "asn", CONF_INT, AT(type, asn), .min = 1, .max = UINT32_MAX },                               \
        { "neighbor4", CONF_STRING, AT(type, neighbor4) },                                         \
        { "neighbor6", CONF_STRING, AT(type, neighbor6) },                                         \
        { "source4", CONF_STRING, AT(type, source4) },                                             \
        { "source6", CONF_STRING, AT(type, source6) },                                             \
        { "multihop", CONF_INT, AT(type, multihop), .min = 0, .max = 255 },                        \
        { "password_file", CONF_STRING, AT(type, password_file) },                                 \
        { "ttl_security", CONF_SWITCH, AT(type, ttl_security) },                                   \
        { "bfd", CONF_SWITCH, AT(type, bfd) },                                                     \
        { "one_session", CONF_SWITCH, AT(type, one_session) },                                     \
        { "role", CONF_STRING, AT(type, role) }, { "import", CONF_STRING, AT(type, import) },      \
        { "import_limit4", CONF_INT, AT(type, import_limit4), .min = 1, .max = UINT32_MAX },       \
        { "import_limit6", CONF_INT, AT(type, import_limit6), .min = 1, .max = UINT32_MAX },       \
        { "max_prefix", CONF_INT, AT(type, max_prefix), .min = 1, .max = UINT32_MAX },             \
        { "hold", CONF_DURATION_MS, AT(type, hold_ms), .min = 3 * SECOND_MS,                       \
          .max = (int64_t)HOLD_MAX_S * SECOND_MS },                                                \
        { "blackhole", CONF_STRING, AT(type, blackhole) },                                         \
        { "normal", CONF_GROUP, AT(type, normal), .group = level_fields },                         \
        { "backup", CONF_GROUP, AT(type, backup), .group = level_fields },                         \
    {                                                                                              \
        "drain", CONF_GROUP, AT(type, drain), .group = level_fields                                \
    }

/* These stand in BIRD's quotes, or in its comments. */
static int check_plain(const char *text, struct err *err)
{
    for (; *text; text++)
        if (*text == '"' || (unsigned char)*text < ' ' || *text == 127)
            return err_set(err, "quotes and control characters cannot be said to BIRD");
    return 0;
}

#define PLAIN(field)                                                                               \
    static int check_##field(void *item, struct err *err)                                          \
    {                                                                                              \
        return check_plain(((struct bird_input *)item)->field, err);                               \
    }
PLAIN(node)
PLAIN(log)
PLAIN(include)

static int check_server(void *item, struct err *err)
{
    return check_plain(((struct rpki_input *)item)->server, err);
}

static int check_intent_dir(void *item, struct err *err)
{
    const char *dir = ((struct installed_input *)item)->intent_dir;
    if (dir[strcspn(dir, "\"*?[]{}\\\n")])
        return err_set(err, "a pattern's letters cannot stand in it");
    return 0;
}

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

static int check_name(const char *name, struct err *err)
{
    if (name[strspn(name, name_letters)])
        return err_set(
            err, "\"%s\" may have only a-z, 0-9 and _: it becomes part of a name in BIRD", name);
    return 0;
}

static int check_provider_name(void *item, struct err *err)
{
    return check_name(((struct provider_input *)item)->name, err);
}

static int check_session_name(void *item, struct err *err)
{
    return check_name(((struct session_input *)item)->name, err);
}

static const struct conf_field provider_fields[] = {
    { "", CONF_PLACE, offsetof(struct provider_input, place) },
    { "name", CONF_STRING, offsetof(struct provider_input, name), .min = 1,
      .max = PROVIDER_NAME_MAX, .required = true, .check = check_provider_name },
    { "profile", CONF_STRING, offsetof(struct provider_input, profile), .min = 1 },
    PEERING_ROWS(provider_input),
    { NULL },
};

static const struct conf_field session_fields[] = {
    { "", CONF_PLACE, offsetof(struct session_input, place) },
    { "provider", CONF_STRING, offsetof(struct session_input, provider), .min = 1,
      .max = PROVIDER_NAME_MAX, .required = true },
    { "name", CONF_STRING, offsetof(struct session_input, name), .min = 1, .max = PROVIDER_NAME_MAX,
      .check = check_session_name },
    PEERING_ROWS(session_input),
    { NULL },
};

static const struct conf_field member_fields[] = {
    { "", CONF_PLACE, offsetof(struct member_input, place) },
    { "node", CONF_STRING, offsetof(struct member_input, node), .min = 1, .max = NODE_NAME_MAX,
      .required = true },
    { "node_id", CONF_INT, offsetof(struct member_input, node_id), .min = 1, .max = UINT32_MAX,
      .required = true },
    { "address4", CONF_STRING, offsetof(struct member_input, address4), .min = 1 },
    { "address6", CONF_STRING, offsetof(struct member_input, address6), .min = 1 },
    { NULL },
};

static const struct conf_field rpki_fields[] = {
    { "", CONF_PLACE, offsetof(struct rpki_input, place) },
    { "server", CONF_STRING, offsetof(struct rpki_input, server), .min = 1, .max = 255,
      .required = true, .check = check_server },
    { "port", CONF_INT, offsetof(struct rpki_input, port), .min = 1, .max = 65535 },
    { NULL },
};

static const struct conf_field fleet_fields[] = {
    { "password_file", CONF_STRING, offsetof(struct fleet_input, password_file) },
    { "reflectors", CONF_STRING_LIST, offsetof(struct fleet_input, reflectors), .max = 16 },
    { "bfd", CONF_BOOL, offsetof(struct fleet_input, bfd) },
    { "hold", CONF_DURATION_MS, offsetof(struct fleet_input, hold_ms), .min = 3 * SECOND_MS,
      .max = (int64_t)HOLD_MAX_S * SECOND_MS },
    { NULL },
};

static const struct conf_field bfd_fields[] = {
    { "interval", CONF_DURATION_MS, offsetof(struct bfd_input, interval_ms), .min = 10,
      .max = 60 * SECOND_MS },
    { "multiplier", CONF_INT, offsetof(struct bfd_input, multiplier), .min = 1, .max = 255 },
    { NULL },
};

static const struct conf_field bird_fields[] = {
    { "dir", CONF_STRING, offsetof(struct installed_input, dir), .min = 1, .max = PATH_MAX / 2 },
    { "socket", CONF_STRING, offsetof(struct installed_input, socket), .min = 1 },
    { "intent_dir", CONF_STRING, offsetof(struct installed_input, intent_dir), .min = 1,
      .check = check_intent_dir },
    { "group", CONF_STRING, offsetof(struct installed_input, group) },
    { NULL },
};

static void init_provider(void *item)
{
    peering_input_init(&((struct provider_input *)item)->peering);
}

static void init_session(void *item)
{
    peering_input_init(&((struct session_input *)item)->peering);
}

static void init_rpki(void *item)
{
    ((struct rpki_input *)item)->port = 323; /* RFC 8210 */
}

#define TOP(name) offsetof(struct bird_input, name)

static const struct conf_field fields[] = {
    { "node", CONF_STRING, TOP(node), .min = 1, .max = NODE_NAME_MAX, .required = true,
      .check = check_node },
    { "node_id", CONF_INT, TOP(node_id), .min = 1, .max = UINT32_MAX, .required = true },
    { "asn", CONF_INT, TOP(asn), .min = 1, .max = UINT32_MAX, .required = true },
    { "router_id", CONF_STRING, TOP(router_id), .min = 1 },
    { "services", CONF_GROUP_LIST, TOP(services), .min = 1, .max = SERVICES_MAX, .required = true,
      .group = service_conf_fields, .size = sizeof(struct service_conf),
      .init = service_conf_defaults },
    { "members", CONF_GROUP_LIST, TOP(members), .max = 256, .group = member_fields,
      .size = sizeof(struct member_input) },
    { "providers", CONF_GROUP_LIST, TOP(providers), .max = 256, .group = provider_fields,
      .size = sizeof(struct provider_input), .init = init_provider },
    { "sessions", CONF_GROUP_LIST, TOP(sessions), .max = 32, .group = session_fields,
      .size = sizeof(struct session_input), .init = init_session, .required = true },
    { "rpki", CONF_GROUP_LIST, TOP(rpki), .max = 8, .group = rpki_fields,
      .size = sizeof(struct rpki_input), .init = init_rpki },
    { "fleet", CONF_GROUP, TOP(fleet), .group = fleet_fields },
    { "hold", CONF_DURATION_MS, TOP(hold_ms), .min = 3 * SECOND_MS,
      .max = (int64_t)HOLD_MAX_S * SECOND_MS },
    { "bfd", CONF_GROUP, TOP(bfd), .group = bfd_fields },
    { "bird", CONF_GROUP, TOP(bird), .group = bird_fields },
    { "kernel", CONF_BOOL, TOP(kernel) },
    { "log", CONF_STRING, TOP(log), .min = 1, .check = check_log },
    { "include", CONF_STRING, TOP(include), .check = check_include },
    { "blackholes", CONF_STRING_LIST, TOP(blackholes), .max = BLACKHOLES_MAX },
    { NULL },
};

static const struct bird_input defaults = {
    .fleet = {
        .password_file = (char *)"",
        .bfd = true,     /* both ends are ours; where it does not get through, the session stays */
        .hold_ms = 9000, /* how long a dead site is believed in where BFD does not get through */
    },
    .hold_ms = 30000, /* what every provider takes; BFD and a closed socket are faster */
    .bfd = {
        .interval_ms = 300, /* what routers do in software; some lost packets are borne */
        .multiplier = 3,
    },
    .kernel = true,
    .log = (char *)"syslog",
    .include = (char *)"",
    .bird = {
        .dir = (char *)"/etc/bird",              /* these are Debian's: the folder, */
        .socket = (char *)"/run/bird/bird.ctl",  /* the socket, */
        .group = (char *)"bird",                 /* the group */
        .intent_dir = (char *)PROXIMA_RUNDIR "/intent",
    },
};

int bird_input_read(const char *path, struct bird_input *out, struct err *err)
{
    *out = defaults;
    if (conf_read(path, fields, out, err))
        return -1;
    char *folder = path_folder(path);
    out->bird.dir = path_below(folder, out->bird.dir);
    out->bird.socket = path_below(folder, out->bird.socket);
    out->bird.intent_dir = path_below(folder, out->bird.intent_dir);
    if (*out->include)
        out->include = path_below(out->bird.dir, out->include);
    out->folder = folder;
    return 0;
}

void bird_input_free(struct bird_input *input)
{
    free(input->folder);
    conf_free(fields, input);
}
