/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_options.c - the options of a response that a configuration adds, and which go where room is
 * short. What clients ask for stands in tests/conformance, one file per RFC. */
#include "dnsd/query/edns.h"

#include "tests/unit/reply.h"
#include "tests/unit/responder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint8_t agent[] = "\5agent\7example";

static const struct query_settings settings = {
    .nsid = "node-1",
    .udp_payload_max = DNS_UDP_DEFAULT,
    .report_channel = agent,
};

/* The line of the reply that tells of its OPT. */
static void check_edns(const char *question, const char *expected)
{
    static uint8_t out[DNS_MESSAGE_MAX];
    static const struct zone_set *zones;
    struct ask ask;
    if (!zones)
        zones = cases_zones("query.cases");
    ask_from_text(&ask, question);
    struct query_result result = responder_result(&settings, zones, &ask, out);
    assert_true(reply_well_formed(out, result.len));
    char *text = reply_text(out, result.len), *line = strstr(text, "edns ");
    if (line)
        line[strcspn(line, "\n")] = '\0';
    assert_string_equal(line ? line : "", expected);
    free(text);
}

static void test_report_channel(void **state)
{
    (void)state;
    check_edns("www.example. A +edns=1232", "edns 1232 report=agent.example.");
    check_edns("nothing.example. A +edns=1232", "edns 1232 report=agent.example.");
    check_edns("www.gone. A +edns=1232", "edns 1232 ede=14 report=agent.example.");
    check_edns("www.example. A", "");
}

/* RFC 9567 6.2, 9: not about names of others, and who reports is not asked to report. */
static void test_no_report_channel(void **state)
{
    (void)state;
    check_edns("www.other. A +edns=1232", "edns 1232 ede=20");
    check_edns("agent.example. A +edns=1232", "edns 1232");
    check_edns("_er.1.www.example.7._er.AGENT.example. TXT +edns=1232", "edns 1232");
    check_edns("www.example. A +version=1", "edns 1232");
}

/* A name of 255 bytes and a long NSID: neither what is asked for nor the answer crowds out the
 * cookie (RFC 7873 5.3). */
static void test_a_cookie_always_fits(void **state)
{
    (void)state;
    static uint8_t out[DNS_MESSAGE_MAX];
    char nsid[231], name[DNAME_TEXT_MAX], question[DNAME_TEXT_MAX + 100];
    const struct guard_rules rules = { .cookies = GUARD_COOKIES_ON, .secrets = { .count = 1 } };
    struct query_settings crowded = { .nsid = nsid, .udp_payload_max = DNS_UDP_DEFAULT };
    const struct zone_set *zones = cases_zones("limits.cases");
    memset(nsid, 'n', sizeof(nsid) - 1);
    nsid[sizeof(nsid) - 1] = '\0';
    name[0] = '\0';
    for (int i = 0; i < 120; i++)
        strcat(name, "a.");
    crowded.guard = guard_new(&rules);
    snprintf(question, sizeof(question),
             "%slong.example. TXT +edns=512 +nsid +cookie=2464c4abcf10c957", name);
    struct ask ask;
    ask_from_text(&ask, question);
    struct query_result result = responder_result(&crowded, zones, &ask, out);
    assert_true(result.truncated && result.len <= 512 && reply_well_formed(out, result.len));
    char *text = reply_text(out, result.len);
    assert_non_null(strstr(text, " cookie=2464c4abcf10c957"));
    free(text);
    guard_free(crowded.guard);
    zone_set_free(zones);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_channel),
        cmocka_unit_test(test_no_report_channel),
        cmocka_unit_test(test_a_cookie_always_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
