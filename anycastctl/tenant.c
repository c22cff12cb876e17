/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tenant.c - one listening socket, at most one connection. */
#include "anycastctl/tenant.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/unixsock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tenant {
    struct ev_loop *loop;
    const char *path;
    struct tenant_ops ops;
    ev_io listener, peer; /* fd -1: none */
};

enum { PRIORITY = 2 }; /* what has been said counts before its absence is judged by a timer */

static void close_peer(struct tenant *tenant)
{
    if (tenant->peer.fd < 0)
        return;
    ev_io_stop(tenant->loop, &tenant->peer);
    close(tenant->peer.fd);
    ev_io_set(&tenant->peer, -1, EV_READ);
}

static void lose_peer(struct tenant *tenant, const char *reason)
{
    close_peer(tenant);
    tenant->ops.left(tenant->ops.arg, reason);
}

static void take_lease(struct tenant *tenant, const char *text, size_t len, int pidfd)
{
    struct lease lease;
    struct err err;
    if (lease_decode(text, len, &lease, &err) < 0) {
        if (pidfd >= 0)
            close(pidfd);
        lose_peer(tenant, err.msg);
        return;
    }
    struct lease_reply reply = tenant->ops.renewed(tenant->ops.arg, &lease, pidfd);
    char answer[LEASE_BYTES_MAX];
    size_t answer_len = lease_reply_encode(&reply, answer);
    if (tenant->peer.fd >= 0)
        unixsock_send(tenant->peer.fd, answer, answer_len, -1); /* if it is gone, we read so soon */
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop, (void)events;
    struct tenant *tenant = io->data;
    char text[LEASE_BYTES_MAX];
    int pidfd;
    while (tenant->peer.fd >= 0) {
        ssize_t n = unixsock_recv(tenant->peer.fd, text, sizeof text, &pidfd);
        if (n > 0)
            take_lease(tenant, text, (size_t)n, pidfd);
        else if (n == 0)
            lose_peer(tenant, "the connection was closed");
        else if (errno == EAGAIN)
            return;
        else if (errno != EINTR)
            lose_peer(tenant, strerror(errno));
    }
}

/* Only our own user, or root, may hold the lease: it keeps us quiet. */
static bool may_hold(int fd)
{
    struct unixsock_peer peer;
    struct err err;
    if (unixsock_peer(fd, &peer, &err) < 0) {
        log_event(LOG_WARN, "lease-refused", "error=\"%s\"", err.msg);
        return false;
    }
    if (peer.uid == 0 || peer.uid == geteuid())
        return true;
    log_event(LOG_WARN, "lease-refused", "pid=%d uid=%u", (int)peer.pid, (unsigned)peer.uid);
    return false;
}

static void on_connection(struct ev_loop *loop, ev_io *io, int events)
{
    (void)events;
    struct tenant *tenant = io->data;
    int fd = accept4(io->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (!may_hold(fd)) {
        close(fd);
        return;
    }
    close_peer(tenant);
    ev_io_set(&tenant->peer, fd, EV_READ);
    ev_io_start(loop, &tenant->peer);
}

struct tenant *tenant_new(struct ev_loop *loop, const char *path, const struct tenant_ops *ops,
                          struct err *err)
{
    int fd = unixsock_listen(path, SOCK_SEQPACKET, 0660, err);
    if (fd < 0)
        return NULL;
    struct tenant *tenant = mem_zalloc(sizeof *tenant);
    tenant->loop = loop;
    tenant->path = path;
    tenant->ops = *ops;
    ev_io_init(&tenant->listener, on_connection, fd, EV_READ);
    ev_io_init(&tenant->peer, on_readable, -1, EV_READ);
    ev_set_priority(&tenant->peer, PRIORITY);
    tenant->listener.data = tenant->peer.data = tenant;
    ev_io_start(loop, &tenant->listener);
    return tenant;
}

void tenant_free(struct tenant *tenant)
{
    if (!tenant)
        return;
    close_peer(tenant);
    ev_io_stop(tenant->loop, &tenant->listener);
    close(tenant->listener.fd);
    unlink(tenant->path);
    free(tenant);
}
