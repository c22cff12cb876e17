/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe.c - the sockets of a probe. Knows what the kernel's errors say of the other end; hides
 * partial reads and TCP's length prefix. */
#include "anycastctl/sense/probe.h"

#include "common/mem.h"
#include "common/wire.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PREFIX_BYTES = 2,    /* RFC 1035 4.2.2 */
    ANSWER_BYTES = 4096, /* an SOA, its NS and their addresses are far smaller */
    INBOX_BYTES = PREFIX_BYTES + ANSWER_BYTES,
};

const char *probe_transport_name(enum probe_transport transport)
{
    return transport == PROBE_UDP ? "UDP" : "TCP";
}

static void close_socket(struct probe *probe)
{
    if (probe->io.fd < 0)
        return;
    ev_io_stop(probe->loop, &probe->io);
    close(probe->io.fd);
    probe->io.fd = -1;
    free(probe->inbox);
    probe->inbox = NULL;
}

static void land(struct probe *probe, enum probe_outcome outcome, int error)
{
    close_socket(probe);
    probe->outcome = outcome;
    probe->error = error;
}

/* What an error of socket, bind, connect, send or receive says. */
static enum probe_outcome outcome_of(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return PROBE_REFUSED;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT: /* a host without IPv6 has no IPv6 address */
        return PROBE_NO_ADDRESS;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EADDRINUSE: /* no source port is free */
        return PROBE_UNSENT;
    default:
        return PROBE_SILENT;
    }
}

static void land_with_errno(struct probe *probe)
{
    const int error = errno;
    land(probe, outcome_of(error), error);
}

/* Takes a message if it is the answer. */
static void take_message(struct probe *probe, const uint8_t *message, size_t len)
{
    if (check_parse(&probe->query, message, len, &probe->answer))
        land(probe, PROBE_ANSWERED, 0);
}

/* Reads what is there; what is no answer to the question is passed over. */
static void read_udp(struct probe *probe)
{
    uint8_t message[ANSWER_BYTES];

    while (probe->outcome == PROBE_FLYING) {
        const ssize_t len = recv(probe->io.fd, message, sizeof message, 0);
        if (len >= 0)
            take_message(probe, message, (size_t)len);
        else if (errno == EAGAIN)
            return;
        else if (errno != EINTR)
            land_with_errno(probe);
    }
}

/* A whole message in the inbox that is not the answer will not become one. */
static void take_inbox(struct probe *probe)
{
    if (probe->inbox_len < PREFIX_BYTES)
        return;
    const size_t len = wire_peek_u16(probe->inbox);
    if (len > ANSWER_BYTES) {
        probe->answer = (struct check_answer){ .malformed = true };
        land(probe, PROBE_ANSWERED, 0);
    } else if (probe->inbox_len >= PREFIX_BYTES + len) {
        take_message(probe, probe->inbox + PREFIX_BYTES, len);
        probe->answer.malformed |= probe->answer.truncated; /* there is nowhere to go from here */
        if (probe->outcome == PROBE_FLYING)
            land(probe, PROBE_SILENT, EPROTO);
    }
}

static void read_tcp(struct probe *probe)
{
    while (probe->outcome == PROBE_FLYING) {
        const ssize_t len = recv(probe->io.fd, probe->inbox + probe->inbox_len,
                                 INBOX_BYTES - probe->inbox_len, 0);
        if (len > 0) {
            probe->inbox_len += (size_t)len;
            take_inbox(probe);
        } else if (len == 0)
            land(probe, PROBE_SILENT, ECONNRESET);
        else if (errno == EAGAIN || errno == ENOTCONN)
            return;
        else if (errno != EINTR)
            land_with_errno(probe);
    }
}

static void read_answer(struct probe *probe)
{
    if (probe->transport == PROBE_UDP)
        read_udp(probe);
    else
        read_tcp(probe);
}

/* Sends the question; a fresh socket's buffer takes it whole. */
static void send_question(struct probe *probe)
{
    uint8_t message[PREFIX_BYTES + CHECK_QUERY_MAX];
    const size_t len = check_build(&probe->query, message + PREFIX_BYTES);
    const size_t skip = probe->transport == PROBE_UDP ? PREFIX_BYTES : 0;

    wire_set_u16(message, (uint16_t)len);
    if (send(probe->io.fd, message + skip, PREFIX_BYTES + len - skip, MSG_NOSIGNAL) < 0)
        land_with_errno(probe);
}

static void watch(struct probe *probe, int events)
{
    ev_io_stop(probe->loop, &probe->io);
    ev_io_set(&probe->io, probe->io.fd, events);
    ev_io_start(probe->loop, &probe->io);
}

static void finish_connect(struct probe *probe)
{
    int error = 0;
    socklen_t len = sizeof error;

    (void)getsockopt(probe->io.fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error) {
        land(probe, outcome_of(error), error);
        return;
    }
    watch(probe, EV_READ);
    send_question(probe);
}

static void on_event(struct ev_loop *loop, ev_io *io, int events)
{
    struct probe *probe = io->data;

    (void)loop;
    if (events & EV_WRITE)
        finish_connect(probe);
    else
        read_answer(probe);
    if (probe->outcome != PROBE_FLYING)
        probe->landed(probe);
}

static int open_socket(struct probe *probe)
{
    const int type = probe->transport == PROBE_UDP ? SOCK_DGRAM : SOCK_STREAM;
    const struct addr *to = probe->address;
    struct addr from = *to;

    addr_set_port(&from, 0);
    probe->io.fd = socket(to->sa.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe->io.fd < 0 || bind(probe->io.fd, &from.sa, from.len) < 0)
        return -1;
    return connect(probe->io.fd, &to->sa, to->len) < 0 && errno != EINPROGRESS ? -1 : 0;
}

void probe_start(struct probe *probe, struct mono now)
{
    const bool tcp = probe->transport == PROBE_TCP;

    probe->outcome = PROBE_FLYING;
    probe->error = 0;
    probe->sent = now;
    probe->inbox = NULL;
    probe->inbox_len = 0;
    ev_io_init(&probe->io, on_event, -1, tcp ? EV_WRITE : EV_READ);
    ev_set_priority(&probe->io, EV_MAXPRI); /* what came is read before timers say it did not */
    probe->io.data = probe;
    if (open_socket(probe) < 0) {
        land_with_errno(probe);
        return;
    }
    watch(probe, tcp ? EV_WRITE : EV_READ);
    if (tcp)
        probe->inbox = mem_alloc(INBOX_BYTES);
    else
        send_question(probe);
}

void probe_expire(struct probe *probe)
{
    assert(probe->outcome == PROBE_FLYING);
    read_answer(probe);
    if (probe->outcome == PROBE_FLYING)
        land(probe, PROBE_SILENT, 0);
}

void probe_stop(struct probe *probe)
{
    if (probe->outcome == PROBE_FLYING)
        land(probe, PROBE_UNSENT, 0);
}
