/* SPDX-License-Identifier: GPL-3.0-or-later */
/* client_bench.c - a client of BIRD, and what its owner saw. */
#include "tests/unit/client_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct ev_loop *loop;
struct fake_bird fake;
struct bird_client *client;
struct seen seen;

static void on_up(void *arg, const struct bird_version *version)
{
    assert_ptr_equal(arg, &seen);
    assert_true(bird_client_connected(client));
    seen.ups++;
    seen.version = *version;
}

static void on_down(void *arg, const char *reason)
{
    assert_ptr_equal(arg, &seen);
    assert_false(bird_client_connected(client));
    seen.downs++;
    snprintf(seen.reason, sizeof seen.reason, "%s", reason);
}

void on_reply(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    (void)arg;
    if (outcome == BIRD_ANSWERED) {
        snprintf(seen.answered[seen.answers++], sizeof seen.answered[0], "%s",
                 bird_reply_headline(reply)->text);
    } else {
        assert_null(reply);
        seen.outcome = outcome;
        seen.failures++;
    }
}

void new_client(int timeout_ms)
{
    const struct bird_client_options options = {
        .path = fake.path,
        .arg = &seen,
        .on_up = on_up,
        .on_down = on_down,
        .timeout_ms = timeout_ms,
        .greet_ms = GREET_MS,
        .retry_min_ms = 5,
        .retry_max_ms = RETRY_MAX_MS,
    };
    client = bird_client_new(loop, &options);
}

int client_begin(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    loop = ev_loop_new(EVFLAG_AUTO);
    fake_bird_open(&fake, loop);
    new_client(TIMEOUT_MS);
    return 0;
}

int client_end(void **state)
{
    (void)state;
    bird_client_free(client);
    fake_bird_close(&fake);
    ev_loop_destroy(loop);
    return 0;
}

void await(const int *number, int wanted)
{
    AWAIT_ON(loop, *number >= wanted, "ups %d, downs %d, answers %d, failures %d, commands %d",
             seen.ups, seen.downs, seen.answers, seen.failures, fake.count);
}

void settle(void)
{
    for (int i = 0; i < 5; i++)
        ev_run(loop, EVRUN_NOWAIT);
}

void connect_client(void)
{
    fake_bird_start(&fake);
    bird_client_start(client);
    await(&seen.ups, 1);
}

void send_command(enum bird_lane lane, const char *command)
{
    struct err err;
    if (bird_client_send(client, lane, command, on_reply, NULL, &err))
        fail_msg("%s", err.msg);
}

void assert_refused(const char *command, const char *why)
{
    struct err err;
    assert_int_equal(bird_client_send(client, BIRD_READ, command, on_reply, NULL, &err), -1);
    if (!strstr(err.msg, why))
        fail_msg("\"%s\" does not say \"%s\"", err.msg, why);
}

void answer_with_its_name(struct fake_bird *f, const char *command)
{
    char text[1200];
    snprintf(text, sizeof text, "1000-%s\n0000 \n", command);
    fake_bird_say(f, text);
}
