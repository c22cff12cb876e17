/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp.h - the UDP side of one worker: batches of queries in, batches of responses out. Everything
 * is allocated when it is made; nothing while it answers. One thread. */
#ifndef PROXIMA_NET_UDP_H
#define PROXIMA_NET_UDP_H

#include "common/loop.h"
#include "dnsd/net/context.h"

struct udp;

/* Borrows `loop` and `context` until udp_free, which closes the sockets. */
struct udp *udp_new(struct ev_loop *loop, struct net_context *context, size_t sockets_max);
void udp_free(struct udp *udp);

/* Takes the socket `fd` of listen_udp. */
void udp_add(struct udp *udp, int fd);

/* Starts answering. */
void udp_start(struct udp *udp);

/* Stops watching, and answers what is queued in the sockets (bounded). Within a turn of the loop.
 */
void udp_drain(struct udp *udp);

#endif
