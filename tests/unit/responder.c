/* SPDX-License-Identifier: GPL-3.0-or-later */
/* responder.c - the way of a query for tests. Hides what the settings are. */
#include "tests/unit/responder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* RFC 9018 A.1 */
static const struct guard_rules rules = {
    .cookies = GUARD_COOKIES_ON,
    .secrets = { 1, { "\xe5\xe9\x73\xe5\xa6\xb2\xa4\x3f\x48\xe7\xdc\x84\x9e\x37\xbf\xcf" } },
};

static struct query_settings node = {
    .nsid = "node-1",
    .version = "proxima-test",
    .udp_payload_max = DNS_UDP_DEFAULT,
};

struct query_result responder_result(const struct query_settings *settings,
                                     const struct zone_set *zones, const struct ask *ask,
                                     uint8_t *out)
{
    struct query_request request = {
        .bytes = ask->bytes,
        .len = ask->len,
        .client = &ask->client,
        .transport = ask->tcp ? QUERY_TCP : QUERY_UDP,
        .tcp_idle_timeout = ask->tcp ? 100 : 0,
        .unix_s = RESPONDER_UNIX_S,
        .now = { 1000000000 },
        .anycast = ask->anycast,
    };
    static struct query query[2];
    memset(query, 0xa5, sizeof(query)); /* as on a used stack */
    query_parse(&query[0], &request);
    query_parse(&query[1], &request);
    query_prefetch(query, 2, zones);
    return query_respond(&query[1], zones, settings, out, ask->cap);
}

static void check_echo(const struct ask *ask, const uint8_t *out)
{
    assert_memory_equal(out, ask->bytes, 2);
    if (wire_peek_u16(out + 4)) {
        size_t bytes = dname_len(out + DNS_HEADER_BYTES) + 4;
        assert_memory_equal(out + DNS_HEADER_BYTES, ask->bytes + DNS_HEADER_BYTES, bytes);
    }
}

struct cases_reply responder(const struct zone_set *zones, const struct ask *ask, uint8_t *out)
{
    static char text[DNAME_TEXT_MAX + 16];
    char name[DNAME_TEXT_MAX];
    if (!node.guard)
        node.guard = guard_new(&rules);
    struct query_result result = responder_result(&node, zones, ask, out);
    if (result.kind == QUERY_DROPPED)
        return (struct cases_reply){ .instead = "no reply\n" };
    if (result.kind == QUERY_TRANSFER) {
        snprintf(text, sizeof(text), "transfer %s\n", dname_to_text(result.transfer->apex, name));
        return (struct cases_reply){ .instead = text };
    }
    check_echo(ask, out);
    return (struct cases_reply){ .len = result.len };
}
