/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp.h - one UDP socket and the thread that answers on it.
 *
 * The thread waits in the receive call itself: at low load, where waking up is most of the cost of
 * a query, an event loop would take another system call each time. All its memory is allocated
 * when it is made; nothing while it answers. */
#ifndef PROXIMA_NET_UDP_H
#define PROXIMA_NET_UDP_H

#include "dnsd/net/reader.h"

struct udp;

/* Takes the socket `fd` of listen_udp for reader `index`, called `name`; borrows `settings`. */
struct udp *udp_new(int fd, size_t index, const char *name, const struct query_settings *settings);

/* Starts the thread. */
int udp_start(struct udp *udp, struct publish *zones, struct err *err);

/* Asks it to answer what is queued (bounded) and to end. Any thread. */
void udp_stop(struct udp *udp);

/* Waits for the thread to end, closes the socket and frees all. */
void udp_free(struct udp *udp);

/* Its tick, its counters, whether it has ended. */
struct reader *udp_reader(struct udp *udp);

#endif
