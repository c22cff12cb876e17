/* SPDX-License-Identifier: GPL-3.0-or-later */
/* holder.c - one socket to the guard, and the timer that renews the lease. */
#include "anycastctl/act/holder.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/unixsock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SILENT_MS = 10 * LEASE_INTERVAL_MS }; /* a guard that answers none of ten hangs */

struct holder {
    struct ev_loop *loop;
    const char *path;
    struct holder_ops ops;
    int fd; /* -1: not connected */
    ev_io io;
    ev_timer timer;
    uint64_t seq;
    struct mono heard; /* when the guard last answered, or was connected to */
    bool guard_has_bird;
    struct err problem;
};

static void hang_up(struct holder *holder, const char *reason)
{
    log_event(LOG_WARN, "guard-lost", "path=%s reason=\"%s\"", holder->path, reason);
    err_set(&holder->problem, "%s: %s", holder->path, reason);
    ev_io_stop(holder->loop, &holder->io);
    close(holder->fd);
    holder->fd = -1;
    holder->guard_has_bird = false;
    holder->ops.changed(holder->ops.arg);
}

static void note_bird(struct holder *holder, bool guard_has_bird)
{
    if (guard_has_bird == holder->guard_has_bird)
        return;
    holder->guard_has_bird = guard_has_bird;
    holder->ops.changed(holder->ops.arg);
}

static void take_reply(struct holder *holder, const char *text, size_t len)
{
    struct lease_reply reply;
    struct err err;
    if (lease_reply_decode(text, len, &reply, &err) < 0) {
        hang_up(holder, err.msg);
        return;
    }
    holder->heard = mono_now();
    note_bird(holder, reply.bird_connected);
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop, (void)events;
    struct holder *holder = io->data;
    char text[LEASE_BYTES_MAX];
    int passed;
    while (holder->fd >= 0) {
        ssize_t n = unixsock_recv(holder->fd, text, sizeof text, &passed);
        if (passed >= 0)
            close(passed);
        if (n > 0)
            take_reply(holder, text, (size_t)n);
        else if (n == 0)
            hang_up(holder, "the guard closed the connection");
        else if (errno == EAGAIN)
            return;
        else if (errno != EINTR)
            hang_up(holder, strerror(errno));
    }
}

static void connect_now(struct holder *holder)
{
    holder->fd = unixsock_connect(holder->path, SOCK_SEQPACKET, &holder->problem);
    if (holder->fd < 0)
        return;
    log_event(LOG_INFO, "guard-found", "path=%s", holder->path);
    err_clear(&holder->problem);
    holder->heard = mono_now();
    ev_io_set(&holder->io, holder->fd, EV_READ);
    ev_io_start(holder->loop, &holder->io);
    holder->ops.changed(holder->ops.arg);
}

/* A guard that doesn't read (EAGAIN) is stopped or hangs: its socket fills, and nothing is lost. */
void holder_renew(struct holder *holder)
{
    if (holder->fd < 0)
        connect_now(holder);
    if (holder->fd < 0)
        return;
    struct lease lease = { 0 };
    char text[LEASE_BYTES_MAX];
    int pidfd = holder->ops.terms(holder->ops.arg, &lease);
    lease.seq = ++holder->seq;
    lease.sent = mono_now();
    size_t len = lease_encode(&lease, text);
    if (unixsock_send(holder->fd, text, len, pidfd) < 0 && errno != EAGAIN)
        hang_up(holder, strerror(errno));
    else if (mono_diff_ms(lease.sent, holder->heard) > SILENT_MS)
        note_bird(holder, false);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    holder_renew(timer->data);
}

struct holder *holder_new(struct ev_loop *loop, const char *path, const struct holder_ops *ops)
{
    struct holder *holder = mem_zalloc(sizeof *holder);
    holder->loop = loop;
    holder->path = path;
    holder->ops = *ops;
    holder->fd = -1;
    ev_init(&holder->io, on_readable);
    holder->io.data = holder;
    ev_timer_init(&holder->timer, on_timer, 0, LEASE_INTERVAL_MS / 1000.0);
    holder->timer.data = holder;
    ev_timer_start(loop, &holder->timer);
    return holder;
}

void holder_free(struct holder *holder)
{
    if (!holder)
        return;
    ev_timer_stop(holder->loop, &holder->timer);
    ev_io_stop(holder->loop, &holder->io);
    if (holder->fd >= 0)
        close(holder->fd);
    free(holder);
}

bool holder_connected(const struct holder *holder)
{
    return holder->fd >= 0;
}

bool holder_guard_has_bird(const struct holder *holder)
{
    return holder->guard_has_bird;
}

const char *holder_problem(const struct holder *holder)
{
    return holder->problem.msg;
}
