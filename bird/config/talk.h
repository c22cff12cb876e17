/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk.h - a conversation with BIRD for a program that has nothing else to do: each question waits
 * for its answer. On top of bird/client.h, with a loop of its own. */
#ifndef PROXIMA_BIRD_CONFIG_TALK_H
#define PROXIMA_BIRD_CONFIG_TALK_H

#include "bird/client.h"
#include "common/err.h"

struct bird_talk;

/* Connects, and waits `wait_ms` for a BIRD that greets. `answer_ms`: how long an answer may take.
 * NULL: nobody is there. */
struct bird_talk *bird_talk_open(const char *socket, int wait_ms, int answer_ms, struct err *err);
void bird_talk_close(struct bird_talk *talk); /* NULL is fine */

/* The greeting's version. */
const char *bird_talk_version(const struct bird_talk *talk);

/* Asks, and hands the reply to `take` (may be NULL), whose result it returns. -1 too if no whole
 * reply comes, or it says no. */
typedef int bird_take_fn(void *arg, const struct bird_reply *reply, struct err *err);
int bird_talk_ask(struct bird_talk *talk, const char *command, bird_take_fn *take, void *arg,
                  struct err *err);

/* The same, but `take` gets a reply that says no, too. */
int bird_talk_ask_any(struct bird_talk *talk, const char *command, bird_take_fn *take, void *arg,
                      struct err *err);

/* `configure`, once `configure status` says that none is under way, and waits until it is done, at
 * most `wait_ms` each. `path` is the file that BIRD should read: another one is an error, when it
 * is too late. */
int bird_talk_configure(struct bird_talk *talk, const char *path, int wait_ms, struct err *err);

/* Lets time pass, up to `ms`. */
void bird_talk_pause(struct bird_talk *talk, int ms);

/* The version of the BIRD that runs; -1: none does. */
int bird_running_version(const char *socket, char *out, size_t cap);

#endif
