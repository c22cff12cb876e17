/* SPDX-License-Identifier: GPL-3.0-or-later */
/* client.c - the connection to BIRD: connect, greet, write commands, match replies, reconnect.
 * Knows the order of commands and when to give up; hides socket, timers and queues. */
#include "bird/client.h"

#include "bird/process.h"
#include "bird/queue.h"
#include "common/mem.h"
#include "common/mono.h"
#include "common/unixsock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    DEFAULT_TIMEOUT_MS = 1000,  /* BIRD answers in 0.3 ms; 1 s is when the guard kills it */
    DEFAULT_GREET_MS = 1000,    /* the same */
    DEFAULT_RETRY_MIN_MS = 20,  /* a restarted BIRD is seen as quickly as it starts */
    DEFAULT_RETRY_MAX_MS = 500, /* twice a second costs nothing */
    IN_FLIGHT_MAX = 16,         /* written and unanswered; more would only fill BIRD's buffer */
    READ_BYTES = 65536,
    READS_PER_EVENT = 16, /* then others on the loop have their turn */
};

enum {
    CODE_CONFIGURED = 3, /* "Daemon is up and running": no configure is under way */
    CODE_RESTRICTED = 16,
    CODE_ACCESS_DENIED = 8007,
};

enum state { STOPPED, WAITING, GREETING, CONNECTED };

struct bird_client {
    struct ev_loop *loop;
    struct bird_client_options options;
    char *path;

    enum state state;
    int fd;
    unsigned connection; /* counts them, so that callbacks that end one are noticed */
    ev_io io;
    ev_timer timer;     /* WAITING: connect again; GREETING, CONNECTED: patience is over */
    int retry_ms;       /* the next pause */
    struct mono heard;  /* when BIRD last said something, or was first asked after a pause */
    struct err problem; /* why there is no connection */

    struct bird_parser *parser;
    struct bird_queue in_flight; /* written and not yet answered, oldest first */
    struct bird_queue urgent, reads;
    pid_t peer; /* who opened the socket of this connection, or of the last one; 0: unknown */
    bool restarted;
    bool restricted;
    bool may_configure; /* `configure status` has just said that none is under way */
};

static void lose(struct bird_client *client, enum bird_outcome outcome, const char *reason);

const char *bird_outcome_name(enum bird_outcome outcome)
{
    static const char *const names[] = {
#define OUTCOME_NAME(id, name) [id] = name,
        BIRD_OUTCOMES(OUTCOME_NAME)
#undef OUTCOME_NAME
    };
    return names[outcome];
}

/* ---- writing ---- */

/* From now on BIRD has `ms` to say something. */
static void set_timer(struct bird_client *client, int ms)
{
    ev_timer_stop(client->loop, &client->timer);
    ev_timer_set(&client->timer, ms / 1000.0, 0);
    ev_timer_start(client->loop, &client->timer);
}

/* Where the next command to write is; NULL: there is none, or it has to wait. */
static struct bird_queue *next_queue(struct bird_client *client)
{
    if (client->in_flight.count == IN_FLIGHT_MAX)
        return NULL;
    if (client->urgent.count > 0)
        return &client->urgent;
    return client->in_flight.count == 0 && client->reads.count > 0 ? &client->reads : NULL;
}

/* What is in flight always fits into the socket's buffer, unless that was made tiny: then the next
 * reply says that there is room. A broken connection is left to the reader, which will see its end.
 */
static bool write_command(struct bird_client *client, const struct bird_command *command)
{
    ssize_t n = send(client->fd, command->text, command->len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n == (ssize_t)command->len)
        return true;
    if (n >= 0 || errno != EAGAIN)
        shutdown(client->fd, SHUT_RDWR);
    return false;
}

static void write_waiting(struct bird_client *client)
{
    struct bird_queue *queue;
    while ((queue = next_queue(client)) && write_command(client, queue->first)) {
        if (client->in_flight.count == 0) {
            client->heard = mono_now();
            set_timer(client, client->options.timeout_ms);
        }
        bird_queue_put(&client->in_flight, bird_queue_take(queue));
    }
}

/* ---- reading ---- */

static void note_peer(struct bird_client *client)
{
    struct unixsock_peer peer;
    if (unixsock_peer(client->fd, &peer, NULL))
        peer.pid = 0;
    client->restarted = client->peer > 0 && peer.pid > 0 && peer.pid != client->peer;
    client->peer = peer.pid;
}

static int check_greeting(const struct bird_reply *reply, struct bird_version *out, struct err *err)
{
    if (bird_greeting_read(reply, out, err))
        return -1;
    return out->major < 2 ? err_set(err, "it is BIRD %s: need 2.0.12 or newer", out->text) : 0;
}

static void take_greeting(struct bird_client *client, const struct bird_reply *reply)
{
    struct bird_version version;
    struct err err;
    if (check_greeting(reply, &version, &err)) {
        lose(client, BIRD_DISCONNECTED, err.msg);
        return;
    }
    client->state = CONNECTED;
    note_peer(client);
    err_clear(&client->problem);
    ev_timer_stop(client->loop, &client->timer);
    if (client->options.on_up)
        client->options.on_up(client->options.arg, &version);
}

/* What nobody has asked for would shift all later replies by one: better a new connection. */
static void take_reply(struct bird_client *client, const struct bird_reply *reply)
{
    if (client->in_flight.count == 0) {
        lose(client, BIRD_DISCONNECTED, "it answered what was not asked");
        return;
    }
    struct bird_command *command = bird_queue_take(&client->in_flight);
    client->retry_ms = 0; /* it works: if it goes, come back at once */
    if (client->in_flight.count == 0)
        ev_timer_stop(client->loop, &client->timer);
    if (reply->code == CODE_RESTRICTED || bird_reply_has(reply, CODE_ACCESS_DENIED))
        client->restricted = true;
    if (bird_command_is(command, "configure status"))
        client->may_configure = bird_reply_has(reply, CODE_CONFIGURED);
    bird_command_finish(command, BIRD_ANSWERED, reply);
}

/* Callbacks may lose, stop and restart the connection: then the rest of the bytes is nobody's. */
static void take_bytes(struct bird_client *client, const char *data, size_t len)
{
    const unsigned connection = client->connection;
    client->heard = mono_now();
    for (size_t taken = 0; taken < len && client->connection == connection;) {
        const struct bird_reply *reply;
        taken += bird_parser_feed(client->parser, data + taken, len - taken, &reply);
        if (reply && client->state == GREETING)
            take_greeting(client, reply);
        else if (reply)
            take_reply(client, reply);
    }
    if (client->connection == connection && client->state == CONNECTED)
        write_waiting(client);
}

static void read_socket(struct bird_client *client)
{
    const unsigned connection = client->connection;
    char data[READ_BYTES];
    for (int i = 0; i < READS_PER_EVENT && client->connection == connection; i++) {
        ssize_t n = recv(client->fd, data, sizeof data, MSG_DONTWAIT);
        if (n > 0)
            take_bytes(client, data, (size_t)n);
        else if (n == 0)
            lose(client, BIRD_DISCONNECTED, "it closed the connection");
        else if (errno == EAGAIN)
            return;
        else if (errno != EINTR)
            lose(client, BIRD_DISCONNECTED, strerror(errno));
    }
}

/* ---- the connection's life ---- */

static void close_socket(struct bird_client *client)
{
    ev_io_stop(client->loop, &client->io);
    ev_timer_stop(client->loop, &client->timer);
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    client->connection++;
    client->restricted = false;
    client->may_configure = false;
}

/* All commands leave the queues before the first callback, which may queue new ones. */
static void finish_all(struct bird_client *client, enum bird_outcome outcome)
{
    struct bird_queue all;
    bird_queue_init(&all);
    bird_queue_move(&client->in_flight, &all);
    bird_queue_move(&client->urgent, &all);
    bird_queue_move(&client->reads, &all);
    struct bird_command *command;
    while ((command = bird_queue_take(&all)))
        bird_command_finish(command, outcome, NULL);
}

/* Waits for the next attempt, each time for longer. */
static void retry_later(struct bird_client *client)
{
    const struct bird_client_options *options = &client->options;
    client->state = WAITING;
    set_timer(client, client->retry_ms);
    client->retry_ms = client->retry_ms ? 2 * client->retry_ms : options->retry_min_ms;
    if (client->retry_ms > options->retry_max_ms)
        client->retry_ms = options->retry_max_ms;
}

static void lose(struct bird_client *client, enum bird_outcome outcome, const char *reason)
{
    const bool was_up = client->state == CONNECTED;
    struct err problem;
    err_set(&problem, "%s: %s", client->path, reason);
    client->problem = problem;

    close_socket(client);
    retry_later(client);
    finish_all(client, outcome);
    if (was_up && client->options.on_down)
        client->options.on_down(client->options.arg, problem.msg);
}

static void connect_now(struct bird_client *client)
{
    client->fd = unixsock_connect(client->path, SOCK_STREAM, &client->problem);
    if (client->fd < 0) {
        retry_later(client);
        return;
    }
    client->state = GREETING;
    client->heard = mono_now();
    bird_parser_reset(client->parser);
    set_timer(client, client->options.greet_ms);
    ev_io_set(&client->io, client->fd, EV_READ);
    ev_io_start(client->loop, &client->io);
}

static void on_io(struct ev_loop *loop, ev_io *io, int events)
{
    (void)loop, (void)events;
    read_socket(io->data);
}

/* The timer counts the loop's time, which may be behind: silence is judged by the clock. */
static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct bird_client *client = timer->data;
    if (client->state == WAITING) {
        connect_now(client);
        return;
    }
    const bool greeting = client->state == GREETING;
    int patience_ms = greeting ? client->options.greet_ms : client->options.timeout_ms;
    int64_t silent_ms = mono_diff_ms(mono_now(), client->heard);
    if (silent_ms < patience_ms)
        set_timer(client, patience_ms - (int)silent_ms);
    else
        lose(client, BIRD_TIMEOUT, greeting ? "no greeting in time" : "no reply in time");
}

/* ---- for the owner ---- */

static int or_default(int value, int fallback)
{
    return value > 0 ? value : fallback;
}

struct bird_client *bird_client_new(struct ev_loop *loop, const struct bird_client_options *options)
{
    struct bird_client *client = mem_zalloc(sizeof *client);
    client->loop = loop;
    client->options = *options;
    client->options.timeout_ms = or_default(options->timeout_ms, DEFAULT_TIMEOUT_MS);
    client->options.greet_ms = or_default(options->greet_ms, DEFAULT_GREET_MS);
    client->options.retry_min_ms = or_default(options->retry_min_ms, DEFAULT_RETRY_MIN_MS);
    client->options.retry_max_ms = or_default(options->retry_max_ms, DEFAULT_RETRY_MAX_MS);
    client->path = mem_strdup(options->path);
    client->options.path = client->path;
    client->state = STOPPED;
    client->fd = -1;
    ev_init(&client->io, on_io);
    ev_set_priority(&client->io, 1); /* what has come in counts before patience is over */
    client->io.data = client;
    ev_init(&client->timer, on_timer);
    client->timer.data = client;
    client->parser = bird_parser_new();
    bird_queue_init(&client->in_flight);
    bird_queue_init(&client->urgent);
    bird_queue_init(&client->reads);
    return client;
}

void bird_client_free(struct bird_client *client)
{
    if (!client)
        return;
    bird_client_stop(client);
    bird_parser_free(client->parser);
    free(client->path);
    free(client);
}

void bird_client_start(struct bird_client *client)
{
    if (client->state != STOPPED)
        return;
    client->retry_ms = 0;
    connect_now(client);
}

void bird_client_stop(struct bird_client *client)
{
    close_socket(client);
    client->state = STOPPED;
    finish_all(client, BIRD_STOPPED);
}

bool bird_client_connected(const struct bird_client *client)
{
    return client->state == CONNECTED;
}

bool bird_client_restricted(const struct bird_client *client)
{
    return client->restricted;
}

bool bird_client_restarted(const struct bird_client *client)
{
    return client->restarted;
}

const char *bird_client_problem(const struct bird_client *client)
{
    return client->problem.msg;
}

/* `configure` and its kin, but not those that only look. */
static bool changes_config(const char *command)
{
    return strncmp(command, "configure", 9) == 0 && strcmp(command, "configure status") != 0 &&
           strncmp(command, "configure check", 15) != 0;
}

static int check_command(const struct bird_client *client, const char *command, struct err *err)
{
    if (client->state != CONNECTED)
        return err_set(err, "%s: not connected", client->path);
    if (bird_command_check(command, err))
        return -1;
    if (client->urgent.count + client->reads.count >= BIRD_WAITING_MAX)
        return err_set(err, "%s: %d commands wait already", client->path, BIRD_WAITING_MAX);
    if (changes_config(command) && !client->may_configure)
        return err_set(err, "configure: ask `configure status` first, one may be under way");
    return 0;
}

int bird_client_send(struct bird_client *client, enum bird_lane lane, const char *command,
                     bird_reply_fn *fn, void *arg, struct err *err)
{
    if (check_command(client, command, err))
        return -1;
    if (changes_config(command))
        client->may_configure = false;
    bird_queue_put(lane == BIRD_URGENT ? &client->urgent : &client->reads,
                   bird_command_new(command, fn, arg));
    write_waiting(client);
    return 0;
}

int bird_client_open_process(const struct bird_client *client, const char *pid_file, pid_t *pid,
                             struct err *err)
{
    if (client->fd < 0)
        return err_set(err, "%s: not connected", client->path);
    return bird_process_open(client->fd, client->path, pid_file, pid, err);
}
