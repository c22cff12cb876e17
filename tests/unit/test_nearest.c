/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_nearest.c - what a mistyped name was meant to be. */
#include "common/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *nearest(const char *name)
{
    static const char *const known[] = { "workers", "listen",   "node",  "zones",
                                         "control", "tcp-idle", "status" };
    struct nearest n = nearest_to(name);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        nearest_offer(&n, known[i]);
    return n.best;
}

static void test_mistyped(void **state)
{
    (void)state;
    assert_string_equal(nearest("wrokers"), "workers");
    assert_string_equal(nearest("worker"), "workers");
    assert_string_equal(nearest("listenn"), "listen");
    assert_string_equal(nearest("tcp_idle"), "tcp-idle");
    assert_string_equal(nearest("Node"), "node");
    assert_string_equal(nearest("stauts"), "status");
    assert_string_equal(nearest("zone"), "zones");
}

static void test_too_far(void **state)
{
    char endless[100];
    (void)state;
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_null(nearest("blorgwurst"));
    assert_null(nearest("x"));
    assert_null(nearest(""));
    assert_null(nearest(endless));
    assert_null(nearest("nnnn")); /* three of "node" wrong */
    struct nearest n = nearest_to("short");
    nearest_offer(&n, endless);
    assert_null(n.best);
}

static void test_first_of_equals(void **state)
{
    struct nearest n = nearest_to("hat");
    (void)state;
    nearest_offer(&n, "cat");
    nearest_offer(&n, "bat");
    assert_string_equal(n.best, "cat");
    nearest_offer(&n, "hat");
    assert_string_equal(n.best, "hat");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistyped),
        cmocka_unit_test(test_too_far),
        cmocka_unit_test(test_first_of_equals),
    };
    return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
