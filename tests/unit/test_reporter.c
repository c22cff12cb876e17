/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_reporter.c - the line to anycastd, with the test at its other end. */
#include "dnsd/ops/reporter.h"

#include "common/unixsock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_reporter-XXXXXX";
static char path[64];

struct fixture {
    struct ev_loop *loop;
    struct reporter_owner owner;
    struct reporter *reporter;
    unsigned filled, confirmed;
    size_t watch_count;
    int listener, peer;
    struct report report; /* the last one that was received */
};

static void fill(void *arg, const struct report_reply *watch, struct report *report)
{
    struct fixture *f = arg;
    f->filled++;
    f->watch_count = watch->watch_count;
    snprintf(report->node, sizeof report->node, "test");
    snprintf(report->version, sizeof report->version, "0");
    report->state = REPORT_SERVING;
    report->pid = getpid();
}

static void confirmed(void *arg)
{
    struct fixture *f = arg;
    f->confirmed++;
}

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/sock", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void listen_again(struct fixture *f)
{
    struct err err;
    f->listener = unixsock_listen(path, SOCK_SEQPACKET, 0600, &err);
    assert_true(f->listener >= 0);
}

static int start(void **state)
{
    static struct fixture f;
    f = (struct fixture){ .loop = ev_loop_new(0), .listener = -1, .peer = -1 };
    f.owner = (struct reporter_owner){ fill, confirmed, &f };
    f.reporter = reporter_new(f.loop, path, &f.owner);
    *state = &f;
    return 0;
}

static void hang_up(struct fixture *f)
{
    if (f->peer >= 0)
        close(f->peer);
    if (f->listener >= 0)
        close(f->listener);
    f->peer = f->listener = -1;
    unlink(path);
}

static int stop(void **state)
{
    struct fixture *f = *state;
    reporter_free(f->reporter);
    hang_up(f);
    ev_loop_destroy(f->loop);
    return 0;
}

/* Waits, turning the loop, for the reporter to connect. */
static void accept_it(struct fixture *f)
{
    while ((f->peer = accept4(f->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) < 0)
        ev_run(f->loop, EVRUN_ONCE);
}

/* The next report; returns the descriptor that came along, or -1. */
static int receive(struct fixture *f)
{
    static char text[REPORT_BYTES_MAX];
    struct err err;
    int passed;
    ssize_t len;
    while ((len = unixsock_recv(f->peer, text, sizeof text, &passed)) < 0) {
        assert_int_equal(errno, EAGAIN);
        ev_run(f->loop, EVRUN_ONCE);
    }
    assert_true(len > 0);
    assert_int_equal(report_decode(text, (size_t)len, &f->report, &err), 0);
    return passed;
}

static void say(struct fixture *f, const char *text)
{
    assert_int_equal(unixsock_send(f->peer, text, strlen(text), -1), strlen(text));
}

static void test_reports_are_numbered_and_introduced(void **state)
{
    struct fixture *f = *state;
    listen_again(f);
    accept_it(f);
    int pidfd = receive(f);
    assert_true(pidfd >= 0);
    close(pidfd);
    assert_int_equal(f->report.seq, 1);
    assert_string_equal(f->report.node, "test");
    int64_t longest = 0; /* of a reporter that stood still, the next one is due at once */
    for (unsigned seq = 2; seq <= 10 && longest < REPORT_INTERVAL_MS - 20; seq++) {
        struct mono before = f->report.sent;
        assert_int_equal(receive(f), -1);
        assert_int_equal(f->report.seq, seq);
        longest = mono_diff_ms(f->report.sent, before);
    }
    assert_in_range(longest, REPORT_INTERVAL_MS - 20, 30000);
}

static void test_change_is_reported_at_once(void **state)
{
    struct fixture *f = *state;
    listen_again(f);
    accept_it(f);
    close(receive(f));
    reporter_send(f->reporter);
    static char text[REPORT_BYTES_MAX];
    int passed;
    assert_true(unixsock_recv(f->peer, text, sizeof text, &passed) > 0); /* no turn of the loop */
}

static void test_nothing_is_filled_without_a_connection(void **state)
{
    struct fixture *f = *state;
    for (int turns = 0; turns < 3; turns++)
        ev_run(f->loop, EVRUN_ONCE);
    reporter_send(f->reporter);
    assert_int_equal(f->filled, 0);
    assert_false(reporter_is_connected(f->reporter));
}

static void test_connection_is_made_again(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 2; round++) {
        listen_again(f);
        accept_it(f);
        int pidfd = receive(f);
        assert_true(pidfd >= 0); /* each time */
        close(pidfd);
        hang_up(f);
        while (reporter_is_connected(f->reporter))
            ev_run(f->loop, EVRUN_ONCE);
    }
}

static void test_reports_that_are_not_taken_leave_a_gap(void **state)
{
    struct fixture *f = *state;
    listen_again(f);
    accept_it(f);
    close(receive(f));
    unsigned before = f->filled;
    for (int i = 0; i < 2000; i++) /* more than a socket holds; none of them may block */
        reporter_send(f->reporter);
    assert_int_equal(f->filled, before + 2000);
    assert_true(reporter_is_connected(f->reporter));
    uint64_t last;
    do {
        last = f->report.seq;
        receive(f);
    } while (f->report.seq == last + 1);
    assert_true(f->report.seq > 2001);
}

static void test_replies(void **state)
{
    struct fixture *f = *state;
    listen_again(f);
    accept_it(f);
    close(receive(f));
    say(f, "{\"v\":1,\"withdrawn\":false,\"watch\":[\"a.test.\",\".\"],\"watch_left_out\":0}");
    while (f->watch_count != 2)
        receive(f);
    assert_int_equal(f->confirmed, 0);
    say(f, "nonsense");
    say(f, "{\"v\":1,\"withdrawn\":true}");
    while (!f->confirmed)
        receive(f);
    assert_int_equal(f->watch_count, 2); /* a reply that names none leaves them */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reports_are_numbered_and_introduced, start, stop),
        cmocka_unit_test_setup_teardown(test_change_is_reported_at_once, start, stop),
        cmocka_unit_test_setup_teardown(test_nothing_is_filled_without_a_connection, start, stop),
        cmocka_unit_test_setup_teardown(test_connection_is_made_again, start, stop),
        cmocka_unit_test_setup_teardown(test_reports_that_are_not_taken_leave_a_gap, start, stop),
        cmocka_unit_test_setup_teardown(test_replies, start, stop),
    };
    return cmocka_run_group_tests_name("reporter", tests, make_folder, remove_folder);
}
