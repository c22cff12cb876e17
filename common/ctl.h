/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ctl.h - the control protocol of both daemons: JSON lines over a unix stream socket.
 *
 * Request, one line:  {"cmd": "status", …arguments…}
 * Reply, one line:    {"ok": true, …result…}  or  {"ok": false, "error": "what, where, remedy"}
 * A command may keep the connection and push further lines (watch). A connection may carry several
 * requests, one after the other. A server side on libev; a blocking client for tools.
 *
 * Limits: a request 64 KiB, a reply 64 MiB, 64 clients. Clients that do not ask, or do not read,
 * are dropped after 10 s; they never delay the daemon. All of the server is for the loop's thread.
 */
#ifndef PROXIMA_COMMON_CTL_H
#define PROXIMA_COMMON_CTL_H

#include "common/err.h"
#include "common/loop.h"
#include "common/unixsock.h"

#include <jansson.h>
#include <stdbool.h>

struct ctl_server;
struct ctl_client;

/* Handles one request: an object with a text "cmd". Borrows it for the call. Either returns the
 * reply (a new reference, without "ok": the server adds it), or NULL with `err` filled for an error
 * reply. To answer later or to stream, call ctl_defer(client) and return NULL with `err` empty;
 * then ctl_push() at will.
 */
typedef json_t *ctl_handler(void *arg, struct ctl_client *client, const json_t *request,
                            struct err *err);
/* A deferred client went away: forget the pointer. Called by the loop, never within ctl_push(). May
 * be NULL. */
typedef void ctl_gone(void *arg, struct ctl_client *client);

/* Listens on `path` (mode 0660). The server borrows `arg`; free closes all clients and unlinks. */
struct ctl_server *ctl_server_new(struct ev_loop *loop, const char *path, ctl_handler *handler,
                                  ctl_gone *gone, void *arg, struct err *err);
void ctl_server_free(struct ctl_server *server);

void ctl_defer(struct ctl_client *client);
/* Sends one line {"ok": true, …} to a deferred client; steals `line`. last: close after it; the
 * pointer is no longer yours then, and ctl_gone is not called. A client that reads more than 1 MiB
 * behind is dropped. */
void ctl_push(struct ctl_client *client, json_t *line, bool last);
/* Sends {"ok": false, "error": …}, which is the last line. */
void ctl_push_error(struct ctl_client *client, const struct err *err);
/* Who asks. Borrowed. */
const struct unixsock_peer *ctl_peer(const struct ctl_client *client);

/* Client for tools: one request, one reply. Steals `request`. Returns the reply (new reference) if
 * it says ok, else NULL with its error. `name` is the daemon's and its unit's: errors of reaching
 * it say what to do, "cannot reach NAME at PATH: REASON: is it running? try: systemctl status
 * NAME". `timeout_ms` bounds the whole call. */
json_t *ctl_call(const char *name, const char *path, json_t *request, int timeout_ms,
                 struct err *err);

/* Client for streams: sends `request` (stolen), then calls `line` (borrowing) for every line until
 * it returns false or the server closes (returns 0), or an error (-1). Waits for lines without end.
 */
int ctl_stream(const char *name, const char *path, json_t *request,
               bool (*line)(void *arg, const json_t *line), void *arg, struct err *err);

#endif
