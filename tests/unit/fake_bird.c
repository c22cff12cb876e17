/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fake_bird.c - the server's side of BIRD's control socket, without a mind of its own. */
#include "tests/unit/fake_bird.h"

#include "common/unixsock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void take_byte(struct fake_bird *fake, char byte)
{
    assert_in_range(fake->count, 0, FAKE_COMMANDS_MAX - 1);
    assert_in_range(fake->line_len, 0, sizeof fake->command[0] - 1);
    char *command = fake->command[fake->count];
    command[fake->line_len++] = byte;
    if (byte != '\n')
        return;
    command[fake->line_len - 1] = '\0';
    fake->line_len = 0;
    fake->count++;
    if (fake->on_command)
        fake->on_command(fake, command);
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop, (void)events;
    struct fake_bird *fake = io->data;
    char data[4096];
    ssize_t n = recv(io->fd, data, sizeof data, MSG_DONTWAIT);
    if (n <= 0) {
        fake_bird_hang_up(fake);
        return;
    }
    const int connection = fake->connections;
    for (ssize_t i = 0; i < n && fake->connections == connection; i++)
        take_byte(fake, data[i]);
}

static void on_connection(struct ev_loop *loop, ev_io *io, int events)
{
    (void)events;
    struct fake_bird *fake = io->data;
    int fd = accept4(io->fd, NULL, NULL, SOCK_CLOEXEC);
    assert_true(fd >= 0);
    fake_bird_hang_up(fake);
    fake->connections++;
    ev_io_set(&fake->peer, fd, EV_READ);
    ev_io_start(loop, &fake->peer);
    if (fake->greeting)
        fake_bird_say(fake, fake->greeting);
}

void fake_bird_open(struct fake_bird *fake, struct ev_loop *loop)
{
    *fake = (struct fake_bird){ .loop = loop,
                                .greeting = "0001 BIRD 2.0.12 ready.\n",
                                .folder = "/tmp/fake_bird-XXXXXX" };
    assert_non_null(mkdtemp(fake->folder));
    snprintf(fake->path, sizeof fake->path, "%s/bird.ctl", fake->folder);
    ev_io_init(&fake->listener, on_connection, -1, EV_READ);
    ev_io_init(&fake->peer, on_readable, -1, EV_READ);
    fake->listener.data = fake->peer.data = fake;
}

void fake_bird_close(struct fake_bird *fake)
{
    fake_bird_stop(fake);
    rmdir(fake->folder);
}

void fake_bird_start(struct fake_bird *fake)
{
    struct err err;
    int fd = unixsock_listen(fake->path, SOCK_STREAM, 0660, &err);
    if (fd < 0)
        fail_msg("%s", err.msg);
    ev_io_set(&fake->listener, fd, EV_READ);
    ev_io_start(fake->loop, &fake->listener);
}

static void close_watcher(struct fake_bird *fake, ev_io *io)
{
    ev_io_stop(fake->loop, io);
    if (io->fd >= 0)
        close(io->fd);
    ev_io_set(io, -1, EV_READ);
}

void fake_bird_stop(struct fake_bird *fake)
{
    fake_bird_hang_up(fake);
    close_watcher(fake, &fake->listener);
    unlink(fake->path);
}

void fake_bird_say(struct fake_bird *fake, const char *text)
{
    size_t len = strlen(text);
    assert_int_equal(send(fake->peer.fd, text, len, MSG_NOSIGNAL), (ssize_t)len);
}

void fake_bird_hang_up(struct fake_bird *fake)
{
    close_watcher(fake, &fake->peer);
    fake->line_len = 0;
}
