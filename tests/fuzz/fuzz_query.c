/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_query.c - any bytes as a query. The first byte chooses the transport and the room, the rest
 * is the message. */
#include "tests/fuzz/target.h"

#include "tests/unit/query_laws.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct zone_set *zones;
    static struct addr client;
    if (!zones) {
        zones = query_laws_zones();
        addr_parse("192.0.2.99", 53000, &client, NULL);
    }
    if (size == 0)
        return 0;
    struct query_request request = {
        .bytes = data + 1,
        .len = size - 1,
        .client = &client,
        .transport = data[0] & 1 ? QUERY_TCP : QUERY_UDP,
    };
    const char *broken = query_laws(zones, &request, DNS_UDP_MIN + data[0] * 8u);
    if (broken) {
        fprintf(stderr, "broken: %s\n", broken);
        abort();
    }
    return 0;
}
