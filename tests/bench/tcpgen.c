/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcpgen.c - asks a DNS server over TCP as fast as it answers: several connections, each with a
 * bounded number of queries under way (RFC 7766 6.2.1.1). What answers have come makes room for as
 * many queries, which go out at once and together, so that no server waits for a late
 * acknowledgement. It never sleeps, so that the server does not pay for waking it. */
#include "tests/bench/flight.h"
#include "tests/bench/genopts.h"
#include "tests/bench/queries.h"
#include "tests/bench/tally.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STREAM_BYTES = 1 << 17, HEADER = 12 };

static const uint64_t GIVE_UP_NS = 1000000000; /* no answer for so long: the connection is dead */

struct conn {
    int fd;
    struct flight flight;
    uint64_t progress_ns;
    size_t out_from, out_to, in_to; /* what waits to be sent; what has come of a message */
    uint8_t out[STREAM_BYTES], in[STREAM_BYTES];
};

struct tcpgen {
    struct genopts opts;
    struct queries *queries;
    struct conn *conns;
    struct tally tally;
    uint64_t sent; /* with those of the warm-up */
    uint64_t now_ns;
    unsigned window; /* queries under way per connection */
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* --- connections ------------------------------------------------------------------------------ */

static void connect_again(struct tcpgen *g, struct conn *conn)
{
    int on = 1;
    if (conn->fd >= 0)
        close(conn->fd);
    g->tally.lost += flight_give_up(&conn->flight);
    conn->out_from = conn->out_to = conn->in_to = 0;
    conn->progress_ns = g->now_ns;
    conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (conn->fd < 0)
        die("socket");
    if (connect(conn->fd, (struct sockaddr *)&g->opts.server, sizeof(g->opts.server)))
        die("connect");
    setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (fcntl(conn->fd, F_SETFL, O_NONBLOCK))
        die("fcntl");
}

static struct tcpgen *tcpgen_open(const struct genopts *opts)
{
    struct tcpgen *g = calloc(1, sizeof(*g));
    if (!g)
        die("memory");
    g->opts = *opts;
    g->window = opts->outstanding / opts->sockets;
    g->queries = queries_read(opts->queries);
    g->conns = calloc(opts->sockets, sizeof(*g->conns));
    if (!g->queries || !g->conns)
        exit(1);
    queries_seek(g->queries, opts->skip);
    g->now_ns = clock_ns();
    for (unsigned i = 0; i < opts->sockets; i++) {
        g->conns[i].fd = -1;
        if (flight_init(&g->conns[i].flight, 4 * g->window))
            die("memory");
        connect_again(g, &g->conns[i]);
    }
    return g;
}

static void tcpgen_close(struct tcpgen *g)
{
    for (unsigned i = 0; i < g->opts.sockets; i++) {
        close(g->conns[i].fd);
        flight_free(&g->conns[i].flight);
    }
    queries_free(g->queries);
    free(g->conns);
    free(g);
}

/* --- out -------------------------------------------------------------------------------------- */

/* Length and message behind what waits already. */
static void put_query(struct tcpgen *g, struct conn *conn)
{
    struct query query = queries_next(g->queries);
    uint16_t id = flight_send(&conn->flight, g->now_ns, query.kind, &g->tally.lost);
    uint8_t *out = conn->out + conn->out_to;
    out[0] = (uint8_t)(query.length >> 8);
    out[1] = (uint8_t)query.length;
    memcpy(out + 2, query.message, query.length);
    out[2] = (uint8_t)(id >> 8);
    out[3] = (uint8_t)id;
    conn->out_to += 2 + (size_t)query.length;
    g->tally.sent++;
    g->sent++;
}

/* As many as the window has room for, once nothing waits. */
static void put_queries(struct tcpgen *g, struct conn *conn)
{
    if (conn->out_to)
        return;
    if (!conn->flight.open)
        conn->progress_ns = g->now_ns;
    while (conn->flight.open < g->window && conn->out_to + 2 + QUERY_MAX <= STREAM_BYTES &&
           !(g->opts.count && g->sent >= g->opts.count))
        put_query(g, conn);
}

/* Sends what waits. Returns 1 if something went out, and -1 if the connection is broken. */
static int flush(struct conn *conn)
{
    if (conn->out_from == conn->out_to)
        return 0;
    ssize_t sent = send(conn->fd, conn->out + conn->out_from, conn->out_to - conn->out_from, 0);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    conn->out_from += (size_t)sent;
    if (conn->out_from == conn->out_to)
        conn->out_from = conn->out_to = 0;
    return 1;
}

/* --- in --------------------------------------------------------------------------------------- */

static void take_response(struct tcpgen *g, struct conn *conn, const uint8_t *message,
                          size_t length)
{
    const struct flight_slot *slot = NULL;
    if (length >= HEADER)
        slot = flight_answer(&conn->flight, (uint16_t)(message[0] << 8 | message[1]));
    if (slot)
        tally_response(&g->tally, message, length, slot->kind, g->now_ns - slot->sent_ns);
    else
        g->tally.stray++;
}

static void take_responses(struct tcpgen *g, struct conn *conn)
{
    size_t at = 0;
    while (at + 2 <= conn->in_to) {
        size_t length = (size_t)(conn->in[at] << 8 | conn->in[at + 1]);
        if (at + 2 + length > conn->in_to)
            break;
        take_response(g, conn, conn->in + at + 2, length);
        at += 2 + length;
    }
    conn->in_to -= at;
    memmove(conn->in, conn->in + at, conn->in_to);
}

/* Returns 1 if something came, and -1 if the connection is broken or ended. */
static int receive(struct tcpgen *g, struct conn *conn)
{
    ssize_t got = recv(conn->fd, conn->in + conn->in_to, STREAM_BYTES - conn->in_to, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0)
        return -1;
    conn->in_to += (size_t)got;
    g->now_ns = conn->progress_ns = clock_ns();
    take_responses(g, conn);
    return 1;
}

/* --- the run ---------------------------------------------------------------------------------- */

static bool turn_conn(struct tcpgen *g, struct conn *conn, bool is_sending)
{
    if (is_sending)
        put_queries(g, conn);
    int out = flush(conn), in = out < 0 ? -1 : receive(g, conn);
    bool is_stuck = conn->flight.open && g->now_ns > conn->progress_ns + GIVE_UP_NS;
    if (in < 0 || is_stuck)
        connect_again(g, conn);
    return out || in;
}

/* Until `end_ns`, or a signal, or when all queries of --count are sent. */
static void run_until(struct tcpgen *g, uint64_t end_ns)
{
    while (g->now_ns < end_ns && !genopts_stopping &&
           !(g->opts.count && g->sent >= g->opts.count)) {
        uint64_t before_ns = g->now_ns;
        bool is_work = false;
        for (unsigned i = 0; i < g->opts.sockets; i++)
            is_work |= turn_conn(g, &g->conns[i], true);
        g->now_ns = clock_ns();
        if (!is_work)
            g->tally.idle_ns += g->now_ns - before_ns;
    }
}

static void wait_for_late_answers(struct tcpgen *g)
{
    for (unsigned i = 0; i < g->opts.sockets; i++) {
        while (g->conns[i].flight.open) {
            turn_conn(g, &g->conns[i], false);
            g->now_ns = clock_ns();
        }
    }
}

static uint64_t later(uint64_t ns, double seconds)
{
    return ns + (uint64_t)(seconds * 1e9);
}

int main(int argc, char **argv)
{
    struct genopts opts;
    genopts_parse(&opts, argc, argv, "asks a DNS server over TCP, and measures");
    if (opts.rate > 0) {
        fprintf(stderr, "tcpgen: --rate is for udpgen only\n");
        return 2;
    }
    struct tcpgen *g = tcpgen_open(&opts);
    run_until(g, later(g->now_ns, opts.warmup_seconds));
    tally_begin(&g->tally, &opts.server_pids);
    run_until(g, opts.count ? UINT64_MAX : later(g->tally.begin_ns, opts.seconds));
    tally_end(&g->tally, &opts.server_pids);
    wait_for_late_answers(g);
    tally_print(&g->tally);
    tcpgen_close(g);
    return 0;
}
