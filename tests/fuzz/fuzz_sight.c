/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_sight.c - any bytes as a looking glass's answer, JSON or BIRD's: what is seen is within
 * bounds, and what is not understood has a reason. */
#include "tests/fuzz/target.h"

#include "anycastctl/sense/sight.h"

#include <stdlib.h>
#include <string.h>

static void check(int result, const struct sight *sight, const struct err *err)
{
    if (result < 0) {
        if (!err->msg[0])
            abort();
        return;
    }
    if (sight->age_ms < 0 || (sight->has_level && (!sight->seen || sight->level >= LEVEL_COUNT ||
                                                   sight->level == LEVEL_WITHDRAWN)))
        abort();
    for (int level = 0; level < LEVEL_COUNT; level++)
        if (sight_judge(sight, (enum level)level, true) == SIGHT_AGREES &&
            sight->seen == (level == LEVEL_WITHDRAWN))
            abort();
}

static void try_json(const char *text, size_t len, const struct prefix *prefix, const char *via)
{
    const struct sight_self self = { .asn = 0, .node_id = 3, .via = via };
    struct sight sight;
    struct err err = { .msg = "" };
    check(sight_of_birdwatcher(text, len, prefix, &self, 1790000000000, &sight, &err), &sight,
          &err);
}

static void try_bird(const char *text, size_t len, const struct prefix *prefix)
{
    const struct sight_self self = { .asn = 64500, .node_id = 3, .via = "" };
    struct bird_parser *parser = bird_parser_new();
    const struct bird_reply *reply;
    for (size_t at = 0; at < len;) {
        struct sight sight;
        struct err err = { .msg = "" };
        at += bird_parser_feed(parser, text + at, len - at, &reply);
        if (reply)
            check(sight_of_bird(reply, prefix, &self, &sight, &err), &sight, &err);
    }
    bird_parser_free(parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct prefix prefix;
    const char *text = (const char *)data;
    if (prefix_parse("192.0.2.0/24", &prefix, NULL) < 0)
        abort();
    try_json(text, size, &prefix, "");
    try_json(text, size, &prefix, "any");
    try_json(text, size, &prefix, "up_p");
    try_bird(text, size, &prefix);
    return 0;
}
