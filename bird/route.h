/* SPDX-License-Identifier: GPL-3.0-or-later */
/* route.h - what `show route … all` says, as structs: who announces what, at which level.
 * For BIRD 2.0.12 to 3.x, which name attributes differently. Texts that are too long are cut. */
#ifndef PROXIMA_BIRD_ROUTE_H
#define PROXIMA_BIRD_ROUTE_H

#include "bird/reply.h"
#include "bird/show.h"
#include "common/addr.h"
#include "common/level.h"

#include <stdbool.h>
#include <stdint.h>

#define BIRD_LARGE_MAX 16 /* large communities kept of one route */

struct bird_large_community {
    uint32_t admin, function, value;
};

struct bird_route {
    char table[BIRD_SYMBOL_MAX];
    char network[ADDR_TEXT_MAX]; /* "192.0.2.0/24" */
    char proto[BIRD_SYMBOL_MAX]; /* where it came from */
    bool primary;                /* the best one of its network: * */
    struct bird_large_community large[BIRD_LARGE_MAX];
    size_t large_count; /* more than BIRD_LARGE_MAX: the rest was not kept */
};

/* Walks over a reply: { .reply = reply } to start with. The reply must stay until the end. */
struct bird_routes {
    const struct bird_reply *reply;
    size_t row;
    char table[BIRD_SYMBOL_MAX];
    char network[ADDR_TEXT_MAX];
};

/* False after the last route. A reply 8001 (network not found) has none: the good answer after a
 * withdrawal. */
bool bird_routes_next(struct bird_routes *routes, struct bird_route *out);

/* Who announces this route, and at which level: from (ASN, 1, node-id) and (ASN, 2, level). -1 if
 * one of them is missing, contradicts another one, or is no level of ours. */
int bird_route_origin(const struct bird_route *route, uint32_t asn, uint32_t *node_id,
                      enum level *level);

/* show route PREFIX exported SESSION all: what was really sent to a neighbour, by BIRD's own record
 * (`export`, without the -ed, would only run the filter again). Returns `out`, or NULL if it does
 * not fit, or `session` is no name of BIRD's or `prefix` no prefix. */
char *bird_command_exported(const char *session, const char *prefix, char *out, size_t cap);

#endif
