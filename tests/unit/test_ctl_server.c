/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ctl_server.c - the daemon's side of the control protocol against clients of every kind. Loop
 * and clients share one thread; time is moved by hand: clock_gettime() is ours here, and libev
 * calls it. */
#include "common/ctl.h"

#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    TURNS_MAX = 200000, /* of the loop, until something must have happened */
    CLIENTS_MAX = 64,
    REQUEST_MAX = 64 * 1024,
};

static time_t skew_s;

int clock_gettime(clockid_t id, struct timespec *out)
{
    int result = (int)syscall(SYS_clock_gettime, id, out);
    out->tv_sec += skew_s;
    return result;
}

/* --- a daemon --------------------------------------------------------------------------------- */

static struct daemon {
    char folder[32], path[64];
    struct ev_loop *loop;
    struct ctl_server *server;
    struct ctl_client *held[CLIENTS_MAX]; /* deferred, and not gone */
    int held_count, gone_count;
} self;

static json_t *answer_blob(size_t bytes)
{
    char *text = calloc(1, bytes + 1);
    memset(text, 'x', bytes);
    json_t *reply = json_pack("{s:s}", "blob", text);
    free(text);
    return reply;
}

static json_t *handle(void *arg, struct ctl_client *client, const json_t *request, struct err *err)
{
    const char *cmd = json_string_value(json_object_get(request, "cmd"));
    assert_ptr_equal(arg, &self);
    if (strcmp(cmd, "echo") == 0)
        return json_pack("{s:O}", "said", json_object_get(request, "say"));
    if (strcmp(cmd, "peer") == 0)
        return json_pack("{s:i}", "pid", (int)ctl_peer(client)->pid);
    if (strcmp(cmd, "blob") == 0)
        return answer_blob((size_t)json_integer_value(json_object_get(request, "bytes")));
    if (strcmp(cmd, "hold") == 0) {
        ctl_defer(client);
        self.held[self.held_count++] = client;
    } else if (strcmp(cmd, "at-once") == 0) {
        ctl_defer(client);
        ctl_push(client, json_pack("{s:i}", "n", 1), false);
        ctl_push(client, json_pack("{s:i}", "n", 2), true);
    } else if (strcmp(cmd, "silence") != 0) {
        err_set(err, "no command \"%s\"", cmd);
    }
    return NULL;
}

static void forget(void *arg, struct ctl_client *client)
{
    assert_ptr_equal(arg, &self);
    for (int i = 0; i < self.held_count; i++) {
        if (self.held[i] == client) {
            self.held[i] = self.held[--self.held_count];
            self.gone_count++;
            return;
        }
    }
    fail_msg("one is gone that was not held");
}

static int start(void **state)
{
    struct err err = { "" };
    (void)state;
    self = (struct daemon){ .folder = "/tmp/test_ctl.XXXXXX" };
    if (!mkdtemp(self.folder))
        return -1;
    snprintf(self.path, sizeof self.path, "%s/ctl", self.folder);
    self.loop = ev_loop_new(EVFLAG_AUTO);
    self.server = ctl_server_new(self.loop, self.path, handle, forget, &self, &err);
    if (!self.server)
        fail_msg("%s", err.msg);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    ctl_server_free(self.server);
    ev_loop_destroy(self.loop);
    skew_s = 0;
    return rmdir(self.folder); /* so the socket is unlinked */
}

static void turn(void)
{
    ev_run(self.loop, EVRUN_NOWAIT);
}

static void pass_s(int seconds)
{
    turn(); /* what is due now, is done now */
    skew_s += seconds;
    turn();
    turn();
}

/* --- clients ---------------------------------------------------------------------------------- */

static int client_open(void)
{
    struct err err = { "" };
    int fd = unixsock_connect(self.path, SOCK_STREAM, &err);
    if (fd < 0)
        fail_msg("%s", err.msg);
    turn();
    return fd;
}

static void client_say(int fd, const char *bytes, size_t len)
{
    for (int i = 0; len && i < TURNS_MAX; i++) {
        ssize_t n = unixsock_send(fd, bytes, len, -1);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
        turn();
    }
    assert_int_equal(len, 0);
}

static void client_say_text(int fd, const char *text)
{
    client_say(fd, text, strlen(text));
}

static void client_say_line(int fd, const char *text)
{
    client_say_text(fd, text);
    client_say_text(fd, "\n");
}

/* The next byte, or -1 at the end. */
static int client_hear_byte(int fd)
{
    for (int i = 0; i < TURNS_MAX; i++) {
        unsigned char c;
        ssize_t n = recv(fd, &c, 1, MSG_DONTWAIT);
        if (n == 1)
            return c;
        if (n == 0 || errno != EAGAIN)
            return -1;
        turn();
    }
    fail_msg("nothing came");
    return -1;
}

static void assert_hears(int fd, const char *line)
{
    char text[400];
    size_t used = 0;
    int c;
    while ((c = client_hear_byte(fd)) >= 0 && c != '\n' && used < sizeof text - 1)
        text[used++] = (char)c;
    text[used] = '\0';
    assert_string_equal(text, line);
    assert_int_equal(c, '\n');
}

static void assert_hears_end(int fd)
{
    assert_int_equal(client_hear_byte(fd), -1);
}

static bool is_quiet(int fd)
{
    char c;
    turn();
    turn();
    return recv(fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

/* A client that waits for what is pushed. */
static int client_hold(void)
{
    int fd = client_open(), before = self.held_count;
    client_say_line(fd, "{\"cmd\":\"hold\"}");
    for (int i = 0; i < TURNS_MAX && self.held_count == before; i++)
        turn();
    assert_int_equal(self.held_count, before + 1);
    return fd;
}

/* --- tests ------------------------------------------------------------------------------------ */

static void test_requests(void **state)
{
    static const char *const rows[][2] = {
        { "{\"cmd\":\"echo\",\"say\":\"caf\u00e9\"}", "{\"ok\":true,\"said\":\"caf\u00e9\"}" },
        { "  {\"say\":[1,{}],\"cmd\":\"echo\"}\r", "{\"ok\":true,\"said\":[1,{}]}" },
        { "{\"cmd\":\"nix\"}", "{\"ok\":false,\"error\":\"no command \\\"nix\\\"\"}" },
        { "{\"cmd\":\"silence\"}", "{\"ok\":false,\"error\":\"the command gave no reply\"}" },
        { "{}", "{\"ok\":false,\"error\":\"the request has no text \\\"cmd\\\": send {\\\"cmd\\\": "
                "\\\"status\\\"} or the like\"}" },
        { "{\"cmd\":5}", "{\"ok\":false,\"error\":\"the request has no text \\\"cmd\\\": send "
                         "{\\\"cmd\\\": \\\"status\\\"} or the like\"}" },
        { "[]", "{\"ok\":false,\"error\":\"the request has no text \\\"cmd\\\": send {\\\"cmd\\\": "
                "\\\"status\\\"} or the like\"}" },
        { "status",
          "{\"ok\":false,\"error\":\"the request is not a line of JSON: '[' or '{' expected near "
          "'status'\"}" },
        { "{\"cmd\":\"nix\",\"cmd\":\"echo\"}",
          "{\"ok\":false,\"error\":\"the request is not a line of JSON: "
          "duplicate object key near '\\\"cmd\\\"'\"}" },
        { "",
          "{\"ok\":false,\"error\":\"the request is not a line of JSON: '[' or '{' expected near end of "
          "file\"}" },
    };
    int fd = client_open(); /* one connection for all */
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        client_say_line(fd, rows[i][0]);
        assert_hears(fd, rows[i][1]);
    }
    assert_true(is_quiet(fd));
    close(fd);
}

static void test_pieces_and_pipelines(void **state)
{
    int fd = client_open();
    (void)state;
    client_say_text(fd, "{\"cmd\":\"ec");
    assert_true(is_quiet(fd));
    client_say_text(fd,
                    "ho\",\"say\":1}\n{\"cmd\":\"echo\",\"say\":2}\n{\"cmd\":\"nix\"}\n{\"cmd\":");
    assert_hears(fd, "{\"ok\":true,\"said\":1}");
    assert_hears(fd, "{\"ok\":true,\"said\":2}");
    assert_hears(fd, "{\"ok\":false,\"error\":\"no command \\\"nix\\\"\"}");
    client_say_line(fd, "\"echo\",\"say\":3}");
    assert_hears(fd, "{\"ok\":true,\"said\":3}");
    close(fd);
}

static void test_peer(void **state)
{
    char expected[64];
    int fd = client_open();
    (void)state;
    client_say_line(fd, "{\"cmd\":\"peer\"}");
    snprintf(expected, sizeof expected, "{\"ok\":true,\"pid\":%d}", (int)getpid());
    assert_hears(fd, expected);
    close(fd);
}

/* As `echo … | socat - UNIX-CONNECT:…` does; without a newline, too. */
static void test_half_closed(void **state)
{
    (void)state;
    for (int with_newline = 0; with_newline < 2; with_newline++) {
        int fd = client_open();
        client_say_text(fd, "{\"cmd\":\"echo\",\"say\":1}");
        if (with_newline)
            client_say_text(fd, "\n");
        shutdown(fd, SHUT_WR);
        assert_hears(fd, "{\"ok\":true,\"said\":1}");
        assert_hears_end(fd);
        close(fd);
    }
    int fd = client_hold();
    shutdown(fd, SHUT_WR); /* asked, and waits */
    turn();
    assert_int_equal(self.gone_count, 0);
    ctl_push(self.held[0], json_object(), true);
    assert_hears(fd, "{\"ok\":true}");
    assert_hears_end(fd);
    close(fd);
}

/* Says a request of `len` bytes with its newline. */
static void say_request_of(int fd, size_t len)
{
    static char request[REQUEST_MAX + 1];
    static const char start[] = "{\"cmd\":\"nix\",\"x\":\"", end[] = "\"}\n";
    memset(request, 'x', sizeof request);
    memcpy(request, start, sizeof start - 1);
    memcpy(request + len - (sizeof end - 1), end, sizeof end - 1);
    client_say(fd, request, len);
}

static void test_longest_request(void **state)
{
    int fd = client_open();
    (void)state;
    say_request_of(fd, REQUEST_MAX);
    assert_hears(fd, "{\"ok\":false,\"error\":\"no command \\\"nix\\\"\"}");
    say_request_of(fd, REQUEST_MAX + 1);
    assert_hears(fd, "{\"ok\":false,\"error\":\"the request is larger than 64 KiB\"}");
    assert_hears_end(fd);
    close(fd);
}

static void test_large_reply(void **state)
{
    enum { BYTES = 3000000 };
    int fd = client_open(), c;
    long heard = 0;
    (void)state;
    client_say_line(fd, "{\"cmd\":\"blob\",\"bytes\":3000000}");
    client_say_line(fd, "{\"cmd\":\"echo\",\"say\":1}"); /* has to wait for its turn */
    while ((c = client_hear_byte(fd)) != '\n' && c >= 0)
        heard++;
    assert_int_equal(heard, BYTES + (long)strlen("{\"ok\":true,\"blob\":\"\"}"));
    assert_hears(fd, "{\"ok\":true,\"said\":1}");
    client_say_line(fd, "{\"cmd\":\"blob\",\"bytes\":67108864}");
    assert_hears(fd, "{\"ok\":false,\"error\":\"the reply is larger than 64 MiB: ask for less\"}");
    close(fd);
}

static void test_deferred(void **state)
{
    int fd = client_hold();
    struct ctl_client *client = self.held[0];
    (void)state;
    assert_true(is_quiet(fd));
    pass_s(1000); /* patience is for those whom we wait for, not for those who wait for us */
    assert_int_equal(self.gone_count, 0);
    ctl_push(client, json_pack("{s:i}", "n", 1), false);
    assert_hears(fd, "{\"ok\":true,\"n\":1}");
    ctl_push(client, json_pack("{s:i}", "n", 2), true);
    assert_hears(fd, "{\"ok\":true,\"n\":2}");
    assert_hears_end(fd);
    assert_int_equal(self.gone_count, 0); /* the last push was the farewell */
    close(fd);
}

static void test_deferred_error(void **state)
{
    int fd = client_hold();
    struct err err = { "late: caf\xe9" };
    (void)state;
    ctl_push_error(self.held[0], &err);
    assert_hears(fd, "{\"ok\":false,\"error\":\"late: caf?\"}");
    assert_hears_end(fd);
    assert_int_equal(self.gone_count, 0);
    close(fd);
}

static void test_push_within_the_handler(void **state)
{
    int fd = client_open();
    (void)state;
    client_say_line(fd, "{\"cmd\":\"at-once\"}");
    assert_hears(fd, "{\"ok\":true,\"n\":1}");
    assert_hears(fd, "{\"ok\":true,\"n\":2}");
    assert_hears_end(fd);
    close(fd);
}

static void test_deferred_client_leaves(void **state)
{
    int fd = client_hold(), other = client_hold();
    struct ctl_client *client = self.held[0];
    (void)state;
    close(fd);
    ctl_push(client, json_object(), false); /* nobody knows yet, and no harm is done */
    ctl_push(client, json_object(), false);
    assert_int_equal(self.gone_count, 0); /* not within the push */
    turn();
    turn();
    assert_int_equal(self.gone_count, 1);
    assert_ptr_not_equal(self.held[0], client);
    ctl_push(self.held[0], json_object(), false);
    assert_hears(other, "{\"ok\":true}");
    close(other);
    turn();
    turn();
    assert_int_equal(self.gone_count, 2); /* without a push */
}

/* A farewell to one that is already broken: it is not said to be gone once more. */
static void test_last_push_to_a_broken_client(void **state)
{
    int fd = client_hold();
    (void)state;
    close(fd);
    ctl_push(self.held[0], json_object(), false);
    ctl_push(self.held[0], json_object(), true);
    turn();
    turn();
    assert_int_equal(self.gone_count, 0);
}

static void test_chatter_while_waiting(void **state)
{
    static char chatter[REQUEST_MAX + 1];
    int fd = client_hold();
    (void)state;
    memset(chatter, 'x', sizeof chatter);
    unixsock_send(fd, chatter, sizeof chatter / 2, -1);
    turn();
    unixsock_send(fd, chatter, sizeof chatter, -1);
    for (int i = 0; i < 10; i++)
        turn();
    assert_int_equal(self.gone_count, 1);
    close(fd);
}

/* A stream that is not read is dropped when it is far behind, and not before. */
static void test_stream_that_is_not_read(void **state)
{
    int fd = client_hold(), pushes = 0;
    (void)state;
    log_set_level(LOG_ERROR);
    for (; pushes < 1000 && self.gone_count == 0; pushes++) {
        ctl_push(self.held[0], answer_blob(100000), false);
        turn();
    }
    assert_in_range(pushes, 10, 40); /* 1 MiB, and what the socket holds */
    log_set_level(LOG_INFO);
    close(fd);
}

/* A reply that is not read waits 10 s, and delays nobody. */
static void test_reply_that_is_not_read(void **state)
{
    int fd = client_open(), other = client_open();
    (void)state;
    client_say_line(fd, "{\"cmd\":\"blob\",\"bytes\":3000000}");
    client_say_line(other, "{\"cmd\":\"echo\",\"say\":1}");
    assert_hears(other, "{\"ok\":true,\"said\":1}");
    pass_s(9);
    for (int i = 0; i < 1000; i++) /* it reads a little: it is not silent */
        assert_true(client_hear_byte(fd) >= 0);
    char some[200000];
    assert_true(recv(fd, some, sizeof some, MSG_DONTWAIT) > 0);
    pass_s(9);
    assert_true(client_hear_byte(fd) >= 0);
    pass_s(11);
    long rest = 0;
    while (client_hear_byte(fd) >= 0)
        rest++;
    assert_in_range(rest, 1, 2900000); /* what the socket held: the reply was cut */
    close(fd);
    close(other);
}

static void test_silent_clients(void **state)
{
    int silent = client_open(), trickling = client_open();
    (void)state;
    pass_s(9);
    assert_true(is_quiet(silent));
    client_say_text(trickling, "{");
    pass_s(2);
    assert_hears_end(silent);
    assert_hears_end(trickling); /* part of a request is not a request */
    close(silent);
    close(trickling);
}

static void test_patience_starts_again_with_each_request(void **state)
{
    int fd = client_open();
    (void)state;
    for (int i = 0; i < 3; i++) {
        pass_s(9);
        client_say_line(fd, "{\"cmd\":\"echo\",\"say\":1}");
        assert_hears(fd, "{\"ok\":true,\"said\":1}");
    }
    pass_s(11);
    assert_hears_end(fd);
    close(fd);
}

static void test_too_many_clients(void **state)
{
    int fds[CLIENTS_MAX];
    (void)state;
    for (int i = 0; i < CLIENTS_MAX; i++)
        fds[i] = client_hold();
    int surplus = client_open();
    assert_hears(
        surplus,
        "{\"ok\":false,\"error\":\"too many clients are connected already: end some, perhaps "
        "a forgotten watch\"}");
    assert_hears_end(surplus);
    close(surplus);
    close(fds[0]);
    turn();
    turn();
    fds[0] = client_hold();
    for (int i = 0; i < CLIENTS_MAX; i++)
        close(fds[i]);
}

/* Without a free descriptor the loop does not spin; it tries again a second later. */
static void test_out_of_descriptors(void **state)
{
    struct rlimit before, none;
    struct err err;
    (void)state;
    log_set_level(LOG_ERROR);
    int fd = unixsock_connect(self.path, SOCK_STREAM, &err);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)fd + 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    turn();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    client_say_line(fd, "{\"cmd\":\"echo\",\"say\":1}");
    assert_true(is_quiet(fd)); /* it is not looked at now */
    pass_s(2);
    assert_hears(fd, "{\"ok\":true,\"said\":1}");
    log_set_level(LOG_INFO);
    close(fd);
}

static void test_free_with_clients(void **state)
{
    int held = client_hold(), idle = client_open();
    (void)state;
    ctl_server_free(self.server);
    self.server = NULL;
    assert_int_equal(self.gone_count, 1);
    assert_hears_end(held);
    assert_hears_end(idle);
    assert_int_equal(access(self.path, F_OK), -1);
    close(held);
    close(idle);
}

static void test_second_server(void **state)
{
    struct err err = { "" };
    (void)state;
    assert_null(ctl_server_new(self.loop, self.path, handle, forget, &self, &err));
    assert_non_null(strstr(err.msg, "control socket: "));
    assert_non_null(strstr(err.msg, "stop it first"));
}

int main(void)
{
#define WITH_DAEMON(test) cmocka_unit_test_setup_teardown(test, start, stop)
    const struct CMUnitTest tests[] = {
        WITH_DAEMON(test_requests),
        WITH_DAEMON(test_pieces_and_pipelines),
        WITH_DAEMON(test_peer),
        WITH_DAEMON(test_half_closed),
        WITH_DAEMON(test_longest_request),
        WITH_DAEMON(test_large_reply),
        WITH_DAEMON(test_deferred),
        WITH_DAEMON(test_deferred_error),
        WITH_DAEMON(test_push_within_the_handler),
        WITH_DAEMON(test_deferred_client_leaves),
        WITH_DAEMON(test_last_push_to_a_broken_client),
        WITH_DAEMON(test_chatter_while_waiting),
        WITH_DAEMON(test_stream_that_is_not_read),
        WITH_DAEMON(test_reply_that_is_not_read),
        WITH_DAEMON(test_silent_clients),
        WITH_DAEMON(test_patience_starts_again_with_each_request),
        WITH_DAEMON(test_too_many_clients),
        WITH_DAEMON(test_out_of_descriptors),
        WITH_DAEMON(test_free_with_clients),
        WITH_DAEMON(test_second_server),
    };
    return cmocka_run_group_tests_name("ctl_server", tests, NULL, NULL);
}
