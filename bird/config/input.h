/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input.h - bgp.conf and what it includes, as it stands: read, each value in its range, nothing put
 * together yet (plan.h does that). */
#ifndef PROXIMA_BIRD_CONFIG_INPUT_H
#define PROXIMA_BIRD_CONFIG_INPUT_H

#include "bird/config/peering.h"
#include "common/conf.h"
#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { PROVIDER_NAME_MAX = 20, NODE_NAME_MAX = 40, BLACKHOLES_MAX = 64 };

struct provider_input {
    char *place; /* "/etc/proxima/fleet.conf:12" */
    char *name, *profile;
    struct peering_input peering;
};

struct session_input {
    char *place;
    char *provider;
    char *name; /* NULL: the provider's */
    struct peering_input peering;
};

struct member_input {
    char *place;
    char *node;
    int64_t node_id;
    char *address4, *address6; /* unicast: no service's */
};

struct rpki_input {
    char *place;
    char *server;
    int64_t port;
};

struct fleet_input {
    char *password_file;
    struct conf_strings reflectors; /* names of members; none: every member with every other */
    bool bfd;
    int64_t hold_ms;
};

struct bfd_input {
    int64_t interval_ms, multiplier;
};

/* The BIRD of this node. */
struct installed_input {
    char *dir, *socket;
    char *intent_dir; /* as anycastd.conf's */
    char *group;      /* who may read passwords.conf */
};

struct bird_input {
    char *node;
    int64_t node_id, asn;
    char *router_id;           /* NULL: the member's address4 */
    struct conf_list services; /* struct service_conf */
    struct conf_list members, providers, sessions, rpki;
    struct fleet_input fleet;
    int64_t hold_ms;
    struct bfd_input bfd;
    bool kernel;
    char *log;     /* "syslog", or a file */
    char *include; /* the operator's own; "" for none */
    struct conf_strings blackholes;
    struct installed_input bird;
    char *folder; /* that bgp.conf stands in: other paths are relative to it */
};

/* Reads `path`. Errors name file, line, setting, reason. The caller frees with bird_input_free. */
int bird_input_read(const char *path, struct bird_input *out, struct err *err);
void bird_input_free(struct bird_input *input);

#endif
