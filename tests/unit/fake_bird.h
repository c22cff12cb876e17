/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fake_bird.h - a BIRD that says what a test tells it to, on the test's own loop. It listens on a
 * unix socket in a folder of its own, takes one connection after another, notes the commands that
 * come in, and answers nothing by itself but the greeting. */
#ifndef PROXIMA_TESTS_FAKE_BIRD_H
#define PROXIMA_TESTS_FAKE_BIRD_H

#include "common/loop.h"

#define FAKE_COMMANDS_MAX 64

struct fake_bird {
    char path[64];        /* of the socket */
    const char *greeting; /* said on connect; NULL: nothing */
    int connections;      /* accepted so far */
    int count;            /* commands of all connections */
    char command[FAKE_COMMANDS_MAX][1024];
    /* Called for each command, unless NULL. */
    void (*on_command)(struct fake_bird *fake, const char *command);

    struct ev_loop *loop;
    char folder[32];
    ev_io listener, peer;
    size_t line_len; /* of command[count], which is coming in */
};

/* Prepares; fake_bird_close() undoes all. Listening starts and ends with the next two. */
void fake_bird_open(struct fake_bird *fake, struct ev_loop *loop);
void fake_bird_close(struct fake_bird *fake);

void fake_bird_start(struct fake_bird *fake);
void fake_bird_stop(struct fake_bird *fake); /* hangs up, too, and removes the socket */

/* Sends bytes to whoever is connected. */
void fake_bird_say(struct fake_bird *fake, const char *text);
void fake_bird_hang_up(struct fake_bird *fake);

#endif
