/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_routes.c - what the kernel's answers say, and that it gives them. */
#include "anycastctl/sense/routes.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEQ = 7 };

static struct addr addr(const char *text)
{
    struct addr out;
    assert_int_equal(addr_parse(text, 53, &out, NULL), 0);
    return out;
}

/* An answer of the kernel's: a route of this type. */
static size_t route_message(uint8_t out[64], unsigned type)
{
    const struct nlmsghdr header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
                                     .nlmsg_type = RTM_NEWROUTE,
                                     .nlmsg_seq = SEQ };
    const struct rtmsg route = { .rtm_type = (unsigned char)type };
    memcpy(out, &header, sizeof header);
    memcpy(out + NLMSG_HDRLEN, &route, sizeof route);
    return header.nlmsg_len;
}

static size_t error_message(uint8_t out[64], int error)
{
    const struct nlmsghdr header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct nlmsgerr)),
                                     .nlmsg_type = NLMSG_ERROR,
                                     .nlmsg_seq = SEQ };
    const struct nlmsgerr body = { .error = -error };
    memcpy(out, &header, sizeof header);
    memcpy(out + NLMSG_HDRLEN, &body, sizeof body);
    return header.nlmsg_len;
}

static void a_type_of_route_says_where(void **state)
{
    (void)state;
    static const struct {
        unsigned type;
        enum route_kind kind;
    } rows[] = {
        { RTN_LOCAL, ROUTE_HERE },        { RTN_ANYCAST, ROUTE_HERE },
        { RTN_UNICAST, ROUTE_AWAY },      { RTN_BLACKHOLE, ROUTE_NONE },
        { RTN_UNREACHABLE, ROUTE_NONE },  { RTN_PROHIBIT, ROUTE_NONE },
        { RTN_MULTICAST, ROUTE_UNKNOWN },
    };
    uint8_t message[64];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const size_t len = route_message(message, rows[i].type);
        assert_int_equal(routes_answer(message, len, SEQ), rows[i].kind);
        assert_int_equal(routes_answer(message, len, SEQ + 1), ROUTE_UNKNOWN);
    }
}

static void an_error_may_say_nowhere(void **state)
{
    (void)state;
    static const int nowhere[] = { ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL };
    static const int unsaid[] = { EPERM, EOPNOTSUPP, ENOMEM, 0 };
    uint8_t message[64];
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(routes_answer(message, error_message(message, nowhere[i]), SEQ),
                         ROUTE_NONE);
        assert_int_equal(routes_answer(message, error_message(message, unsaid[i]), SEQ),
                         ROUTE_UNKNOWN);
    }
}

/* Each length in a buffer of its own, so that the sanitizer sees a read behind its end. */
static void a_cut_answer_says_nothing(void **state)
{
    (void)state;
    uint8_t message[64];
    const size_t len = route_message(message, RTN_LOCAL);
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *part = malloc(cut + 1);
        assert_non_null(part);
        memcpy(part, message, cut);
        assert_int_equal(routes_answer(part, cut, SEQ), ROUTE_UNKNOWN);
        free(part);
    }
    struct nlmsghdr header;
    memcpy(&header, message, sizeof header);
    header.nlmsg_len = sizeof header; /* says itself that it is short */
    memcpy(message, &header, sizeof header);
    assert_int_equal(routes_answer(message, len, SEQ), ROUTE_UNKNOWN);
}

static void the_kernel_is_asked(void **state)
{
    (void)state;
    const struct addr here = addr("127.0.0.1"), away = addr("0.1.2.3");
    struct routes routes = routes_open();
    if (routes.fd < 0)
        skip(); /* a sandbox without netlink */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(routes_look_up(&routes, &here), ROUTE_HERE);
        assert_int_not_equal(routes_look_up(&routes, &away), ROUTE_HERE);
    }
    routes_close(&routes);
    assert_int_equal(routes_look_up(&routes, &here), ROUTE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_type_of_route_says_where),
        cmocka_unit_test(an_error_may_say_nowhere),
        cmocka_unit_test(a_cut_answer_says_nothing),
        cmocka_unit_test(the_kernel_is_asked),
    };
    return cmocka_run_group_tests_name("routes", tests, NULL, NULL);
}
