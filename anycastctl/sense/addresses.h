/* SPDX-License-Identifier: GPL-3.0-or-later */
/* addresses.h - are the service addresses this host's? Asked of the kernel's routing at each notice
 * of a changed address or interface, and every second: what it delivers here may stand on an
 * interface, or be a local route.
 *
 * Where the kernel does not say (no netlink in this container), nothing is said: own probes find a
 * missing address, too, only later. */
#ifndef PROXIMA_SENSE_ADDRESSES_H
#define PROXIMA_SENSE_ADDRESSES_H

#include "anycastctl/model/host.h"
#include "anycastctl/model/settings.h"
#include "common/loop.h"

struct addresses;

/* Calls `changed` when an answer of addresses_absent() has changed. Borrows `settings`. */
struct addresses *addresses_new(struct ev_loop *loop, const struct settings *settings,
                                void (*changed)(void *arg), void *arg);
void addresses_free(struct addresses *addresses); /* NULL is fine */

/* A service address of this service and family that is not here; NULL: none is known to be missing.
 * Borrowed from the settings. */
const struct addr *addresses_absent(const struct addresses *addresses, unsigned service,
                                    enum family family);

/* Of all services together. */
struct host_finding addresses_finding(const struct addresses *addresses);

#endif
