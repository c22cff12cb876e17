/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_udp_batch.c - datagrams one by one and many at once: each reply goes to whom it belongs, and
 * leaves from the address that was asked. */
#include "dnsd/net/udp_batch.h"

#include "dnsd/net/listen.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WAIT_MS = 30000, CLIENTS = 3 };

static const char *const hosts[CLIENTS] = { "127.0.0.1", "127.0.0.2", "127.0.0.3" };

struct fixture {
    int server;
    struct udp_batch *batch;
    int clients[CLIENTS]; /* each asks an address of its own, and hears nobody else */
};

static struct addr at(const char *host, uint16_t port)
{
    struct addr addr;
    assert_int_equal(addr_parse(host, port, &addr, NULL), 0);
    return addr;
}

/* A server on `listen`, which is any address or the one that all clients ask. */
static void start(struct fixture *f, const char *listen)
{
    struct err err;
    static const struct udp_settings settings = { 1 << 18, 1 << 18 };
    struct addr addr = at(listen, 0);
    bool any = addr_is_any(&addr);
    f->server = listen_udp(&addr, &settings, &err);
    assert_true(f->server >= 0);
    f->batch = udp_batch_new(f->server, any);
    for (size_t i = 0; i < CLIENTS; i++) {
        struct addr ask = at(any ? hosts[i] : listen, listen_port(f->server));
        f->clients[i] = socket(AF_INET, SOCK_DGRAM, 0);
        assert_int_equal(connect(f->clients[i], &ask.sa, ask.len), 0);
    }
}

static void stop(struct fixture *f)
{
    for (size_t i = 0; i < CLIENTS; i++)
        close(f->clients[i]);
    udp_batch_free(f->batch);
    close(f->server);
}

static void ask(const struct fixture *f, size_t client, const char *text)
{
    ssize_t len = (ssize_t)strlen(text);
    assert_int_equal(send(f->clients[client], text, (size_t)len, 0), len);
}

/* Replies to datagram `i` with what it said. */
static void echo(const struct fixture *f, size_t i)
{
    struct udp_datagram datagram = udp_batch_at(f->batch, i);
    memcpy(udp_batch_room(f->batch, i), datagram.bytes, datagram.len);
    udp_batch_reply(f->batch, i, datagram.len);
}

static void assert_hears(const struct fixture *f, size_t client, const char *text)
{
    char heard[64] = "";
    struct pollfd wait = { .fd = f->clients[client], .events = POLLIN };
    assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
    assert_true(recv(f->clients[client], heard, sizeof heard - 1, 0) >= 0);
    assert_string_equal(heard, text);
}

static void assert_hears_nothing(const struct fixture *f, size_t client)
{
    char byte;
    assert_int_equal(recv(f->clients[client], &byte, 1, MSG_DONTWAIT), -1);
}

static void check_lone(const char *listen)
{
    struct fixture f;
    start(&f, listen);
    for (size_t client = 0; client < CLIENTS; client++) {
        ask(&f, client, hosts[client]);
        assert_int_equal(udp_batch_receive_one(f.batch), 1);
        assert_false(udp_batch_at(f.batch, 0).cut);
        echo(&f, 0);
        assert_int_equal(udp_batch_send(f.batch), 0);
        assert_hears(&f, client, hosts[client]);
    }
    assert_int_equal(udp_batch_receive_one(f.batch), 0); /* none came: it has waited for a while */
    stop(&f);
}

static void test_lone_datagrams(void **state)
{
    (void)state;
    check_lone("127.0.0.1");
    check_lone("0.0.0.0");
}

/* Over the same headers again and again, with fewer and with more than the time before. */
static void check_many(const char *listen)
{
    static const size_t rounds[] = { 1, 5, UDP_BATCH_MAX, 2, 40 };
    struct fixture f;
    start(&f, listen);
    for (size_t r = 0; r < sizeof rounds / sizeof *rounds; r++) {
        char text[48];
        for (size_t i = 0; i < rounds[r]; i++) {
            snprintf(text, sizeof text, "%zu.%zu", r, i);
            ask(&f, i % CLIENTS, text);
        }
        assert_int_equal(udp_batch_receive(f.batch, MSG_WAITFORONE), rounds[r]);
        for (size_t i = 0; i < rounds[r]; i += 2) /* every other one gets a reply */
            echo(&f, i);
        assert_int_equal(udp_batch_send(f.batch), 0);
        for (size_t i = 0; i < rounds[r]; i += 2) {
            snprintf(text, sizeof text, "%zu.%zu", r, i);
            assert_hears(&f, i % CLIENTS, text);
        }
    }
    for (size_t client = 0; client < CLIENTS; client++)
        assert_hears_nothing(&f, client);
    stop(&f);
}

static void test_many_datagrams_at_once(void **state)
{
    (void)state;
    check_many("127.0.0.1");
    check_many("0.0.0.0");
}

static void test_datagram_that_is_too_long_is_cut(void **state)
{
    (void)state;
    static const char long_text[UDP_BYTES_MAX + 1];
    const char *const listens[] = { "127.0.0.1", "0.0.0.0" };
    for (size_t i = 0; i < 2; i++) {
        struct fixture f;
        start(&f, listens[i]);
        for (size_t extra = 0; extra < 2; extra++) {
            size_t len = UDP_BYTES_MAX + extra;
            assert_int_equal(send(f.clients[0], long_text, len, 0), len);
            assert_int_equal(udp_batch_receive_one(f.batch), 1);
            assert_int_equal(udp_batch_at(f.batch, 0).cut, extra);
            assert_int_equal(send(f.clients[0], long_text, len, 0), len);
            assert_int_equal(udp_batch_receive(f.batch, MSG_WAITFORONE), 1);
            assert_int_equal(udp_batch_at(f.batch, 0).cut, extra);
        }
        stop(&f);
    }
}

/* Each is tried, whatever became of the one before. */
static void test_replies_that_fail_are_counted(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, "127.0.0.1");
    for (size_t i = 0; i < CLIENTS; i++)
        ask(&f, i, hosts[i]);
    assert_int_equal(udp_batch_receive(f.batch, MSG_WAITFORONE), CLIENTS);
    for (size_t i = 0; i < CLIENTS; i++)
        echo(&f, i);
    (void)shutdown(f.server, SHUT_WR);
    assert_int_equal(udp_batch_send(f.batch), CLIENTS);
    for (size_t i = 0; i < CLIENTS; i++)
        assert_hears_nothing(&f, i);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lone_datagrams),
        cmocka_unit_test(test_many_datagrams_at_once),
        cmocka_unit_test(test_datagram_that_is_too_long_is_cut),
        cmocka_unit_test(test_replies_that_fail_are_counted),
    };
    return cmocka_run_group_tests_name("udp_batch", tests, NULL, NULL);
}
