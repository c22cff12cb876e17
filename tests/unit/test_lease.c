/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_lease.c - leases on the way over the socket, and what is no lease. */
#include "anycastctl/act/lease.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void a_lease_comes_back_as_it_was(void **state)
{
    (void)state;
    struct lease lease = { .seq = 7, .sent = { 81234567890 }, .fatal_since = { 81234000000 } };
    struct lease back = { 0 };
    struct err err;
    char text[LEASE_BYTES_MAX];
    for (unsigned i = 0; i < LEASE_FATAL_MAX; i++) { /* the largest there is fits */
        struct lease_fatal *fatal = &lease.fatal[lease.fatal_count++];
        memset(fatal->service, 'a', SERVICE_NAME_MAX);
        fatal->family = i % 2 ? 4 : 6;
    }
    size_t len = lease_encode(&lease, text);
    assert_in_range(len, 1, LEASE_BYTES_MAX);
    assert_int_equal(lease_decode(text, len, &back, &err), 0);
    assert_memory_equal(&back, &lease, sizeof lease);
}

static void a_calm_lease_reads_as_documented(void **state)
{
    (void)state;
    struct lease lease = {
        .seq = 1, .sent = { 5 }, .fatal_since = { 3 }, .fatal_count = 1, .fatal = { { "dns", 4 } }
    };
    char text[LEASE_BYTES_MAX];
    size_t len = lease_encode(&lease, text);
    text[len] = '\0';
    assert_string_equal(
        text, "{\"v\":1,\"seq\":1,\"mono_ns\":5,\"fatal_since_ns\":3,\"fatal\":[\"dns_4\"]}");
}

static void what_is_no_lease_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        { "", "lease: not JSON: " },
        { "{}", "lease: \"v\" is missing" },
        { "{\"v\":2}", "lease: \"v\" " },
        { "{\"v\":1,\"seq\":0,\"mono_ns\":5,\"fatal_since_ns\":0,\"fatal\":[]}",
          "lease: \"seq\" " },
        { "{\"v\":1,\"seq\":1,\"mono_ns\":5,\"fatal_since_ns\":0,\"fatal\":[7]}",
          "lease: \"fatal\" names no service and family" },
        { "{\"v\":1,\"seq\":1,\"mono_ns\":5,\"fatal_since_ns\":0,\"fatal\":[\"dns_5\"]}",
          "lease: \"fatal\" names no service and family" },
        { "{\"v\":1,\"seq\":1,\"mono_ns\":5,\"fatal_since_ns\":0,\"fatal\":[\"_4\"]}",
          "lease: \"fatal\" names no service and family" },
        { "{\"v\":1,\"seq\":1,\"mono_ns\":5,\"fatal_since_ns\":0,\"fatal\":"
          "[\"aaaaaaaaaaaaaaaaaaaaa_4\"]}",
          "lease: \"fatal\" names no service and family" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lease out = { .seq = 99 };
        struct err err;
        assert_int_equal(lease_decode(cases[i].text, strlen(cases[i].text), &out, &err), -1);
        assert_int_equal(strncmp(err.msg, cases[i].error, strlen(cases[i].error)), 0);
        assert_int_equal(out.seq, 99);
    }
}

static void the_guard_answers(void **state)
{
    (void)state;
    struct lease_reply reply = { .bird_connected = true }, back = { 0 };
    struct err err;
    char text[LEASE_BYTES_MAX];
    size_t len = lease_reply_encode(&reply, text);
    assert_int_equal(lease_reply_decode(text, len, &back, &err), 0);
    assert_true(back.bird_connected);
    assert_int_equal(lease_reply_decode("{\"v\":1}", 7, &back, &err), -1);
    assert_string_equal(err.msg, "the guard's reply: \"bird\" is missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_comes_back_as_it_was),
        cmocka_unit_test(a_calm_lease_reads_as_documented),
        cmocka_unit_test(what_is_no_lease_is_refused),
        cmocka_unit_test(the_guard_answers),
    };
    return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
