/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ask.h - one question after another to BIRD, for tools that wait for the answer. Daemons never do:
 * they have client.h. */
#ifndef PROXIMA_BIRD_ASK_H
#define PROXIMA_BIRD_ASK_H

#include "bird/wire.h"

struct bird_ask;

/* Connects and reads the greeting. `silence_ms` is how long BIRD may say nothing here, and at each
 * question later. Returns new; bird_ask_close() it. NULL: "/run/bird/bird.ctl: No such file or
 * directory", and errno says why, where the system does. */
struct bird_ask *bird_ask_open(const char *path, int silence_ms, struct err *err);

/* The same, but tries again for `wait_ms`: BIRD may be about to start. */
struct bird_ask *bird_ask_await(const char *path, int wait_ms, int silence_ms, struct err *err);

void bird_ask_close(struct bird_ask *ask); /* NULL is fine */

/* As it greeted. */
const char *bird_ask_version(const struct bird_ask *ask);

/* Sends one command (no newline in it) and waits for the whole reply, which is borrowed until the
 * next call. That BIRD says no is a reply too: bird_reply_result(). NULL: no reply came; the
 * connection is of no more use. */
const struct bird_reply *bird_ask(struct bird_ask *ask, const char *command, struct err *err);

/* The same, but NULL too if it says no; `err` has its words, and the command. */
const struct bird_reply *bird_ask_yes(struct bird_ask *ask, const char *command, struct err *err);

#endif
