/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udpgen.c - asks a DNS server over UDP: as fast as it answers, with a bounded number of queries
 * under way over several connected sockets; or at a rate, at random times, where what comes late is
 * counted as late and slows nothing down.
 *
 * It never sleeps (but at low rates), so that the server does not pay for waking it. */
#include "tests/bench/flight.h"
#include "tests/bench/genopts.h"
#include "tests/bench/queries.h"
#include "tests/bench/tally.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BATCH = 64,
    RESPONSE_MAX = 4096,
    BUFFER_BYTES = 4 << 20,
    PACED_ROOM = 16384,
    SLEEPING_RATE = 5000, /* below it, sleep between queries and leave the CPU to others */
};

static const uint64_t GIVE_UP_NS = 200000000;    /* as fast as possible: no answer for so long */
static const uint64_t LATE_NS = 2000000000;      /* at the end: wait for late answers */
static const uint64_t SEED = 0x9e3779b97f4a7c15; /* the same times in each run */

struct sock {
    int fd;
    struct flight flight;
    uint64_t progress_ns; /* the last answer, or the first query after a pause */
};

struct udpgen {
    struct genopts opts;
    struct queries *queries;
    struct sock *socks;
    struct tally tally;
    uint64_t sent; /* with those of the warm-up */
    uint64_t now_ns, due_ns, random;
    unsigned turn; /* whose socket the next queries at a rate are */
    struct mmsghdr out[BATCH], in[BATCH];
    struct iovec out_parts[BATCH], in_parts[BATCH];
    uint8_t out_bytes[BATCH][QUERY_MAX], in_bytes[BATCH][RESPONSE_MAX];
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* --- setting up ------------------------------------------------------------------------------- */

/* More than the usual limit where we may. */
static void set_buffer(int fd, int forced, int usual)
{
    int bytes = BUFFER_BYTES;
    if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof(bytes)))
        setsockopt(fd, SOL_SOCKET, usual, &bytes, sizeof(bytes));
}

static void open_sock(struct udpgen *g, struct sock *sock)
{
    unsigned window = g->opts.outstanding / g->opts.sockets;
    sock->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (sock->fd < 0 || flight_init(&sock->flight, g->opts.rate > 0 ? PACED_ROOM : 4 * window))
        die("socket");
    set_buffer(sock->fd, SO_RCVBUFFORCE, SO_RCVBUF);
    set_buffer(sock->fd, SO_SNDBUFFORCE, SO_SNDBUF);
    if (connect(sock->fd, (struct sockaddr *)&g->opts.server, sizeof(g->opts.server)))
        die("connect");
}

static void point_buffers(struct udpgen *g)
{
    for (unsigned i = 0; i < BATCH; i++) {
        g->out_parts[i].iov_base = g->out_bytes[i];
        g->in_parts[i] = (struct iovec){ g->in_bytes[i], RESPONSE_MAX };
        g->out[i].msg_hdr = (struct msghdr){ .msg_iov = &g->out_parts[i], .msg_iovlen = 1 };
        g->in[i].msg_hdr = (struct msghdr){ .msg_iov = &g->in_parts[i], .msg_iovlen = 1 };
    }
}

/* At low rates we sleep, and being woken late would look like a late answer. */
static void be_punctual(void)
{
    struct sched_param param = { .sched_priority = 1 };
    prctl(PR_SET_TIMERSLACK, 1ul);
    sched_setscheduler(0, SCHED_FIFO, &param); /* without the right to it: as well as it goes */
}

static struct udpgen *udpgen_open(const struct genopts *opts)
{
    struct udpgen *g = calloc(1, sizeof(*g));
    if (!g)
        die("memory");
    g->opts = *opts;
    g->random = SEED;
    g->queries = queries_read(opts->queries);
    g->socks = calloc(opts->sockets, sizeof(*g->socks));
    if (!g->queries || !g->socks)
        exit(1);
    queries_seek(g->queries, opts->skip);
    point_buffers(g);
    for (unsigned i = 0; i < opts->sockets; i++)
        open_sock(g, &g->socks[i]);
    if (opts->rate > 0 && opts->rate < SLEEPING_RATE)
        be_punctual();
    return g;
}

static void udpgen_close(struct udpgen *g)
{
    for (unsigned i = 0; i < g->opts.sockets; i++) {
        close(g->socks[i].fd);
        flight_free(&g->socks[i].flight);
    }
    queries_free(g->queries);
    free(g->socks);
    free(g);
}

/* --- one batch out, one batch in -------------------------------------------------------------- */

static void put_query(struct udpgen *g, struct flight *flight, unsigned at, uint64_t sent_ns)
{
    struct query query = queries_next(g->queries);
    uint16_t id = flight_send(flight, sent_ns, query.kind, &g->tally.lost);
    memcpy(g->out_bytes[at], query.message, query.length);
    g->out_bytes[at][0] = (uint8_t)(id >> 8);
    g->out_bytes[at][1] = (uint8_t)id;
    g->out_parts[at].iov_len = query.length;
}

/* Sends the first `count` of the batch; what the kernel does not take counts as not sent. */
static void send_batch(struct udpgen *g, struct sock *sock, unsigned count)
{
    int sent = sendmmsg(sock->fd, g->out, count, 0);
    if (sent < 0) {
        if (errno != EAGAIN && errno != ENOBUFS && errno != ECONNREFUSED && errno != EINTR)
            die("sendmmsg");
        sent = 0;
    }
    if (sock->flight.open == count)
        sock->progress_ns = g->now_ns;
    flight_unsend(&sock->flight, count - (unsigned)sent);
    g->tally.sent += (unsigned)sent;
    g->sent += (unsigned)sent;
}

static void take_responses(struct udpgen *g, struct sock *sock, unsigned count)
{
    sock->progress_ns = g->now_ns;
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *message = g->in_bytes[i];
        const struct flight_slot *slot = NULL;
        if (g->in[i].msg_len >= 12)
            slot = flight_answer(&sock->flight, (uint16_t)(message[0] << 8 | message[1]));
        if (slot)
            tally_response(&g->tally, message, g->in[i].msg_len, slot->kind,
                           g->now_ns - slot->sent_ns);
        else
            g->tally.stray++;
    }
}

/* All that has come. Returns how many. */
static unsigned receive(struct udpgen *g, struct sock *sock)
{
    unsigned total = 0;
    int got;
    do {
        got = recvmmsg(sock->fd, g->in, BATCH, MSG_DONTWAIT, NULL);
        if (got <= 0)
            break;
        g->now_ns = clock_ns();
        take_responses(g, sock, (unsigned)got);
        total += (unsigned)got;
    } while (got == BATCH);
    return total;
}

static bool all_sent(const struct udpgen *g)
{
    return g->opts.count && g->sent >= g->opts.count;
}

/* --- as fast as possible ---------------------------------------------------------------------- */

static unsigned top_up(struct udpgen *g, struct sock *sock, unsigned window)
{
    unsigned total = 0;
    while (sock->flight.open < window && !all_sent(g)) {
        unsigned count = window - sock->flight.open;
        if (count > BATCH)
            count = BATCH;
        for (unsigned i = 0; i < count; i++)
            put_query(g, &sock->flight, i, g->now_ns);
        unsigned open_before = sock->flight.open - count;
        send_batch(g, sock, count);
        total += count;
        if (sock->flight.open - open_before < count)
            break;
    }
    return total;
}

static unsigned turn_closed(struct udpgen *g)
{
    unsigned work = 0;
    for (unsigned i = 0; i < g->opts.sockets; i++) {
        struct sock *sock = &g->socks[i];
        work += receive(g, sock);
        work += top_up(g, sock, g->opts.outstanding / g->opts.sockets);
        if (sock->flight.open && g->now_ns > sock->progress_ns + GIVE_UP_NS)
            g->tally.lost += flight_give_up(&sock->flight);
    }
    return work;
}

/* --- at a rate -------------------------------------------------------------------------------- */

/* Random times, independent of each other, as from many resolvers. */
static uint64_t next_interval_ns(struct udpgen *g)
{
    g->random ^= g->random << 13;
    g->random ^= g->random >> 7;
    g->random ^= g->random << 17;
    double uniform = ((double)(g->random >> 11) + 0.5) / (double)(1ull << 53);
    return (uint64_t)(-log(uniform) / g->opts.rate * 1e9);
}

static unsigned send_due(struct udpgen *g)
{
    struct sock *sock = &g->socks[g->turn];
    unsigned count = 0;
    if (g->now_ns > g->due_ns && g->now_ns - g->due_ns > g->tally.late_max_ns)
        g->tally.late_max_ns = g->now_ns - g->due_ns;
    for (; count < BATCH && g->due_ns <= g->now_ns && !all_sent(g); count++) {
        put_query(g, &sock->flight, count, g->due_ns);
        g->due_ns += next_interval_ns(g);
    }
    if (!count)
        return 0;
    g->turn = (g->turn + 1) % g->opts.sockets;
    send_batch(g, sock, count);
    return count;
}

static void sleep_until_due(struct udpgen *g)
{
    struct pollfd fds[1000];
    uint64_t wait_ns = g->due_ns > g->now_ns ? g->due_ns - g->now_ns : 0;
    struct timespec wait = { (time_t)(wait_ns / 1000000000), (long)(wait_ns % 1000000000) };
    for (unsigned i = 0; i < g->opts.sockets; i++)
        fds[i] = (struct pollfd){ .fd = g->socks[i].fd, .events = POLLIN };
    ppoll(fds, g->opts.sockets, &wait, NULL);
}

static unsigned turn_paced(struct udpgen *g)
{
    unsigned work = send_due(g);
    for (unsigned i = 0; i < g->opts.sockets; i++)
        work += receive(g, &g->socks[i]);
    if (!work && g->opts.rate < SLEEPING_RATE)
        sleep_until_due(g);
    return work;
}

/* --- the run ---------------------------------------------------------------------------------- */

static void run_until(struct udpgen *g, uint64_t end_ns)
{
    unsigned (*turn)(struct udpgen *) = g->opts.rate > 0 ? turn_paced : turn_closed;
    while (g->now_ns < end_ns && !genopts_stopping && !all_sent(g)) {
        uint64_t before_ns = g->now_ns;
        unsigned work = turn(g);
        g->now_ns = clock_ns();
        if (!work)
            g->tally.idle_ns += g->now_ns - before_ns;
    }
}

static unsigned open_queries(const struct udpgen *g)
{
    unsigned open = 0;
    for (unsigned i = 0; i < g->opts.sockets; i++)
        open += g->socks[i].flight.open;
    return open;
}

static void wait_for_late_answers(struct udpgen *g)
{
    uint64_t end_ns = clock_ns() + LATE_NS;
    while (open_queries(g) && clock_ns() < end_ns) {
        for (unsigned i = 0; i < g->opts.sockets; i++)
            receive(g, &g->socks[i]);
    }
    g->tally.lost += open_queries(g);
}

static uint64_t later(uint64_t ns, double seconds)
{
    return ns + (uint64_t)(seconds * 1e9);
}

int main(int argc, char **argv)
{
    struct genopts opts;
    genopts_parse(&opts, argc, argv, "asks a DNS server over UDP, and measures");
    struct udpgen *g = udpgen_open(&opts);
    g->now_ns = g->due_ns = clock_ns();
    run_until(g, later(g->now_ns, opts.warmup_seconds));
    tally_begin(&g->tally, &opts.server_pids);
    run_until(g, opts.count ? UINT64_MAX : later(g->tally.begin_ns, opts.seconds));
    tally_end(&g->tally, &opts.server_pids);
    wait_for_late_answers(g);
    tally_print(&g->tally);
    udpgen_close(g);
    return 0;
}
