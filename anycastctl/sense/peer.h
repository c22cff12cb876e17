/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peer.h - the process at the other end of a unix socket: may it report, and does it live? */
#ifndef PROXIMA_SENSE_PEER_H
#define PROXIMA_SENSE_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/* A descriptor for the process behind `socket`: `passed` (taken; -1: none) if it is one for `pid`,
 * the kernel's own word otherwise. Returns a new descriptor for the caller, or -1 where neither
 * is to be had. */
int peer_pidfd(int socket, pid_t pid, int passed);

/* True if the process is known to have ended; `pidfd` -1: it is not. */
bool peer_is_dead(int pidfd);

/* True if the process died of a fatal signal, and the kernel still writes its core: none of its
 * threads runs any more, but its sockets are open. */
bool peer_is_dumping(int pidfd, pid_t pid);

/* The uid of `user` ("name" or "name:group"); our own if it is NULL, empty, or unknown. Slow: it
 * may ask a directory service. */
uid_t peer_uid_of(const char *user);

#endif
