/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_listen.c - listening sockets: what is shared, what is refused, what is missing. */
#include "dnsd/net/listen.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct udp_settings settings = { 1 << 16, 1 << 16 };

/* TEST-NET-1 and the documentation prefix: no machine has these. */
static const char *const missing[] = { "192.0.2.1", "2001:db8::1" };
static const char *const present[] = { "127.0.0.1", "::1", "0.0.0.0", "::" };

static struct addr parse(const char *text)
{
    struct addr addr;
    assert_int_equal(addr_parse(text, 0, &addr, NULL), 0);
    return addr;
}

/* A UDP socket on a port of its own; `addr` gets the port. */
static int open_udp(struct addr *addr)
{
    struct err err;
    int fd = listen_udp(addr, &settings, &err);
    assert_true(fd >= 0);
    addr_set_port(addr, listen_port(fd));
    assert_int_not_equal(addr_port(addr), 0);
    return fd;
}

/* Gives `addr` a port that is free for UDP and for TCP. */
static void choose_port(struct addr *addr)
{
    enum listen_state found;
    for (int tries = 0; tries < 100; tries++) {
        addr_set_port(addr, 0);
        close(open_udp(addr));
        if (listen_probe(addr, &found, NULL) == 0)
            return;
    }
    fail_msg("no port is free");
}

static void test_workers_share_an_address(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct err err;
        struct addr addr = parse(present[i]);
        int udp[2], tcp[2];
        choose_port(&addr);
        udp[0] = open_udp(&addr);
        udp[1] = listen_udp(&addr, &settings, &err);
        tcp[0] = listen_tcp(&addr, LISTEN_SEGMENT_MAX, &err);
        tcp[1] = listen_tcp(&addr, LISTEN_SEGMENT_MAX, &err);
        for (size_t j = 0; j < 2; j++) {
            assert_true(udp[j] >= 0);
            assert_true(tcp[j] >= 0);
            assert_int_equal(listen_port(udp[j]), addr_port(&addr));
            assert_int_equal(listen_port(tcp[j]), addr_port(&addr));
            close(udp[j]);
            close(tcp[j]);
        }
    }
}

/* SO_REUSEPORT lets two servers of one user share a port without a word: the probe does not. */
static void test_probe_finds_another_server(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct err err;
        enum listen_state found;
        struct addr addr = parse(present[i]);
        choose_port(&addr);
        int udp = open_udp(&addr);
        assert_int_equal(listen_probe(&addr, &found, &err), -1);
        assert_non_null(strstr(err.msg, "(UDP): Address already in use"));
        close(udp);
        int tcp = listen_tcp(&addr, LISTEN_SEGMENT_MAX, &err);
        assert_int_equal(listen_probe(&addr, &found, &err), -1);
        assert_non_null(strstr(err.msg, "(TCP): Address already in use"));
        close(tcp);
        assert_int_equal(listen_probe(&addr, &found, &err), 0);
        assert_int_equal(found, LISTEN_FREE);
    }
}

static void test_missing_address_is_bound_and_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct err err;
        enum listen_state found;
        struct addr addr = parse(missing[i]);
        int fd = open_udp(&addr);
        assert_int_equal(listen_probe(&addr, &found, &err), 0);
        assert_int_equal(found, LISTEN_MISSING);
        assert_false(listen_address_present(&addr));
        close(fd);
    }
    for (size_t i = 0; i < 4; i++) {
        struct addr addr = parse(present[i]);
        assert_true(listen_address_present(&addr));
    }
}

/* Packets may be fragmented only if responses may be larger than any path takes. */
static void test_fragments_only_where_they_are_wanted(void **state)
{
    (void)state;
    static const int expected[] = { IP_PMTUDISC_PROBE, IP_PMTUDISC_OMIT };
    for (int may = 0; may < 2; may++) {
        struct err err;
        const struct addr addr = parse("127.0.0.1");
        const struct udp_settings either = { .may_fragment = may };
        int fd = listen_udp(&addr, &either, &err), value;
        socklen_t len = sizeof value;
        assert_true(fd >= 0);
        assert_int_equal(getsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &value, &len), 0);
        assert_int_equal(value, expected[may]);
        close(fd);
    }
}

static int option_of(int fd, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof value;
    assert_int_equal(getsockopt(fd, level, name, &value, &len), 0);
    return value;
}

/* ICMP about somebody else's path, or forged, makes nothing smaller; nothing needs it. */
static void test_udp6_never_needs_more_than_the_smallest_mtu(void **state)
{
    (void)state;
    struct addr addr = parse("::1");
    int fd = open_udp(&addr);
    assert_int_equal(option_of(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER), IPV6_PMTUDISC_OMIT);
    assert_int_equal(connect(fd, &addr.sa, addr.len), 0); /* a path, whose MTU can be asked for */
    assert_true(option_of(fd, IPPROTO_IPV6, IPV6_MTU) > 1280); /* it is larger, */
    static const uint8_t large[4000];
    uint8_t piece[4000];
    assert_int_equal(send(fd, large, sizeof large, 0), sizeof large); /* and goes in pieces */
    assert_int_equal(recv(fd, piece, sizeof piece, 0), sizeof large);
    close(fd);
}

/* What a client may send, and what we send it, is what the SYN-ACK said. */
static void test_segments_fit_any_path(void **state)
{
    (void)state;
    static const int sizes[] = { LISTEN_SEGMENT_MAX, 600 };
    for (size_t i = 0; i < 4; i++) {
        struct err err;
        struct addr addr = parse(i % 2 ? "::1" : "127.0.0.1");
        struct tcp_info client = { 0 }, server = { 0 };
        socklen_t len = sizeof client;
        int listener = listen_tcp(&addr, sizes[i / 2], &err);
        assert_true(listener >= 0);
        addr_set_port(&addr, listen_port(listener));
        int fd = socket(addr.sa.sa_family, SOCK_STREAM, 0);
        assert_int_equal(connect(fd, &addr.sa, addr.len), 0);
        int accepted = accept(listener, NULL, NULL);
        assert_true(accepted >= 0);
        assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &client, &len), 0);
        assert_int_equal(getsockopt(accepted, IPPROTO_TCP, TCP_INFO, &server, &len), 0);
        assert_in_range(client.tcpi_snd_mss, 500, sizes[i / 2]); /* on lo it would be 65,000 */
        assert_in_range(server.tcpi_snd_mss, 500, sizes[i / 2]);
        if (i % 2)
            assert_int_equal(option_of(accepted, IPPROTO_IPV6, IPV6_MTU_DISCOVER),
                             IPV6_PMTUDISC_OMIT);
        else
            assert_int_equal(option_of(accepted, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_OMIT);
        close(accepted);
        close(fd);
        close(listener);
    }
}

/* So that the thread that waits in it looks around now and then. */
static void test_receive_does_not_wait_for_ever(void **state)
{
    (void)state;
    char byte;
    struct addr addr = parse("127.0.0.1");
    int fd = open_udp(&addr);
    assert_int_equal(recv(fd, &byte, 1, 0), -1);
    assert_int_equal(errno, EAGAIN);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_workers_share_an_address),
        cmocka_unit_test(test_probe_finds_another_server),
        cmocka_unit_test(test_missing_address_is_bound_and_told),
        cmocka_unit_test(test_fragments_only_where_they_are_wanted),
        cmocka_unit_test(test_udp6_never_needs_more_than_the_smallest_mtu),
        cmocka_unit_test(test_segments_fit_any_path),
        cmocka_unit_test(test_receive_does_not_wait_for_ever),
    };
    return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
