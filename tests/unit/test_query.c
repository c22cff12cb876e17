/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_query.c - from bytes to bytes: the case files of parse, dispatch, EDNS, TSIG, CHAOS and the
 * permission to transfer. */
#include "dnsd/query/query.h"

#include "tests/unit/cases.h"
#include "tests/unit/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct query_settings settings = {
    .nsid = "node-1",
    .version = "proxima-test",
    .udp_payload_max = DNS_UDP_DEFAULT,
};

static struct query_result respond_as(const struct query_settings *as, const struct zone_set *zones,
                                      const struct ask *ask, uint8_t *out)
{
    struct query_request request = {
        .bytes = ask->bytes,
        .len = ask->len,
        .client = &ask->client,
        .transport = ask->tcp ? QUERY_TCP : QUERY_UDP,
    };
    static struct query query[2];
    memset(query, 0xa5, sizeof(query)); /* as on a used stack */
    query_parse(&query[0], &request);
    query_parse(&query[1], &request);
    query_prefetch(query, 2, zones);
    return query_respond(&query[1], zones, as, out, ask->cap);
}

/* ID and question come back byte for byte. */
static void check_echo(const struct ask *ask, const uint8_t *out)
{
    assert_memory_equal(out, ask->bytes, 2);
    if (wire_peek_u16(out + 4)) {
        size_t bytes = dname_len(out + DNS_HEADER_BYTES) + 4;
        assert_memory_equal(out + DNS_HEADER_BYTES, ask->bytes + DNS_HEADER_BYTES, bytes);
    }
}

static struct cases_reply respond(const struct zone_set *zones, const struct ask *ask, uint8_t *out)
{
    static char text[DNAME_TEXT_MAX + 16];
    char name[DNAME_TEXT_MAX];
    struct query_result result = respond_as(&settings, zones, ask, out);
    if (result.kind == QUERY_DROPPED)
        return (struct cases_reply){ .instead = "no reply\n" };
    if (result.kind == QUERY_TRANSFER) {
        snprintf(text, sizeof(text), "transfer %s\n", dname_to_text(result.transfer->apex, name));
        return (struct cases_reply){ .instead = text };
    }
    check_echo(ask, out);
    return (struct cases_reply){ .len = result.len };
}

static struct query_result ask_with(const struct query_settings *as, const char *line, uint8_t *out)
{
    static const struct zone_set *none;
    struct ask ask;
    if (!none)
        none = zone_set_new(NULL, 0);
    ask_from_text(&ask, line);
    return respond_as(as, none, &ask, out);
}

static void test_version_is_refused_unless_told(void **state)
{
    (void)state;
    uint8_t out[DNS_MESSAGE_MAX];
    struct query_settings quiet = { .nsid = "node-1", .udp_payload_max = 1232 };
    assert_int_equal(ask_with(&quiet, "version.bind. TXT +class=3", out).rcode, DNS_REFUSED);
    assert_int_equal(ask_with(&quiet, "version.server. TXT +class=3", out).rcode, DNS_REFUSED);
    assert_int_equal(ask_with(&quiet, "id.server. TXT +class=3", out).rcode, DNS_NOERROR);
}

static void test_a_long_nsid_never_outgrows_the_message(void **state)
{
    (void)state;
    char nsid[600];
    memset(nsid, 'n', sizeof(nsid));
    nsid[sizeof(nsid) - 1] = '\0';
    uint8_t out[DNS_MESSAGE_MAX];
    struct query_settings settings_long = { .nsid = nsid, .udp_payload_max = 512 };
    struct query_result result = ask_with(&settings_long, "www.example. A +nsid", out);
    assert_int_equal(result.rcode, DNS_REFUSED);
    assert_true(result.len < 100 && reply_well_formed(out, result.len));
    nsid[230] = '\0';
    result = ask_with(&settings_long, "id.server. TXT +class=3 +nsid", out);
    assert_true(result.truncated);
    assert_true(result.len <= 512 && reply_well_formed(out, result.len));
}

static void test_nothing_gets_no_reply(void **state)
{
    (void)state;
    struct query query;
    struct query_request request = { .bytes = (const uint8_t *)"" };
    query_parse(&query, &request);
    assert_true(query.drop);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_is_refused_unless_told),
        cmocka_unit_test(test_a_long_nsid_never_outgrows_the_message),
        cmocka_unit_test(test_nothing_gets_no_reply),
    };
    return cases_run("query.cases", respond) + cases_run("rfc8906.cases", respond) +
           cases_run("transfer.cases", respond) + cmocka_run_group_tests(tests, NULL, NULL);
}
