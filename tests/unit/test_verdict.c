/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_verdict.c - which facts make which cause, and which of two wins. */
#include "anycastctl/sense/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct mono at(int64_t ms)
{
    return mono_add_ms((struct mono){ 1000000000 }, ms);
}

/* All well, at the time 1000: what each test then changes. */
struct bench {
    struct intake_facts intake;
    struct verdict_node node;
    struct host_finding host[HOST_CHECK_COUNT];
    struct service service;
    unsigned index;
    enum family family;
    const struct addr *absent;
    struct prober_facts probes;
    struct verdict verdict;
};

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    struct err err;

    if (!b || dname_from_text("example.com", &b->service.zone[0], &err))
        return -1;
    b->service.zone_count = 1;
    b->intake.process = INTAKE_CONNECTED;
    b->intake.pid = 4711;
    b->intake.reported = true;
    b->intake.since = at(0);
    b->intake.report.state = REPORT_SERVING;
    b->intake.report.sent = at(950);
    b->intake.report.worker_count = 2;
    b->intake.report.worker_tick[0] = b->intake.report.worker_tick[1] = at(940);
    b->intake.report.watched_count = 1;
    b->intake.report.watched[0].name = b->service.zone[0];
    b->intake.report.watched[0].state = ZONE_SERVING;
    b->intake.pace = stall_begin(200, at(0));
    b->node = (struct verdict_node){ .intake = &b->intake,
                                     .report_age_ms = 50,
                                     .grace_over = true,
                                     .silent_ms = 300,
                                     .life = at(990),
                                     .host = b->host };
    b->probes.udp.state = b->probes.tcp.state = PATH_RIGHT;
    b->probes.rounds = 5;
    b->probes.answered = at(990);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static void set_path(struct path *path, enum path_state state, const char *detail)
{
    path->state = state;
    snprintf(path->detail, sizeof path->detail, "%s", detail);
}

static void assert_cause(struct bench *b, enum cause cause, const char *detail)
{
    const struct verdict_lane lane = { .service = &b->service,
                                       .index = b->index,
                                       .family = b->family,
                                       .probes = &b->probes,
                                       .absent = b->absent };
    verdict_reach(&b->node, &lane, &b->verdict);
    assert_string_equal(cause_name(b->verdict.cause), cause_name(cause));
    if (!strstr(b->verdict.detail, detail))
        fail_msg("\"%s\" does not say \"%s\"", b->verdict.detail, detail);
}

/* Reports are missing since `ms`. */
static void fall_silent(struct bench *b, int64_t ms)
{
    b->node.silent = ms >= b->node.silent_ms;
    b->node.report_age_ms = ms;
}

static void all_well(void **state)
{
    struct bench *b = *state;
    assert_cause(b, CAUSE_NONE, "");
    assert_string_equal(b->verdict.detail, "");
}

static void a_dead_process(void **state)
{
    struct bench *b = *state;
    b->intake.process = INTAKE_DEAD;
    b->intake.since = at(995);
    assert_cause(b, CAUSE_DNSD_DEAD, "process 4711 ended");
    b->intake.process = INTAKE_DUMPING;
    assert_cause(b, CAUSE_DNSD_DEAD, "dumping core");
    set_path(&b->probes.udp, PATH_REFUSED, "refused"); /* the worse one is told */
    assert_cause(b, CAUSE_DNSD_DEAD, "dumping core");
}

static void what_answers_after_a_death_is_another_dnsd(void **state)
{
    struct bench *b = *state;
    b->intake.process = INTAKE_DEAD;
    b->intake.since = at(980);
    assert_cause(b, CAUSE_REPORT_SILENT, "one answers that does not report");
    b->intake.since = at(990); /* sent at the same moment: no proof */
    assert_cause(b, CAUSE_DNSD_DEAD, "ended");
}

static void a_dnsd_that_never_came(void **state)
{
    struct bench *b = *state;
    b->intake = (struct intake_facts){ .process = INTAKE_UNSEEN, .since = at(0) };
    b->node.grace_over = false;
    assert_cause(b, CAUSE_UNKNOWN, "waiting for dnsd to connect");
    set_path(&b->probes.udp, PATH_SILENT, "no answer");
    assert_cause(b, CAUSE_UNKNOWN, "waiting for dnsd to connect");
    set_path(&b->probes.udp, PATH_REFUSED, "refused");
    assert_cause(b, CAUSE_PORT_CLOSED, "refused");

    set_path(&b->probes.udp, PATH_SILENT, "no answer"); /* it hangs since before our start */
    b->node.life = at(0);
    b->node.vain = at(160);
    assert_cause(b, CAUSE_UNKNOWN, "waiting for dnsd to connect");
    b->node.silent = true;
    assert_cause(b, CAUSE_DNSD_DEAD, "no dnsd has connected, and no answer");
    b->node.life = at(170);
    assert_cause(b, CAUSE_UNKNOWN, "waiting for dnsd to connect");

    set_path(&b->probes.udp, PATH_REFUSED, "refused");
    b->node.grace_over = true;
    assert_cause(b, CAUSE_DNSD_DEAD, "no dnsd has connected, and refused");
    set_path(&b->probes.udp, PATH_SILENT, "no answer");
    assert_cause(b, CAUSE_DNSD_DEAD, "no dnsd has connected, and no answer");
    set_path(&b->probes.udp, PATH_RIGHT, "");
    assert_cause(b, CAUSE_REPORT_SILENT, "report_socket");
    set_path(&b->probes.udp, PATH_UNTRIED, "");
    assert_cause(b, CAUSE_UNKNOWN, "no probe");
}

static void hung_is_silence_and_a_hurry_in_vain(void **state)
{
    struct bench *b = *state;
    fall_silent(b, 310);
    assert_cause(b, CAUSE_REPORT_SILENT, "no report for 310 ms");
    b->node.vain = at(990); /* not after the last sign of life */
    assert_cause(b, CAUSE_REPORT_SILENT, "");
    b->node.vain = at(991);
    assert_cause(b, CAUSE_DNSD_HUNG, "no report for 310 ms, and no answer to any probe");
    fall_silent(b, 299);
    assert_cause(b, CAUSE_NONE, "");
}

static void a_closed_connection_is_silence(void **state)
{
    struct bench *b = *state;
    b->intake.process = INTAKE_CLOSED;
    assert_cause(b, CAUSE_NONE, "");
    fall_silent(b, 400);
    assert_cause(b, CAUSE_REPORT_SILENT, "400 ms");
    b->node.vain = at(991);
    assert_cause(b, CAUSE_DNSD_HUNG, "400 ms");
}

static void silent_but_another_family_answers(void **state)
{
    struct bench *b = *state;
    fall_silent(b, 500);
    set_path(&b->probes.udp, PATH_SILENT, "no answer");
    b->node.vain = at(500); /* life goes on elsewhere */
    assert_cause(b, CAUSE_UDP_SILENT, "no answer");
}

static void a_worker_that_does_not_turn(void **state)
{
    struct bench *b = *state;
    b->intake.report.worker_tick[1] = at(950 - 299);
    assert_cause(b, CAUSE_NONE, "");
    b->intake.report.worker_tick[1] = at(950 - 300);
    assert_cause(b, CAUSE_WORKER_HUNG, "worker 2 of 2 has not turned for 300 ms");
    fall_silent(b, 900); /* its last word stands */
    assert_cause(b, CAUSE_WORKER_HUNG, "worker 2");
}

static void a_starved_worker_is_no_hung_one(void **state)
{
    struct bench *b = *state;
    b->intake.report.worker_tick[1] = at(950 - 299);
    b->intake.report.worker_starved[1] = true;
    assert_cause(b, CAUSE_NONE, "");
    b->intake.report.worker_tick[1] = at(950 - 300);
    assert_cause(b, CAUSE_WORKER_STARVED, "worker 2 of 2 could run, but got no CPU for 300 ms");
    set_path(&b->probes.udp, PATH_SILENT, "udp silent"); /* of which it is the reason */
    assert_cause(b, CAUSE_WORKER_STARVED, "worker 2 of 2");
    b->node.drop_share = 0.3; /* likewise */
    assert_cause(b, CAUSE_WORKER_STARVED, "worker 2 of 2");
    set_path(&b->probes.udp, PATH_WRONG, "udp wrong"); /* of which it is not */
    assert_cause(b, CAUSE_ANSWER_WRONG, "udp wrong");
    b->intake.report.worker_tick[0] = at(950 - 300); /* and this one hangs */
    assert_cause(b, CAUSE_WORKER_HUNG, "worker 1 of 2");
    b->intake.process = INTAKE_DEAD;
    b->intake.since = at(995);
    assert_cause(b, CAUSE_DNSD_DEAD, "");
}

static void a_starved_dnsd_is_no_hung_one(void **state)
{
    struct bench *b = *state;
    b->node.starved = true;
    assert_cause(b, CAUSE_NONE, "");
    fall_silent(b, 310);
    assert_cause(b, CAUSE_REPORT_SILENT, "no report for 310 ms"); /* it does answer */
    b->node.vain = at(991);
    assert_cause(b, CAUSE_DNSD_STARVED,
                 "process 4711 could run, but gets no CPU: no report for 310 ms");
    b->intake.report.worker_tick[1] = at(950 - 300);
    b->intake.report.worker_starved[1] = true;
    assert_cause(b, CAUSE_DNSD_STARVED, "");
    b->intake.report.worker_starved[1] = false;
    assert_cause(b, CAUSE_WORKER_HUNG, ""); /* as it said while it could */
    b->node.starved = false;
    assert_cause(b, CAUSE_DNSD_HUNG, "");
}

static void a_late_reporter_does_not_accuse_its_workers(void **state)
{
    struct bench *b = *state;
    b->intake.report.worker_tick[0] = b->intake.report.worker_tick[1] = at(100);
    stall_turn(&b->intake.pace, at(900)); /* the whole process had been stopped */
    assert_cause(b, CAUSE_NONE, "");
}

static void a_worker_that_has_not_begun_does_not_hang(void **state)
{
    struct bench *b = *state;
    b->intake.report.worker_tick[1] = mono_never();
    assert_cause(b, CAUSE_NONE, "");
}

static void address_and_port(void **state)
{
    struct bench *b = *state;
    set_path(&b->probes.udp, PATH_REFUSED, "192.0.2.53 over UDP: Connection refused");
    assert_cause(b, CAUSE_PORT_CLOSED, "192.0.2.53 over UDP: Connection refused");
    set_path(&b->probes.udp, PATH_NO_ADDRESS, "192.0.2.53 over UDP: Cannot assign");
    assert_cause(b, CAUSE_ADDRESS_MISSING, "Cannot assign");
}

static void starting(void **state)
{
    struct bench *b = *state;
    b->intake.report.state = REPORT_STARTING;
    assert_cause(b, CAUSE_DNSD_STARTING, "starting");
    b->intake.report.state = REPORT_STOPPING;
    assert_cause(b, CAUSE_NONE, ""); /* the controller looks at it */
}

static void nothing_is_known_before_report_and_probe(void **state)
{
    struct bench *b = *state;
    b->probes.udp.state = PATH_UNTRIED;
    assert_cause(b, CAUSE_UNKNOWN, "no probe has come back yet");
    b->probes.udp.state = PATH_RIGHT;
    b->intake.reported = false;
    assert_cause(b, CAUSE_UNKNOWN, "waiting for dnsd's first report");
    fall_silent(b, 300);
    assert_cause(b, CAUSE_REPORT_SILENT, "300 ms");
}

static void wrong_and_silent_paths(void **state)
{
    struct bench *b = *state;
    set_path(&b->probes.tcp, PATH_SILENT, "tcp silent");
    assert_cause(b, CAUSE_TCP_SILENT, "tcp silent");
    set_path(&b->probes.tcp, PATH_REFUSED, "tcp refused");
    assert_cause(b, CAUSE_TCP_SILENT, "tcp refused");
    set_path(&b->probes.udp, PATH_SILENT, "udp silent");
    assert_cause(b, CAUSE_UDP_SILENT, "udp silent");
    set_path(&b->probes.tcp, PATH_WRONG, "tcp wrong");
    assert_cause(b, CAUSE_ANSWER_WRONG, "tcp wrong");
    set_path(&b->probes.udp, PATH_WRONG, "udp wrong");
    assert_cause(b, CAUSE_ANSWER_WRONG, "udp wrong");
}

static void zones(void **state)
{
    static const enum report_zone_state bad[] = { ZONE_STALE, ZONE_EXPIRED, ZONE_FAILED };
    struct bench *b = *state;
    for (size_t i = 0; i < 3; i++) {
        b->intake.report.watched[0].state = bad[i];
        assert_cause(b, CAUSE_ZONE_STALE, report_zone_state_name(bad[i]));
        assert_cause(b, CAUSE_ZONE_STALE, "zone example.com. is");
    }
    b->service.zone[0].wire[1] = 'y'; /* another service's zone is no concern of ours */
    assert_cause(b, CAUSE_NONE, "");
}

static void a_zone_near_its_expiry(void **state)
{
    struct bench *b = *state;
    struct report_zone *zone = &b->intake.report.watched[0];
    b->node.zone_warning_s = 86400;
    zone->expires_s = -1; /* never */
    assert_cause(b, CAUSE_NONE, "");
    zone->expires_s = 86400;
    assert_cause(b, CAUSE_NONE, "");
    zone->expires_s = 86399;
    assert_cause(b, CAUSE_ZONE_EXPIRING, "zone example.com. expires in 23 hours");
    zone->expires_s = 600;
    assert_cause(b, CAUSE_ZONE_EXPIRING, "zone example.com. expires in 10 minutes");
    b->probes.zone[0] = (struct zone_facts){ .known = true, .expire_s = 3600 };
    zone->expires_s = 1800; /* short-lived by itself: warned of from half of its life on */
    assert_cause(b, CAUSE_NONE, "");
    zone->expires_s = 1799;
    assert_cause(b, CAUSE_ZONE_EXPIRING, "29 minutes");
    zone->state = ZONE_EXPIRED;
    assert_cause(b, CAUSE_ZONE_STALE, "expired");
}

static void sign(struct bench *b, int64_t from, int64_t until)
{
    b->node.unix_s = 1800000000;
    b->node.signatures = true;
    b->probes.zone[0].known = true;
    b->probes.zone[0].signatures =
        (struct signatures){ .count = 1, .of = { { 13, (uint32_t)from, (uint32_t)until } } };
}

static void signatures_near_their_end(void **state)
{
    struct bench *b = *state;
    b->node.signature_warning_s = 86400;
    b->intake.report.watched[0].expires_s = -1;
    sign(b, 1799000000, 1800086400);
    assert_cause(b, CAUSE_NONE, "");
    sign(b, 1799000000, 1800086399);
    assert_cause(b, CAUSE_SIGNATURES_EXPIRING,
                 "signatures of zone example.com. expire at 2027-01-16 07:59 UTC, in 23 hours");
    sign(b, 1799000000, 1799990000);
    assert_cause(b, CAUSE_SIGNATURES_EXPIRING,
                 "signatures of zone example.com. have expired at 2027-01-15 05:13 UTC, 2 hours "
                 "ago");
    b->node.signature_warning_s = 0; /* no warning, but what has expired is told */
    assert_cause(b, CAUSE_SIGNATURES_EXPIRING, "have expired");
    sign(b, 1799000000, 1800000001);
    assert_cause(b, CAUSE_NONE, "");
    set_path(&b->probes.udp, PATH_WRONG, "wrong"); /* the worse one is told */
    sign(b, 1799000000, 1799990000);
    assert_cause(b, CAUSE_ANSWER_WRONG, "wrong");
}

static void signatures_that_dnsd_reports(void **state)
{
    struct bench *b = *state;
    struct report_zone *zone = &b->intake.report.watched[0];
    zone->expires_s = -1;
    b->node.signatures = true;
    b->node.unix_s = 1800000000;
    zone->signed_until_unix = 1799990000;
    assert_cause(b, CAUSE_SIGNATURES_EXPIRING, "have expired at 2027-01-15 05:13 UTC");
    sign(b, 1799000000, 1799980000); /* the first of the two */
    assert_cause(b, CAUSE_SIGNATURES_EXPIRING, "have expired at 2027-01-15 02:26 UTC");
    sign(b, 1799000000, 1801000000);
    assert_cause(b, CAUSE_SIGNATURES_EXPIRING, "05:13");
    zone->signed_until_unix = 1801000000;
    assert_cause(b, CAUSE_NONE, "");
    b->node.signatures = false;
    zone->signed_until_unix = 1799990000;
    assert_cause(b, CAUSE_NONE, "");
}

static void signatures_of_the_future_accuse_the_clock(void **state)
{
    struct bench *b = *state;
    b->intake.report.watched[0].expires_s = -1;
    sign(b, 1800000060, 1801000000);
    assert_cause(b, CAUSE_NONE, "");
    sign(b, 1800000061, 1801000000);
    assert_cause(b, CAUSE_CLOCK_WRONG, "zone example.com. is signed from 2027-01-15 08:01 UTC");
    b->node.signatures = false;
    assert_cause(b, CAUSE_NONE, "");
}

static void the_longest_names_are_cut(void **state)
{
    struct bench *b = *state;
    struct dname *zone = &b->service.zone[0];
    zone->len = 0;
    for (int i = 0; i < 3; i++) {
        zone->wire[zone->len] = 63;
        memset(zone->wire + zone->len + 1, 1, 63); /* "\001": four characters each */
        zone->len = (uint8_t)(zone->len + 64);
    }
    zone->wire[zone->len++] = 0;
    b->intake.report.watched_count = 0;
    sign(b, 1799000000, 1799990000);
    assert_cause(b, CAUSE_SIGNATURES_EXPIRING, "2 hours ago");
    assert_true(strlen(b->verdict.detail) < VERDICT_DETAIL_MAX);
}

static void find(struct bench *b, enum host_check check, const char *detail)
{
    memset(b->host, 0, sizeof b->host);
    b->host[check].state = HOST_BAD;
    snprintf(b->host[check].detail, sizeof b->host[check].detail, "%s", detail);
}

static void the_host(void **state)
{
    static const struct {
        enum host_check check;
        enum cause cause;
        const char *says;
    } rows[] = {
        { HOST_ROUTE4, CAUSE_NO_DEFAULT_ROUTE, "routing: found" },
        { HOST_DISK, CAUSE_DISK_FULL, "disk: found" },
        { HOST_CLOCK, CAUSE_CLOCK_WRONG, "clock: found" },
        { HOST_CONNTRACK, CAUSE_CONNTRACK_FULL, "conntrack: found" },
        { HOST_LOAD, CAUSE_LOAD_HIGH, "load: found" },
    };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        find(b, rows[i].check, "found");
        assert_cause(b, rows[i].cause, rows[i].says);
        b->host[rows[i].check].state = HOST_UNKNOWN; /* which is no reproach */
        assert_cause(b, CAUSE_NONE, "");
    }
    find(b, HOST_ROUTE6, "found");
    assert_cause(b, CAUSE_NONE, "");
    b->family = FAMILY_6; /* by family */
    assert_cause(b, CAUSE_NO_DEFAULT_ROUTE, "found");
    set_path(&b->probes.udp, PATH_SILENT, "silent"); /* the worse one is told */
    assert_cause(b, CAUSE_UDP_SILENT, "silent");
}

static void an_address_that_the_kernel_does_not_deliver(void **state)
{
    struct bench *b = *state;
    struct addr addr;
    assert_int_equal(addr_parse("192.0.2.53", 53, &addr, NULL), 0);
    b->absent = &addr;
    assert_cause(b, CAUSE_NONE, ""); /* it answers: it is here in some other way */
    set_path(&b->probes.udp, PATH_UNTRIED, "");
    assert_cause(b, CAUSE_UNKNOWN, "no probe");
    set_path(&b->probes.udp, PATH_SILENT, "no answer");
    assert_cause(b, CAUSE_ADDRESS_MISSING, "192.0.2.53 is not on this host: no answer");
    set_path(&b->probes.udp, PATH_WRONG, "another node");
    assert_cause(b, CAUSE_ADDRESS_MISSING, "another node");
}

static void external_checks(void **state)
{
    static const struct {
        enum check_state state;
        enum cause_class class;
        enum cause cause;
        const char *says;
    } rows[] = {
        { CHECK_FAILS, CLASS_WRONG, CAUSE_CHECK_WRONG, "check disks: exit status 1" },
        { CHECK_FAILS, CLASS_SOFT, CAUSE_CHECK_SOFT, "check disks: exit status 1" },
        { CHECK_FAILS, CLASS_ALARM, CAUSE_CHECK_ALARM, "check disks: exit status 1" },
        { CHECK_NOT_RUN, CLASS_WRONG, CAUSE_CHECK_ALARM, "check disks: exit status 1" },
        { CHECK_NOT_RUN, CLASS_SOFT, CAUSE_CHECK_ALARM, "" },
        { CHECK_NOT_RUN, CLASS_ALARM, CAUSE_CHECK_ALARM, "" },
        { CHECK_AWAITED, CLASS_WRONG, CAUSE_UNKNOWN, "check disks: not ended yet" },
        { CHECK_AWAITED, CLASS_SOFT, CAUSE_UNKNOWN, "" },
        { CHECK_AWAITED, CLASS_ALARM, CAUSE_NONE, "" },
        { CHECK_PASSES, CLASS_WRONG, CAUSE_NONE, "" },
    };
    struct bench *b = *state;
    struct command_settings settings = { .name = (char *)"disks" };
    struct check_facts check = { .settings = &settings, .detail = "exit status 1" };
    b->node.check = &check;
    b->node.check_count = 1;
    b->index = 3;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check.state = rows[i].state;
        settings.class = rows[i].class;
        settings.service = -1; /* all */
        assert_cause(b, rows[i].cause, rows[i].says);
        settings.service = 3;
        assert_cause(b, rows[i].cause, rows[i].says);
        settings.service = 2; /* another one */
        assert_cause(b, CAUSE_NONE, "");
    }
}

static void overload(void **state)
{
    struct bench *b = *state;
    b->node.drop_share = 0.009;
    assert_cause(b, CAUSE_NONE, "");
    b->node.drop_share = 0.12;
    assert_cause(b, CAUSE_OVERLOAD, "12 %");
}

static void a_flood_drops_probes_too(void **state)
{
    struct bench *b = *state;
    set_path(&b->probes.udp, PATH_SILENT, "udp silent");
    b->node.drop_share = 0.3;
    assert_cause(b, CAUSE_OVERLOAD, "30 % of arriving queries are dropped, probes among them");
    b->node.drop_share = 1; /* nothing is answered any more */
    assert_cause(b, CAUSE_UDP_SILENT, "udp silent");
    b->node.drop_share = 0.001;
    assert_cause(b, CAUSE_UDP_SILENT, "udp silent");
    b->node.drop_share = 0.3;
    set_path(&b->probes.tcp, PATH_WRONG, "tcp wrong"); /* which no flood explains */
    assert_cause(b, CAUSE_ANSWER_WRONG, "tcp wrong");
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(all_well),
        CASE(a_dead_process),
        CASE(what_answers_after_a_death_is_another_dnsd),
        CASE(a_dnsd_that_never_came),
        CASE(hung_is_silence_and_a_hurry_in_vain),
        CASE(a_closed_connection_is_silence),
        CASE(silent_but_another_family_answers),
        CASE(a_worker_that_does_not_turn),
        CASE(a_starved_worker_is_no_hung_one),
        CASE(a_starved_dnsd_is_no_hung_one),
        CASE(a_late_reporter_does_not_accuse_its_workers),
        CASE(a_worker_that_has_not_begun_does_not_hang),
        CASE(address_and_port),
        CASE(starting),
        CASE(nothing_is_known_before_report_and_probe),
        CASE(wrong_and_silent_paths),
        CASE(zones),
        CASE(a_zone_near_its_expiry),
        CASE(signatures_near_their_end),
        CASE(signatures_that_dnsd_reports),
        CASE(signatures_of_the_future_accuse_the_clock),
        CASE(the_longest_names_are_cut),
        CASE(the_host),
        CASE(external_checks),
        CASE(an_address_that_the_kernel_does_not_deliver),
        CASE(overload),
        CASE(a_flood_drops_probes_too),
    };
#undef CASE
    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
