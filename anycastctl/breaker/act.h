/* SPDX-License-Identifier: GPL-3.0-or-later */
/* act.h - what anycastdrill can do: a fixed list. Nothing that a client says becomes a process, an
 * address or a command; it chooses a row, and for how long. */
#ifndef PROXIMA_BREAKER_ACT_H
#define PROXIMA_BREAKER_ACT_H

#include <stdint.h>

enum role { ROLE_DNSD, ROLE_ANYCASTD, ROLE_BIRD, ROLE_COUNT };

#define ACTS(X)                                                                                    \
    X(ACT_DNSD_KILL, "dnsd-kill", "kill -9 of dnsd")                                               \
    X(ACT_DNSD_STOP, "dnsd-stop", "SIGSTOP of dnsd, then SIGCONT")                                 \
    X(ACT_DNSD_SERVFAIL, "dnsd-servfail", "dnsd answers SERVFAIL for some zones")                  \
    X(ACT_BIRD_KILL, "bird-kill", "kill -9 of BIRD")                                               \
    X(ACT_ANYCASTD_KILL, "anycastd-kill", "kill -9 of anycastd")                                   \
    X(ACT_LINK_DROP, "link-drop", "packets from and to the providers' BGP neighbours are dropped")

enum act {
#define ACT_ENUM(id, name, text) id,
    ACTS(ACT_ENUM)
#undef ACT_ENUM
        ACT_COUNT
};

enum { ACT_SHORTEST_MS = 100, ACT_LONGEST_MS = 10 * 60 * 1000 };

const char *act_name(enum act act);
const char *act_text(enum act act);
int act_parse(const char *name, enum act *out); /* -1: there is none of that name */

/* Acts that end a process: over when there is a new one. */
int act_kills(enum act act); /* the enum role, or -1 */

const char *role_name(enum role role); /* "dnsd", "anycastd", "bird" */

#endif
