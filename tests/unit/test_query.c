/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_query.c - from bytes to bytes: the case files of parse, dispatch, EDNS, TSIG, CHAOS and the
 * permission to transfer. */
#include "dnsd/query/query.h"

#include "tests/unit/cases.h"
#include "tests/unit/reply.h"
#include "tests/unit/responder.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct query_result ask_with(const struct query_settings *as, const char *line, uint8_t *out)
{
    static const struct zone_set *none;
    struct ask ask;
    if (!none)
        none = zone_set_new(NULL, 0);
    ask_from_text(&ask, line);
    return responder_result(as, none, &ask, out);
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
    return cases_run("query.cases", responder) + cases_run("transfer.cases", responder) +
           cmocka_run_group_tests(tests, NULL, NULL);
}
