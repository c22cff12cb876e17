/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show.h - what `show status`, `show protocols` and `show route … all` say, as structs.
 * For BIRD 2.0.12 to 3.x, which differ in columns, order and the names of attributes. Times stay
 * text: they are only ever compared for being the same. Texts that are too long are cut. */
#ifndef PROXIMA_BIRD_SHOW_H
#define PROXIMA_BIRD_SHOW_H

#include "bird/reply.h"
#include "common/addr.h"
#include "common/err.h"
#include "common/level.h"

#include <stdint.h>

#define BIRD_SYMBOL_MAX 64 /* a name of BIRD's, with NUL */
#define BIRD_TIME_MAX   40

enum bird_phase { BIRD_RUNNING, BIRD_RECONFIGURING, BIRD_SHUTTING_DOWN };

struct bird_status {
    char version[32];
    char router_id[16];
    char last_reboot[BIRD_TIME_MAX];          /* another text: BIRD was restarted */
    char last_reconfiguration[BIRD_TIME_MAX]; /* another text: it read its file again */
    enum bird_phase phase;
};

/* `show status`. */
int bird_show_status(const struct bird_reply *reply, struct bird_status *out, struct err *err);

enum bird_proto_state { BIRD_PROTO_DOWN, BIRD_PROTO_START, BIRD_PROTO_UP, BIRD_PROTO_STOP };

struct bird_proto {
    char name[BIRD_SYMBOL_MAX];
    char type[BIRD_SYMBOL_MAX];  /* "Static", "BGP", "BFD", … */
    char table[BIRD_SYMBOL_MAX]; /* "master4"; "---" if it has none or several */
    enum bird_proto_state state; /* STOP: on its way down (2.x says "flush", 3.x "stop") */
    char since[BIRD_TIME_MAX];   /* jitters by microseconds on 2.0.12 */
    char info[128]; /* BGP: "Established", "Active        Socket: Connection refused" */
};

/* `show protocols`, row by row: start with *row = 0; false after the last. The columns are taken
 * from the heading. A reply that failed has no rows: look at bird_reply_result() first. */
bool bird_show_protocol(const struct bird_reply *reply, size_t *row, struct bird_proto *out);

struct bird_large_community {
    uint32_t admin, function, value;
};

struct bird_route {
    char table[BIRD_SYMBOL_MAX];
    char network[ADDR_TEXT_MAX]; /* "192.0.2.0/24" */
    char proto[BIRD_SYMBOL_MAX]; /* where it came from */
    bool primary;                /* the best one of its network: * */
    struct bird_large_community large[16];
    int large_count;
};

/* `show route … all`, route by route: start with *row = 0; false after the last. 8001 (network not
 * found) has none: the good answer after a withdrawal. */
bool bird_show_route(const struct bird_reply *reply, size_t *row, struct bird_route *out);

/* Who announces this route, and at which level: from (ASN, 1, node-id) and (ASN, 2, level). -1 if
 * one is missing, there twice, or no level of ours. */
int bird_route_origin(const struct bird_route *route, uint32_t asn, uint32_t *node_id,
                      enum level *level);

/* show route PREFIX exported SESSION all: what was really sent to a neighbour, by BIRD's own record
 * (`export`, without the -ed, would only run the filter again). Returns `out`, or NULL if it does
 * not fit or `session` is no name of BIRD's. */
char *bird_command_exported(const char *session, const char *prefix, char *out, size_t cap);

#endif
