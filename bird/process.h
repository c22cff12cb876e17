/* SPDX-License-Identifier: GPL-3.0-or-later */
/* process.h - which process is BIRD, so that a guard can end it for certain.
 * The kernel notes who called listen(): with `bird -f` that is BIRD itself; a BIRD that put itself
 * into the background has forked since, and its parent is gone. Then its pid file says. Either way
 * the process must hold the listening socket (or, where /proc does not show that, be called bird)
 * after its pidfd was opened, so that a reused pid can't be meant. */
#ifndef PROXIMA_BIRD_PROCESS_H
#define PROXIMA_BIRD_PROCESS_H

#include "common/err.h"

#include <sys/types.h>

/* `fd` is connected to the control socket at `socket_path`; `pid_file` (bird -P) may be NULL.
 * Returns a pidfd, close-on-exec, that the caller closes; *pid too if not NULL. -1: not found. */
int bird_process_open(int fd, const char *socket_path, const char *pid_file, pid_t *pid,
                      struct err *err);

#endif
