/* SPDX-License-Identifier: GPL-3.0-or-later */
/* client.h - one connection to BIRD's control socket, on libev, that is always there again.
 *
 * bird/ is the one folder that knows BIRD: what its protocols are called and which commands name
 * them (names.h), how it greets and what it takes (wire.h), the socket's framing and codes
 * (reply.h), what the replies say (show.h, details.h, route.h), the intent that outlives its
 * `configure` (intent.h), and which process it is (process.h). It knows no policy: what to announce
 * is decided elsewhere. Tools that have nothing to do but wait ask by ask.h instead.
 *
 *     waiting --connect--> greeting --"0001 BIRD x.y ready."--> connected --lost--> waiting …
 *
 * The client reconnects by itself: at once after a connection that worked, then with a growing
 * pause (20 ms to 500 ms: fail-over speed counts, and a connect to a unix socket costs nothing).
 * The owner hears on_up and on_down, and sends commands in between; each gets its callback exactly
 * once.
 *
 * Order: BIRD answers commands in the order in which they were written. Reads are written one at a
 * time, when nothing else is under way. Urgent commands (withdrawals, announcements) go in front of
 * all reads that wait, and are written at once, behind the one being answered: BIRD takes them from
 * its socket when it is done (seen on 2.0.12). So a read that takes BIRD long delays an urgent
 * command on the same connection. Whoever reads big tables opens a second client for that.
 *
 * All in the loop's thread. Callbacks may send, stop and start, but not free. */
#ifndef PROXIMA_BIRD_CLIENT_H
#define PROXIMA_BIRD_CLIENT_H

#include "bird/wire.h"
#include "common/loop.h"

#include <stdbool.h>
#include <sys/types.h>

#define BIRD_WAITING_MAX 1024 /* commands that may wait; beyond, BIRD is not keeping up */

/* What became of a command. */
#define BIRD_OUTCOMES(X)                                                                           \
    X(BIRD_ANSWERED, "answered")         /* the reply may still say no: bird_reply_result() */     \
    X(BIRD_DISCONNECTED, "disconnected") /* it may have been carried out, or not */                \
    X(BIRD_TIMEOUT, "timeout")           /* the same; the connection was given up */               \
    X(BIRD_STOPPED, "stopped")           /* bird_client_stop() */

enum bird_outcome {
#define BIRD_OUTCOME_ENUM(id, name) id,
    BIRD_OUTCOMES(BIRD_OUTCOME_ENUM)
#undef BIRD_OUTCOME_ENUM
};
const char *bird_outcome_name(enum bird_outcome outcome);

/* `reply` is NULL unless BIRD_ANSWERED, and borrowed until the callback returns. */
typedef void bird_reply_fn(void *arg, enum bird_outcome outcome, const struct bird_reply *reply);

enum bird_lane { BIRD_READ, BIRD_URGENT };

struct bird_client_options {
    const char *path; /* of the control socket; copied */

    void *arg; /* for both callbacks; each of them may be NULL */
    /* The greeting was read: it may be another BIRD than before, so read its state again. */
    void (*on_up)(void *arg, const struct bird_version *version);
    /* The connection is gone (once per on_up); all its commands have been called back. */
    void (*on_down)(void *arg, const char *reason);

    /* 0 means the default. */
    int timeout_ms;   /* longest silence while a command is under way; default 1000 */
    int greet_ms;     /* from connect to greeting; default 1000 */
    int retry_min_ms; /* default 20 */
    int retry_max_ms; /* default 500 */
};

struct bird_client;

/* Returns new; bird_client_free() it. Nothing happens before start. */
struct bird_client *bird_client_new(struct ev_loop *loop,
                                    const struct bird_client_options *options);
void bird_client_free(struct bird_client *client); /* stops it first; NULL is fine */

/* Start connecting; on_up comes from the loop. Stop: close, and call back what is under way or
 * waits with BIRD_STOPPED; on_down is not called. */
void bird_client_start(struct bird_client *client);
void bird_client_stop(struct bird_client *client);

/* Between on_up and on_down. */
bool bird_client_connected(const struct bird_client *client);

/* This connection was answered 0016 or 8007: it can look, but not act. */
bool bird_client_restricted(const struct bird_client *client);

/* The process at the other end is another one than at the connection before: BIRD was restarted,
 * for certain. (A BIRD that put itself into the background is told by its parent, who is gone.) */
bool bird_client_restarted(const struct bird_client *client);

/* Why there is no connection: "connect /run/bird/bird.ctl: No such file or directory"; "" if there
 * is one, or nothing was tried yet. */
const char *bird_client_problem(const struct bird_client *client);

/* Sends one command (without newline; copied), now or as soon as its turn comes. `fn` (may be NULL)
 * is called exactly once, never from within this function; not at all if -1 is returned: not
 * connected, longer than BIRD_LINE_SENT_MAX, control characters in it, BIRD_WAITING_MAX reached, or
 * a `configure` although `configure status` has not just said 0003. A second configure while one
 * runs makes BIRD 3 abort, so: send `configure status`, and `configure` from its callback. */
int bird_client_send(struct bird_client *client, enum bird_lane lane, const char *command,
                     bird_reply_fn *fn, void *arg, struct err *err);

/* The process behind this connection, as bird_process_open(). */
int bird_client_open_process(const struct bird_client *client, const char *pid_file, pid_t *pid,
                             struct err *err);

#endif
