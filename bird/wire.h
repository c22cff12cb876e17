/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire.h - what holds for every conversation with BIRD, whoever waits for it: how it greets, and
 * what a command may be. */
#ifndef PROXIMA_BIRD_WIRE_H
#define PROXIMA_BIRD_WIRE_H

#include "bird/reply.h"
#include "common/err.h"

#define BIRD_LINE_SENT_MAX 1022 /* BIRD closes the connection, in silence, on longer commands */

struct bird_version {
    int major, minor, patch; /* "2.19" is { 2, 19, 0 } */
    char text[32];           /* "2.0.12" */
};

/* "0001 BIRD 2.0.12 ready.", of whatever version. */
int bird_greeting_read(const struct bird_reply *reply, struct bird_version *out, struct err *err);

/* -1: BIRD would not take it as one command: empty, too long, or with control characters in it. */
int bird_command_check(const char *command, struct err *err);

#endif
