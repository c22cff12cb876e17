/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chase.h - follows a change into what the sessions were sent, as quickly as BIRD can be asked.
 *
 * Once BIRD has taken a command, it is asked about each established session at once, and again in
 * short turns until each is as decided: every 2 ms at first, then more seldom, at most
 * CHASE_LONGEST_MS; then the rounds of exports.h go on. One question is under way at a time, on a
 * connection that has no commands, so that nothing waits behind it but BIRD's own 50 µs. */
#ifndef PROXIMA_ACT_CHASE_H
#define PROXIMA_ACT_CHASE_H

#include "anycastctl/act/ladder.h"
#include "bird/client.h"

enum { CHASE_LONGEST_MS = 2000 };

/* One look at what a session was sent of a service in a family. */
struct exports_seen {
    unsigned service;
    enum family family;
    enum level level; /* what `look` compares with */
    const char *session;
    enum ladder_look look;
    struct mono asked, now;
};

typedef void exports_seen_fn(void *arg, const struct exports_seen *seen);

struct chase;

/* Returns new. Borrows `settings` and `client` until chase_free. */
struct chase *chase_new(struct ev_loop *loop, const struct settings *settings,
                        struct bird_client *client, exports_seen_fn *seen, void *arg);
void chase_free(struct chase *chase);

/* BIRD's sessions as they were last listed. (Copies.) */
void chase_sessions(struct chase *chase, const struct session_view *sessions, unsigned count);

/* This service shall be at `level` now in all sessions; a chase after another level of it ends. */
void chase_begin(struct chase *chase, unsigned service, enum family family, enum level level,
                 struct mono now);

/* The connection is gone. */
void chase_stop(struct chase *chase);

#endif
