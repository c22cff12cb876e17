/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fake_dnsd.c - the child, its orders, and their answers. An order is one message on a socket pair:
 * a letter and a text. */
#include "tests/unit/fake_dnsd.h"

#include "common/unixsock.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum order { CONNECT = 'c', SEND = 's', CLOSE = 'x', RECEIVE = 'r' };

struct message {
    char order;
    char pass;
    char text[REPORT_BYTES_MAX];
};

enum { HEAD_BYTES = offsetof(struct message, text) };

/* --- the child -----------------------------------------------------------------------------------
 */

static int what_to_pass(enum fake_pass pass)
{
    switch (pass) {
    case PASS_PIDFD:
        return pidfd_open(getpid(), 0);
    case PASS_OTHER_PIDFD:
        return pidfd_open(getppid(), 0);
    case PASS_FILE:
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    case PASS_NOTHING:
        break;
    }
    return -1;
}

static bool send_report(int report, const struct message *order, size_t len)
{
    const int pass = what_to_pass((enum fake_pass)order->pass);
    const bool sent = unixsock_send(report, order->text, len, pass) == (ssize_t)len;

    if (pass >= 0)
        close(pass);
    return sent;
}

/* Waits for a message of anycastd; its text, or nothing at the end, becomes the answer. */
static ssize_t receive_reply(int report, char *text)
{
    struct pollfd poller = { .fd = report, .events = POLLIN };
    int passed;

    poll(&poller, 1, -1);
    return unixsock_recv(report, text, REPORT_BYTES_MAX, &passed);
}

/* Does one order; the answer is '+', with a text for RECEIVE, or '-'. */
static size_t obey(int *report, struct message *order, size_t len)
{
    bool good = true;
    ssize_t got = 0;

    switch (order->order) {
    case CONNECT:
        *report = unixsock_connect(order->text, SOCK_SEQPACKET, NULL);
        good = *report >= 0;
        break;
    case SEND:
        good = send_report(*report, order, len - HEAD_BYTES);
        break;
    case CLOSE:
        close(*report);
        break;
    case RECEIVE:
        got = receive_reply(*report, order->text);
        good = got >= 0;
        break;
    }
    order->order = good ? '+' : '-';
    return HEAD_BYTES + (size_t)(got > 0 ? got : 0);
}

static void live(int control)
{
    static struct message order;
    int report = -1;

    for (;;) {
        memset(&order, 0, sizeof order);
        const ssize_t len = recv(control, &order, sizeof order, 0);
        if (len <= 0)
            _exit(0);
        const size_t answer = obey(&report, &order, (size_t)len);
        if (send(control, &order, answer, MSG_NOSIGNAL) < 0)
            _exit(1);
    }
}

/* --- the test's end ------------------------------------------------------------------------------
 */

void fake_dnsd_start(struct fake_dnsd *dnsd)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    dnsd->pid = fork();
    assert_true(dnsd->pid >= 0);
    if (dnsd->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close_range(3, (unsigned)pair[1] - 1, 0); /* none of the test's sockets stays open in us */
        close_range((unsigned)pair[1] + 1, ~0U, 0);
        live(pair[1]);
    }
    close(pair[1]);
    dnsd->control = pair[0];
}

static size_t command(struct fake_dnsd *dnsd, struct message *message, size_t text_len)
{
    assert_true(send(dnsd->control, message, HEAD_BYTES + text_len, MSG_NOSIGNAL) > 0);
    const ssize_t len = recv(dnsd->control, message, sizeof *message, 0);
    assert_true(len >= HEAD_BYTES);
    assert_int_equal(message->order, '+');
    return (size_t)len - HEAD_BYTES;
}

void fake_dnsd_connect(struct fake_dnsd *dnsd, const char *path)
{
    struct message message = { .order = CONNECT };
    strcpy(message.text, path);
    command(dnsd, &message, strlen(path));
}

void fake_dnsd_send_text(struct fake_dnsd *dnsd, const char *text, enum fake_pass pass)
{
    struct message message = { .order = SEND, .pass = (char)pass };
    strcpy(message.text, text);
    command(dnsd, &message, strlen(text));
}

void fake_dnsd_send(struct fake_dnsd *dnsd, const struct report *report, enum fake_pass pass)
{
    struct message message = { .order = SEND, .pass = (char)pass };
    const size_t len = report_encode(report, message.text, sizeof message.text);
    assert_true(len > 0);
    command(dnsd, &message, len);
}

void fake_dnsd_close(struct fake_dnsd *dnsd)
{
    struct message message = { .order = CLOSE };
    command(dnsd, &message, 0);
}

bool fake_dnsd_receive(struct fake_dnsd *dnsd, struct report_reply *out)
{
    struct message message = { .order = RECEIVE };
    struct err err = { "" };
    const size_t len = command(dnsd, &message, 0);

    if (len > 0 && report_reply_decode(message.text, len, out, &err))
        fail_msg("%s", err.msg);
    return len > 0;
}

void fake_dnsd_kill(struct fake_dnsd *dnsd)
{
    if (dnsd->pid <= 0)
        return;
    kill(dnsd->pid, SIGKILL);
    waitpid(dnsd->pid, NULL, 0);
    close(dnsd->control);
    dnsd->pid = 0;
}

void fake_report(struct report *out, uint64_t seq)
{
    memset(out, 0, sizeof *out);
    out->seq = seq;
    out->sent = mono_now();
    strcpy(out->node, "n1");
    strcpy(out->version, "test");
    out->state = REPORT_SERVING;
    out->pid = 1;
    out->worker_count = 1;
    out->worker_tick[0] = out->sent;
}
