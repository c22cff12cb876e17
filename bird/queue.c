/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queue.c - commands to BIRD and their order. A list with a pointer to its end. */
#include "bird/queue.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

struct bird_command *bird_command_new(const char *text, bird_reply_fn *fn, void *arg)
{
    size_t len = strlen(text);
    struct bird_command *command = mem_alloc(sizeof *command + len + 1);
    *command = (struct bird_command){ .fn = fn, .arg = arg, .len = len + 1 };
    memcpy(command->text, text, len);
    command->text[len] = '\n';
    return command;
}

void bird_command_finish(struct bird_command *command, enum bird_outcome outcome,
                         const struct bird_reply *reply)
{
    if (command->fn)
        command->fn(command->arg, outcome, reply);
    free(command);
}

bool bird_command_is(const struct bird_command *command, const char *text)
{
    return command->len == strlen(text) + 1 && memcmp(command->text, text, command->len - 1) == 0;
}

void bird_queue_init(struct bird_queue *queue)
{
    *queue = (struct bird_queue){ .end = &queue->first };
}

void bird_queue_put(struct bird_queue *queue, struct bird_command *command)
{
    command->next = NULL;
    *queue->end = command;
    queue->end = &command->next;
    queue->count++;
}

struct bird_command *bird_queue_take(struct bird_queue *queue)
{
    struct bird_command *command = queue->first;
    if (!command)
        return NULL;
    queue->first = command->next;
    queue->count--;
    if (!queue->first)
        queue->end = &queue->first;
    return command;
}

void bird_queue_move(struct bird_queue *from, struct bird_queue *to)
{
    struct bird_command *command;
    while ((command = bird_queue_take(from)))
        bird_queue_put(to, command);
}
