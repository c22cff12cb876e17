/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_prober.c - rounds of probes against a name server on the same loop: right, wrong, silent,
 * refused, late, spoofed, and garbage. */
#include "anycastctl/sense/prober.h"

#include "common/dnsmsg.h"
#include "tests/unit/soa_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TIMEOUT_MS = 100, INTERVAL_MS = 20, DEADLINE_S = 20 };

struct bench {
    struct ev_loop *loop;
    ev_timer deadline;
    struct soa_server server;
    struct settings settings;
    struct report report;
    bool has_report;
    struct prober_owner owner;
    struct prober *prober;
    uint64_t rounds_wanted;
};

static void on_concluded(void *arg)
{
    struct bench *b = arg;
    if (prober_facts(b->prober)->rounds >= b->rounds_wanted)
        ev_break(b->loop, EVBREAK_ONE);
}

static const struct report *report_of(void *arg)
{
    const struct bench *b = arg;
    return b->has_report ? &b->report : NULL;
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)timer, (void)events;
    fail_msg("nothing happened for %d s", DEADLINE_S);
}

static void on_asked(void *arg)
{
    struct bench *b = arg;
    ev_break(b->loop, EVBREAK_ONE);
}

/* A server that answers rightly, and settings that name it; no prober yet. */
static void set_up_at(struct bench *b, const char *host)
{
    struct err err;

    memset(b, 0, sizeof *b);
    b->loop = ev_loop_new(EVFLAG_AUTO);
    b->server.answer = (struct soa_answer){ .serial = 7, .nsid = "n1" };
    soa_server_start(&b->server, b->loop, host);
    b->settings.node = (char *)"n1";
    b->settings.probe.interval_ms = INTERVAL_MS;
    b->settings.probe.timeout_ms = TIMEOUT_MS;
    b->settings.service_count = 1;
    struct service *service = &b->settings.service[0];
    service->zone_count = 1;
    assert_int_equal(dname_from_text("example.com", &service->zone[0], &err), 0);
    for (int f = 0; f < FAMILY_COUNT; f++) {
        service->family[f].enabled = true;
        service->family[f].address_count = 1;
        service->family[f].address[0] = b->server.address;
    }
    b->owner = (struct prober_owner){ on_concluded, report_of, b };
    ev_timer_init(&b->deadline, on_deadline, DEADLINE_S, 0.);
    ev_timer_start(b->loop, &b->deadline);
}

static int set_up(void **state)
{
    struct bench *b = malloc(sizeof *b);
    if (!b)
        return -1;
    set_up_at(b, "127.0.0.1");
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    prober_free(b->prober);
    if (b->server.own)
        soa_server_stop(&b->server);
    ev_timer_stop(b->loop, &b->deadline);
    ev_loop_destroy(b->loop);
    free(b);
    return 0;
}

static void start(struct bench *b)
{
    b->prober = prober_new(b->loop, &b->settings, 0, FAMILY_4, &b->owner, 0);
}

/* Runs until so many further rounds are over. */
static const struct prober_facts *run_rounds(struct bench *b, unsigned count)
{
    b->rounds_wanted = prober_facts(b->prober)->rounds + count;
    ev_run(b->loop, 0);
    return prober_facts(b->prober);
}

static void assert_path(const struct path *path, enum path_state state, const char *detail)
{
    assert_int_equal(path->state, state);
    if (!strstr(path->detail, detail))
        fail_msg("\"%s\" does not say \"%s\"", path->detail, detail);
}

static void report_serial(struct bench *b, uint32_t serial)
{
    b->has_report = true;
    b->report.sent = mono_now();
    b->report.watched_count = 1;
    b->report.watched[0] =
        (struct report_zone){ .state = ZONE_SERVING, .has_serial = true, .serial = serial };
    b->report.watched[0].name = b->settings.service[0].zone[0];
}

static void right_over_both_transports(void **state)
{
    struct bench *b = *state;
    const struct mono before = mono_now();
    start(b);
    assert_int_equal(prober_facts(b->prober)->udp.state, PATH_UNTRIED);
    const struct prober_facts *facts = run_rounds(b, 1);
    assert_path(&facts->udp, PATH_RIGHT, "");
    assert_path(&facts->tcp, PATH_RIGHT, "");
    assert_int_equal(facts->answers, 2);
    assert_true(mono_before(before, facts->answered));
    assert_true(mono_is_never(facts->vain));
}

static void right_over_ipv6(void **state)
{
    tear_down(state);
    struct bench *b = *state = malloc(sizeof *b);
    assert_non_null(b);
    set_up_at(b, "::1");
    b->prober = prober_new(b->loop, &b->settings, 0, FAMILY_6, &b->owner, 0);
    const struct prober_facts *facts = run_rounds(b, 1);
    assert_path(&facts->udp, PATH_RIGHT, "");
    assert_path(&facts->tcp, PATH_RIGHT, "");
}

static void each_probe_has_a_port_of_its_own_and_tcp_is_rarer(void **state)
{
    struct bench *b = *state;
    start(b);
    run_rounds(b, 10);
    assert_int_equal(b->server.udp_count, 10);
    assert_int_equal(b->server.tcp_count, 2);
    assert_in_range(b->server.port_count, 5, 10); /* a port may come again by chance */
}

static void add_zone(struct bench *b, const char *name)
{
    struct err err;
    struct service *service = &b->settings.service[0];
    assert_int_equal(dname_from_text(name, &service->zone[service->zone_count++], &err), 0);
}

/* So that what is wrong is wrong as often in a row as the policy asks for. */
static void one_bad_zone_is_bad_in_each_round(void **state)
{
    struct bench *b = *state;
    add_zone(b, "example.org");
    add_zone(b, "example.net");
    b->server.answer = (struct soa_answer){ .rcode = DNS_REFUSED, .nsid = "n1" };
    b->server.answer.rcode_for = "example.org";
    start(b);
    for (int i = 0; i < 6; i++)
        assert_path(&run_rounds(b, 1)->udp, PATH_WRONG, "REFUSED for example.org. SOA");
    b->server.answer.rcode_for = "example.com";
    assert_path(&run_rounds(b, 1)->udp, PATH_WRONG, "REFUSED for example.com. SOA");
    b->server.answer.rcode = DNS_NOERROR;
    assert_path(&run_rounds(b, 1)->udp, PATH_RIGHT, "");
}

static void zones_are_asked_in_turn_over_tcp(void **state)
{
    struct bench *b = *state;
    add_zone(b, "example.org");
    b->server.answer = (struct soa_answer){ .rcode = DNS_REFUSED, .nsid = "n1" };
    start(b);
    assert_path(&run_rounds(b, 1)->tcp, PATH_WRONG, "REFUSED for example.org. SOA");
    assert_path(&run_rounds(b, 1)->tcp, PATH_WRONG, "REFUSED for example.com. SOA");
    assert_path(&run_rounds(b, 1)->tcp, PATH_WRONG, "REFUSED for example.org. SOA");
}

static void silence_is_waited_for(void **state)
{
    struct bench *b = *state;
    b->server.udp = SOA_SILENT;
    start(b);
    const struct mono before = mono_now();
    const struct prober_facts *facts = run_rounds(b, 1);
    assert_true(mono_diff_ms(mono_now(), before) >= TIMEOUT_MS - 1);
    assert_path(&facts->udp, PATH_SILENT, "127.0.0.1 over UDP: no answer within 100 ms");
    assert_path(&facts->tcp, PATH_RIGHT, "");
    assert_true(mono_is_never(facts->vain)); /* it was no hurry */
}

static void tcp_alone_may_be_silent_and_is_asked_until_it_answers(void **state)
{
    struct bench *b = *state;
    b->server.tcp = SOA_SILENT;
    start(b);
    const struct prober_facts *facts = run_rounds(b, 2);
    assert_path(&facts->udp, PATH_RIGHT, "");
    assert_path(&facts->tcp, PATH_SILENT, "over TCP: no answer within 100 ms");
    assert_int_equal(b->server.tcp_count, 2);
    b->server.tcp = SOA_ANSWERS;
    facts = run_rounds(b, 1);
    assert_path(&facts->tcp, PATH_RIGHT, "");
}

static void a_closed_port_is_known_at_once(void **state)
{
    struct bench *b = *state;
    soa_server_stop(&b->server);
    b->settings.probe.timeout_ms = DEADLINE_S * 1000;
    start(b);
    const struct prober_facts *facts = run_rounds(b, 1);
    assert_path(&facts->udp, PATH_REFUSED, "127.0.0.1 over UDP: Connection refused");
    assert_path(&facts->tcp, PATH_REFUSED, "Connection refused");
}

static void an_address_that_is_not_here_is_known_at_once(void **state)
{
    struct bench *b = *state;
    struct err err;
    addr_parse("192.0.2.53", 53, &b->settings.service[0].family[FAMILY_4].address[0], &err);
    b->settings.probe.timeout_ms = DEADLINE_S * 1000;
    start(b);
    const struct prober_facts *facts = run_rounds(b, 1);
    assert_path(&facts->udp, PATH_NO_ADDRESS, "192.0.2.53 over UDP: Cannot assign");
}

static void the_worst_address_counts(void **state)
{
    struct bench *b = *state;
    struct service_family *family = &b->settings.service[0].family[FAMILY_4];
    struct soa_server other = { .answer = { .nsid = "n2" } };
    soa_server_start(&other, b->loop, "127.0.0.1");
    family->address_count = 2;
    family->address[1] = other.address;
    start(b);
    const struct prober_facts *facts = run_rounds(b, 1);
    assert_path(&facts->udp, PATH_WRONG, "answered by node \"n2\" for example.com. SOA");
    soa_server_stop(&other);
}

static void wrong_answers(void **state)
{
    static const struct {
        struct soa_answer answer;
        const char *says;
    } cases[] = {
        { { .nsid = "n2", .serial = 7 }, "node \"n2\"" },
        { { .serial = 7 }, "without NSID" },
        { { .nsid = "n1", .rcode = DNS_SERVFAIL }, "SERVFAIL for example.com. SOA" },
        { { .nsid = "n1", .rcode = DNS_REFUSED }, "REFUSED" },
        { { .nsid = "n1", .cut = true }, "malformed" },
    };
    struct bench *b = *state;
    start(b);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        b->server.answer = cases[i].answer;
        prober_forget(b->prober);
        const struct prober_facts *facts = run_rounds(b, 1);
        assert_path(&facts->udp, PATH_WRONG, cases[i].says);
        assert_path(&facts->tcp, PATH_WRONG, cases[i].says);
        assert_true(facts->answers > 0); /* a sign of life all the same */
    }
}

/* Milliseconds from the next round's end to the end of the one after it. */
static int64_t gap_ms(struct bench *b)
{
    run_rounds(b, 1);
    const struct mono before = mono_now();
    run_rounds(b, 1);
    return mono_diff_ms(mono_now(), before);
}

/* Half the interval to the round that confirms it, and the whole of it from then on. A machine may
 * hold us up; not each time. */
static void a_wrong_answer_is_looked_at_again_soon(void **state)
{
    enum { LONG_MS = 200, TRIES = 10 };
    struct bench *b = *state;
    bool soon = false, late = false;

    b->settings.probe.interval_ms = LONG_MS;
    b->settings.policy.fall = 2;
    b->server.answer.rcode = DNS_SERVFAIL;
    start(b);
    for (int i = 0; i < TRIES && !soon; i++) {
        b->server.answer.rcode = DNS_NOERROR;
        run_rounds(b, 1);
        b->server.answer.rcode = DNS_SERVFAIL;
        const int64_t gap = gap_ms(b);
        soon = gap >= LONG_MS / 2 - 10 && gap < LONG_MS * 9 / 10;
    }
    assert_true(soon);
    for (int i = 0; i < TRIES && !late; i++)
        late = gap_ms(b) >= LONG_MS * 9 / 10;
    assert_true(late);
}

/* What an answer says of its zone's future is kept, whatever comes after. */
static void the_future_of_a_zone_is_noted(void **state)
{
    struct bench *b = *state;
    b->server.answer.expire_s = 86400;
    b->server.answer.signed_from = 1000;
    b->server.answer.signed_until = 2000;
    start(b);
    const struct zone_facts *zone = &run_rounds(b, 1)->zone[0];
    assert_true(zone->known);
    assert_int_equal(zone->expire_s, 86400);
    assert_int_equal(signatures_until(&zone->signatures, 1500), 2000);
    b->server.udp = b->server.tcp = SOA_SILENT;
    prober_forget(b->prober);
    assert_true(run_rounds(b, 1)->zone[0].known);
    assert_false(prober_facts(b->prober)->zone[1].known);
}

/* A zone with large signatures: UDP says that it answers, TCP the rest. */
static void what_is_truncated_is_told_over_tcp(void **state)
{
    struct bench *b = *state;
    b->server.answer.truncated = true;
    b->server.answer.signed_until = 2000;
    report_serial(b, 7);
    start(b);
    const struct prober_facts *facts = run_rounds(b, 2); /* the second has no TCP */
    assert_path(&facts->udp, PATH_RIGHT, "");
    assert_path(&facts->tcp, PATH_RIGHT, "");
    assert_int_equal(facts->zone[0].signatures.count, 1);
    b->server.tcp_truncated = true;
    prober_forget(b->prober);
    facts = run_rounds(b, 1);
    assert_path(&facts->udp, PATH_RIGHT, "");
    assert_path(&facts->tcp, PATH_WRONG, "malformed");
}

/* Asked to hurry up, it does not wait for the interval; while a round flies, for its end. */
static void it_asks_at_once_when_told(void **state)
{
    struct bench *b = *state;
    b->settings.probe.interval_ms = DEADLINE_S * 2000;
    b->settings.probe.timeout_ms = DEADLINE_S * 2000;
    start(b);
    run_rounds(b, 1);
    prober_ask(b->prober);
    run_rounds(b, 1);
    prober_ask(b->prober);
    prober_ask(b->prober);
    run_rounds(b, 2);
    assert_int_equal(prober_facts(b->prober)->rounds, 4);
}

static void garbage_is_passed_over(void **state)
{
    struct bench *b = *state;
    b->server.udp = b->server.tcp = SOA_GARBAGE;
    start(b);
    const struct prober_facts *facts = run_rounds(b, 1);
    assert_path(&facts->udp, PATH_SILENT, "no answer");
    assert_path(&facts->tcp, PATH_WRONG, "malformed");
}

static void a_spoofed_answer_is_passed_over(void **state)
{
    struct bench *b = *state;
    b->server.udp = SOA_TWICE;
    b->server.spoof = (struct soa_answer){ .nsid = "n2", .other_id = true };
    start(b);
    assert_path(&run_rounds(b, 1)->udp, PATH_RIGHT, "");
    b->server.spoof = (struct soa_answer){ .nsid = "n2", .other_question = true };
    assert_path(&run_rounds(b, 1)->udp, PATH_RIGHT, "");
}

static void a_late_answer_does_not_count_for_the_next_round(void **state)
{
    struct bench *b = *state;
    b->server.udp = SOA_HOLDS;
    start(b);
    assert_path(&run_rounds(b, 1)->udp, PATH_SILENT, "no answer");
    const uint64_t answers = prober_facts(b->prober)->answers;
    soa_server_release(&b->server);
    assert_path(&run_rounds(b, 1)->udp, PATH_SILENT, "no answer");
    assert_int_equal(prober_facts(b->prober)->answers, answers);
}

static void the_reported_serial_is_the_right_one(void **state)
{
    struct bench *b = *state;
    report_serial(b, 7);
    start(b);
    assert_path(&run_rounds(b, 1)->udp, PATH_RIGHT, "");
}

/* Runs until the server was asked, and once more for the answer to be read. */
static void run_until_answered(struct bench *b)
{
    const uint64_t before = prober_facts(b->prober)->answers;
    b->rounds_wanted = UINT64_MAX;
    while (prober_facts(b->prober)->answers == before)
        ev_run(b->loop, EVRUN_ONCE);
}

static void a_serial_that_is_news_waits_for_the_next_report(void **state)
{
    struct bench *b = *state;
    b->settings.probe.timeout_ms = DEADLINE_S * 1000;
    b->server.tcp = SOA_ANSWERS;
    report_serial(b, 6);
    start(b);
    run_until_answered(b);
    while (prober_facts(b->prober)->answers < 2)
        ev_run(b->loop, EVRUN_ONCE);
    assert_int_equal(prober_facts(b->prober)->rounds, 0); /* doubtful: not over */
    report_serial(b, 7);
    prober_settle(b->prober);
    assert_path(&run_rounds(b, 1)->udp, PATH_RIGHT, "");
}

static void a_serial_that_no_report_confirms_is_wrong(void **state)
{
    struct bench *b = *state;
    b->settings.probe.timeout_ms = DEADLINE_S * 1000;
    report_serial(b, 6);
    start(b);
    while (prober_facts(b->prober)->answers < 2)
        ev_run(b->loop, EVRUN_ONCE);
    prober_settle(b->prober); /* the same old report says nothing new */
    assert_int_equal(prober_facts(b->prober)->rounds, 0);
    report_serial(b, 8);
    prober_settle(b->prober);
    assert_path(&run_rounds(b, 1)->udp, PATH_WRONG, "serial 7, but dnsd reports 8");
}

static void without_a_further_report_a_serial_is_not_judged(void **state)
{
    struct bench *b = *state;
    report_serial(b, 6);
    start(b);
    assert_path(&run_rounds(b, 1)->udp, PATH_RIGHT, "");
}

static void an_expired_zone_may_answer_servfail(void **state)
{
    struct bench *b = *state;
    b->server.answer = (struct soa_answer){ .rcode = DNS_SERVFAIL, .nsid = "n1" };
    report_serial(b, 7);
    b->report.watched[0].state = ZONE_EXPIRED;
    start(b);
    assert_path(&run_rounds(b, 1)->udp, PATH_RIGHT, "");
}

static void a_hurry_asks_several_times_at_once(void **state)
{
    struct bench *b = *state;
    b->settings.probe.interval_ms = DEADLINE_S * 1000;
    start(b);
    run_rounds(b, 1);
    b->server.udp = SOA_SILENT;
    b->server.port_count = 0;
    const struct mono since = mono_now();
    prober_hurry(b->prober, since);
    prober_hurry(b->prober, since); /* is under way already */
    const struct prober_facts *facts = run_rounds(b, 1);
    assert_int_equal(b->server.udp_count, 1 + 3);
    assert_int_equal(b->server.port_count, 3);
    assert_true(mono_before(since, facts->vain));
    prober_hurry(b->prober, since); /* was done */
    assert_int_equal(b->server.udp_count, 4);
}

static void a_hurry_joins_a_round_that_waits(void **state)
{
    struct bench *b = *state;
    b->server.udp = SOA_SILENT;
    b->server.asked = on_asked;
    b->server.arg = b;
    start(b);
    ev_run(b->loop, 0);
    const struct mono since = mono_now();
    b->server.asked = NULL;
    prober_hurry(b->prober, since);
    assert_true(mono_before(since, run_rounds(b, 1)->vain));
    assert_int_equal(prober_facts(b->prober)->rounds, 1);
}

static void a_hurry_that_is_answered_is_not_in_vain(void **state)
{
    struct bench *b = *state;
    start(b);
    run_rounds(b, 1);
    prober_hurry(b->prober, mono_now());
    assert_true(mono_is_never(run_rounds(b, 1)->vain));
    soa_server_stop(&b->server); /* refused: nothing was waited for either */
    prober_hurry(b->prober, mono_now());
    assert_true(mono_is_never(run_rounds(b, 1)->vain));
}

static void an_excuse_gives_the_whole_timeout_again(void **state)
{
    struct bench *b = *state;
    b->server.udp = SOA_SILENT;
    b->server.asked = on_asked;
    b->server.arg = b;
    start(b);
    ev_run(b->loop, 0);
    b->server.asked = NULL;
    const struct mono before = mono_now();
    while (mono_diff_ms(mono_now(), before) < TIMEOUT_MS) /* we do not run the loop: a stall */
        ;
    const struct mono resumed = mono_now();
    prober_excuse(b->prober);
    run_rounds(b, 1);
    assert_true(mono_diff_ms(mono_now(), resumed) >= TIMEOUT_MS - 1);
}

static void what_was_before_is_forgotten(void **state)
{
    struct bench *b = *state;
    b->settings.probe.interval_ms = DEADLINE_S * 1000;
    b->server.answer.nsid = "n2";
    start(b);
    assert_path(&run_rounds(b, 1)->udp, PATH_WRONG, "");
    b->server.answer.nsid = "n1";
    prober_forget(b->prober);
    assert_int_equal(prober_facts(b->prober)->udp.state, PATH_UNTRIED);
    assert_path(&run_rounds(b, 1)->udp, PATH_RIGHT, ""); /* at once, not after the interval */
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(right_over_both_transports),
        CASE(right_over_ipv6),
        CASE(each_probe_has_a_port_of_its_own_and_tcp_is_rarer),
        CASE(one_bad_zone_is_bad_in_each_round),
        CASE(zones_are_asked_in_turn_over_tcp),
        CASE(silence_is_waited_for),
        CASE(tcp_alone_may_be_silent_and_is_asked_until_it_answers),
        CASE(a_closed_port_is_known_at_once),
        CASE(an_address_that_is_not_here_is_known_at_once),
        CASE(the_worst_address_counts),
        CASE(wrong_answers),
        CASE(a_wrong_answer_is_looked_at_again_soon),
        CASE(the_future_of_a_zone_is_noted),
        CASE(what_is_truncated_is_told_over_tcp),
        CASE(it_asks_at_once_when_told),
        CASE(garbage_is_passed_over),
        CASE(a_spoofed_answer_is_passed_over),
        CASE(a_late_answer_does_not_count_for_the_next_round),
        CASE(the_reported_serial_is_the_right_one),
        CASE(a_serial_that_is_news_waits_for_the_next_report),
        CASE(a_serial_that_no_report_confirms_is_wrong),
        CASE(without_a_further_report_a_serial_is_not_judged),
        CASE(an_expired_zone_may_answer_servfail),
        CASE(a_hurry_asks_several_times_at_once),
        CASE(a_hurry_joins_a_round_that_waits),
        CASE(a_hurry_that_is_answered_is_not_in_vain),
        CASE(an_excuse_gives_the_whole_timeout_again),
        CASE(what_was_before_is_forgotten),
    };
#undef CASE
    return cmocka_run_group_tests_name("prober", tests, NULL, NULL);
}
