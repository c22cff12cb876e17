/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp.c - batches of datagrams. Knows recvmmsg, sendmmsg and their control messages; hides the
 * buffers. Each step is done for the whole batch before the next one, so that the memory that one
 * query waits for is fetched while others are parsed. */
#include "dnsd/net/udp.h"

#include "common/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BATCH = 64,             /* more gained nothing measurable, fewer cost system calls */
    ROUNDS_PER_TURN = 4,    /* batches of one socket before the others and TCP get their turn */
    ROUNDS_OF_DRAIN = 1024, /* a 4 MiB receive buffer holds some 80 batches */
    QUERY_MAX = 4096,       /* the largest payload that we may advertise (udp.payload_max) */
    /* Not a multiple of 4,096, or the same bytes of all buffers would share a set of the cache. */
    SLOT_BYTES = QUERY_MAX + CACHE_LINE_BYTES,
    /* An address to reply from, and a count of drops. */
    CONTROL_BYTES = CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint32_t)),
};

struct udp_socket {
    ev_io readable;
    int fd;
    uint32_t drops_seen; /* the kernel's count, modulo 2^32 */
    struct udp *udp;
};

struct control {
    alignas(struct cmsghdr) uint8_t bytes[CONTROL_BYTES];
};

struct udp {
    struct ev_loop *loop;
    struct net_context *context;
    struct query_settings query6; /* over IPv6 */
    size_t socket_count;
    struct udp_socket *sockets;

    struct mmsghdr received[BATCH];
    struct mmsghdr to_send[BATCH]; /* the responses, without gaps */
    struct iovec in[BATCH], out[BATCH];
    struct addr client[BATCH];
    struct control control[BATCH];
    struct query query[BATCH];
    uint8_t in_bytes[BATCH][SLOT_BYTES];
    uint8_t out_bytes[BATCH][SLOT_BYTES];
};

/* The smallest MTU of IPv6 is 1,280 (RFC 8200 5). On anycast, a "packet too big" about more than
 * that may reach another site: so responses over IPv6 never need one. */
static struct query_settings settings_for_v6(const struct query_settings *settings)
{
    struct query_settings v6 = *settings;
    if (v6.udp_payload_max > DNS_UDP_DEFAULT)
        v6.udp_payload_max = DNS_UDP_DEFAULT;
    return v6;
}

struct udp *udp_new(struct ev_loop *loop, struct net_context *context, size_t sockets_max)
{
    struct udp *udp = mem_zalloc(sizeof *udp);
    udp->loop = loop;
    udp->context = context;
    udp->query6 = settings_for_v6(context->query);
    udp->sockets = mem_calloc(sockets_max, sizeof *udp->sockets);
    for (size_t i = 0; i < BATCH; i++) {
        udp->in[i] = (struct iovec){ udp->in_bytes[i], QUERY_MAX };
        udp->received[i].msg_hdr.msg_iov = &udp->in[i];
        udp->received[i].msg_hdr.msg_iovlen = 1;
        udp->received[i].msg_hdr.msg_name = &udp->client[i].sa;
        udp->received[i].msg_hdr.msg_control = udp->control[i].bytes;
    }
    return udp;
}

void udp_free(struct udp *udp)
{
    for (size_t i = 0; i < udp->socket_count; i++) {
        ev_io_stop(udp->loop, &udp->sockets[i].readable);
        close(udp->sockets[i].fd);
    }
    free(udp->sockets);
    free(udp);
}

/* The kernel sends its count of dropped datagrams along once there are any. */
static void note_drops(struct udp_socket *socket, const struct cmsghdr *cmsg)
{
    uint32_t drops;
    memcpy(&drops, CMSG_DATA(cmsg), sizeof drops);
    counter_add(&socket->udp->context->counters.receive_drops,
                (uint32_t)(drops - socket->drops_seen));
    socket->drops_seen = drops;
}

/* Turns "sent to this address on this interface" into "send from this address". The interface is
 * for the routing table to choose, unless the address means something only on its link. */
static void aim_reply(struct cmsghdr *cmsg)
{
    if (cmsg->cmsg_level == IPPROTO_IP && cmsg->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(cmsg), sizeof info);
        info.ipi_ifindex = 0;
        memcpy(CMSG_DATA(cmsg), &info, sizeof info);
    } else if (cmsg->cmsg_level == IPPROTO_IPV6 && cmsg->cmsg_type == IPV6_PKTINFO) {
        struct in6_pktinfo info;
        memcpy(&info, CMSG_DATA(cmsg), sizeof info);
        if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
            info.ipi6_ifindex = 0;
        memcpy(CMSG_DATA(cmsg), &info, sizeof info);
    }
}

/* Reads the control messages of datagram `i`, and leaves in their place what goes back with the
 * reply: the address, if there is one. */
static void read_control(struct udp_socket *socket, size_t i)
{
    struct msghdr *msg = &socket->udp->received[i].msg_hdr;
    struct cmsghdr *address = NULL;
    for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
        if (cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SO_RXQ_OVFL)
            note_drops(socket, cmsg);
        else
            address = cmsg;
    }
    msg->msg_controllen = 0;
    if (address) {
        aim_reply(address);
        msg->msg_controllen = CMSG_ALIGN(address->cmsg_len);
        memmove(msg->msg_control, address, msg->msg_controllen);
    }
}

static int receive(struct udp_socket *socket)
{
    struct udp *udp = socket->udp;
    for (size_t i = 0; i < BATCH; i++) {
        udp->received[i].msg_hdr.msg_namelen = sizeof udp->client[i].in6;
        udp->received[i].msg_hdr.msg_controllen = CONTROL_BYTES;
    }
    int count = recvmmsg(socket->fd, udp->received, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++) {
        udp->client[i].len = udp->received[i].msg_hdr.msg_namelen;
        if (udp->received[i].msg_hdr.msg_controllen)
            read_control(socket, (size_t)i);
    }
    return count;
}

static void parse(struct udp *udp, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct query_request request = {
            .bytes = udp->in_bytes[i],
            .len = udp->received[i].msg_len,
            .client = &udp->client[i],
            .transport = QUERY_UDP,
            .unix_s = udp->context->unix_s,
            .now = udp->context->now,
        };
        query_parse(&udp->query[i], &request);
    }
    query_prefetch(udp->query, count, udp->context->zones);
}

/* A datagram that was cut is longer than what we say that we take (RFC 6891 6.2.3). */
static bool is_cut(const struct udp *udp, size_t i)
{
    return udp->received[i].msg_hdr.msg_flags & MSG_TRUNC;
}

static bool is_v6(const struct udp *udp, size_t i)
{
    return udp->client[i].sa.sa_family == AF_INET6;
}

static const struct query_settings *settings_of(const struct udp *udp, size_t i)
{
    return is_v6(udp, i) ? &udp->query6 : udp->context->query;
}

/* Answers query `i` and puts the response in place `at` of what will be sent. Returns false if
 * there is none. */
static bool respond(struct udp *udp, size_t i, size_t at)
{
    struct net_context *context = udp->context;
    struct query_result result = { .kind = QUERY_DROPPED };
    if (!is_cut(udp, i))
        result = query_respond(&udp->query[i], context->zones, settings_of(udp, i),
                               udp->out_bytes[i], QUERY_MAX);
    if (result.kind != QUERY_ANSWERED) {
        counter_add(&context->counters.dropped, 1);
        return false;
    }
    counters_response(&context->counters, result.rcode, result.truncated);
    udp->out[at] = (struct iovec){ udp->out_bytes[i], result.len };
    udp->to_send[at].msg_hdr = (struct msghdr){
        .msg_name = &udp->client[i].sa,
        .msg_namelen = udp->client[i].len,
        .msg_iov = &udp->out[at],
        .msg_iovlen = 1,
        .msg_control = udp->received[i].msg_hdr.msg_control,
        .msg_controllen = udp->received[i].msg_hdr.msg_controllen,
    };
    return true;
}

/* True if the next reply would fail for the same reason. */
static bool is_full(int error)
{
    return error == EAGAIN || error == ENOBUFS || error == ENOMEM;
}

/* Sends the batch. What the kernel does not take at once is dropped and counted: clients ask again,
 * and a worker never waits. */
static void send_batch(struct udp_socket *socket, size_t count)
{
    struct udp *udp = socket->udp;
    size_t done = 0, failed = 0;
    while (done < count) {
        int sent = sendmmsg(socket->fd, udp->to_send + done, (unsigned)(count - done),
                            MSG_DONTWAIT);
        if (sent > 0) {
            done += (size_t)sent;
        } else if (errno != EINTR) { /* of the first one left: no route, a filter, no room */
            size_t lost = is_full(errno) ? count - done : 1;
            failed += lost;
            done += lost;
        }
    }
    if (failed)
        counter_add(&udp->context->counters.send_failed, failed);
}

/* One batch. Returns how many queries it had. */
static int answer_batch(struct udp_socket *socket)
{
    struct udp *udp = socket->udp;
    int received = receive(socket);
    if (received <= 0)
        return 0;
    size_t count = (size_t)received, replies = 0;
    counter_add(is_v6(udp, 0) ? &udp->context->counters.queries_udp6
                              : &udp->context->counters.queries_udp4,
                count);
    parse(udp, count);
    for (size_t i = 0; i < count; i++)
        replies += respond(udp, i, replies);
    send_batch(socket, replies);
    return received;
}

static void answer_rounds(struct udp_socket *socket, int rounds)
{
    while (rounds-- > 0)
        if (answer_batch(socket) < BATCH)
            return;
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop, (void)events;
    answer_rounds(watcher->data, ROUNDS_PER_TURN);
}

void udp_add(struct udp *udp, int fd)
{
    struct udp_socket *socket = &udp->sockets[udp->socket_count++];
    *socket = (struct udp_socket){ .fd = fd, .udp = udp };
    ev_io_init(&socket->readable, on_readable, fd, EV_READ);
    socket->readable.data = socket;
}

void udp_start(struct udp *udp)
{
    for (size_t i = 0; i < udp->socket_count; i++)
        ev_io_start(udp->loop, &udp->sockets[i].readable);
}

void udp_drain(struct udp *udp)
{
    for (size_t i = 0; i < udp->socket_count; i++) {
        ev_io_stop(udp->loop, &udp->sockets[i].readable);
        answer_rounds(&udp->sockets[i], ROUNDS_OF_DRAIN);
    }
}
