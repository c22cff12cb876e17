/* SPDX-License-Identifier: GPL-3.0-or-later */
/* client_bench.h - for tests: bird/client beside a BIRD that a test plays, and what its owner saw.
 */
#ifndef PROXIMA_TESTS_CLIENT_BENCH_H
#define PROXIMA_TESTS_CLIENT_BENCH_H

#include "bird/client.h"
#include "common/mono.h"
#include "tests/unit/await.h"
#include "tests/unit/fake_bird.h"

enum { TIMEOUT_MS = 400, GREET_MS = 100, RETRY_MAX_MS = 60 };

extern struct ev_loop *loop;
extern struct fake_bird fake;
extern struct bird_client *client;

extern struct seen {
    int ups, downs, answers, failures;
    struct bird_version version;
    char reason[256];
    enum bird_outcome outcome; /* of the last command that failed */
    char answered[64][128];    /* each reply's headline, in order */
} seen;

/* For cmocka: a client that is not started yet. */
int client_begin(void **state);
int client_end(void **state);

void new_client(int timeout_ms);
/* BIRD starts, the client connects. */
void connect_client(void);

/* Notes an answer, or that there is none. */
void on_reply(void *arg, enum bird_outcome outcome, const struct bird_reply *reply);
void send_command(enum bird_lane lane, const char *command);
void assert_refused(const char *command, const char *why);

/* For fake.on_command. */
void answer_with_its_name(struct fake_bird *f, const char *command);

/* Runs the loop until *number reaches `wanted`. */
void await(const int *number, int wanted);
/* Lets what is ready happen, without waiting. */
void settle(void);

#endif
