/* SPDX-License-Identifier: GPL-3.0-or-later */
/* details.h - what `show protocols all` says of each protocol's channels, limits and capabilities.
 * For BIRD 2.0.12 to 3.x. Passwords and TTL security it does not tell: see conftext.h. */
#ifndef PROXIMA_BIRD_DETAILS_H
#define PROXIMA_BIRD_DETAILS_H

#include "bird/reply.h"
#include "bird/show.h"

#include <stdbool.h>
#include <stdint.h>

enum { BIRD_CHANNELS_MAX = 4 };

struct bird_limit {
    int64_t routes; /* -1: no limit */
    char action[16];
    bool hit; /* what is beyond is not let through, if the action is block */
};

struct bird_channel {
    char name[16]; /* "ipv4", "ipv6", "roa4", … */
    char table[BIRD_SYMBOL_MAX];
    char input[BIRD_SYMBOL_MAX], output[BIRD_SYMBOL_MAX]; /* filters: "REJECT", "(unnamed)" */
    bool up;
    int64_t imported, exported;                /* routes; -1: not told */
    struct bird_limit receive, import, export; /* receive: before the import filter */
};

struct bird_detail {
    struct bird_proto proto;
    unsigned channel_count;
    struct bird_channel channel[BIRD_CHANNELS_MAX];
    /* BGP only. */
    char neighbour[BIRD_SYMBOL_MAX];
    uint32_t local_as, neighbour_as;
    /* Our capabilities, which BIRD tells only while the session is up. */
    bool keeps_after_restart; /* we ask neighbours to keep a dead node's routes */
    char role[24];            /* RFC 9234: "customer"; "" if none */
    int hold_s;               /* as negotiated; 0: not known */
};

/* show protocols all NAME. Returns `out`, or NULL if that is no name of BIRD's or does not fit. */
char *bird_command_details(const char *proto, char *out, size_t cap);

/* Protocol by protocol: start with *row = 0; false after the last. */
bool bird_show_detail(const struct bird_reply *reply, size_t *row, struct bird_detail *out);

#endif
