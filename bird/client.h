/* SPDX-License-Identifier: GPL-3.0-or-later */
/* client.h - one connection to BIRD's control socket, on libev, that is always there again.
 *
 *   connecting --socket open--> greeting --"0001 BIRD x.y ready."--> connected --> lost --> …
 *
 * The client reconnects by itself, at once after a loss and then with a growing pause (20 ms to
 * 500 ms: fail-over speed counts, and a unix connect costs nothing). The owner hears on_up and
 * on_down, and sends commands in between; each gets its callback exactly once.
 *
 * Order: commands are answered in the order they were written. Reads wait until nothing else is
 * under way; urgent ones (withdrawals) go in front of all that waits, and are written at once
 * behind what is being answered (BIRD reads them from its socket when it is done; measured
 * on 2.0.12). A read that takes BIRD long delays what comes after it on the same connection only:
 * whoever wants big tables read opens a second client for that.
 *
 * All in one thread, the loop's. Callbacks may send; they must not free the client. */
#ifndef PROXIMA_BIRD_CLIENT_H
#define PROXIMA_BIRD_CLIENT_H

#include "bird/reply.h"
#include "common/err.h"
#include "common/loop.h"

#include <stdbool.h>
#include <sys/types.h>

#define BIRD_LINE_SENT_MAX 1022 /* BIRD closes the connection, in silence, on longer commands */

/* Why there is no reply. */
#define BIRD_OUTCOMES(X)                                                                           \
    X(BIRD_ANSWERED, "answered") /* there is one; it may still say no: bird_reply_result() */      \
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

struct bird_version {
    int major, minor, patch; /* 2.19 is { 2, 19, 0 } */
    char text[32];           /* "2.0.12" */
};

struct bird_client_options {
    const char *path; /* of the control socket; copied */

    void *arg; /* for both callbacks */
    /* The greeting was read: BIRD may be another one than before, so read its state again. */
    void (*on_up)(void *arg, const struct bird_version *version);
    /* The connection is gone (once per on_up). All callbacks of commands have been called. */
    void (*on_down)(void *arg, const char *reason);

    /* 0 means the default */
    int timeout_ms;   /* of a command, from the moment it is written; default 1000 */
    int greet_ms;     /* from connect to greeting; default 1000 */
    int retry_min_ms; /* default 20 */
    int retry_max_ms; /* default 500 */
};

struct bird_client;

/* Returns new; bird_client_free() it. Nothing happens before start. */
struct bird_client *bird_client_new(struct ev_loop *loop,
                                    const struct bird_client_options *options);
void bird_client_free(struct bird_client *client);

/* Starts connecting (the first attempt is made before this returns; on_up comes from the loop).
 * stop calls back what is under way with BIRD_STOPPED, closes, and doesn't call on_down. */
void bird_client_start(struct bird_client *client);
void bird_client_stop(struct bird_client *client);

/* Between on_up and on_down. */
bool bird_client_connected(const struct bird_client *client);

/* True once a command was answered 0016 or 8007: this socket can look but not act. */
bool bird_client_restricted(const struct bird_client *client);

/* Why there is no connection: "connect /run/bird/bird.ctl: No such file or directory". "" if there
 * is one. */
const char *bird_client_problem(const struct bird_client *client);

/* Queues one command (without newline; copied). `fn` is called exactly once unless -1 is returned:
 * not connected, longer than BIRD_LINE_SENT_MAX, control characters in it, too many waiting
 * (1,024), or a `configure` although the last thing heard from `configure status` wasn't 0003 (a
 * second one while one runs makes BIRD 3 abort). So: send `configure status`, and `configure` from
 * its callback. */
int bird_client_send(struct bird_client *client, enum bird_lane lane, const char *command,
                     bird_reply_fn *fn, void *arg, struct err *err);

/* The process behind the connection, as a pidfd that the caller closes; *pid too if not NULL. See
 * bird/process.h. */
int bird_client_open_process(const struct bird_client *client, const char *pid_file, pid_t *pid,
                             struct err *err);

#endif
