/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reporter.c - the connection to anycastd's report socket. Knows when to send and what travels
 * along; hides connecting and losing it. */
#include "dnsd/ops/reporter.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/unixsock.h"
#include "dnsd/ops/fatal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct reporter {
    struct ev_loop *loop;
    const char *path;
    const struct reporter_owner *owner;
    ev_timer timer;
    ev_io io;        /* of the connection; its fd is -1 while there is none */
    int pidfd;       /* our own: anycastd sees by it when we are gone */
    bool introduced; /* pidfd was sent over this connection */
    bool told;       /* the log knows that there is no connection */
    uint64_t seq;
    struct report_reply watch;
    struct report report;
    char text[REPORT_BYTES_MAX];
};

bool reporter_is_connected(const struct reporter *reporter)
{
    return reporter->io.fd >= 0;
}

static void disconnect(struct reporter *reporter, const char *why)
{
    log_event(LOG_WARN, "report-lost", "socket=%s reason=\"%s\"", reporter->path, why);
    fatal_watch(-1);
    ev_io_stop(reporter->loop, &reporter->io);
    close(reporter->io.fd);
    reporter->io.fd = -1;
    reporter->told = true;
}

void reporter_send(struct reporter *reporter)
{
    struct report *report = &reporter->report;
    if (!reporter_is_connected(reporter))
        return;
    memset(report, 0, sizeof *report);
    report->sent = mono_now();
    reporter->owner->fill(reporter->owner->arg, &reporter->watch, report);
    report->seq = ++reporter->seq;
    size_t len = report_encode(report, reporter->text, sizeof reporter->text);
    if (len == 0) {
        log_event(LOG_ERROR, "report-too-long", "seq=%" PRIu64, report->seq);
        return;
    }
    int pass = reporter->introduced ? -1 : reporter->pidfd;
    if (unixsock_send(reporter->io.fd, reporter->text, len, pass) >= 0)
        reporter->introduced = true;
    else if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
        disconnect(reporter, strerror(errno));
}

static void take_reply(struct reporter *reporter, const char *text, size_t len)
{
    struct err err;
    struct report_reply reply;
    if (report_reply_decode(text, len, &reply, &err)) {
        log_event(LOG_WARN, "report-reply-bad", "reason=\"%s\"", err.msg);
        return;
    }
    if (reply.has_watch) {
        reporter->watch = reply;
        reporter_send(reporter);
    }
    if (reply.withdrawn)
        reporter->owner->withdrawn(reporter->owner->arg);
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop, (void)events;
    struct reporter *reporter = io->data;
    char text[REPORT_BYTES_MAX];
    int passed;
    ssize_t len = unixsock_recv(io->fd, text, sizeof text, &passed);
    if (passed >= 0)
        close(passed);
    if (len > 0)
        take_reply(reporter, text, (size_t)len);
    else if (len == 0)
        disconnect(reporter, "closed by anycastd");
    else if (errno != EAGAIN && errno != EINTR)
        disconnect(reporter, strerror(errno));
}

/* Quietly: there is nothing to say ten times a second. */
static void connect_now(struct reporter *reporter)
{
    struct err err;
    int fd = unixsock_connect(reporter->path, SOCK_SEQPACKET, &err);
    if (fd < 0) {
        if (!reporter->told)
            log_event(LOG_NOTICE, "report-waiting", "reason=\"%s\"", err.msg);
        reporter->told = true;
        return;
    }
    log_event(LOG_INFO, "report-connected", "socket=%s", reporter->path);
    reporter->introduced = false;
    ev_io_set(&reporter->io, fd, EV_READ);
    ev_io_start(reporter->loop, &reporter->io);
    fatal_watch(fd);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct reporter *reporter = timer->data;
    if (!reporter_is_connected(reporter))
        connect_now(reporter);
    reporter_send(reporter);
}

struct reporter *reporter_new(struct ev_loop *loop, const char *path,
                              const struct reporter_owner *owner)
{
    struct reporter *reporter = mem_zalloc(sizeof *reporter);
    reporter->loop = loop;
    reporter->path = path;
    reporter->owner = owner;
    reporter->pidfd = pidfd_open(getpid(), 0);
    ev_io_init(&reporter->io, on_readable, -1, EV_READ);
    reporter->io.data = reporter;
    ev_timer_init(&reporter->timer, on_timer, 0., REPORT_INTERVAL_MS / 1000.);
    reporter->timer.data = reporter;
    ev_timer_start(loop, &reporter->timer);
    return reporter;
}

void reporter_free(struct reporter *reporter)
{
    ev_timer_stop(reporter->loop, &reporter->timer);
    if (reporter_is_connected(reporter)) {
        fatal_watch(-1);
        ev_io_stop(reporter->loop, &reporter->io);
        close(reporter->io.fd);
    }
    if (reporter->pidfd >= 0)
        close(reporter->pidfd);
    free(reporter);
}
