/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peering.h - what there is to say about BGP with one provider. It stands in three places, and the
 * first that says something counts: the session (bgp.conf), the provider (fleet.conf), the
 * provider's profile (profile.h). What nobody says has the default in peering.c. */
#ifndef PROXIMA_BIRD_CONFIG_PEERING_H
#define PROXIMA_BIRD_CONFIG_PEERING_H

#include "bird/config/community.h"
#include "common/addr.h"
#include "common/conf.h"
#include "common/level.h"

#include <stdbool.h>
#include <stdint.h>

enum { UNSET = -1, LEVEL_COMMUNITIES_MAX = 8, PREPEND_MAX = 10 };

/* What BIRD calls them (RFC 9234), and what this node is to the neighbour. */
#define BGP_ROLES(X)                                                                               \
    X(ROLE_NONE, "none")                                                                           \
    X(ROLE_CUSTOMER, "customer")                                                                   \
    X(ROLE_PEER, "peer")                                                                           \
    X(ROLE_RS_CLIENT, "rs_client")

enum bgp_role {
#define ROLE_ENUM(id, name) id,
    BGP_ROLES(ROLE_ENUM)
#undef ROLE_ENUM
};

#define BGP_IMPORTS(X)                                                                             \
    X(IMPORT_NONE, "none")       /* nothing: the host's own routes lead out */                     \
    X(IMPORT_DEFAULT, "default") /* a default route and nothing else */                            \
    X(IMPORT_FULL, "full")       /* all but what is ours or invalid */

enum bgp_import {
#define IMPORT_ENUM(id, name) id,
    BGP_IMPORTS(IMPORT_ENUM)
#undef IMPORT_ENUM
};

/* One level, as a file writes it: UNSET, or no items, where it says nothing. */
struct level_input {
    int64_t prepend;
    struct conf_strings communities;
};

struct peering_input {
    int64_t asn;
    char *neighbor4, *neighbor6, *source4, *source6;
    int64_t multihop; /* 0: on the same link */
    char *password_file;
    int64_t ttl_security, bfd, one_session; /* switches */
    char *role, *import;
    int64_t import_limit4, import_limit6;
    int64_t max_prefix; /* per family: what the provider takes from us */
    int64_t hold_ms;
    char *blackhole;
    struct level_input normal, backup, drain;
};

/* Says nothing at all. */
void peering_input_init(struct peering_input *peering);

/* What a route is given on its way to this provider. */
struct level_policy {
    unsigned prepend; /* our ASN, so many times more */
    unsigned community_count;
    struct community community[LEVEL_COMMUNITIES_MAX];
};

/* The three places made one: all of it is said, and makes sense. */
struct peering {
    uint32_t asn;
    bool has_neighbor[2], has_source[2]; /* [0] IPv4, [1] IPv6 */
    struct addr neighbor[2], source[2];
    unsigned multihop;
    const char *password_file; /* borrowed from the input; NULL: none */
    bool ttl_security, bfd;
    bool one_session; /* one session carries both families */
    enum bgp_role role;
    enum bgp_import import;
    uint32_t import_limit[2];
    uint32_t max_prefix; /* 0: not known */
    unsigned hold_s;     /* 0: the fleet's */
    bool has_blackhole;
    struct community blackhole;
    struct level_policy level[LEVEL_COUNT]; /* LEVEL_WITHDRAWN's is empty */
};

/* `places`, ended by NULL, the first goes before. Their texts are borrowed. */
int peering_resolve(const struct peering_input *const *places, struct peering *out,
                    struct err *err);

/* "customer"; what BIRD takes. */
const char *bgp_role_name(enum bgp_role role);
const char *bgp_import_name(enum bgp_import import);

#endif
