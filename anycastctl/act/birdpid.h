/* SPDX-License-Identifier: GPL-3.0-or-later */
/* birdpid.h - BIRD's process, kept by its pidfd over the end of a connection: a BIRD that is dead
 * announces nothing, one that only hangs may, and can be ended for certain. */
#ifndef PROXIMA_ACT_BIRDPID_H
#define PROXIMA_ACT_BIRDPID_H

#include "bird/client.h"
#include "common/err.h"

#include <stdbool.h>

struct birdpid {
    int fd; /* -1: not known */
};

/* Takes the process behind `client`, which is connected or greeting, in place of the one before.
 * Returns -1 if it can't be found: then none is known. */
int birdpid_take(struct birdpid *birdpid, const struct bird_client *client, const char *pid_file,
                 struct err *err);
void birdpid_drop(struct birdpid *birdpid);

bool birdpid_runs(const struct birdpid *birdpid);    /* known, and alive */
bool birdpid_is_dead(const struct birdpid *birdpid); /* known, and dead */

/* SIGKILL. */
int birdpid_kill(const struct birdpid *birdpid, struct err *err);

#endif
