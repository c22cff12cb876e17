/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_tcp.c - a client on a TCP connection who does what the input says: it sends any bytes in any
 * segments, reads or does not, closes its side, goes away. Whatever it does, it gets the response
 * to each message, whole and in its turn, or the beginning of that; the connection ends when it
 * must, and its memory is bounded. A socket pair stands in for TCP. */
#include "tests/fuzz/target.h"

#include "tests/fuzz/tcp_expected.h"
#include "tests/unit/ask.h"
#include "tests/unit/zonetext.h"

#include "common/mem.h"
#include "dnsd/xfr/axfr.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    STREAM_MAX = 8 * 1024, /* what a client sends: at most 270 of the largest answers */
    QUIET_TURNS = 3,       /* in so many nothing moved: nothing will */
    /* What a connection may own: a frame that is not whole and what was read behind it, a scratch
     * buffer of responses, a transfer; and the loop's and the allocator's own. */
    MEMORY_MAX = TCP_FRAME_MAX + TCP_READ_BYTES + 2 * TCP_FRAME_MAX + sizeof(struct axfr) + 8192,
};

/* What the connections are among; the same for all inputs. */
static struct server {
    struct tcp_settings settings;
    struct query_settings query;
    struct net_context context;
    struct tcp_table table;
    struct tcp_scratch scratch;
    struct tcp_shared shared;
    struct addr address; /* of the client */
    _Atomic uint64_t queries;
} server;

static struct client {
    int fd;
    bool dismissed;     /* the server was told to leave: what comes later need not be answered */
    size_t sent_before; /* that */
    uint8_t stream[STREAM_MAX];
    size_t len, sent; /* of the stream */
    uint8_t received[TCP_EXPECTED_MAX];
    size_t received_len;
    size_t memory; /* in use before it came */
} client;

static void broken(const char *law)
{
    fprintf(stderr, "broken: %s\n", law);
    abort();
}

/* --- the server ----------------------------------------------------------------------------------
 */

/* A zone whose largest answers fill a connection's buffers, four of them in one write. */
static const struct zone *large_zone(void)
{
    static char text[64 * 1024];
    int len = snprintf(text, sizeof text,
                       "$TTL 60\n@ SOA ns m 7 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"
                       "alias CNAME big\n*.w A 192.0.2.2\ncut NS ns.cut\n");
    for (int i = 0; i < 150; i++)
        len += snprintf(text + len, sizeof text - (size_t)len, "b TXT \"%0200d\"\n", i);
    return zone_from_text("t.", text);
}

static void start_server(void)
{
    static struct prefix all;
    const struct zone *zone = large_zone();
    struct zone_entry entry = { .zone = zone,
                                .state = ZONE_SERVING,
                                .apex = zone_name(zone),
                                .allow_transfer_count = 1,
                                .allow_transfer = &all };
    prefix_parse("0.0.0.0/0", &all, NULL);
    addr_parse("192.0.2.99", 53000, &server.address, NULL);
    server.settings = (struct tcp_settings){ 10, 10, 10000 };
    server.query = (struct query_settings){ .nsid = "node", .udp_payload_max = 1232 };
    server.context.zones = zone_set_new(&entry, 1);
    server.context.query = &server.query;
    server.shared = (struct tcp_shared){ ev_loop_new(EVFLAG_AUTO), &server.context, &server.table,
                                         &server.scratch, &server.settings };
    zone_release(zone);
}

/* The sanitizer has an allocator of its own. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t memory_in_use(void)
{
    if (__sanitizer_get_current_allocated_bytes)
        return __sanitizer_get_current_allocated_bytes();
    return mallinfo2().uordblks;
}

static void turn(void)
{
    ev_run(server.shared.loop, EVRUN_NOWAIT);
    if (memory_in_use() > client.memory + MEMORY_MAX)
        broken("the memory of a connection is bounded");
}

/* --- the client ----------------------------------------------------------------------------------
 */

static void connect_client(void)
{
    int fds[2], room = 1; /* the least that the kernel has, so that responses wait */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds))
        abort();
    (void)setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    client.fd = fds[0];
    client.dismissed = false;
    client.len = client.sent = client.received_len = 0;
    client.memory = memory_in_use();
    tcp_conn_open(&server.shared,
                  &(struct tcp_accepted){ fds[1], server.address, &server.queries });
}

static void add(const void *bytes, size_t len)
{
    if (len > STREAM_MAX - client.len)
        return;
    memcpy(client.stream + client.len, bytes, len);
    client.len += len;
}

static void add_frame(const uint8_t *message, size_t len)
{
    uint8_t frame[2 + sizeof((struct ask *)0)->bytes];
    wire_set_u16(frame, (uint16_t)len);
    memcpy(frame + 2, message, len);
    add(frame, 2 + len);
}

static void add_query(unsigned which)
{
    static const char *const lines[] = {
        "b.t. TXT",        "t. AXFR",          "b.t. TXT +do +nsid", "ns.t. A +keepalive",
        "alias.t. A",      "nothing.t. A +do", "x.w.t. A",           "t. IXFR +soa=1",
        "elsewhere. A",    "x.cut.t. A",       "t. SOA +opcode=4",   "t. A +version=1",
        "t. A +badoption", "b.t. TXT +cut=10", "t. A +qr",           "t. TYPE252 +edns=512",
    };
    static struct ask asks[sizeof lines / sizeof *lines];
    struct ask *ask = &asks[which % (sizeof lines / sizeof *lines)];
    if (!ask->len)
        ask_from_text(ask, lines[ask - asks]);
    add_frame(ask->bytes, ask->len);
}

/* Sends at most `len` bytes, as one segment. Returns what went out. */
static size_t send_segment(size_t len)
{
    if (len > client.len - client.sent)
        len = client.len - client.sent;
    const ssize_t sent = send(client.fd, client.stream + client.sent, len, MSG_NOSIGNAL);
    client.sent += sent > 0 ? (size_t)sent : 0;
    return sent > 0 ? (size_t)sent : 0;
}

static size_t receive(size_t len)
{
    if (len > sizeof client.received - client.received_len)
        abort(); /* more than the largest stream could ask for */
    const ssize_t got = recv(client.fd, client.received + client.received_len, len, 0);
    client.received_len += got > 0 ? (size_t)got : 0;
    return got > 0 ? (size_t)got : 0;
}

static bool is_connected(void)
{
    return server.table.count != 0;
}

/* The server stops: what it has by now is answered still. */
static void dismiss(void)
{
    if (!is_connected() || client.dismissed)
        return;
    client.dismissed = true;
    client.sent_before = client.sent;
    tcp_conn_finish(server.table.oldest);
}

/* Sends and reads until nothing moves. */
static void finish_talking(void)
{
    for (unsigned quiet = 0; quiet < QUIET_TURNS; quiet++) {
        if (send_segment(STREAM_MAX))
            quiet = 0;
        turn();
        while (receive(64 * 1024))
            quiet = 0;
    }
}

/* --- what the input says -------------------------------------------------------------------------
 */

/* One step; `n` is 0..31, `data` what follows. Returns what it used of that. */
static size_t step(unsigned kind, unsigned n, const uint8_t *data, size_t size)
{
    size_t len = size < n + 1 ? size : n + 1;
    switch (kind) {
    case 0:
        add(data, len);
        return len;
    case 1:
        len = size && data[0] < size ? data[0] : 0;
        if (len)
            add_frame(data + 1, len);
        return len ? len + 1 : 0;
    case 2:
        add_query(n);
        return 0;
    case 3:
        send_segment(n + 1);
        break;
    case 4:
        send_segment((n + 1) * 128);
        break;
    case 5:
        receive((n + 1) * 1024);
        break;
    case 6:
        shutdown(client.fd, SHUT_WR);
        break;
    default:
        if (n == 0)
            dismiss();
    }
    turn();
    return 0;
}

static void follow(const uint8_t *data, size_t size)
{
    while (size) {
        const unsigned kind = data[0] & 7, n = data[0] >> 3;
        const size_t used = 1 + step(kind, n, data + 1, size - 1);
        data += used;
        size -= used;
    }
}

/* --- what must hold ------------------------------------------------------------------------------
 */

static void check_received(void)
{
    static struct tcp_expected expected;
    tcp_expect(&expected, &server.shared, &server.address, client.stream, client.sent);
    if (client.received_len > expected.len ||
        memcmp(client.received, expected.bytes, client.received_len) != 0)
        broken("what comes is the responses, in the order of the queries");
    if (expected.ended && is_connected())
        broken("who does not speak DNS is disconnected");
    if (client.dismissed)
        tcp_expect(&expected, &server.shared, &server.address, client.stream, client.sent_before);
    if (client.received_len < expected.len)
        broken("all that was asked is answered");
    if (client.dismissed && is_connected())
        broken("a server that leaves disconnects who has read all");
}

static void check_whole_frames(void)
{
    size_t at = 0;
    while (client.received_len - at >= 2 &&
           client.received_len - at - 2 >= wire_peek_u16(client.received + at))
        at += 2u + wire_peek_u16(client.received + at);
    if (at != client.received_len)
        broken("no response is cut off where the client reads");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!server.shared.loop)
        start_server();
    const bool vanishes = size && data[size - 1] == 0xff;
    connect_client();
    follow(data, size);
    if (!vanishes) {
        finish_talking();
        check_received();
        check_whole_frames();
        shutdown(client.fd, SHUT_WR);
        finish_talking();
    }
    close(client.fd);
    for (unsigned turns = 0; is_connected() && turns < QUIET_TURNS; turns++)
        turn();
    if (is_connected())
        broken("a connection ends with its client");
    return 0;
}
