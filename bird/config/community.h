/* SPDX-License-Identifier: GPL-3.0-or-later */
/* community.h - BGP communities, as people write them and as BIRD does.
 *     "64501:80"      standard (RFC 1997)     (64501,80)
 *     "64501:0:80"    large (RFC 8092)        (64501,0,80) */
#ifndef PROXIMA_BIRD_CONFIG_COMMUNITY_H
#define PROXIMA_BIRD_CONFIG_COMMUNITY_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

#define COMMUNITY_TEXT_MAX 40 /* BIRD's text of one, with NUL */

struct community {
    bool large;
    uint32_t part[3]; /* a standard one has two, of 16 bits each */
};

int community_parse(const char *text, struct community *out, struct err *err);

/* "(64501,80)". Returns `out`. */
char *community_text(const struct community *community, char out[COMMUNITY_TEXT_MAX]);

/* The attribute that it stands in: "bgp_community" or "bgp_large_community". */
const char *community_attribute(const struct community *community);

#endif
