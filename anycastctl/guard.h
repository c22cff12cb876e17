/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard.h - the second pair of eyes, a process and unit of its own.
 *
 * BIRD keeps a static route for ever; so somebody must be there when anycastd is not. As long as
 * anycastd renews its lease (act/lease.h), the guard does nothing. When the lease is lost, because
 * the socket was closed (at once) or nothing came for guard.lease (a hang), it judges dnsd itself:
 *   dead by its pidfd ............... everything is withdrawn, at once
 *   silent on a service's addresses .. that service and family is withdrawn
 *   answering ....................... nothing changes, but an alarm is logged once a minute
 * A dead controller alone withdraws nothing: one bad anycastd on all sites must not be an outage.
 * The guard never announces; when the lease is back it stands back.
 *
 * A local-fatal withdrawal that BIRD does not confirm within guard.confirm, anycastd's or its own,
 * is tried over the guard's own connection at half that time; then BIRD is ended (guard.kill_bird),
 * so that its sessions drop. The guard takes no stall of its own for somebody else's silence. */
#ifndef PROXIMA_GUARD_H
#define PROXIMA_GUARD_H

#include "anycastctl/model/settings.h"
#include "common/err.h"
#include "common/loop.h"

#include <stdbool.h>

struct guard;

/* Listens for anycastd and connects to BIRD. Borrows `settings` until guard_free. */
struct guard *guard_new(struct ev_loop *loop, const struct settings *settings, struct err *err);
/* Leaves everything as it is. */
void guard_free(struct guard *guard);

/* It could act: it is connected to BIRD. */
bool guard_is_ready(const struct guard *guard);

#endif
