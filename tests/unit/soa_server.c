/* SPDX-License-Identifier: GPL-3.0-or-later */
/* soa_server.c - the name server of tests. */
#include "tests/unit/soa_server.h"

#include "common/dnsmsg.h"
#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { HELD_MAX = 16, PORTS_MAX = 64, CLIENTS_MAX = 16, BACKLOG = 16, PORT_TRIES = 20 };

struct held {
    struct addr from;
    size_t len;
    uint8_t query[SOA_MESSAGE_MAX];
};

struct soa_own {
    struct ev_loop *loop;
    ev_io udp, listener;
    unsigned client_count;
    ev_io clients[CLIENTS_MAX];
    unsigned held_count;
    struct held held[HELD_MAX];
    uint16_t ports[PORTS_MAX];
};

/* --- the answer --------------------------------------------------------------------------------
 */

static void put_soa(struct wire_writer *w, const struct soa_answer *how)
{
    wire_put_u16(w, 0xc000 | DNS_HEADER_BYTES); /* the question's name */
    wire_put_u16(w, DNS_TYPE_SOA);
    wire_put_u16(w, DNS_CLASS_IN);
    wire_put_u32(w, 3600);
    wire_put_u16(w, 2 + 2 + 5 * 4);
    wire_put_u16(w, 0xc000 | DNS_HEADER_BYTES);
    wire_put_u16(w, 0xc000 | DNS_HEADER_BYTES);
    wire_put_u32(w, how->serial);
    wire_put_u32(w, 3600);
    wire_put_u32(w, 3600);
    wire_put_u32(w, how->expire_s);
    wire_put_u32(w, 3600);
}

/* By the root, with a signature of one byte. */
static void put_rrsig(struct wire_writer *w, const struct soa_answer *how)
{
    wire_put_u16(w, 0xc000 | DNS_HEADER_BYTES);
    wire_put_u16(w, DNS_TYPE_RRSIG);
    wire_put_u16(w, DNS_CLASS_IN);
    wire_put_u32(w, 3600);
    wire_put_u16(w, 18 + 1 + 1);
    wire_put_u16(w, DNS_TYPE_SOA);
    wire_put_u16(w, 13 << 8 | 2); /* algorithm, labels */
    wire_put_u32(w, 3600);
    wire_put_u32(w, how->signed_until);
    wire_put_u32(w, how->signed_from);
    wire_put_u16(w, 4711);
    wire_put_u16(w, 0);
}

static void put_opt(struct wire_writer *w, uint16_t rcode, const char *nsid)
{
    const size_t len = nsid ? strlen(nsid) : 0;

    wire_put_u8(w, 0);
    wire_put_u16(w, DNS_TYPE_OPT);
    wire_put_u16(w, DNS_UDP_DEFAULT);
    wire_put_u32(w, (uint32_t)(rcode >> 4) << 24);
    wire_put_u16(w, (uint16_t)(nsid ? 4 + len : 0));
    if (!nsid)
        return;
    wire_put_u16(w, DNS_OPT_NSID);
    wire_put_u16(w, (uint16_t)len);
    wire_put(w, nsid, len);
}

static bool is_about(const char *text, const uint8_t *query, size_t len)
{
    struct dname name;
    struct err err;
    assert_int_equal(dname_from_text(text, &name, &err), 0);
    return len >= (size_t)DNS_HEADER_BYTES + name.len &&
           memcmp(query + DNS_HEADER_BYTES, name.wire, name.len) == 0;
}

size_t soa_answer(const struct soa_answer *how, const uint8_t *query, size_t len,
                  uint8_t out[SOA_MESSAGE_MAX])
{
    struct wire_reader r = wire_reader(query, len);
    struct dns_header header = dns_get_header(&r);
    struct wire_writer w = wire_writer(out, SOA_MESSAGE_MAX);
    const bool is_meant = !how->rcode_for || is_about(how->rcode_for, query, len);
    const uint16_t rcode = is_meant ? how->rcode : DNS_NOERROR;
    const bool soa = !how->no_soa && rcode == DNS_NOERROR;
    const bool rrsig = soa && how->signed_until && !how->truncated;
    struct dname name;

    dns_get_name(&r, &name);
    header.id ^= how->other_id ? 1 : 0;
    header.flags = (uint16_t)((how->is_query ? 0 : DNS_FLAG_QR) |
                              (how->not_authoritative ? 0 : DNS_FLAG_AA) |
                              (how->truncated ? DNS_FLAG_TC : 0) | (rcode & DNS_RCODE_MASK));
    header.ancount = (uint16_t)(soa + rrsig);
    header.arcount = 1;
    dns_put_header(&w, &header);
    if (how->other_question)
        wire_put(&w, "\5other", 6);
    wire_put(&w, name.wire, name.len);
    wire_put_u16(&w, DNS_TYPE_SOA);
    wire_put_u16(&w, DNS_CLASS_IN);
    if (soa)
        put_soa(&w, how);
    if (rrsig)
        put_rrsig(&w, how);
    put_opt(&w, rcode, how->nsid);
    return how->cut ? w.pos - 3 : w.pos;
}

/* --- UDP ----------------------------------------------------------------------------------------
 */

static void send_udp(struct soa_server *server, const struct soa_answer *how,
                     const struct held *question)
{
    uint8_t out[SOA_MESSAGE_MAX];
    const size_t len = soa_answer(how, question->query, question->len, out);

    /* The asker may be gone: then there is nothing to do. */
    (void)!sendto(server->own->udp.fd, out, len, 0, &question->from.sa, question->from.len);
}

static void note_port(struct soa_server *server, uint16_t port)
{
    for (unsigned i = 0; i < server->port_count; i++)
        if (server->own->ports[i] == port)
            return;
    if (server->port_count < PORTS_MAX)
        server->own->ports[server->port_count++] = port;
}

static void answer_udp(struct soa_server *server, const struct held *question)
{
    switch (server->udp) {
    case SOA_TWICE:
        send_udp(server, &server->spoof, question);
        send_udp(server, &server->answer, question);
        break;
    case SOA_ANSWERS:
        send_udp(server, &server->answer, question);
        break;
    case SOA_GARBAGE:
        (void)!sendto(server->own->udp.fd, question->query, 7, 0, &question->from.sa,
                      question->from.len);
        break;
    case SOA_HOLDS:
        assert_in_range(server->own->held_count, 0, HELD_MAX - 1);
        server->own->held[server->own->held_count++] = *question;
        break;
    case SOA_SILENT:
        break;
    }
}

static void on_udp(struct ev_loop *loop, ev_io *io, int events)
{
    struct soa_server *server = io->data;
    struct held question = { .from.len = sizeof question.from.in6 };

    (void)loop, (void)events;
    const ssize_t len = recvfrom(io->fd, question.query, sizeof question.query, MSG_DONTWAIT,
                                 &question.from.sa, &question.from.len);
    if (len < 0)
        return; /* an ICMP error for an asker that is gone */
    question.len = (size_t)len;
    server->udp_count++;
    note_port(server, addr_port(&question.from));
    answer_udp(server, &question);
    if (server->asked)
        server->asked(server->arg);
}

void soa_server_release(struct soa_server *server)
{
    for (unsigned i = 0; i < server->own->held_count; i++)
        send_udp(server, &server->answer, &server->own->held[i]);
    server->own->held_count = 0;
}

/* --- TCP: a question comes in one piece, over loopback ------------------------------------------
 */

static void answer_tcp(struct soa_server *server, int fd, const uint8_t *query, size_t len)
{
    uint8_t out[2 + SOA_MESSAGE_MAX];
    struct soa_answer how = server->answer;
    how.truncated = how.truncated && server->tcp_truncated;
    const size_t out_len = soa_answer(&how, query, len, out + 2);

    if (server->tcp != SOA_ANSWERS && server->tcp != SOA_GARBAGE)
        return;
    wire_set_u16(out, (uint16_t)(server->tcp == SOA_GARBAGE ? 0xffff : out_len));
    /* In two pieces, cut where it hurts; but who asked may have lost his patience meanwhile. */
    if (send(fd, out, 1, MSG_NOSIGNAL) == 1)
        (void)send(fd, out + 1, out_len + 1, MSG_NOSIGNAL);
}

static void on_client(struct ev_loop *loop, ev_io *io, int events)
{
    struct soa_server *server = io->data;
    uint8_t message[2 + SOA_MESSAGE_MAX];

    (void)events;
    const ssize_t len = recv(io->fd, message, sizeof message, MSG_DONTWAIT);
    if (len > 2) {
        server->tcp_count++;
        answer_tcp(server, io->fd, message + 2, (size_t)len - 2);
        if (server->asked)
            server->asked(server->arg);
    } else
        ev_io_stop(loop, io);
}

static void on_accept(struct ev_loop *loop, ev_io *io, int events)
{
    struct soa_server *server = io->data;
    struct soa_own *own = server->own;
    const int fd = accept(io->fd, NULL, NULL);

    (void)events;
    if (fd < 0)
        return;
    ev_io *client = &own->clients[own->client_count % CLIENTS_MAX];
    if (own->client_count++ >= CLIENTS_MAX) {
        ev_io_stop(loop, client);
        close(client->fd);
    }
    ev_io_init(client, on_client, fd, EV_READ);
    client->data = server;
    ev_io_start(loop, client);
}

/* --- start and stop ------------------------------------------------------------------------------
 */

static int bound_socket(int type, const struct addr *address)
{
    const int one = 1;
    const int fd = socket(address->sa.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, &address->sa, address->len) == 0)
        return fd;
    close(fd);
    return -1;
}

/* The port that the kernel chose for UDP may be taken for TCP: then another try. */
static void bind_both(struct soa_server *server, int *udp, int *tcp)
{
    *udp = *tcp = -1;
    for (int i = 0; i < PORT_TRIES && *tcp < 0; i++) {
        if (*udp >= 0)
            close(*udp);
        addr_set_port(&server->address, 0);
        *udp = bound_socket(SOCK_DGRAM, &server->address);
        assert_true(*udp >= 0);
        socklen_t len = server->address.len;
        getsockname(*udp, &server->address.sa, &len);
        *tcp = bound_socket(SOCK_STREAM, &server->address);
    }
    assert_true(*tcp >= 0);
}

static void watch(struct soa_server *server, ev_io *io, void (*cb)(struct ev_loop *, ev_io *, int),
                  int fd)
{
    ev_io_init(io, cb, fd, EV_READ);
    io->data = server;
    ev_io_start(server->own->loop, io);
}

void soa_server_start(struct soa_server *server, struct ev_loop *loop, const char *host)
{
    int udp, tcp;
    struct err err;

    server->own = mem_zalloc(sizeof *server->own);
    server->own->loop = loop;
    assert_int_equal(addr_parse(host, 0, &server->address, &err), 0);
    bind_both(server, &udp, &tcp);
    assert_int_equal(listen(tcp, BACKLOG), 0);
    watch(server, &server->own->udp, on_udp, udp);
    watch(server, &server->own->listener, on_accept, tcp);
}

void soa_server_stop(struct soa_server *server)
{
    struct soa_own *own = server->own;

    ev_io_stop(own->loop, &own->udp);
    ev_io_stop(own->loop, &own->listener);
    close(own->udp.fd);
    close(own->listener.fd);
    for (unsigned i = 0; i < own->client_count && i < CLIENTS_MAX; i++) {
        ev_io_stop(own->loop, &own->clients[i]);
        close(own->clients[i].fd);
    }
    free(own);
    server->own = NULL;
}
