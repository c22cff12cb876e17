/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sense.c - all witnesses together: a process that reports, a name server on the test's own
 * loop, and the causes that come of it, in their order. */
#include "anycastctl/sense/sense.h"

#include "common/log.h"
#include "tests/unit/fake_dnsd.h"
#include "tests/unit/soa_server.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_S = 30, REPORT_MS = 50, SEEN_MAX = 16 };

struct bench {
    char folder[32], path[64];
    struct ev_loop *loop;
    ev_timer deadline, reporter;
    struct settings settings;
    struct soa_server server;
    struct fake_dnsd dnsd;
    uint64_t seq;
    enum report_state state;
    bool worker_hangs, worker_starves;
    struct mono worker_tick;
    uint64_t queries;
    struct sense *sense;
    unsigned changes;
    unsigned seen_count; /* causes in the order in which they came */
    enum cause seen[SEEN_MAX];
};

static const struct sense_health *health(const struct bench *b)
{
    return sense_health(b->sense, 0, FAMILY_4);
}

static void on_changed(void *arg)
{
    struct bench *b = arg;
    const enum cause cause = health(b)->cause;

    b->changes++;
    if (b->seen_count == 0 || b->seen[b->seen_count - 1] != cause) {
        assert_in_range(b->seen_count, 0, SEEN_MAX - 1);
        b->seen[b->seen_count++] = cause;
    }
    ev_break(b->loop, EVBREAK_ONE);
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct bench *b = timer->data;
    (void)loop, (void)events;
    fail_msg("still %s: %s", cause_name(health(b)->cause), health(b)->detail);
}

/* dnsd's timer runs here: what it would send, it is told to. */
static void on_report(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct bench *b = timer->data;
    struct report *report = malloc(sizeof *report);

    (void)loop, (void)events;
    assert_non_null(report);
    fake_report(report, ++b->seq);
    report->state = b->state;
    report->counters.queries_udp4 = b->queries += 50;
    if (!b->worker_hangs)
        b->worker_tick = report->sent;
    report->worker_tick[0] = b->worker_tick;
    report->worker_starved[0] = b->worker_starves;
    report->watched_count = 1;
    report->watched[0] =
        (struct report_zone){ .state = ZONE_SERVING, .has_serial = true, .serial = 7 };
    report->watched[0].name = b->settings.service[0].zone[0];
    fake_dnsd_send(&b->dnsd, report, b->seq == 1 ? PASS_PIDFD : PASS_NOTHING);
    free(report);
}

static void fill_settings(struct bench *b)
{
    struct service *service = &b->settings.service[0];
    struct err err;

    b->settings.node = (char *)"n1";
    b->settings.user = (char *)"";
    b->settings.report_socket = b->path;
    b->settings.probe.interval_ms = 100;
    b->settings.probe.timeout_ms = 200;
    b->settings.probe.silent_ms = 300;
    b->settings.state_dir = (char *)"/tmp";
    b->settings.event_log = (char *)"/tmp/events.jsonl";
    b->settings.host.proc = (char *)"/proc";
    b->settings.host.interval_ms = 50;
    b->settings.host.addresses = true;
    b->settings.service_count = 1;
    service->zone_count = 1;
    assert_int_equal(dname_from_text("example.com", &service->zone[0], &err), 0);
    service->family[FAMILY_4].enabled = true;
    service->family[FAMILY_4].address_count = 1;
    service->family[FAMILY_4].address[0] = b->server.address;
}

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    const struct sense_events events = { on_changed, b };
    struct err err = { "" };

    assert_non_null(b);
    strcpy(b->folder, "/tmp/test_sense.XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->path, sizeof b->path, "%s/report.sock", b->folder);
    b->loop = ev_loop_new(EVFLAG_AUTO);
    b->server.answer = (struct soa_answer){ .serial = 7, .nsid = "n1" };
    soa_server_start(&b->server, b->loop, "127.0.0.1");
    b->state = REPORT_SERVING;
    fill_settings(b);
    ev_timer_init(&b->deadline, on_deadline, DEADLINE_S, 0.);
    b->deadline.data = b;
    ev_timer_start(b->loop, &b->deadline);
    ev_timer_init(&b->reporter, on_report, 0., REPORT_MS / 1000.);
    b->reporter.data = b;
    b->sense = sense_new(b->loop, &b->settings, &events, &err);
    if (!b->sense)
        fail_msg("%s", err.msg);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    ev_timer_stop(b->loop, &b->deadline);
    ev_timer_stop(b->loop, &b->reporter);
    sense_free(b->sense);
    fake_dnsd_kill(&b->dnsd);
    if (b->server.own)
        soa_server_stop(&b->server);
    ev_loop_destroy(b->loop);
    assert_int_equal(rmdir(b->folder), 0);
    free(b);
    return 0;
}

static void start_dnsd(struct bench *b)
{
    b->seq = b->queries = 0;
    fake_dnsd_start(&b->dnsd);
    fake_dnsd_connect(&b->dnsd, b->path);
    ev_timer_again(b->loop, &b->reporter);
    ev_feed_event(b->loop, &b->reporter, EV_TIMER);
}

static void stop_reports(struct bench *b)
{
    ev_timer_stop(b->loop, &b->reporter);
}

static void run_until(struct bench *b, enum cause cause)
{
    while (health(b)->cause != cause)
        ev_run(b->loop, 0);
}

static void run_rounds(struct bench *b, unsigned count)
{
    const uint64_t until = health(b)->rounds + count;
    while (health(b)->rounds < until)
        ev_run(b->loop, 0);
}

/* A dnsd that runs and is found well. */
static void start_well(struct bench *b)
{
    start_dnsd(b);
    run_until(b, CAUSE_NONE);
    b->seen_count = 1;
    b->seen[0] = CAUSE_NONE;
}

static void assert_seen(const struct bench *b, unsigned count, const enum cause *expected)
{
    for (unsigned i = 0; i < b->seen_count || i < count; i++) {
        const char *seen = i < b->seen_count ? cause_name(b->seen[i]) : "nothing";
        const char *wanted = i < count ? cause_name(expected[i]) : "nothing";
        if (strcmp(seen, wanted) != 0)
            fail_msg("the cause number %u is %s, and should be %s", i + 1, seen, wanted);
    }
}

#define ASSERT_SEEN(b, ...)                                                                        \
    do {                                                                                           \
        const enum cause expected[] = { __VA_ARGS__ };                                             \
        assert_seen(b, sizeof expected / sizeof expected[0], expected);                            \
    } while (0)

static void unknown_until_report_and_probe_agree(void **state)
{
    struct bench *b = *state;
    assert_int_equal(health(b)->cause, CAUSE_UNKNOWN);
    assert_null(sense_report(b->sense));
    assert_int_equal(sense_dnsd_pidfd(b->sense), -1);
    start_dnsd(b);
    run_until(b, CAUSE_NONE);
    ASSERT_SEEN(b, CAUSE_UNKNOWN, CAUSE_NONE);
    assert_non_null(sense_report(b->sense));
    assert_true(sense_dnsd_pidfd(b->sense) >= 0);
    assert_true(health(b)->rounds > 0);
    assert_false(mono_is_never(health(b)->since));
}

static void a_family_without_address_is_unknown(void **state)
{
    struct bench *b = *state;
    start_well(b);
    assert_int_equal(sense_health(b->sense, 0, FAMILY_6)->cause, CAUSE_UNKNOWN);
    assert_int_equal(sense_health(b->sense, 0, FAMILY_6)->rounds, 0);
}

static void death_is_known_at_once(void **state)
{
    struct bench *b = *state;
    start_well(b);
    stop_reports(b);
    fake_dnsd_kill(&b->dnsd);
    run_until(b, CAUSE_DNSD_DEAD);
    assert_null(sense_report(b->sense));
    ASSERT_SEEN(b, CAUSE_NONE, CAUSE_DNSD_DEAD);
}

static void a_restart_is_judged_anew(void **state)
{
    struct bench *b = *state;
    start_well(b);
    b->server.udp = b->server.tcp = SOA_SILENT;
    stop_reports(b);
    fake_dnsd_kill(&b->dnsd);
    run_until(b, CAUSE_DNSD_DEAD);
    b->state = REPORT_STARTING;
    start_dnsd(b);
    run_until(b, CAUSE_DNSD_STARTING);
    b->server.udp = b->server.tcp = SOA_ANSWERS;
    b->seen_count = 0;
    b->state = REPORT_SERVING;
    run_until(b, CAUSE_NONE);
    for (unsigned i = 0; i < b->seen_count; i++)
        assert_int_not_equal(b->seen[i], CAUSE_UDP_SILENT); /* what was before does not count */
}

static void another_that_answers_but_does_not_report(void **state)
{
    struct bench *b = *state;
    start_well(b);
    stop_reports(b);
    fake_dnsd_kill(&b->dnsd);
    run_until(b, CAUSE_DNSD_DEAD);
    run_until(b, CAUSE_REPORT_SILENT);
}

static void hung_and_back(void **state)
{
    struct bench *b = *state;
    start_well(b);
    stop_reports(b);
    b->server.udp = b->server.tcp = SOA_SILENT;
    const struct mono silent = mono_now();
    run_until(b, CAUSE_DNSD_HUNG);
    assert_true(mono_diff_ms(mono_now(), silent) >= 300 - REPORT_MS - 1);
    assert_non_null(strstr(health(b)->detail, "no report for"));
    b->server.udp = b->server.tcp = SOA_ANSWERS;
    ev_timer_again(b->loop, &b->reporter);
    run_until(b, CAUSE_NONE);
}

static void silent_but_answering(void **state)
{
    struct bench *b = *state;
    start_well(b);
    stop_reports(b);
    run_until(b, CAUSE_REPORT_SILENT);
    run_rounds(b, 5);
    ASSERT_SEEN(b, CAUSE_NONE, CAUSE_REPORT_SILENT);
    ev_timer_again(b->loop, &b->reporter);
    run_until(b, CAUSE_NONE);
}

static void a_closed_connection_is_silence(void **state)
{
    struct bench *b = *state;
    start_well(b);
    stop_reports(b);
    fake_dnsd_close(&b->dnsd);
    run_until(b, CAUSE_REPORT_SILENT);
    ASSERT_SEEN(b, CAUSE_NONE, CAUSE_REPORT_SILENT);
    assert_null(sense_report(b->sense));
}

static void a_worker_hangs(void **state)
{
    struct bench *b = *state;
    start_well(b);
    b->worker_hangs = true;
    run_until(b, CAUSE_WORKER_HUNG);
    b->worker_hangs = false;
    run_until(b, CAUSE_NONE);
}

static void a_worker_is_starved(void **state)
{
    struct bench *b = *state;
    start_well(b);
    b->worker_hangs = b->worker_starves = true;
    run_until(b, CAUSE_WORKER_STARVED);
    for (unsigned i = 0; i < b->seen_count; i++)
        assert_int_not_equal(b->seen[i], CAUSE_WORKER_HUNG);
    b->worker_starves = false;
    run_until(b, CAUSE_WORKER_HUNG);
    b->worker_hangs = false;
    run_until(b, CAUSE_NONE);
}

static void wrong_answers(void **state)
{
    struct bench *b = *state;
    start_well(b);
    b->server.answer.nsid = "n2";
    run_until(b, CAUSE_ANSWER_WRONG);
    b->server.answer = (struct soa_answer){ .serial = 6, .nsid = "n1" };
    run_rounds(b, 2);
    assert_int_equal(health(b)->cause, CAUSE_ANSWER_WRONG);
    assert_non_null(strstr(health(b)->detail, "serial 6, but dnsd reports 7"));
    b->server.answer.serial = 7;
    run_until(b, CAUSE_NONE);
}

static void a_closed_port(void **state)
{
    struct bench *b = *state;
    start_well(b);
    soa_server_stop(&b->server);
    run_until(b, CAUSE_PORT_CLOSED);
}

static void without_any_dnsd(void **state)
{
    struct bench *b = *state;
    soa_server_stop(&b->server);
    run_until(b, CAUSE_PORT_CLOSED);
    run_until(b, CAUSE_DNSD_DEAD);
    ASSERT_SEEN(b, CAUSE_PORT_CLOSED, CAUSE_DNSD_DEAD);
}

static void without_any_dnsd_or_refusal(void **state)
{
    struct bench *b = *state;
    b->server.udp = b->server.tcp = SOA_SILENT;
    run_until(b, CAUSE_DNSD_DEAD);
    for (unsigned i = 0; i + 1 < b->seen_count; i++)
        assert_int_equal(b->seen[i], CAUSE_UNKNOWN);
}

/* For half a second nobody on this loop moves, and dnsd, whose timer is here too, is silent all
 * that time: but it was we who did not look. */
static void an_own_stall_is_not_dnsds(void **state)
{
    struct bench *b = *state;
    start_well(b);
    for (int i = 0; i < 3; i++) {
        const struct mono before = mono_now();
        while (mono_diff_ms(mono_now(), before) < 500)
            ;
        run_rounds(b, 2);
    }
    ASSERT_SEEN(b, CAUSE_NONE);
}

static void the_query_rate_is_without_own_probes(void **state)
{
    struct bench *b = *state;
    start_well(b);
    while (sense_query_rate(b->sense) < 0)
        ev_run(b->loop, 0);
    assert_true(sense_query_rate(b->sense) > 0);
    assert_true(sense_query_rate(b->sense) < 2 * 50 * 1000.0 / REPORT_MS);
}

static void news_of_the_state_wake(void **state)
{
    struct bench *b = *state;
    start_well(b);
    b->state = REPORT_STOPPING;
    while (sense_report(b->sense)->state != REPORT_STOPPING)
        ev_run(b->loop, 0);
    assert_int_equal(health(b)->cause, CAUSE_NONE);

    struct report_reply reply;
    sense_tell_withdrawn(b->sense);
    assert_true(fake_dnsd_receive(&b->dnsd, &reply));
    assert_true(reply.has_watch); /* the first one */
    assert_int_equal(reply.watch_count, 1);
    assert_true(fake_dnsd_receive(&b->dnsd, &reply));
    assert_true(reply.withdrawn);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(unknown_until_report_and_probe_agree),
        CASE(a_family_without_address_is_unknown),
        CASE(death_is_known_at_once),
        CASE(a_restart_is_judged_anew),
        CASE(another_that_answers_but_does_not_report),
        CASE(hung_and_back),
        CASE(silent_but_answering),
        CASE(a_closed_connection_is_silence),
        CASE(a_worker_hangs),
        CASE(a_worker_is_starved),
        CASE(wrong_answers),
        CASE(a_closed_port),
        CASE(without_any_dnsd),
        CASE(without_any_dnsd_or_refusal),
        CASE(an_own_stall_is_not_dnsds),
        CASE(the_query_rate_is_without_own_probes),
        CASE(news_of_the_state_wake),
    };
#undef CASE
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests_name("sense", tests, NULL, NULL);
}
