/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_nameorder.c - the order of many names is the one that dname_cmp has. */
#include "dnsd/zone/nameorder.h"

#include "common/dname.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { NAMES = 3000, ROUNDS = 20 };

/* One to four labels of one to three bytes each, from few values: names that share much, among them
 * the bytes that sort keys escape. Never the same twice in a row, but now and then in all. */
static size_t make_name(uint8_t *wire, unsigned *seed)
{
    static const uint8_t bytes[] = { 0, 1, 2, 'a', 'b', '*', 255 };
    size_t at = 0;
    for (int labels = rand_r(seed) % 5; labels > 0; labels--) {
        wire[at] = (uint8_t)(1 + rand_r(seed) % 3);
        for (unsigned i = 1; i <= wire[at]; i++)
            wire[at + i] = bytes[(unsigned)rand_r(seed) % sizeof bytes];
        at += wire[at] + 1u;
    }
    wire[at] = 0;
    return at + 1;
}

static void test_canonical_order(void **state)
{
    (void)state;
    static uint8_t wires[NAMES][DNAME_MAX];
    static const uint8_t *names[NAMES];
    unsigned seed = 1;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint8_t seen[NAMES] = { 0 };
        for (size_t i = 0; i < NAMES; i++) {
            make_name(wires[i], &seed);
            names[i] = wires[i];
        }
        uint32_t *order = name_order(names, NAMES);
        for (size_t i = 0; i < NAMES; i++) {
            assert_int_equal(seen[order[i]]++, 0);
            if (i)
                assert_true(dname_cmp(names[order[i - 1]], names[order[i]]) <= 0);
        }
        free(order);
    }
}

static void test_none_and_one(void **state)
{
    (void)state;
    static const uint8_t root[] = { 0 };
    const uint8_t *names[] = { root };
    free(name_order(names, 0));
    uint32_t *order = name_order(names, 1);
    assert_int_equal(order[0], 0);
    free(order);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical_order),
        cmocka_unit_test(test_none_and_one),
    };
    return cmocka_run_group_tests_name("nameorder", tests, NULL, NULL);
}
