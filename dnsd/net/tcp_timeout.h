/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_timeout.h - how long a connection may be idle: less, the fuller it gets (RFC 7766 6.2.3).
 *
 * Up to half of connections_max: idle_timeout. From there it falls in a straight line to a tenth of
 * it, or to 100 ms if that is more, when all are taken. Pure. */
#ifndef PROXIMA_NET_TCP_TIMEOUT_H
#define PROXIMA_NET_TCP_TIMEOUT_H

#include "dnsd/net/net.h"

#include <stddef.h>
#include <stdint.h>

/* The timeout in force, in milliseconds, while `open` connections are. */
int64_t tcp_timeout_ms(const struct tcp_settings *settings, size_t open);

/* `timeout_ms` as edns-tcp-keepalive tells it, in units of 100 ms: at least 1, for 0 asks the
 * client to close (RFC 7828 3.1). */
uint16_t tcp_timeout_in_100ms(int64_t timeout_ms);

#endif
