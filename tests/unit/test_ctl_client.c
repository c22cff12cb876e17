/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ctl_client.c - the tools' side of the control protocol: against a real server in a thread of
 * its own, and against servers that hang, close or talk nonsense. What it says is read by tired
 * people. */
#include "common/ctl.h"

#include "common/mono.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PLENTY_MS = 30000,
};

static char folder[] = "/tmp/test_ctl.XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/ctl", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static json_t *command(const char *cmd)
{
    return json_pack("{s:s}", "cmd", cmd);
}

/* What a text must be, with %s for the socket's path. */
static void assert_says(const struct err *err, const char *format)
{
    char expected[ERR_MAX];
    const char *at = strstr(format, "%s");
    if (at)
        snprintf(expected, sizeof expected, "%.*s%s%s", (int)(at - format), format, path, at + 2);
    else
        snprintf(expected, sizeof expected, "%s", format);
    assert_string_equal(err->msg, expected);
}

static void assert_call_fails(int timeout_ms, const char *format)
{
    struct err err = { "" };
    assert_null(ctl_call("dnsd", path, command("status"), timeout_ms, &err));
    assert_says(&err, format);
}

/* --- a real server in a thread ---------------------------------------------------------------- */

struct daemon {
    struct ev_loop *loop;
    struct ctl_server *server;
    ev_async stop;
    pthread_t thread;
};

static json_t *handle(void *arg, struct ctl_client *client, const json_t *request, struct err *err)
{
    const char *cmd = json_string_value(json_object_get(request, "cmd"));
    (void)arg;
    if (strcmp(cmd, "echo") == 0)
        return json_pack("{s:O}", "said", json_object_get(request, "say"));
    if (strcmp(cmd, "count") == 0) {
        ctl_defer(client);
        for (int i = 1; i <= 3; i++)
            ctl_push(client, json_pack("{s:i}", "n", i), i == 3);
    } else if (strcmp(cmd, "break") == 0) {
        ctl_defer(client);
        ctl_push(client, json_pack("{s:i}", "n", 1), false);
        err_set(err, "BIRD is gone: start it");
        ctl_push_error(client, err);
    } else {
        err_set(err, "no command \"%s\"", cmd);
    }
    return NULL;
}

static void on_stop(struct ev_loop *loop, ev_async *async, int events)
{
    (void)async, (void)events;
    ev_break(loop, EVBREAK_ALL);
}

static void *run(void *arg)
{
    ev_run(((struct daemon *)arg)->loop, 0);
    return NULL;
}

static struct daemon *daemon_start(void)
{
    struct daemon *d = calloc(1, sizeof *d);
    struct err err = { "" };
    d->loop = ev_loop_new(EVFLAG_AUTO);
    d->server = ctl_server_new(d->loop, path, handle, NULL, NULL, &err);
    if (!d->server)
        fail_msg("%s", err.msg);
    ev_async_init(&d->stop, on_stop);
    ev_async_start(d->loop, &d->stop);
    assert_int_equal(pthread_create(&d->thread, NULL, run, d), 0);
    return d;
}

static void daemon_stop(struct daemon *d)
{
    ev_async_send(d->loop, &d->stop);
    pthread_join(d->thread, NULL);
    ctl_server_free(d->server);
    ev_loop_destroy(d->loop);
    free(d);
}

static void test_call(void **state)
{
    struct daemon *d = daemon_start();
    struct err err = { "old" };
    (void)state;
    json_t *reply = ctl_call("dnsd", path, json_pack("{s:s, s:i}", "cmd", "echo", "say", 7),
                             PLENTY_MS, &err);
    assert_int_equal(json_integer_value(json_object_get(reply, "said")), 7);
    assert_string_equal(err.msg, "");
    json_decref(reply);
    assert_call_fails(PLENTY_MS, "no command \"status\"");
    assert_null(ctl_call("dnsd", path, command("status"), PLENTY_MS, NULL));
    daemon_stop(d);
}

static void test_large_reply(void **state)
{
    enum { BYTES = 50000 }; /* there: a request is at most 64 KiB; the reply is read in pieces */
    struct daemon *d = daemon_start();
    struct err err = { "" };
    char *text = calloc(1, BYTES + 1);
    (void)state;
    memset(text, 'x', BYTES);
    json_t *reply = ctl_call("dnsd", path, json_pack("{s:s, s:s}", "cmd", "echo", "say", text),
                             PLENTY_MS, &err);
    assert_string_equal(json_string_value(json_object_get(reply, "said")), text);
    json_decref(reply);
    free(text);
    daemon_stop(d);
}

/* The server answers before it has read all, and closes: its answer still arrives. */
static void test_too_large_request(void **state)
{
    enum { BYTES = 5000000 };
    struct daemon *d = daemon_start();
    struct err err = { "" };
    char *text = calloc(1, BYTES + 1);
    (void)state;
    memset(text, 'x', BYTES);
    assert_null(ctl_call("dnsd", path, json_pack("{s:s, s:s}", "cmd", "echo", "say", text),
                         PLENTY_MS, &err));
    assert_string_equal(err.msg, "the request is larger than 64 KiB");
    free(text);
    daemon_stop(d);
}

static bool note_line(void *arg, const json_t *line)
{
    int *sum = arg;
    *sum = *sum * 10 + (int)json_integer_value(json_object_get(line, "n"));
    return *sum != 12 || json_object_get(line, "go on");
}

static bool note_any_line(void *arg, const json_t *line)
{
    note_line(arg, line);
    return true;
}

static void test_stream(void **state)
{
    struct daemon *d = daemon_start();
    struct err err = { "" };
    int seen = 0;
    (void)state;
    assert_int_equal(ctl_stream("dnsd", path, command("count"), note_any_line, &seen, &err), 0);
    assert_int_equal(seen, 123);
    seen = 0; /* enough after the second */
    assert_int_equal(ctl_stream("dnsd", path, command("count"), note_line, &seen, &err), 0);
    assert_int_equal(seen, 12);
    seen = 0;
    assert_int_equal(ctl_stream("dnsd", path, command("break"), note_any_line, &seen, &err), -1);
    assert_int_equal(seen, 1);
    assert_string_equal(err.msg, "BIRD is gone: start it");
    assert_int_equal(ctl_stream("dnsd", path, command("nix"), note_any_line, &seen, &err), -1);
    assert_string_equal(err.msg, "no command \"nix\"");
    daemon_stop(d);
    assert_int_equal(ctl_stream("dnsd", path, command("count"), note_any_line, &seen, &err), -1);
    assert_non_null(strstr(err.msg, "cannot reach dnsd at "));
}

/* --- out of reach ----------------------------------------------------------------------------- */

static void test_not_running(void **state)
{
    (void)state;
    assert_call_fails(PLENTY_MS,
                      "cannot reach dnsd at %s: No such file or directory: is it running? try: "
                      "systemctl status dnsd");
    close(unixsock_listen(path, SOCK_STREAM, 0660, NULL)); /* it was, and has crashed */
    assert_call_fails(PLENTY_MS, "cannot reach dnsd at %s: Connection refused: is it running? try: "
                                 "systemctl status dnsd");
    unlink(path);
}

static void test_path_too_long(void **state)
{
    char long_path[200];
    struct err err = { "" };
    (void)state;
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    assert_null(ctl_call("dnsd", long_path, command("status"), PLENTY_MS, &err));
    assert_non_null(strstr(err.msg, "at most 107 bytes, this has 199"));
}

static void test_not_permitted(void **state)
{
    bool root = geteuid() == 0;
    int fd = unixsock_listen(path, SOCK_STREAM, 0600, NULL);
    (void)state;
    if (root && seteuid(65534))
        skip();
    chmod(folder, 0); /* for those who own it */
    assert_call_fails(PLENTY_MS, "cannot reach dnsd at %s: permission denied: use sudo");
    chmod(folder, 0700);
    if (root)
        assert_int_equal(seteuid(0), 0);
    close(fd);
    unlink(path);
}

static void test_hanging(void **state)
{
    int fd = unixsock_listen(path, SOCK_STREAM, 0660, NULL);
    struct mono before = mono_now();
    (void)state;
    assert_call_fails(
        50, "dnsd at %s has not answered within 50 ms: does it hang? try: systemctl status "
            "dnsd");
    assert_in_range(mono_diff_ms(mono_now(), before), 50, PLENTY_MS);

    int clients[256], count = 0; /* until nobody more can connect */
    while (count < 256 && (clients[count] = unixsock_connect(path, SOCK_STREAM, NULL)) >= 0)
        count++;
    assert_call_fails(50,
                      "cannot reach dnsd at %s: too many wait there already: does it hang? try: "
                      "systemctl status dnsd");
    while (count)
        close(clients[--count]);
    close(fd);
    unlink(path);
}

/* --- strange servers -------------------------------------------------------------------------- */

struct stranger {
    int fd;
    const char *says;
    pthread_t thread;
};

static void *serve_one(void *arg)
{
    struct stranger *s = arg;
    struct timeval limit = { .tv_sec = PLENTY_MS / 1000 };
    char request[1000];
    int fd = accept(s->fd, NULL, NULL);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (recv(fd, request, sizeof request, 0) > 0)
        send(fd, s->says, strlen(s->says), MSG_NOSIGNAL);
    close(fd);
    return NULL;
}

static void stranger_start(struct stranger *s, const char *says)
{
    s->says = says;
    s->fd = unixsock_listen(path, SOCK_STREAM, 0660, NULL);
    assert_true(s->fd >= 0);
    assert_int_equal(fcntl(s->fd, F_SETFL, 0), 0); /* accept waits */
    assert_int_equal(pthread_create(&s->thread, NULL, serve_one, s), 0);
}

static void stranger_stop(struct stranger *s)
{
    pthread_join(s->thread, NULL);
    close(s->fd);
    unlink(path);
}

static void test_strangers(void **state)
{
    static const char closed[] =
        "dnsd at %s closed the connection without an answer: try: journalctl -u "
        "dnsd";
    static const char nonsense[] =
        "dnsd at %s does not speak the control protocol: is the socket's path right, "
        "and are both programs of one version?";
    static const char *const rows[][2] = {
        { "", closed },
        { "{\"ok\":tr", closed },
        { "{\"ok\":true}", closed }, /* not a line */
        { "0001 BIRD 2.0.12 ready.\n", nonsense },
        { "[true]\n", nonsense },
        { "{}\n", nonsense },
        { "{\"ok\":1}\n", nonsense },
        { "{\"ok\":false}\n", "failed, and does not say why" },
        { "{\"ok\":false,\"error\":5}\n", "failed, and does not say why" },
        { "{\"ok\":false,\"error\":\"because\"}\n{\"ok\":true}\n", "because" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stranger s;
        stranger_start(&s, rows[i][0]);
        assert_call_fails(PLENTY_MS, rows[i][1]);
        stranger_stop(&s);
    }
}

static void test_request_that_is_no_text(void **state)
{
    struct err err = { "" };
    (void)state;
    assert_null(ctl_call("dnsd", path, NULL, PLENTY_MS, &err));
    assert_string_equal(err.msg, "a word of the command is not valid UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call),
        cmocka_unit_test(test_large_reply),
        cmocka_unit_test(test_too_large_request),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_not_running),
        cmocka_unit_test(test_path_too_long),
        cmocka_unit_test(test_not_permitted),
        cmocka_unit_test(test_hanging),
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_request_that_is_no_text),
    };
    return cmocka_run_group_tests_name("ctl_client", tests, make_folder, remove_folder);
}
