/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_net.c - workers on real sockets: they answer from the set that is published, count, tick,
 * and end. */
#include "dnsd/net/net.h"

#include "dnsd/zone/set.h"
#include "tests/unit/zonetext.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { WAIT_MS = 30000, WORKERS = 2 };

/* "example.test. SOA", id 7. */
static const uint8_t question[] = { 0, 7,   0,   0,   0,   1,   0,   0,   0,   0,
                                    0, 0,   7,   'e', 'x', 'a', 'm', 'p', 'l', 'e',
                                    4, 't', 'e', 's', 't', 0,   0,   6,   0,   1 };

struct fixture {
    struct addr addr[2];
    struct net_settings settings;
    struct net *net;
    struct publish *publish;
};

static const struct zone_set *set_with_serial(unsigned serial)
{
    char text[200];
    snprintf(text, sizeof text,
             "@ 60 SOA ns hostmaster %u 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n", serial);
    const struct zone *zone = zone_from_text("example.test.", text);
    const struct zone_entry entry = { .zone = zone,
                                      .state = ZONE_SERVING,
                                      .apex = zone_name(zone) };
    const struct zone_set *set = zone_set_new(&entry, 1);
    zone_release(zone);
    return set;
}

static void free_set(const void *set)
{
    zone_set_free(set);
}

static int start(void **state)
{
    static struct fixture f;
    struct err err;
    if (addr_parse("127.0.0.1@0", 0, &f.addr[0], &err) ||
        addr_parse("127.0.0.2@0", 0, &f.addr[1], &err))
        return -1;
    f.settings = (struct net_settings){
        .listen_count = 2,
        .listen = f.addr,
        .workers = WORKERS,
        .udp = { 1 << 18, 1 << 18 },
        .tcp = { .connections_max = 10,
                 .per_network_max = 10,
                 .segment_max = LISTEN_SEGMENT_MAX,
                 .idle_timeout_ms = 10000 },
        .query = { .nsid = "test", .udp_payload_max = 1232 },
    };
    f.net = net_open(&f.settings, &err);
    if (!f.net)
        return -1;
    f.publish = publish_new(net_readers(f.net), free_set, set_with_serial(1));
    *state = &f;
    return net_start(f.net, f.publish, &err);
}

static int stop(void **state)
{
    struct fixture *f = *state;
    net_stop(f->net);
    net_close(f->net);
    publish_free(f->publish);
    return 0;
}

static int connect_to(const struct fixture *f, size_t address, int type)
{
    int fd = socket(AF_INET, type, 0);
    const struct addr *addr = net_listen(f->net, address);
    assert_int_equal(connect(fd, &addr->sa, addr->len), 0);
    return fd;
}

static void wait_readable(int fd)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
}

/* The serial of the SOA in the answer: it begins the last 20 bytes of the RDATA. */
static unsigned serial_of(const uint8_t *response, size_t len)
{
    struct wire_reader r = wire_reader(response, len);
    struct dname name;
    struct dns_record soa;
    struct dns_header header = dns_get_header(&r);
    assert_int_equal(header.id, 7);
    assert_int_equal(header.ancount, 1);
    assert_int_equal(dns_get_name(&r, &name), 0);
    wire_take(&r, 4);
    assert_int_equal(dns_get_record(&r, &soa), 0);
    assert_int_equal(soa.type, DNS_TYPE_SOA);
    return wire_peek_u32(soa.rdata + soa.rdlength - 20);
}

/* Asks over UDP from a port of its own, so whichever worker the kernel picks answers. */
static unsigned ask_udp(const struct fixture *f, size_t address)
{
    uint8_t response[512];
    int fd = connect_to(f, address, SOCK_DGRAM);
    assert_int_equal(send(fd, question, sizeof question, 0), sizeof question);
    wait_readable(fd);
    ssize_t len = recv(fd, response, sizeof response, 0);
    close(fd);
    assert_true(len > 0);
    return serial_of(response, (size_t)len);
}

static unsigned ask_tcp(const struct fixture *f, size_t address)
{
    uint8_t response[512];
    const uint8_t length[] = { 0, sizeof question };
    int fd = connect_to(f, address, SOCK_STREAM);
    assert_int_equal(send(fd, length, 2, MSG_MORE), 2);
    assert_int_equal(send(fd, question, sizeof question, 0), sizeof question);
    wait_readable(fd);
    ssize_t len = recv(fd, response, sizeof response, 0); /* one write, so one read */
    close(fd);
    assert_true(len > 2);
    assert_int_equal(wire_peek_u16(response), len - 2);
    return serial_of(response + 2, (size_t)len - 2);
}

static void test_workers_answer_from_what_is_published(void **state)
{
    const struct fixture *f = *state;
    for (unsigned serial = 1; serial <= 20; serial++) {
        if (serial > 1)
            publish_set(f->publish, set_with_serial(serial));
        for (int i = 0; i < 5; i++)
            assert_int_equal(ask_udp(f, 0), serial);
        assert_int_equal(ask_tcp(f, 0), serial);
    }
    struct report_counters counters;
    net_counters(f->net, &counters);
    assert_int_equal(counters.queries_udp4, 100);
    assert_int_equal(counters.queries_tcp4, 20);
    assert_int_equal(counters.noerror, 120);
}

/* Whichever worker answers: the kernel spreads clients, of UDP and of TCP, over them. */
static void test_queries_are_counted_by_address(void **state)
{
    const struct fixture *f = *state;
    assert_int_equal(net_queries_at(f->net, 0), 0);
    for (int i = 0; i < 20; i++) {
        ask_udp(f, 0);
        ask_tcp(f, i % 4 == 0);
    }
    ask_udp(f, 1);
    assert_int_equal(net_queries_at(f->net, 0), 20 + 15);
    assert_int_equal(net_queries_at(f->net, 1), 1 + 5);
}

/* Old sets are freed while the workers wait for events, without any help of theirs. */
static void test_idle_workers_hold_no_old_set(void **state)
{
    const struct fixture *f = *state;
    ask_udp(f, 0);
    publish_set(f->publish, set_with_serial(2));
    for (int ms = 0; publish_collect(f->publish) && ms < WAIT_MS; ms++)
        poll(NULL, 0, 1);
    assert_int_equal(publish_collect(f->publish), 0);
}

static void test_ticks_go_on_without_queries(void **state)
{
    const struct fixture *f = *state;
    for (size_t w = 0; w < net_workers(f->net); w++) {
        struct mono first = net_worker_tick(f->net, w);
        struct mono begin = mono_now();
        while (net_worker_tick(f->net, w).ns == first.ns &&
               mono_diff_ms(mono_now(), begin) < WAIT_MS)
            poll(NULL, 0, 1);
        assert_true(mono_before(first, net_worker_tick(f->net, w)));
    }
}

static void test_port_of_the_kernels_choice_is_told(void **state)
{
    const struct fixture *f = *state;
    assert_int_equal(net_listen_count(f->net), 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_not_equal(addr_port(net_listen(f->net, i)), 0);
}

static void test_workers_end_when_told(void **state)
{
    const struct fixture *f = *state;
    assert_false(net_stopped(f->net));
    net_stop(f->net);
    struct mono begin = mono_now();
    while (!net_stopped(f->net) && mono_diff_ms(mono_now(), begin) < WAIT_MS)
        poll(NULL, 0, 1);
    assert_true(net_stopped(f->net));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_workers_answer_from_what_is_published, start, stop),
        cmocka_unit_test_setup_teardown(test_queries_are_counted_by_address, start, stop),
        cmocka_unit_test_setup_teardown(test_idle_workers_hold_no_old_set, start, stop),
        cmocka_unit_test_setup_teardown(test_ticks_go_on_without_queries, start, stop),
        cmocka_unit_test_setup_teardown(test_port_of_the_kernels_choice_is_told, start, stop),
        cmocka_unit_test_setup_teardown(test_workers_end_when_told, start, stop),
    };
    return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
