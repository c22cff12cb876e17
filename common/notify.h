/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notify.h - telling the service manager how we are: the protocol of sd_notify(3), without its
 * library. */
#ifndef PROXIMA_COMMON_NOTIFY_H
#define PROXIMA_COMMON_NOTIFY_H

#include <stdint.h>

/* Sends `text`, lines such as "READY=1", to $NOTIFY_SOCKET. Without one, or if nobody reads, it
 * does nothing. Never blocks. */
void notify_manager(const char *text);

/* How often the manager's watchdog wants to hear of us: half of $WATCHDOG_USEC, in ms; 0: never. */
int64_t notify_watchdog_ms(void);

#endif
