/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ask.c - a blocking conversation with BIRD. Knows how long it may be silent; hides poll(). */
#include "bird/ask.h"

#include "common/mem.h"
#include "common/mono.h"
#include "common/unixsock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RETRY_MS = 20 };

struct bird_ask {
    int fd;
    int silence_ms;
    struct bird_version version;
    struct bird_parser *parser;
    char buffer[4096]; /* what has come in and is not taken yet: bytes `at` to `end` */
    size_t at, end;
};

/* ---- replies ---- */

/* Waits until there are bytes. */
static int fill(struct bird_ask *ask, struct err *err)
{
    struct pollfd wait = { .fd = ask->fd, .events = POLLIN };
    int ready = poll(&wait, 1, ask->silence_ms);
    if (ready < 0 && errno == EINTR)
        return 0;
    if (ready <= 0)
        return ready < 0 ? err_sys(err, "waiting for BIRD")
                         : err_set(err, "BIRD did not answer within %d ms", ask->silence_ms);
    ssize_t got = recv(ask->fd, ask->buffer, sizeof ask->buffer, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : err_sys(err, "reading from BIRD");
    if (got == 0)
        return err_set(err, "BIRD closed the connection");
    ask->at = 0;
    ask->end = (size_t)got;
    return 0;
}

static const struct bird_reply *read_reply(struct bird_ask *ask, struct err *err)
{
    const struct bird_reply *reply = NULL;
    while (!reply) {
        if (ask->at == ask->end && fill(ask, err))
            return NULL;
        ask->at += bird_parser_feed(ask->parser, ask->buffer + ask->at, ask->end - ask->at, &reply);
    }
    return reply;
}

/* ---- the connection ---- */

static int greet(struct bird_ask *ask, struct err *err)
{
    const struct bird_reply *greeting = read_reply(ask, err);
    return greeting ? bird_greeting_read(greeting, &ask->version, err) : -1;
}

struct bird_ask *bird_ask_open(const char *path, int silence_ms, struct err *err)
{
    int fd = unixsock_connect(path, SOCK_STREAM, err);
    if (fd < 0)
        return NULL;
    struct bird_ask *ask = mem_zalloc(sizeof *ask);
    ask->fd = fd;
    ask->silence_ms = silence_ms;
    ask->parser = bird_parser_new();
    if (greet(ask, err) == 0)
        return ask;
    bird_ask_close(ask);
    errno = 0;
    return NULL;
}

struct bird_ask *bird_ask_await(const char *path, int wait_ms, int silence_ms, struct err *err)
{
    const struct mono deadline = mono_add_ms(mono_now(), wait_ms);
    for (;;) {
        const int64_t left_ms = mono_diff_ms(deadline, mono_now());
        struct bird_ask *ask = bird_ask_open(path, left_ms > 0 ? (int)left_ms : 0, err);
        if (ask)
            ask->silence_ms = silence_ms;
        if (ask || left_ms <= RETRY_MS)
            return ask;
        poll(NULL, 0, RETRY_MS);
    }
}

void bird_ask_close(struct bird_ask *ask)
{
    if (!ask)
        return;
    close(ask->fd);
    bird_parser_free(ask->parser);
    free(ask);
}

const char *bird_ask_version(const struct bird_ask *ask)
{
    return ask->version.text;
}

/* ---- questions ---- */

const struct bird_reply *bird_ask(struct bird_ask *ask, const char *command, struct err *err)
{
    if (bird_command_check(command, err))
        return NULL;
    char *line = mem_printf("%s\n", command);
    const size_t len = strlen(line);
    const bool sent = send(ask->fd, line, len, MSG_NOSIGNAL) == (ssize_t)len;
    free(line);
    if (!sent) {
        err_sys(err, "sending to BIRD");
        return NULL;
    }
    return read_reply(ask, err);
}

const struct bird_reply *bird_ask_yes(struct bird_ask *ask, const char *command, struct err *err)
{
    const struct bird_reply *reply = bird_ask(ask, command, err);
    if (reply && bird_reply_result(reply) != BIRD_FAILED)
        return reply;
    if (reply)
        err_set(err, "%s", bird_reply_headline(reply)->text);
    err_wrap(err, "%s", command);
    return NULL;
}
