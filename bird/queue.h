/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queue.h - commands to BIRD that wait, or wait for their reply: first in, first out.
 * For client.c only. */
#ifndef PROXIMA_BIRD_QUEUE_H
#define PROXIMA_BIRD_QUEUE_H

#include "bird/client.h"

struct bird_command {
    struct bird_command *next;
    bird_reply_fn *fn;
    void *arg;
    size_t len;  /* of `text`, the newline included */
    char text[]; /* no NUL at its end */
};

/* Returns new: a copy of `text` with a newline. bird_command_finish() calls back (if `fn` is not
 * NULL) and frees it. */
struct bird_command *bird_command_new(const char *text, bird_reply_fn *fn, void *arg);
void bird_command_finish(struct bird_command *command, enum bird_outcome outcome,
                         const struct bird_reply *reply);
bool bird_command_is(const struct bird_command *command, const char *text);

struct bird_queue {
    struct bird_command *first, **end;
    size_t count;
};

void bird_queue_init(struct bird_queue *queue);
void bird_queue_put(struct bird_queue *queue, struct bird_command *command); /* takes it */
struct bird_command *bird_queue_take(struct bird_queue *queue); /* the caller's; NULL: empty */
void bird_queue_move(struct bird_queue *from, struct bird_queue *to);

#endif
