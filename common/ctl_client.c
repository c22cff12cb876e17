/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ctl_client.c - the tools' side of the control protocol. Knows how to wait and what to advise when
 * the daemon is out of reach; hides the socket. */
#include "common/ctl.h"

#include "common/mem.h"
#include "common/mono.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    REPLY_MAX = 64 * 1024 * 1024,
    CHUNK_BYTES = 64 * 1024,
};

struct call {
    const char *name, *path;
    int fd;
    int timeout_ms;       /* as said in complaints */
    struct mono deadline; /* never: wait without end */
    char *in;             /* what was received: in_len bytes, of which `seen` have no newline */
    size_t in_len, in_cap, seen;
    struct err *err;
};

/* --- reaching the daemon ---------------------------------------------------------------------- */

static int say_not_permitted(const struct call *call)
{
    struct stat status;
    /* cppcheck-suppress getgrgidCalled ; tools have one thread */
    const struct group *group = stat(call->path, &status) == 0 ? getgrgid(status.st_gid) : NULL;
    if (group && group->gr_gid != 0)
        return err_set(call->err,
                       "cannot reach %s at %s: permission denied: use sudo, or become a member of "
                       "the group %s",
                       call->name, call->path, group->gr_name);
    return err_set(call->err, "cannot reach %s at %s: permission denied: use sudo", call->name,
                   call->path);
}

static int say_unreachable(const struct call *call, int reason)
{
    if (reason == EACCES || reason == EPERM)
        return say_not_permitted(call);
    if (reason == EAGAIN)
        return err_set(call->err,
                       "cannot reach %s at %s: too many wait there already: does it hang? try: "
                       "systemctl status %s",
                       call->name, call->path, call->name);
    return err_set(call->err, "cannot reach %s at %s: %s: is it running? try: systemctl status %s",
                   call->name, call->path, strerror(reason), call->name);
}

static int call_open(struct call *call)
{
    errno = 0;
    call->fd = unixsock_connect(call->path, SOCK_STREAM, call->err);
    if (call->fd >= 0) {
        call->in_cap = CHUNK_BYTES;
        call->in = mem_alloc(call->in_cap);
        return 0;
    }
    return errno ? say_unreachable(call, errno) : -1; /* 0: the path cannot be one of a socket */
}

static void call_close(struct call *call)
{
    close(call->fd);
    free(call->in);
}

/* --- waiting ---------------------------------------------------------------------------------- */

static int left_ms(const struct call *call)
{
    if (mono_is_never(call->deadline))
        return -1;
    struct mono now = mono_now();
    if (!mono_before(now, call->deadline))
        return 0;
    return (int)mono_diff_ms(call->deadline, now) + 1; /* rounded up: not to give up too early */
}

static int wait_for(struct call *call, short events)
{
    struct pollfd poll_fd = { .fd = call->fd, .events = events };
    int n;
    while ((n = poll(&poll_fd, 1, left_ms(call))) < 0 && errno == EINTR)
        ;
    if (n > 0)
        return 0;
    if (n < 0)
        return err_sys(call->err, "cannot wait for %s", call->name);
    return err_set(call->err,
                   "%s at %s has not answered within %d ms: does it hang? try: systemctl status %s",
                   call->name, call->path, call->timeout_ms, call->name);
}

/* A server that refuses us answers without reading and closes: then sending fails, but its answer
 * is there to be read. So only waiting can fail here. */
static int send_request(struct call *call, const char *text, size_t len)
{
    while (len) {
        ssize_t n = unixsock_send(call->fd, text, len, -1);
        if (n < 0 && errno == EAGAIN) {
            if (wait_for(call, POLLOUT))
                return -1;
        } else if (n < 0 && errno != EINTR) {
            return 0;
        } else if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

/* Receives some more. 1: something came, 0: the end, -1: an error. */
static int receive(struct call *call)
{
    if (call->in_len == REPLY_MAX)
        return err_set(call->err, "%s sent a line of more than 64 MiB", call->name);
    if (call->in_cap == call->in_len) {
        call->in_cap *= 2;
        call->in = mem_realloc(call->in, call->in_cap);
    }
    size_t room = call->in_cap - call->in_len;
    if (room > REPLY_MAX - call->in_len)
        room = REPLY_MAX - call->in_len;
    for (;;) {
        if (wait_for(call, POLLIN))
            return -1;
        ssize_t n = recv(call->fd, call->in + call->in_len, room, 0);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return 0; /* a reset is an end, too */
        call->in_len += (size_t)n;
        return 1;
    }
}

/* The next line as JSON (new reference), NULL with `err` empty at the end, or NULL with an error.
 */
static json_t *next_line(struct call *call)
{
    char *newline;
    while (!(newline = memchr(call->in + call->seen, '\n', call->in_len - call->seen))) {
        call->seen = call->in_len;
        int more = receive(call);
        if (more <= 0)
            return NULL;
    }
    size_t len = (size_t)(newline - call->in);
    json_t *line = json_loadb(call->in, len, 0, NULL);
    call->in_len -= len + 1;
    memmove(call->in, newline + 1, call->in_len);
    call->seen = 0;
    if (!json_is_object(line) || !json_is_boolean(json_object_get(line, "ok"))) {
        json_decref(line);
        err_set(call->err,
                "%s at %s does not speak the control protocol: is the socket's path right, and are "
                "both programs of one version?",
                call->name, call->path);
        return NULL;
    }
    return line;
}

/* The line if it says ok; else NULL with the error that it carries. Steals it. */
static json_t *unless_error(struct call *call, json_t *line)
{
    if (!line || json_is_true(json_object_get(line, "ok")))
        return line;
    const char *error = json_string_value(json_object_get(line, "error"));
    err_set(call->err, "%s", error ? error : "failed, and does not say why");
    json_decref(line);
    return NULL;
}

/* Connects and sends `request` (stolen). */
static int call_start(struct call *call, json_t *request)
{
    char *text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    err_clear(call->err);
    if (!text)
        return err_set(call->err, "a word of the command is not valid UTF-8");
    char *line = mem_printf("%s\n", text);
    free(text);
    int result = call_open(call);
    if (result == 0 && send_request(call, line, strlen(line))) {
        call_close(call);
        result = -1;
    }
    free(line);
    return result;
}

static void say_closed(const struct call *call)
{
    err_set(call->err, "%s at %s closed the connection without an answer: try: journalctl -u %s",
            call->name, call->path, call->name);
}

json_t *ctl_call(const char *name, const char *path, json_t *request, int timeout_ms,
                 struct err *err)
{
    struct err own = { "" };
    struct call call = { .name = name,
                         .path = path,
                         .timeout_ms = timeout_ms,
                         .deadline = mono_add_ms(mono_now(), timeout_ms),
                         .err = err ? err : &own };
    if (call_start(&call, request))
        return NULL;
    json_t *reply = unless_error(&call, next_line(&call));
    if (!reply && !call.err->msg[0])
        say_closed(&call);
    call_close(&call);
    return reply;
}

int ctl_stream(const char *name, const char *path, json_t *request,
               bool (*line)(void *arg, const json_t *line), void *arg, struct err *err)
{
    struct err own = { "" };
    struct call call = { .name = name, .path = path, .err = err ? err : &own };
    if (call_start(&call, request))
        return -1;
    bool wanted = true;
    json_t *next = NULL;
    while (wanted && (next = unless_error(&call, next_line(&call)))) {
        wanted = line(arg, next);
        json_decref(next);
    }
    call_close(&call);
    return wanted && call.err->msg[0] ? -1 : 0;
}
