/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ask.h - one question after another to BIRD, for tools that wait for the answer. Daemons never do:
 * they have client.h. */
#ifndef PROXIMA_BIRD_ASK_H
#define PROXIMA_BIRD_ASK_H

#include "bird/reply.h"
#include "common/err.h"

struct bird_ask;

/* Connects and reads the greeting. `timeout_ms` bounds this, and each question later. Returns new;
 * bird_ask_close() it. NULL: "/run/bird/bird.ctl: No such file or directory", and errno says why,
 * where the system does. */
struct bird_ask *bird_ask_open(const char *path, int timeout_ms, struct err *err);
void bird_ask_close(struct bird_ask *ask); /* NULL is fine */

/* Sends one command (no newline in it) and waits for the whole reply, which is borrowed until the
 * next call. That BIRD says no is a reply too: bird_reply_result(). NULL: no reply came; the
 * connection is of no more use. */
const struct bird_reply *bird_ask(struct bird_ask *ask, const char *command, struct err *err);

#endif
