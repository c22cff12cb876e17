/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_bird.c - any bytes from the control socket: cut into replies, and read as everything that
 * they could be. Start from tests/data/bird. */
#include "tests/fuzz/target.h"

#include "bird/details.h"
#include "bird/names.h"
#include "bird/route.h"
#include "bird/show.h"

#include <stdlib.h>
#include <string.h>

static void read_reply(const struct bird_reply *reply)
{
    struct bird_status status;
    struct bird_proto proto;
    struct bird_route route;
    struct bird_name name;
    char text[BIRD_NAME_MAX];
    uint32_t node;
    enum level level;

    bird_reply_result(reply);
    if (!bird_reply_headline(reply)->text)
        abort();
    if (bird_show_status(reply, &status, NULL) == 0)
        bird_time_same(status.last_reboot, status.last_reconfiguration);
    for (size_t row = 0; bird_show_protocol(reply, &row, &proto);)
        if (bird_name_parse(proto.name, &name) == 0 &&
            strcmp(bird_name_text(&name, text), proto.name) != 0)
            abort();
    struct bird_detail detail;
    for (size_t row = 0; bird_show_detail(reply, &row, &detail);)
        for (unsigned i = 0; i < detail.channel_count; i++)
            if (detail.channel[i].imported < -1 || detail.channel[i].exported < -1)
                abort();
    struct bird_routes routes = { .reply = reply };
    while (bird_routes_next(&routes, &route))
        bird_route_origin(&route, 64500, &node, &level);
}

/* The first byte says in what pieces the rest comes in. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct bird_parser *parser = bird_parser_new();
    size_t piece = data[0] ? data[0] : size;
    for (size_t at = 1; at < size;) {
        const struct bird_reply *reply;
        size_t len = size - at < piece ? size - at : piece;
        at += bird_parser_feed(parser, (const char *)data + at, len, &reply);
        if (reply)
            read_reply(reply);
    }
    bird_parser_free(parser);
    return 0;
}
