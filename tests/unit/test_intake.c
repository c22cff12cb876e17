/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_intake.c - who reports, who waits, and how one ends: with real processes at the other end.
 */
#include "anycastctl/sense/intake.h"

#include "anycastctl/sense/peer.h"
#include "common/log.h"
#include "tests/unit/fake_dnsd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { DNSDS = 7 };

struct bench {
    char folder[32], path[64];
    struct ev_loop *loop;
    struct intake *intake;
    struct report_reply watch;
    struct fake_dnsd dnsd[DNSDS];
    struct report report;
    unsigned woken;
};

static void on_woken(void *arg)
{
    struct bench *b = arg;
    b->woken++;
    ev_break(b->loop, EVBREAK_ONE);
}

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    struct err err = { "" };

    assert_non_null(b);
    strcpy(b->folder, "/tmp/test_intake.XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->path, sizeof b->path, "%s/report.sock", b->folder);
    b->watch.has_watch = true;
    b->watch.watch_count = 1;
    assert_int_equal(dname_from_text("example.com", &b->watch.watch[0], &err), 0);
    b->loop = ev_loop_new(EVFLAG_AUTO);
    const struct intake_settings settings = { b->path, "", &b->watch };
    b->intake = intake_new(b->loop, &settings, on_woken, b, &err);
    if (!b->intake)
        fail_msg("%s", err.msg);
    for (int i = 0; i < DNSDS; i++)
        b->dnsd[i].pid = 0;
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < DNSDS; i++)
        fake_dnsd_kill(&b->dnsd[i]);
    intake_free(b->intake);
    ev_loop_destroy(b->loop);
    assert_int_equal(rmdir(b->folder), 0); /* the socket is gone */
    free(b);
    return 0;
}

static const struct intake_facts *look(struct bench *b)
{
    intake_drain(b->intake, mono_now());
    return intake_facts(b->intake);
}

static void connect_dnsd(struct bench *b, int i)
{
    if (b->dnsd[i].pid == 0)
        fake_dnsd_start(&b->dnsd[i]);
    fake_dnsd_connect(&b->dnsd[i], b->path);
}

static void send_report(struct bench *b, int i, uint64_t seq, enum fake_pass pass)
{
    fake_report(&b->report, seq);
    fake_dnsd_send(&b->dnsd[i], &b->report, pass);
}

static void assert_present(struct bench *b, enum intake_process process, int i)
{
    const struct intake_facts *facts = look(b);
    assert_int_equal(facts->process, process);
    assert_int_equal(facts->pid, b->dnsd[i].pid);
}

static void nobody_at_first(void **state)
{
    struct bench *b = *state;
    const struct intake_facts *facts = look(b);
    assert_int_equal(facts->process, INTAKE_UNSEEN);
    assert_int_equal(facts->pid, 0);
    assert_int_equal(intake_pidfd(b->intake), -1);
    intake_tell_withdrawn(b->intake); /* nobody hears it */
}

static void the_socket_is_for_the_group(void **state)
{
    struct bench *b = *state;
    struct stat status;
    assert_int_equal(stat(b->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0660);
}

static void a_dnsd_connects_and_reports(void **state)
{
    struct bench *b = *state;
    struct report_reply reply;
    connect_dnsd(b, 0);
    assert_present(b, INTAKE_CONNECTED, 0);
    assert_false(intake_facts(b->intake)->reported);
    assert_true(fake_dnsd_receive(&b->dnsd[0], &reply));
    assert_true(reply.has_watch);
    assert_int_equal(reply.watch_count, 1);
    assert_false(reply.withdrawn);

    send_report(b, 0, 41, PASS_PIDFD);
    send_report(b, 0, 42, PASS_NOTHING);
    const struct intake_facts *facts = look(b); /* reads all that is there */
    assert_true(facts->reported);
    assert_int_equal(facts->reports, 2);
    assert_int_equal(facts->report.seq, 42);
    assert_true(intake_pidfd(b->intake) >= 0);

    intake_tell_withdrawn(b->intake);
    assert_true(fake_dnsd_receive(&b->dnsd[0], &reply));
    assert_true(reply.withdrawn);
}

static void assert_wakes(struct bench *b)
{
    b->woken = 0;
    ev_run(b->loop, 0);
    assert_true(b->woken > 0);
    look(b);
}

static void each_event_wakes(void **state)
{
    struct bench *b = *state;
    connect_dnsd(b, 0);
    assert_wakes(b);
    send_report(b, 0, 1, PASS_PIDFD);
    assert_wakes(b);
    fake_dnsd_kill(&b->dnsd[0]);
    assert_wakes(b);
    ev_run(b->loop, EVRUN_NOWAIT); /* the dead one does not wake for ever */
    b->woken = 0;
    ev_run(b->loop, EVRUN_NOWAIT);
    assert_int_equal(b->woken, 0);
}

/* Kills the present dnsd and sees that it is known, whatever descriptor was passed. */
static void assert_death_is_seen(struct bench *b, enum fake_pass pass)
{
    connect_dnsd(b, 0);
    send_report(b, 0, 1, pass);
    assert_present(b, INTAKE_CONNECTED, 0);
    const pid_t pid = b->dnsd[0].pid;
    fake_dnsd_kill(&b->dnsd[0]);
    const struct intake_facts *facts = look(b);
    assert_int_equal(facts->process, INTAKE_DEAD);
    assert_int_equal(facts->pid, pid);
    assert_true(peer_is_dead(intake_pidfd(b->intake)));
}

static void a_death_is_seen_by_the_passed_pidfd(void **state)
{
    assert_death_is_seen(*state, PASS_PIDFD);
}

static void a_death_is_seen_without_a_passed_pidfd(void **state)
{
    assert_death_is_seen(*state, PASS_NOTHING);
}

/* The test itself lives: were its pidfd taken for dnsd's, the death would not be seen. */
static void the_pidfd_of_another_process_is_not_taken(void **state)
{
    assert_death_is_seen(*state, PASS_OTHER_PIDFD);
}

static void a_file_is_not_taken_for_a_pidfd(void **state)
{
    assert_death_is_seen(*state, PASS_FILE);
}

static void a_closed_connection_is_not_death(void **state)
{
    struct bench *b = *state;
    connect_dnsd(b, 0);
    send_report(b, 0, 5, PASS_PIDFD);
    look(b);
    fake_dnsd_close(&b->dnsd[0]);
    assert_present(b, INTAKE_CLOSED, 0);
    assert_true(intake_facts(b->intake)->reported); /* its last word */

    connect_dnsd(b, 0); /* the same process comes back */
    assert_present(b, INTAKE_CONNECTED, 0);
    assert_int_equal(intake_facts(b->intake)->processes, 1);

    fake_dnsd_close(&b->dnsd[0]);
    look(b);
    fake_dnsd_kill(&b->dnsd[0]);
    assert_int_equal(look(b)->process, INTAKE_DEAD);
}

static void the_last_words_are_read_before_the_end(void **state)
{
    struct bench *b = *state;
    connect_dnsd(b, 0);
    send_report(b, 0, 8, PASS_PIDFD);
    send_report(b, 0, 9, PASS_NOTHING);
    look(b);
    send_report(b, 0, 10, PASS_NOTHING);
    fake_dnsd_kill(&b->dnsd[0]);
    assert_int_equal(look(b)->process, INTAKE_DEAD);
    assert_int_equal(intake_facts(b->intake)->report.seq, 10);
}

static void the_next_process_begins_from_nothing(void **state)
{
    struct bench *b = *state;
    connect_dnsd(b, 0);
    send_report(b, 0, 5, PASS_PIDFD);
    look(b);
    fake_dnsd_kill(&b->dnsd[0]);
    connect_dnsd(b, 1);
    assert_present(b, INTAKE_CONNECTED, 1);
    assert_int_equal(intake_facts(b->intake)->processes, 2);
    assert_false(intake_facts(b->intake)->reported);
    assert_false(peer_is_dead(intake_pidfd(b->intake)));
}

static void a_second_process_waits_in_line(void **state)
{
    struct bench *b = *state;
    connect_dnsd(b, 0);
    look(b);
    connect_dnsd(b, 1);
    send_report(b, 1, 100, PASS_PIDFD);
    assert_present(b, INTAKE_CONNECTED, 0);
    assert_int_equal(intake_facts(b->intake)->reports, 0); /* it is not heard */
    fake_dnsd_close(&b->dnsd[0]);                          /* hands over */
    assert_present(b, INTAKE_CONNECTED, 1);
    assert_int_equal(intake_facts(b->intake)->report.seq, 100);
}

static void who_gave_up_waiting_is_passed_over(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < 3; i++) {
        connect_dnsd(b, i);
        look(b);
    }
    fake_dnsd_kill(&b->dnsd[1]);
    fake_dnsd_kill(&b->dnsd[0]);
    assert_present(b, INTAKE_CONNECTED, 2);
}

static void the_line_is_bounded(void **state)
{
    struct bench *b = *state;
    struct report_reply reply;
    for (int i = 0; i < DNSDS; i++) {
        connect_dnsd(b, i);
        look(b);
    }
    assert_false(fake_dnsd_receive(&b->dnsd[DNSDS - 1], &reply)); /* closed at once */
    assert_present(b, INTAKE_CONNECTED, 0);
}

static void a_second_connection_of_the_same_process_replaces_its_first(void **state)
{
    struct bench *b = *state;
    connect_dnsd(b, 0);
    look(b);
    connect_dnsd(b, 0); /* without closing */
    send_report(b, 0, 77, PASS_NOTHING);
    look(b);
    assert_present(b, INTAKE_CONNECTED, 0);
    assert_int_equal(intake_facts(b->intake)->report.seq, 77);
    assert_int_equal(intake_facts(b->intake)->processes, 1);
}

static void nonsense_is_ignored(void **state)
{
    struct bench *b = *state;
    connect_dnsd(b, 0);
    fake_dnsd_send_text(&b->dnsd[0], "{\"v\":1", PASS_NOTHING);
    fake_dnsd_send_text(&b->dnsd[0], "{}", PASS_PIDFD);
    assert_present(b, INTAKE_CONNECTED, 0);
    assert_int_equal(intake_facts(b->intake)->reports, 0);
    send_report(b, 0, 3, PASS_NOTHING);
    assert_int_equal(look(b)->report.seq, 3);
}

static void a_report_from_the_future_is_of_now(void **state)
{
    struct bench *b = *state;
    connect_dnsd(b, 0);
    fake_report(&b->report, 1);
    b->report.sent = mono_add_ms(mono_now(), 3600 * 1000);
    fake_dnsd_send(&b->dnsd[0], &b->report, PASS_NOTHING);
    look(b);
    assert_false(mono_before(mono_now(), look(b)->report.sent));
}

static void reports_that_come_late_are_noticed(void **state)
{
    struct bench *b = *state;
    connect_dnsd(b, 0);
    fake_report(&b->report, 1);
    const struct mono first = b->report.sent = mono_add_ms(mono_now(), -1000);
    fake_dnsd_send(&b->dnsd[0], &b->report, PASS_NOTHING);
    b->report.sent = mono_add_ms(first, 199);
    fake_dnsd_send(&b->dnsd[0], &b->report, PASS_NOTHING);
    assert_int_equal(look(b)->pace.running.ns, first.ns);
    b->report.sent = mono_add_ms(first, 399);
    fake_dnsd_send(&b->dnsd[0], &b->report, PASS_NOTHING);
    assert_int_equal(look(b)->pace.running.ns, b->report.sent.ns);
}

static void a_live_socket_is_not_taken(void **state)
{
    struct bench *b = *state;
    struct err err = { "" };
    const struct intake_settings settings = { b->path, "", &b->watch };
    assert_null(intake_new(b->loop, &settings, on_woken, b, &err));
    assert_non_null(strstr(err.msg, b->path));
}

static void users(void **state)
{
    (void)state;
    assert_int_equal(peer_uid_of("root"), 0);
    assert_int_equal(peer_uid_of("root:daemon"), 0);
    assert_int_equal(peer_uid_of(""), geteuid());
    assert_int_equal(peer_uid_of(NULL), geteuid());
    assert_int_equal(peer_uid_of("no-such-user-anywhere"), geteuid());
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(nobody_at_first),
        CASE(the_socket_is_for_the_group),
        CASE(a_dnsd_connects_and_reports),
        CASE(each_event_wakes),
        CASE(a_death_is_seen_by_the_passed_pidfd),
        CASE(a_death_is_seen_without_a_passed_pidfd),
        CASE(the_pidfd_of_another_process_is_not_taken),
        CASE(a_file_is_not_taken_for_a_pidfd),
        CASE(a_closed_connection_is_not_death),
        CASE(the_last_words_are_read_before_the_end),
        CASE(the_next_process_begins_from_nothing),
        CASE(a_second_process_waits_in_line),
        CASE(who_gave_up_waiting_is_passed_over),
        CASE(the_line_is_bounded),
        CASE(a_second_connection_of_the_same_process_replaces_its_first),
        CASE(nonsense_is_ignored),
        CASE(a_report_from_the_future_is_of_now),
        CASE(reports_that_come_late_are_noticed),
        CASE(a_live_socket_is_not_taken),
        cmocka_unit_test(users),
    };
#undef CASE
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests_name("intake", tests, NULL, NULL);
}
