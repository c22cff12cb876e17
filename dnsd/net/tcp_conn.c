/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp_conn.c - the bytes of one connection. Knows framing, partial reads and writes, and
 * pipelining; hides what waits. Responses go out in the order of the queries, several in one write
 * where they came in one read. */
#include "dnsd/net/tcp_conn.h"

#include "common/mem.h"
#include "dnsd/net/tcp_timeout.h"
#include "dnsd/xfr/axfr.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Messages of a transfer per turn: a quarter of a megabyte, so that a client who takes it fast
 * leaves time for others. */
enum { TRANSFER_MESSAGES_PER_TURN = 16 };

struct tcp_conn {
    struct tcp_entry entry; /* first, so that an entry is its connection */
    ev_io io;               /* readable; or writable, while output waits */
    const struct tcp_shared *shared;
    struct addr client;
    _Atomic uint64_t *queries; /* of the address that it came to */
    bool anycast;              /* it came to an address that other sites have, too */
    uint8_t *in; /* what has come and is not answered: mostly the start of a message */
    size_t in_len;
    uint8_t *out; /* what the client has not taken; NULL: nothing */
    size_t out_len, out_sent;
    struct axfr *transfer; /* under way; NULL: none. What came behind it waits. */
    bool leaving;          /* what has arrived is read and answered, nothing after it */
    bool finished;         /* no more input is read: close when all is answered */
};

/* How it goes on with a connection. */
enum flow {
    FLOW_GO,   /* all is sent */
    FLOW_WAIT, /* for the client to take more */
    FLOW_END,  /* close it */
};

static struct tcp_conn *conn_of(struct tcp_entry *entry)
{
    return (struct tcp_conn *)entry;
}

static void touch(struct tcp_conn *conn)
{
    tcp_table_touch(conn->shared->table, &conn->entry, conn->shared->context->now);
}

/* Sends as much as the client takes now. Returns the bytes, or -1 if the connection is broken. */
static ssize_t send_some(int fd, const uint8_t *bytes, size_t len)
{
    ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return sent;
}

/* Sends `len` bytes, and keeps what the client does not take now. */
static enum flow send_or_keep(struct tcp_conn *conn, const uint8_t *bytes, size_t len)
{
    ssize_t sent = send_some(conn->io.fd, bytes, len);
    if (sent < 0)
        return FLOW_END;
    if ((size_t)sent == len)
        return FLOW_GO;
    conn->out_len = len - (size_t)sent;
    conn->out_sent = 0;
    conn->out = mem_dup(bytes + sent, conn->out_len);
    return FLOW_WAIT;
}

/* Sends what waits. */
static enum flow flush(struct tcp_conn *conn)
{
    ssize_t sent = send_some(conn->io.fd, conn->out + conn->out_sent,
                             conn->out_len - conn->out_sent);
    if (sent < 0)
        return FLOW_END;
    conn->out_sent += (size_t)sent;
    if (conn->out_sent < conn->out_len)
        return FLOW_WAIT;
    free(conn->out);
    conn->out = NULL;
    touch(conn);
    return FLOW_GO;
}

static void end_transfer(struct tcp_conn *conn)
{
    if (conn->transfer)
        axfr_end(conn->transfer);
    free(conn->transfer);
    conn->transfer = NULL;
}

/* Sends the next messages of the transfer, as fast as the client takes them. */
static enum flow stream(struct tcp_conn *conn)
{
    uint8_t *out = conn->shared->scratch->out;
    for (int i = 0; i < TRANSFER_MESSAGES_PER_TURN; i++) {
        size_t len = axfr_next(conn->transfer, out + 2, DNS_MESSAGE_MAX);
        if (len == 0) {
            enum flow flow = axfr_failed(conn->transfer) ? FLOW_END : FLOW_GO;
            if (flow == FLOW_GO)
                counter_add(&conn->shared->context->counters.transfers, 1);
            end_transfer(conn);
            return flow;
        }
        wire_set_u16(out, (uint16_t)len);
        enum flow flow = send_or_keep(conn, out, 2 + len);
        if (flow != FLOW_GO)
            return flow;
        touch(conn);
    }
    return FLOW_WAIT;
}

static void begin_transfer(struct tcp_conn *conn, const struct query *query,
                           const struct zone_entry *entry)
{
    conn->transfer = mem_alloc(sizeof *conn->transfer);
    axfr_begin(conn->transfer, entry, query, conn->shared->context->query);
}

/* Answers `query` behind the `*waiting` bytes of scratch->out, or begins the transfer that it asks
 * for. Returns false if it is none that one answers: who sends that over TCP is not speaking DNS.
 */
static bool answer_query(struct tcp_conn *conn, struct query *query, size_t *waiting)
{
    struct net_context *context = conn->shared->context;
    uint8_t *out = conn->shared->scratch->out + *waiting;
    struct query_result result = query_respond(query, context->zones, context->query, out + 2,
                                               DNS_MESSAGE_MAX);
    counter_add(conn->client.sa.sa_family == AF_INET6 ? &context->counters.queries_tcp6
                                                      : &context->counters.queries_tcp4,
                1);
    counter_add(conn->queries, 1);
    counters_query(&context->counters, &result);
    if (result.kind == QUERY_TRANSFER) {
        begin_transfer(conn, query, result.transfer);
        return true;
    }
    if (result.kind != QUERY_ANSWERED)
        return false;
    wire_set_u16(out, (uint16_t)result.len);
    *waiting += 2 + result.len;
    return true;
}

/* What all messages of the connection have in common. */
static struct query_request request_of(const struct tcp_conn *conn)
{
    const struct tcp_shared *shared = conn->shared;
    int64_t timeout_ms = tcp_timeout_ms(shared->settings, shared->table->count);
    return (struct query_request){
        .client = &conn->client,
        .transport = QUERY_TCP,
        .tcp_idle_timeout = tcp_timeout_in_100ms(timeout_ms),
        .unix_s = shared->context->unix_s,
        .now = shared->context->now,
        .anycast = conn->anycast,
    };
}

/* Answers the messages of `input`, up to a transfer, and as far as the client takes the responses.
 * Returns how it goes on. */
static enum flow answer_input(struct tcp_conn *conn, struct tcp_input *input)
{
    const uint8_t *out = conn->shared->scratch->out;
    size_t waiting = 0;
    struct query *query;
    while (!conn->transfer && (query = tcp_input_next(input))) {
        if (!answer_query(conn, query, &waiting)) {
            conn->finished = true;
            input->taken = input->len;
            break;
        }
        if (waiting > TCP_FRAME_MAX) { /* no room for a largest response behind it */
            enum flow flow = send_or_keep(conn, out, waiting);
            waiting = 0;
            if (flow != FLOW_GO)
                return flow;
        }
    }
    return waiting ? send_or_keep(conn, out, waiting) : FLOW_GO;
}

/* Answers the whole messages in `bytes`, of which there may be none. Returns how it goes on;
 * `*taken` is what was used of `bytes`. */
static enum flow answer_messages(struct tcp_conn *conn, const uint8_t *bytes, size_t len,
                                 size_t *taken)
{
    struct tcp_input *input = &conn->shared->scratch->input;
    struct query_request request = request_of(conn);
    tcp_input_begin(input, bytes, len, &request, conn->shared->context->zones);
    enum flow flow = answer_input(conn, input);
    *taken = input->taken;
    if (*taken)
        touch(conn);
    return flow;
}

/* Reads behind the `have` bytes at `into`, which are no whole frame. Returns the bytes read, or -1
 * if the connection is broken. */
static ssize_t read_more(struct tcp_conn *conn, uint8_t *into, size_t have)
{
    size_t want = TCP_READ_BYTES;
    if (have >= 2 && 2u + wire_peek_u16(into) - have > want)
        want = 2u + wire_peek_u16(into) - have;
    ssize_t got = recv(conn->io.fd, into + have, want, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got == 0)
        conn->finished = true; /* perhaps half-closed: what it asked is answered still */
    return got;
}

/* Keeps the `len` bytes that were not answered; an idle connection keeps no memory for them. */
static void keep_input(struct tcp_conn *conn, const uint8_t *bytes, size_t len)
{
    free(conn->in);
    conn->in = len ? mem_dup(bytes, len) : NULL;
    conn->in_len = len;
}

/* Answers what has come before, if that is a whole message, else reads and answers. */
static enum flow take_input(struct tcp_conn *conn)
{
    uint8_t *in = conn->shared->scratch->in;
    size_t len = conn->in_len, taken;
    if (len)
        memcpy(in, conn->in, len);
    if (!tcp_input_frame(in, len) && !conn->finished) {
        ssize_t got = read_more(conn, in, len);
        if (got < 0)
            return FLOW_END;
        len += (size_t)got;
        conn->finished |= conn->leaving;
    }
    enum flow flow = answer_messages(conn, in, len, &taken);
    keep_input(conn, in + taken, len - taken);
    return flow;
}

static void watch_for(struct tcp_conn *conn, int events)
{
    struct ev_loop *loop = conn->shared->loop;
    if (conn->io.events & events)
        return;
    ev_io_stop(loop, &conn->io);
    ev_io_set(&conn->io, conn->io.fd, events);
    ev_io_start(loop, &conn->io);
}

/* One turn of a connection: out with what waits, then in with what has come. */
static void turn(struct tcp_conn *conn)
{
    enum flow flow = conn->out ? flush(conn) : FLOW_GO;
    if (flow == FLOW_GO && !conn->transfer)
        flow = take_input(conn);
    if (flow == FLOW_GO && conn->transfer)
        flow = stream(conn);
    bool more = tcp_input_frame(conn->in, conn->in_len);
    if (flow == FLOW_END || (flow == FLOW_GO && conn->finished && !more)) {
        tcp_conn_close(&conn->entry);
        return;
    }
    watch_for(conn, flow == FLOW_WAIT ? EV_WRITE : EV_READ);
    if (flow == FLOW_GO && (more || conn->leaving)) /* there may be no other event for it */
        ev_feed_event(conn->shared->loop, &conn->io, EV_READ);
}

static void on_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop, (void)events;
    turn(watcher->data);
}

static void count_open(const struct tcp_shared *shared)
{
    counter_set(&shared->context->counters.tcp_open, shared->table->count);
}

/* A wildcard's connections have an address of their own. */
static bool is_anycast(const struct query_settings *settings, int fd)
{
    struct addr local = { .len = sizeof local.in6 };
    return settings->anycast_count > 0 && getsockname(fd, &local.sa, &local.len) == 0 &&
           query_is_anycast(settings, &local);
}

void tcp_conn_open(const struct tcp_shared *shared, const struct tcp_accepted *accepted)
{
    const int fd = accepted->fd;
    struct tcp_conn *conn = mem_zalloc(sizeof *conn);
    conn->shared = shared;
    conn->client = accepted->client;
    conn->queries = accepted->queries;
    conn->anycast = is_anycast(shared->context->query, fd);
    ev_io_init(&conn->io, on_ready, fd, EV_READ);
    conn->io.data = conn;
    ev_io_start(shared->loop, &conn->io);
    tcp_table_add(shared->table, &conn->entry, tcp_network_of(&conn->client), shared->context->now);
    count_open(shared);
}

/* What the client has not taken by now it will not take: a reset frees it in the kernel, too. */
static void give_up_output(const struct tcp_conn *conn)
{
    static const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
    if (conn->out)
        (void)setsockopt(conn->io.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

void tcp_conn_close(struct tcp_entry *entry)
{
    struct tcp_conn *conn = conn_of(entry);
    const struct tcp_shared *shared = conn->shared;
    tcp_table_remove(shared->table, entry);
    ev_io_stop(shared->loop, &conn->io);
    give_up_output(conn);
    close(conn->io.fd);
    end_transfer(conn);
    free(conn->in);
    free(conn->out);
    free(conn);
    count_open(shared);
}

void tcp_conn_finish(struct tcp_entry *entry)
{
    conn_of(entry)->leaving = true;
    turn(conn_of(entry));
}
