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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_channel),
        cmocka_unit_test(test_no_report_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
