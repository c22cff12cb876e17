/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unixsock.h - unix sockets as Proxima uses them: made and replaced safely, non-blocking, close on
 * exec, with the peer's credentials and with file descriptors beside a message. No loop, no JSON.
 */
#ifndef PROXIMA_COMMON_UNIXSOCK_H
#define PROXIMA_COMMON_UNIXSOCK_H

#include "common/err.h"

#include <stdint.h>
#include <sys/types.h>

/* Listens on `path` with SOCK_SEQPACKET or SOCK_STREAM. A stale socket file (nobody accepts there)
 * is replaced; a live one is an error that says who holds it. `mode` e.g. 0660. Returns the
 * descriptor. */
int unixsock_listen(const char *path, int type, mode_t mode, struct err *err);

/* Connects without blocking (a unix connect is immediate or fails). Returns the descriptor; on
 * error errno says why, too, but for a path that cannot be one. */
int unixsock_connect(const char *path, int type, struct err *err);

struct unixsock_peer {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};
int unixsock_peer(int fd, struct unixsock_peer *out, struct err *err);

/* Sends one message with an optional descriptor (-1: none). Never blocks. Returns bytes sent or -1
 * with errno (EAGAIN: the peer does not read). */
ssize_t unixsock_send(int fd, const void *data, size_t len, int pass_fd);

/* Receives one message; a passed descriptor comes back in *passed_fd (else -1; close on exec; the
 * caller owns it). Returns bytes, 0 at the end, -1 with errno; a message that was cut gives
 * EMSGSIZE. */
ssize_t unixsock_recv(int fd, void *data, size_t cap, int *passed_fd);

#endif
