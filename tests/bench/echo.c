/* SPDX-License-Identifier: GPL-3.0-or-later */
/* echo.c - the floor of what an answer costs: sends each query back with the QR bit set, in batches
 * over UDP, and over TCP as much as one read gave in one write. echo PORT listens on both. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BATCH = 64,
    MESSAGE_MAX = 4096,
    STREAM_BYTES = 65536,
    EVENTS = 64,
    BUFFER_BYTES = 4 << 20,
    FDS_MAX = 1024,
};

/* What of a TCP message has come so far. */
struct stream {
    uint8_t bytes[STREAM_BYTES];
    size_t length;
};

struct echo {
    int udp, tcp, epoll;
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct sockaddr_in clients[BATCH];
    uint8_t bytes[BATCH][MESSAGE_MAX];
    struct stream *streams[FDS_MAX];
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* --- UDP -------------------------------------------------------------------------------------- */

static void reset_batch(struct echo *e)
{
    for (unsigned i = 0; i < BATCH; i++) {
        e->parts[i] = (struct iovec){ e->bytes[i], MESSAGE_MAX };
        e->messages[i].msg_hdr = (struct msghdr){ .msg_name = &e->clients[i],
                                                  .msg_namelen = sizeof(e->clients[i]),
                                                  .msg_iov = &e->parts[i],
                                                  .msg_iovlen = 1 };
    }
}

static void echo_udp(struct echo *e)
{
    int got;
    do {
        got = recvmmsg(e->udp, e->messages, BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < got; i++) {
            e->parts[i].iov_len = e->messages[i].msg_len;
            e->bytes[i][2] |= 0x80;
        }
        if (got > 0)
            sendmmsg(e->udp, e->messages, (unsigned)got, 0);
        for (int i = 0; i < got; i++)
            e->parts[i].iov_len = MESSAGE_MAX;
    } while (got == BATCH);
}

/* --- TCP -------------------------------------------------------------------------------------- */

static void drop(struct echo *e, int fd)
{
    free(e->streams[fd]);
    e->streams[fd] = NULL;
    close(fd);
}

static void watch(const struct echo *e, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
    if (epoll_ctl(e->epoll, EPOLL_CTL_ADD, fd, &event))
        die("epoll_ctl");
}

static void accept_tcp(struct echo *e)
{
    int fd = accept4(e->tcp, NULL, NULL, SOCK_CLOEXEC), on = 1;
    if (fd < 0)
        return;
    if (fd >= FDS_MAX || !(e->streams[fd] = calloc(1, sizeof(struct stream)))) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    watch(e, fd);
}

/* Marks the whole messages of `s` as responses; returns their bytes. */
static size_t turn_messages(struct stream *s)
{
    size_t pos = 0;
    while (pos + 2 <= s->length) {
        size_t length = (size_t)(s->bytes[pos] << 8 | s->bytes[pos + 1]);
        if (pos + 2 + length > s->length)
            break;
        if (length > 2)
            s->bytes[pos + 4] |= 0x80;
        pos += 2 + length;
    }
    return pos;
}

static void echo_tcp(struct echo *e, int fd)
{
    struct stream *s = e->streams[fd];
    ssize_t got = recv(fd, s->bytes + s->length, sizeof(s->bytes) - s->length, MSG_DONTWAIT);
    if (got <= 0) {
        drop(e, fd);
        return;
    }
    s->length += (size_t)got;
    size_t whole = turn_messages(s);
    if (send(fd, s->bytes, whole, MSG_NOSIGNAL) != (ssize_t)whole) {
        drop(e, fd);
        return;
    }
    s->length -= whole;
    memmove(s->bytes, s->bytes + whole, s->length);
}

/* --- both ------------------------------------------------------------------------------------- */

static int open_socket(int type, unsigned port)
{
    int bytes = BUFFER_BYTES, on = 1;
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (type == SOCK_DGRAM && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
        die("bind");
    return fd;
}

static void serve(struct echo *e)
{
    struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(e->epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == e->udp)
                echo_udp(e);
            else if (events[i].data.fd == e->tcp)
                accept_tcp(e);
            else
                echo_tcp(e, events[i].data.fd);
        }
        if (count < 0 && errno != EINTR)
            die("epoll_wait");
    }
}

int main(int argc, char **argv)
{
    static struct echo e;
    unsigned port = argc == 2 ? (unsigned)atoi(argv[1]) : 0;
    if (!port || port > 65535) {
        fprintf(stderr, "usage: echo PORT\n");
        return 2;
    }
    e.udp = open_socket(SOCK_DGRAM, port);
    e.tcp = open_socket(SOCK_STREAM, port);
    e.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (e.epoll < 0 || listen(e.tcp, EVENTS))
        die("listen");
    reset_batch(&e);
    watch(&e, e.udp);
    watch(&e, e.tcp);
    serve(&e);
}
