/* SPDX-License-Identifier: GPL-3.0-or-later */
/* community.c - numbers between colons. */
#include "bird/config/community.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PARTS_MAX = 3, STANDARD_MAX = 65535 };

/* Reads digits up to a colon or the end; NULL: there are none, or too many. */
static const char *parse_part(const char *text, uint32_t *out)
{
    uint64_t value = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (uint64_t)(*at - '0');
        if (value > UINT32_MAX)
            return NULL;
    }
    *out = (uint32_t)value;
    return at == text || (*at && *at != ':') ? NULL : at;
}

static int blame(const char *text, struct err *err)
{
    return err_set(err,
                   "\"%s\" is no community: write \"64501:80\" (two numbers up to 65535), or "
                   "\"64501:0:80\" for a large one (up to 4294967295)",
                   text);
}

int community_parse(const char *text, struct community *out, struct err *err)
{
    const char *at = text;
    unsigned count = 0;
    *out = (struct community){ 0 };
    do {
        if (count == PARTS_MAX || !(at = parse_part(at, &out->part[count])))
            return blame(text, err);
        count++;
    } while (*at++ == ':');
    out->large = count == PARTS_MAX;
    if (count < 2 || (!out->large && (out->part[0] > STANDARD_MAX || out->part[1] > STANDARD_MAX)))
        return blame(text, err);
    return 0;
}

char *community_text(const struct community *community, char out[COMMUNITY_TEXT_MAX])
{
    const uint32_t *part = community->part;
    if (community->large)
        snprintf(out, COMMUNITY_TEXT_MAX, "(%" PRIu32 ",%" PRIu32 ",%" PRIu32 ")", part[0], part[1],
                 part[2]);
    else
        snprintf(out, COMMUNITY_TEXT_MAX, "(%" PRIu32 ",%" PRIu32 ")", part[0], part[1]);
    return out;
}

const char *community_attribute(const struct community *community)
{
    return community->large ? "bgp_large_community" : "bgp_community";
}
