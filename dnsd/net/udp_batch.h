/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp_batch.h - datagrams in, datagrams out, many at a time: buffers, system calls and control
 * messages. Knows nothing of what is in them. */
#ifndef PROXIMA_NET_UDP_BATCH_H
#define PROXIMA_NET_UDP_BATCH_H

#include "common/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
    UDP_BATCH_MAX = 64,   /* more gained nothing measurable, fewer cost system calls */
    UDP_BYTES_MAX = 4096, /* the largest payload that we may advertise (udp.payload_max) */
};

struct udp_batch;

/* `tell_address`: the socket has IP_PKTINFO, and replies leave from the address that was asked. */
struct udp_batch *udp_batch_new(int fd, bool tell_address);
void udp_batch_free(struct udp_batch *batch); /* leaves the socket open */

/* Waits for one datagram, as long as the socket's SO_RCVTIMEO says. Returns 1, or 0. */
size_t udp_batch_receive_one(struct udp_batch *batch);

/* Receives what is there; with MSG_WAITFORONE it waits for the first, with MSG_DONTWAIT not.
 * Returns how many, 0..UDP_BATCH_MAX. */
size_t udp_batch_receive(struct udp_batch *batch, int flags);

/* Datagram `i` of those received, good until the next are. */
struct udp_datagram {
    const uint8_t *bytes;
    size_t len;
    const struct addr *client;
    bool cut; /* it was longer than UDP_BYTES_MAX */
};
struct udp_datagram udp_batch_at(const struct udp_batch *batch, size_t i);

/* Room of UDP_BYTES_MAX for the reply to datagram `i`. */
uint8_t *udp_batch_room(struct udp_batch *batch, size_t i);

/* The first `len` bytes of that room will be sent. Once for each datagram at most. */
void udp_batch_reply(struct udp_batch *batch, size_t i, size_t len);

/* Sends all replies, as far as the kernel takes them at once. Returns how many it did not take. */
size_t udp_batch_send(struct udp_batch *batch);

#endif
