/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_listen.c - listening sockets: what is shared, what is refused, what is missing. */
#include "dnsd/net/listen.h"

#include <errno.h>
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
        tcp[0] = listen_tcp(&addr, &err);
        tcp[1] = listen_tcp(&addr, &err);
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
        int tcp = listen_tcp(&addr, &err);
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
        cmocka_unit_test(test_receive_does_not_wait_for_ever),
    };
    return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
