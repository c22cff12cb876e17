/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_tcp_table.c - the order of use, and who comes from one network. */
#include "dnsd/net/tcp_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct mono at(int64_t ms)
{
    return mono_add_ms((struct mono){ 1 }, ms);
}

static uint64_t network(const char *text)
{
    struct addr addr;
    assert_int_equal(addr_parse(text, 0, &addr, NULL), 0);
    return tcp_network_of(&addr);
}

/* Asserts that the table has exactly `count` entries in this order, both ways. */
static void assert_order(const struct tcp_table *table, struct tcp_entry *const order[],
                         size_t count)
{
    const struct tcp_entry *entry = table->oldest, *before = NULL;
    assert_int_equal(table->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(entry, order[i]);
        assert_ptr_equal(entry->older, before);
        before = entry;
        entry = entry->newer;
    }
    assert_null(entry);
    assert_ptr_equal(table->newest, before);
}

static void test_network_is_what_one_party_has(void **state)
{
    (void)state;
    assert_true(network("192.0.2.1") == network("192.0.2.254"));
    assert_true(network("192.0.2.1") != network("192.0.3.1"));
    assert_true(network("2001:db8::1") == network("2001:db8:0:ff:ffff::1"));
    assert_true(network("2001:db8::1") != network("2001:db8:0:100::1"));
    assert_true(network("::1") != network("0.0.0.1"));
}

static void test_order_is_that_of_use(void **state)
{
    (void)state;
    struct tcp_table table = { 0 };
    struct tcp_entry a, b, c;
    tcp_table_add(&table, &a, 1, at(1));
    tcp_table_add(&table, &b, 1, at(2));
    tcp_table_add(&table, &c, 2, at(3));
    assert_order(&table, (struct tcp_entry *[]){ &a, &b, &c }, 3);
    tcp_table_touch(&table, &a, at(4));
    assert_order(&table, (struct tcp_entry *[]){ &b, &c, &a }, 3);
    tcp_table_touch(&table, &a, at(5)); /* the newest already */
    assert_order(&table, (struct tcp_entry *[]){ &b, &c, &a }, 3);
    tcp_table_touch(&table, &c, at(6)); /* in the middle */
    assert_order(&table, (struct tcp_entry *[]){ &b, &a, &c }, 3);
    tcp_table_remove(&table, &a);
    assert_order(&table, (struct tcp_entry *[]){ &b, &c }, 2);
    tcp_table_remove(&table, &b);
    tcp_table_remove(&table, &c);
    assert_order(&table, NULL, 0);
}

static void test_network_is_counted_and_its_oldest_found(void **state)
{
    (void)state;
    struct tcp_table table = { 0 };
    struct tcp_entry entries[6], *oldest;
    for (size_t i = 0; i < 6; i++)
        tcp_table_add(&table, &entries[i], i % 2, at((int64_t)i));
    assert_int_equal(tcp_table_of_network(&table, 0, &oldest), 3);
    assert_ptr_equal(oldest, &entries[0]);
    tcp_table_touch(&table, &entries[0], at(10));
    assert_int_equal(tcp_table_of_network(&table, 0, &oldest), 3);
    assert_ptr_equal(oldest, &entries[2]);
    tcp_table_remove(&table, &entries[2]);
    assert_int_equal(tcp_table_of_network(&table, 0, &oldest), 2);
    assert_ptr_equal(oldest, &entries[4]);
    assert_int_equal(tcp_table_of_network(&table, 7, &oldest), 0);
    assert_null(oldest);
}

/* More networks than buckets: those of one bucket are told apart. */
static void test_networks_that_share_a_bucket(void **state)
{
    (void)state;
    enum { NETWORKS = 4 * TCP_TABLE_BUCKETS };
    struct tcp_table table = { 0 };
    struct tcp_entry *entries = calloc(NETWORKS, sizeof *entries), *oldest;
    assert_non_null(entries);
    for (size_t i = 0; i < NETWORKS; i++)
        tcp_table_add(&table, &entries[i], i, at((int64_t)i));
    for (size_t i = 0; i < NETWORKS; i++) {
        assert_int_equal(tcp_table_of_network(&table, i, &oldest), 1);
        assert_ptr_equal(oldest, &entries[i]);
    }
    for (size_t i = 0; i < NETWORKS; i++)
        tcp_table_remove(&table, &entries[i]);
    assert_order(&table, NULL, 0);
    free(entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_network_is_what_one_party_has),
        cmocka_unit_test(test_order_is_that_of_use),
        cmocka_unit_test(test_network_is_counted_and_its_oldest_found),
        cmocka_unit_test(test_networks_that_share_a_bucket),
    };
    return cmocka_run_group_tests_name("tcp_table", tests, NULL, NULL);
}
