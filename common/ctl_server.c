/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ctl_server.c - the daemon's side of the control protocol. Knows lines, limits and time-outs;
 * hides buffers and watchers.
 *
 * A client is in one of three states: its request is awaited; it is deferred (the daemon answers
 * later, or streams); its output is being written. One timer covers the first and the last. Clients
 * are freed in callbacks of the loop only, so that ctl_push() never frees the client it was given.
 */
#include "common/ctl.h"

#include "common/jsonread.h"
#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CLIENTS_MAX = 64,
    REQUEST_MAX = 64 * 1024,
    REPLY_MAX = 64 * 1024 * 1024,
    STREAM_PENDING_MAX = 1024 * 1024, /* who reads that far behind a stream is dropped */
};

static const double PATIENCE_S = 10;
static const double ACCEPT_PAUSE_S = 1; /* after running out of descriptors */

struct ctl_server {
    struct ev_loop *loop;
    int fd;
    char *path;
    ctl_handler *handler;
    ctl_gone *gone;
    void *arg;
    ev_io accepting;
    ev_timer pause;
    struct ctl_client *clients[CLIENTS_MAX]; /* the first client_count */
    unsigned client_count;
};

struct ctl_client {
    struct ctl_server *server;
    unsigned slot; /* in the server's clients */
    int fd;
    struct unixsock_peer peer;
    ev_io reading;
    ev_io writing;
    ev_timer timer;
    bool deferred;    /* the daemon holds a pointer to it */
    bool input_ended; /* it sends no more */
    bool closing;     /* to be freed as soon as its output is written */
    bool broken;      /* to be freed at the next turn of the loop */
    char *in;         /* REQUEST_MAX bytes */
    size_t in_len;
    char *out;
    size_t out_len, out_done;
};

/* --- the life of a client --------------------------------------------------------------------- */

static void client_free(struct ctl_client *client)
{
    struct ctl_server *server = client->server;
    if (client->deferred && server->gone)
        server->gone(server->arg, client);
    ev_io_stop(server->loop, &client->reading);
    ev_io_stop(server->loop, &client->writing);
    ev_timer_stop(server->loop, &client->timer); /* what client_break() fed goes as well */
    close(client->fd);
    struct ctl_client *last = server->clients[--server->client_count];
    last->slot = client->slot;
    server->clients[last->slot] = last;
    free(client->in);
    free(client->out);
    free(client);
}

/* Ends the client at the next turn of the loop, and nothing more is read or written until then. */
static void client_break(struct ctl_client *client)
{
    client->broken = true;
    ev_io_stop(client->server->loop, &client->reading);
    ev_io_stop(client->server->loop, &client->writing);
    ev_feed_event(client->server->loop, &client->timer, EV_CUSTOM);
}

static bool has_output(const struct ctl_client *client)
{
    return client->out_done < client->out_len;
}

/* Starts, restarts or stops the timer as the client's state wants. */
static void client_set_timer(struct ctl_client *client)
{
    if (client->deferred && !has_output(client))
        ev_timer_stop(client->server->loop, &client->timer);
    else
        ev_timer_again(client->server->loop, &client->timer);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    client_free(timer->data);
}

/* --- output ----------------------------------------------------------------------------------- */

static void client_write(struct ctl_client *client)
{
    while (has_output(client)) {
        ssize_t n = unixsock_send(client->fd, client->out + client->out_done,
                                  client->out_len - client->out_done, -1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN) {
            client_break(client);
            return;
        }
        if (n <= 0) {
            ev_io_start(client->server->loop, &client->writing);
            return;
        }
        client->out_done += (size_t)n;
        client_set_timer(client);
    }
    free(client->out); /* it may have been 64 MiB */
    client->out = NULL;
    client->out_len = client->out_done = 0;
    ev_io_stop(client->server->loop, &client->writing);
    if (client->closing)
        client_break(client);
}

static void client_queue(struct ctl_client *client, const char *line, size_t len)
{
    if (client->out_done) {
        client->out_len -= client->out_done;
        memmove(client->out, client->out + client->out_done, client->out_len);
        client->out_done = 0;
    }
    client->out = mem_realloc(client->out, client->out_len + len + 1);
    memcpy(client->out + client->out_len, line, len);
    client->out_len += len;
    client->out[client->out_len++] = '\n';
    client_set_timer(client);
    client_write(client);
}

static void client_send_error(struct ctl_client *client, const char *message)
{
    json_t *line = json_pack("{s:b, s:o}", "ok", 0, "error", json_text(message));
    char *text = json_dumps(line, JSON_COMPACT);
    json_decref(line);
    client_queue(client, text, strlen(text));
    free(text);
}

/* Sends {"ok": true, …`body`}; steals `body`. */
static void client_send(struct ctl_client *client, json_t *body)
{
    json_t *line = json_pack("{s:b}", "ok", 1);
    json_object_update(line, body);
    char *text = json_dumps(line, JSON_COMPACT);
    json_decref(line);
    json_decref(body);
    size_t len = text ? strlen(text) : 0;
    if (len > 0 && len <= REPLY_MAX)
        client_queue(client, text, len);
    else
        client_send_error(client, "the reply is larger than 64 MiB: ask for less");
    free(text);
}

/* --- input ------------------------------------------------------------------------------------ */

static json_t *parse_request(const char *line, size_t len, struct err *err)
{
    json_error_t problem;
    json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &problem);
    if (!request) {
        err_set(err, "the request is not a line of JSON: %s", problem.text);
    } else if (!json_is_string(json_object_get(request, "cmd"))) {
        err_set(err, "the request has no text \"cmd\": send {\"cmd\": \"status\"} or the like");
        json_decref(request);
        request = NULL;
    }
    return request;
}

static void client_handle(struct ctl_client *client, const char *line, size_t len)
{
    struct ctl_server *server = client->server;
    struct err err = { "" };
    json_t *request = parse_request(line, len, &err);
    json_t *reply = request ? server->handler(server->arg, client, request, &err) : NULL;
    json_decref(request);
    if (reply)
        client_send(client, reply);
    else if (!client->deferred && !client->closing)
        client_send_error(client, err.msg[0] ? err.msg : "the command gave no reply");
}

/* Handles the next line of the input, if a whole one is there; at its end, what is there. */
static bool client_take_line(struct ctl_client *client)
{
    char *newline = memchr(client->in, '\n', client->in_len);
    if (!newline && !(client->input_ended && client->in_len))
        return false;
    size_t len = newline ? (size_t)(newline - client->in) : client->in_len;
    size_t used = newline ? len + 1 : len;
    client_handle(client, client->in, len);
    client->in_len -= used;
    memmove(client->in, client->in + used, client->in_len);
    return true;
}

/* Reads when a request is awaited; while deferred too, to see the client go away. */
static void client_set_reading(struct ctl_client *client)
{
    bool wanted = !client->broken && !client->closing && !client->input_ended &&
                  (client->deferred || !has_output(client));
    if (wanted)
        ev_io_start(client->server->loop, &client->reading);
    else
        ev_io_stop(client->server->loop, &client->reading);
}

/* Closes the client once its output is written. */
static void client_finish(struct ctl_client *client)
{
    client->closing = true;
    if (!has_output(client))
        client_break(client);
}

static bool is_idle(const struct ctl_client *client)
{
    return !client->broken && !client->closing && !client->deferred && !has_output(client);
}

/* Takes one request after the other, each when the answer to the one before is written. */
static void client_advance(struct ctl_client *client)
{
    while (is_idle(client) && client_take_line(client))
        ;
    if (is_idle(client) && client->in_len == REQUEST_MAX) {
        client_send_error(client, "the request is larger than 64 KiB");
        client_finish(client);
    } else if (is_idle(client) && client->input_ended) {
        client_finish(client);
    }
    client_set_reading(client);
}

/* True if the peer closed the socket, not only its sending half (as `socat` does after a request).
 */
static bool peer_is_gone(int fd)
{
    struct pollfd poll_fd = { .fd = fd };
    return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & (POLLHUP | POLLERR));
}

static void on_readable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop, (void)events;
    struct ctl_client *client = io->data;
    size_t room = REQUEST_MAX - client->in_len;
    ssize_t n = room ? recv(client->fd, client->in + client->in_len, room, 0) : -1;
    if (n < 0 && room && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) { /* a reset, or it talks on and on while it should wait */
        client_break(client);
        return;
    }
    client->in_len += (size_t)n;
    client->input_ended = n == 0;
    if (n == 0 && client->deferred && peer_is_gone(client->fd))
        client_break(client);
    client_advance(client);
}

static void on_writable(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop, (void)events;
    client_write(io->data);
    client_advance(io->data);
}

/* --- clients come ----------------------------------------------------------------------------- */

static void client_new(struct ctl_server *server, int fd)
{
    struct ctl_client *client = mem_zalloc(sizeof *client);
    client->server = server;
    client->fd = fd;
    client->in = mem_alloc(REQUEST_MAX);
    unixsock_peer(fd, &client->peer, NULL);
    client->slot = server->client_count++;
    server->clients[client->slot] = client;
    ev_io_init(&client->reading, on_readable, fd, EV_READ);
    ev_io_init(&client->writing, on_writable, fd, EV_WRITE);
    ev_init(&client->timer, on_timer);
    client->timer.repeat = PATIENCE_S;
    client->reading.data = client->writing.data = client->timer.data = client;
    client_set_timer(client);
    client_set_reading(client);
}

static void refuse(int fd)
{
    static const char line[] =
        "{\"ok\":false,\"error\":\"too many clients are connected already: end "
        "some, perhaps a forgotten watch\"}\n";
    unixsock_send(fd, line, sizeof line - 1, -1);
    close(fd);
}

static void on_accept(struct ev_loop *loop, ev_io *io, int events)
{
    (void)events;
    struct ctl_server *server = io->data;
    int fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0 && server->client_count < CLIENTS_MAX) {
        client_new(server, fd);
    } else if (fd >= 0) {
        refuse(fd);
    } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        log_event(LOG_WARN, "ctl-accept-failed", "path=%s error=\"%s\"", server->path,
                  strerror(errno));
        ev_io_stop(loop, &server->accepting);
        ev_timer_again(loop, &server->pause);
    }
}

static void on_pause_over(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct ctl_server *server = timer->data;
    ev_timer_stop(loop, timer);
    ev_io_start(loop, &server->accepting);
}

struct ctl_server *ctl_server_new(struct ev_loop *loop, const char *path, ctl_handler *handler,
                                  ctl_gone *gone, void *arg, struct err *err)
{
    int fd = unixsock_listen(path, SOCK_STREAM, 0660, err);
    if (fd < 0) {
        err_wrap(err, "control socket");
        return NULL;
    }
    struct ctl_server *server = mem_zalloc(sizeof *server);
    server->loop = loop;
    server->fd = fd;
    server->path = mem_strdup(path);
    server->handler = handler;
    server->gone = gone;
    server->arg = arg;
    ev_io_init(&server->accepting, on_accept, fd, EV_READ);
    ev_init(&server->pause, on_pause_over);
    server->pause.repeat = ACCEPT_PAUSE_S;
    server->accepting.data = server->pause.data = server;
    ev_io_start(loop, &server->accepting);
    return server;
}

void ctl_server_free(struct ctl_server *server)
{
    if (!server)
        return;
    while (server->client_count)
        client_free(server->clients[server->client_count - 1]);
    ev_io_stop(server->loop, &server->accepting);
    ev_timer_stop(server->loop, &server->pause);
    unlink(server->path);
    close(server->fd);
    free(server->path);
    free(server);
}

/* --- deferred clients ------------------------------------------------------------------------- */

void ctl_defer(struct ctl_client *client)
{
    client->deferred = true;
    client_set_timer(client);
}

/* True if the client can take a further line. Who does not read his stream is dropped. */
static bool can_push(struct ctl_client *client)
{
    if (client->broken || client->closing)
        return false;
    if (client->out_len - client->out_done <= STREAM_PENDING_MAX)
        return true;
    log_event(LOG_NOTICE, "ctl-client-dropped", "path=%s pid=%d reason=\"does not read\"",
              client->server->path, (int)client->peer.pid);
    client_break(client);
    return false;
}

void ctl_push(struct ctl_client *client, json_t *line, bool last)
{
    if (last)
        client->deferred = false; /* the caller lets go of it, whatever happens now */
    if (!can_push(client)) {
        json_decref(line);
        return;
    }
    client_send(client, line);
    if (last)
        client_finish(client);
}

void ctl_push_error(struct ctl_client *client, const struct err *err)
{
    client->deferred = false;
    if (!can_push(client))
        return;
    client_send_error(client, err->msg);
    client_finish(client);
}

const struct unixsock_peer *ctl_peer(const struct ctl_client *client)
{
    return &client->peer;
}
