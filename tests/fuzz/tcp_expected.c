/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_expected.c - the definition that connections are compared with: a message is answered when it
 * is whole, in its turn. Knows the framing, and the query engine. */
#include "tests/fuzz/tcp_expected.h"

#include "common/wire.h"
#include "dnsd/net/tcp_timeout.h"
#include "dnsd/xfr/axfr.h"

#include <stdlib.h>

/* Adds the frame whose message of `len` bytes stands at its place already. */
static void add_frame(struct tcp_expected *expected, size_t len)
{
    wire_set_u16(expected->bytes + expected->len, (uint16_t)len);
    expected->len += 2 + len;
}

/* Where the next message goes. */
static uint8_t *place(struct tcp_expected *expected)
{
    if (sizeof expected->bytes - expected->len < TCP_FRAME_MAX)
        abort(); /* the target sends too much */
    return expected->bytes + expected->len + 2;
}

static void expect_transfer(struct tcp_expected *expected, const struct zone_entry *entry,
                            const struct query *query, const struct query_settings *settings)
{
    static struct axfr axfr;
    size_t len;
    axfr_begin(&axfr, entry, query, settings);
    while ((len = axfr_next(&axfr, place(expected), DNS_MESSAGE_MAX)))
        add_frame(expected, len);
    axfr_end(&axfr);
}

static void expect_message(struct tcp_expected *expected, const struct tcp_shared *shared,
                           const struct query_request *request)
{
    const struct net_context *context = shared->context;
    struct query query;
    query_parse(&query, request);
    const struct query_result result = query_respond(&query, context->zones, context->query,
                                                     place(expected), DNS_MESSAGE_MAX);
    if (result.kind == QUERY_TRANSFER)
        expect_transfer(expected, result.transfer, &query, context->query);
    else if (result.kind == QUERY_ANSWERED)
        add_frame(expected, result.len);
    else
        expected->ended = true;
}

void tcp_expect(struct tcp_expected *expected, const struct tcp_shared *shared,
                const struct addr *client, const uint8_t *stream, size_t len)
{
    struct query_request request = {
        .client = client,
        .transport = QUERY_TCP,
        .tcp_idle_timeout = tcp_timeout_in_100ms(tcp_timeout_ms(shared->settings, 1)),
        .unix_s = shared->context->unix_s,
        .now = shared->context->now,
    };
    expected->len = 0;
    expected->ended = false;
    for (size_t at = 0; !expected->ended && len - at >= 2; at += 2 + request.len) {
        request.bytes = stream + at + 2;
        request.len = wire_peek_u16(stream + at);
        if (len - at - 2 < request.len)
            return;
        expect_message(expected, shared, &request);
    }
}
