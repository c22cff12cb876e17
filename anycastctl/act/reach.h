/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reach.h - whether what this node announces of a service reaches anyone in an address family, or
 * the node is isolated: no session to a provider carries it, or it is exported to none. While
 * withdrawn nothing can be exported, so there the sessions alone count. Pure. */
#ifndef PROXIMA_ACT_REACH_H
#define PROXIMA_ACT_REACH_H

#include "anycastctl/act/heard.h"
#include "common/mono.h"

enum {
    /* After its start BIRD needs some seconds to connect (RFC 4271 10: ConnectRetryTimer, some
     * jitter); sessions that have never been up are not missed before. */
    REACH_START_MS = 30 * 1000,
    /* A route needs a moment to go out; a session that fell will need a second at least. */
    REACH_GRACE_MS = 400,
};

/* All zero to begin with, and after BIRD was lost. */
struct reach {
    struct mono none_since; /* never: it reaches someone, or that is unknown */
    bool isolated;
    const char *why; /* if isolated, in words */
};

/* Takes what a round has found. `coming_up`: BIRD has just started, and its sessions are still
 * expected. True if `isolated` has changed. */
bool reach_take(struct reach *reach, const struct hearing *all, bool coming_up, struct mono now);

/* So long until it would be isolated; 0: it reaches someone, or is isolated. */
int64_t reach_grace_left_ms(const struct reach *reach, struct mono now);

#endif
