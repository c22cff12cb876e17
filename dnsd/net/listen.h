/* SPDX-License-Identifier: GPL-3.0-or-later */
/* listen.h - listening sockets, with every option that a name server on an anycast address needs.
 *
 * Several sockets share an address by SO_REUSEPORT, one per worker: the kernel spreads clients over
 * them. An address that the machine does not have (yet) is bound all the same (IP_FREEBIND), so
 * that it answers from the moment the address appears; listen_probe says that it is missing. All
 * sockets close on exec. */
#ifndef PROXIMA_NET_LISTEN_H
#define PROXIMA_NET_LISTEN_H

#include "common/addr.h"
#include "common/err.h"

#include <stdbool.h>

enum { LISTEN_UDP_WAIT_MS = 50 }; /* half the interval of reports */

struct udp_settings {
    int receive_bytes, send_bytes; /* buffers of each socket; the kernel may grant less */
    bool may_fragment;             /* over IPv4: DF is not set */
};

/* On anycast an ICMP "too big" may reach another site than the one that sent too big. So TCP never
 * sends, nor asks for, segments that could be too big: what fits into 1,280 bytes (RFC 8200 5)
 * behind the headers of IPv6 and TCP. */
enum { LISTEN_SEGMENT_MAX = 1280 - 40 - 20 };

/* Opens a socket on `addr`; with port 0 the kernel chooses one. Returns the descriptor, which the
 * caller closes. Receiving from a UDP socket waits, LISTEN_UDP_WAIT_MS at most; a TCP socket does
 * not block, and its connections have segments of `segment_max` bytes at most. */
int listen_udp(const struct addr *addr, const struct udp_settings *settings, struct err *err);
int listen_tcp(const struct addr *addr, int segment_max, struct err *err);

enum listen_state {
    LISTEN_FREE,
    LISTEN_MISSING, /* the machine does not have the address now */
};

/* Looks whether `addr` may be had by a server of its own. An error if somebody listens there, even
 * with SO_REUSEPORT, which would silently share the clients with us. Opens nothing for good. */
int listen_probe(const struct addr *addr, enum listen_state *state, struct err *err);

/* True if the machine has the address (any port). 0.0.0.0 and :: are always there. */
bool listen_address_present(const struct addr *addr);

/* The port that the kernel chose. */
uint16_t listen_port(int fd);

#endif
