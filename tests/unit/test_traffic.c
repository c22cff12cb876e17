/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_traffic.c - whose queries they are: by dnsd's addresses and the services' prefixes. */
#include "anycastctl/sense/traffic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { BUSY, QUIET };

static struct settings settings;
static struct traffic traffic;

static struct addr address(const char *text)
{
    struct addr out;
    assert_int_equal(addr_parse(text, 53, &out, NULL), 0);
    return out;
}

static void add_family(unsigned service, enum family family, const char *prefix, const char *addr)
{
    struct service_family *f = &settings.service[service].family[family];
    f->enabled = true;
    f->prefix_count = f->address_count = 1;
    assert_int_equal(prefix_parse(prefix, &f->prefix[0], NULL), 0);
    f->address[0] = address(addr);
}

/* Two services, of which one has both families. */
static int setup(void **unused)
{
    (void)unused;
    settings = (struct settings){ .service_count = 2 };
    add_family(BUSY, FAMILY_4, "192.0.2.0/24", "192.0.2.53");
    add_family(BUSY, FAMILY_6, "2001:db8:1::/48", "2001:db8:1::53");
    add_family(QUIET, FAMILY_4, "198.51.100.0/24", "198.51.100.53");
    traffic_reset(&traffic);
    return 0;
}

static struct mono at(int64_t ms)
{
    return mono_add_ms((struct mono){ 1000000000 }, ms);
}

/* Reports of a second, each with `each[i]` more queries at `where[i]`, and two more probes of BUSY
 * in IPv4. */
static void play(const char *const where[], const uint64_t each[], size_t count)
{
    static struct report report;
    memset(&report, 0, sizeof report);
    for (unsigned i = 0; i <= 10; i++) {
        const uint64_t probes[SERVICES_MAX][FAMILY_COUNT] = { [BUSY][FAMILY_4] = 2 * i };
        report.sent = at(100 * (int64_t)i);
        report.address_count = count;
        report.counters = (struct report_counters){ 0 };
        for (size_t a = 0; a < count; a++) {
            report.address[a] = (struct report_address){ address(where[a]), i * each[a] };
            *(addr_family(&report.address[a].addr) == 4
                  ? &report.counters.queries_udp4
                  : &report.counters.queries_udp6) += i * each[a];
        }
        traffic_add(&traffic, &settings, &report, probes);
    }
}

static void assert_rate(unsigned service, enum family family, double per_s, bool own)
{
    const struct query_rate rate = traffic_rate(&traffic, service, family, at(1000));
    assert_float_equal(rate.per_s, per_s, 1e-6);
    assert_int_equal(rate.own, own);
}

static void services_and_families_are_counted_apart(void **unused)
{
    static const char *const where[] = { "192.0.2.53", "2001:db8:1::53", "198.51.100.53",
                                         "203.0.113.1" };
    static const uint64_t each[] = { 102, 30, 4, 7 };
    (void)unused;
    play(where, each, 4);
    assert_rate(BUSY, FAMILY_4, 1000, true); /* without own probes */
    assert_rate(BUSY, FAMILY_6, 300, true);
    assert_rate(QUIET, FAMILY_4, 40, true); /* of which none were to it */
    assert_float_equal(rate_queries(&traffic.node, at(1000)), 1410, 1e-6);
    assert_float_equal(rate_probes(&traffic.node, at(1000)), 20, 1e-6);
}

static void all_addresses_of_the_prefixes_count(void **unused)
{
    static const char *const where[] = { "192.0.2.53", "192.0.2.54", "192.0.2.53@5353" };
    static const uint64_t each[] = { 2, 10, 5 };
    (void)unused;
    play(where, each, 3);
    assert_rate(BUSY, FAMILY_4, 150, true);
}

/* A wildcard beside it: whoever has a socket of its own is told apart, the others are not. */
static void a_wildcard_tells_nobody_apart(void **unused)
{
    static const char *const where[] = { "0.0.0.0", "198.51.100.53", "::" };
    static const uint64_t each[] = { 52, 1, 6 };
    (void)unused;
    play(where, each, 3);
    assert_rate(QUIET, FAMILY_4, 10, true);
    assert_rate(BUSY, FAMILY_4, 510, false);
    assert_rate(BUSY, FAMILY_6, 60, false);
}

static void another_port_is_another_address(void **unused)
{
    static const char *const where[] = { "198.51.100.53@5353" };
    static const uint64_t each[] = { 5 };
    (void)unused;
    play(where, each, 1);
    assert_rate(QUIET, FAMILY_4, 30, false);
}

static void an_older_dnsd_tells_nobody_apart(void **unused)
{
    static struct report report;
    static const uint64_t probes[SERVICES_MAX][FAMILY_COUNT];
    (void)unused;
    for (unsigned i = 0; i <= 10; i++) {
        report.sent = at(100 * (int64_t)i);
        report.counters = (struct report_counters){ .queries_tcp4 = 9 * i };
        traffic_add(&traffic, &settings, &report, probes);
    }
    assert_rate(BUSY, FAMILY_4, 90, false);
    assert_rate(QUIET, FAMILY_4, 90, false);
}

static void what_is_forgotten_is_unknown(void **unused)
{
    static const char *const where[] = { "198.51.100.53" };
    static const uint64_t each[] = { 5 };
    (void)unused;
    play(where, each, 1);
    assert_rate(QUIET, FAMILY_4, 50, true);
    traffic_reset(&traffic);
    assert_rate(QUIET, FAMILY_4, -1, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(services_and_families_are_counted_apart, setup),
        cmocka_unit_test_setup(all_addresses_of_the_prefixes_count, setup),
        cmocka_unit_test_setup(a_wildcard_tells_nobody_apart, setup),
        cmocka_unit_test_setup(another_port_is_another_address, setup),
        cmocka_unit_test_setup(an_older_dnsd_tells_nobody_apart, setup),
        cmocka_unit_test_setup(what_is_forgotten_is_unknown, setup),
    };
    return cmocka_run_group_tests_name("traffic", tests, NULL, NULL);
}
