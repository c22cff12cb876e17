/* SPDX-License-Identifier: GPL-3.0-or-later */
/* origin.c - looks for a pair of large communities of one ASN. */
#include "anycastctl/sense/origin.h"

enum { FUNCTION_NODE = 1 };

int origin_read(const struct bird_route *route, uint32_t asn, uint32_t *node_id, enum level *level)
{
    int found = 0;
    if (asn)
        return bird_route_origin(route, asn, node_id, level);
    for (size_t i = 0; i < route->large_count && i < BIRD_LARGE_MAX; i++)
        if (route->large[i].function == FUNCTION_NODE &&
            bird_route_origin(route, route->large[i].admin, node_id, level) == 0)
            found++;
    return found == 1 ? 0 : -1;
}
