/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp_batch.c - knows recvmmsg, sendmmsg and their control messages; hides the buffers.
 *
 * A lone datagram is received by recvfrom and sent by sendto: at low load, where each wakes the
 * thread, calls that copy less in and out of the kernel are measurably cheaper. Headers are filled
 * in once, and what a call has changed in them is put back for as many as it used. */
#include "dnsd/net/udp_batch.h"

#include "common/mem.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Not a multiple of 4,096, or the same bytes of all buffers would share a set of the cache. */
    SLOT_BYTES = UDP_BYTES_MAX + 64,
    CONTROL_BYTES = CMSG_SPACE(sizeof(struct in6_pktinfo)),
};

struct control {
    alignas(struct cmsghdr) uint8_t bytes[CONTROL_BYTES];
};

struct udp_batch {
    int fd;
    size_t control_bytes; /* 0: the socket has one address */
    size_t used;          /* headers that the last receive may have changed */
    size_t replies;
    struct mmsghdr received[UDP_BATCH_MAX];
    struct mmsghdr to_send[UDP_BATCH_MAX]; /* the replies, without gaps */
    struct iovec in[UDP_BATCH_MAX], out[UDP_BATCH_MAX];
    struct addr client[UDP_BATCH_MAX];
    struct control control[UDP_BATCH_MAX];
    uint8_t in_bytes[UDP_BATCH_MAX][SLOT_BYTES];
    uint8_t out_bytes[UDP_BATCH_MAX][SLOT_BYTES];
};

struct udp_batch *udp_batch_new(int fd, bool tell_address)
{
    struct udp_batch *batch = mem_zalloc(sizeof *batch);
    batch->fd = fd;
    batch->control_bytes = tell_address ? CONTROL_BYTES : 0;
    batch->used = UDP_BATCH_MAX;
    for (size_t i = 0; i < UDP_BATCH_MAX; i++) {
        batch->in[i] = (struct iovec){ batch->in_bytes[i], UDP_BYTES_MAX };
        batch->received[i].msg_hdr = (struct msghdr){
            .msg_name = &batch->client[i].sa,
            .msg_iov = &batch->in[i],
            .msg_iovlen = 1,
            .msg_control = tell_address ? batch->control[i].bytes : NULL,
        };
    }
    return batch;
}

void udp_batch_free(struct udp_batch *batch)
{
    free(batch);
}

/* Turns "sent to this address on this interface" into "send from this address". The interface is
 * for the routing table to choose, unless the address means something only on its link. */
static void aim_reply(struct msghdr *msg)
{
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
    if (!cmsg)
        return;
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

static void renew_headers(struct udp_batch *batch)
{
    for (size_t i = 0; i < batch->used; i++) {
        batch->received[i].msg_hdr.msg_namelen = sizeof batch->client[i].in6;
        batch->received[i].msg_hdr.msg_controllen = batch->control_bytes;
    }
}

static size_t take_over(struct udp_batch *batch, size_t count)
{
    batch->used = count ? count : 1;
    batch->replies = 0;
    for (size_t i = 0; i < count; i++) {
        batch->client[i].len = batch->received[i].msg_hdr.msg_namelen;
        if (batch->control_bytes)
            aim_reply(&batch->received[i].msg_hdr);
    }
    return count;
}

/* As recvmsg does it, where there are no control messages: one structure less to copy. */
static ssize_t receive_from(int fd, struct msghdr *msg)
{
    const struct iovec *in = msg->msg_iov;
    ssize_t len = recvfrom(fd, in->iov_base, in->iov_len, MSG_TRUNC, msg->msg_name,
                           &msg->msg_namelen);
    msg->msg_flags = len > (ssize_t)in->iov_len ? MSG_TRUNC : 0;
    return len;
}

size_t udp_batch_receive_one(struct udp_batch *batch)
{
    struct msghdr *msg = &batch->received[0].msg_hdr;
    renew_headers(batch);
    ssize_t len = batch->control_bytes ? recvmsg(batch->fd, msg, 0) : receive_from(batch->fd, msg);
    if (len < 0)
        return take_over(batch, 0);
    batch->received[0].msg_len = (unsigned)len;
    return take_over(batch, 1);
}

size_t udp_batch_receive(struct udp_batch *batch, int flags)
{
    renew_headers(batch);
    int count = recvmmsg(batch->fd, batch->received, UDP_BATCH_MAX, flags, NULL);
    return take_over(batch, count > 0 ? (size_t)count : 0);
}

struct udp_datagram udp_batch_at(const struct udp_batch *batch, size_t i)
{
    return (struct udp_datagram){
        .bytes = batch->in_bytes[i],
        .len = batch->received[i].msg_len,
        .client = &batch->client[i],
        .cut = batch->received[i].msg_hdr.msg_flags & MSG_TRUNC,
    };
}

uint8_t *udp_batch_room(struct udp_batch *batch, size_t i)
{
    return batch->out_bytes[i];
}

void udp_batch_reply(struct udp_batch *batch, size_t i, size_t len)
{
    const struct msghdr *from = &batch->received[i].msg_hdr;
    size_t at = batch->replies++;
    batch->out[at] = (struct iovec){ batch->out_bytes[i], len };
    batch->to_send[at].msg_hdr = (struct msghdr){
        .msg_name = from->msg_name,
        .msg_namelen = from->msg_namelen,
        .msg_iov = &batch->out[at],
        .msg_iovlen = 1,
        .msg_control = from->msg_control,
        .msg_controllen = from->msg_controllen,
    };
}

static ssize_t send_one(const struct udp_batch *batch, const struct msghdr *msg)
{
    if (batch->control_bytes)
        return sendmsg(batch->fd, msg, MSG_DONTWAIT);
    return sendto(batch->fd, msg->msg_iov->iov_base, msg->msg_iov->iov_len, MSG_DONTWAIT,
                  msg->msg_name, msg->msg_namelen);
}

/* Sends replies from `first` on. Returns how many went, or -1. */
static int send_some(struct udp_batch *batch, size_t first)
{
    struct mmsghdr *messages = batch->to_send + first;
    size_t count = batch->replies - first;
    if (count > 1)
        return sendmmsg(batch->fd, messages, (unsigned)count, MSG_DONTWAIT);
    return send_one(batch, &messages->msg_hdr) < 0 ? -1 : 1;
}

/* True if the next reply would fail for the same reason. */
static bool is_full(int error)
{
    return error == EAGAIN || error == ENOBUFS || error == ENOMEM;
}

size_t udp_batch_send(struct udp_batch *batch)
{
    size_t done = 0, failed = 0;
    while (done < batch->replies) {
        int sent = send_some(batch, done);
        if (sent > 0) {
            done += (size_t)sent;
        } else if (errno != EINTR) { /* of the first one left: no route, a filter, no room */
            size_t lost = is_full(errno) ? batch->replies - done : 1;
            failed += lost;
            done += lost;
        }
    }
    return failed;
}
