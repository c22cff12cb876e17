/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_health.c - what goes into a report, from zones that are and that are not there. */
#include "dnsd/ops/health.h"

#include "dnsd/zone/set.h"
#include "tests/unit/dnametext.h"
#include "tests/unit/zonetext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void free_set(const void *set)
{
    zone_set_free(set);
}

/* Two zones that are served, of which one is stale, and one that never loaded. */
static const struct zone_set *make_set(void)
{
    const struct zone *good = zone_plain("good.test.");
    const struct zone *stale = zone_plain("stale.test.");
    const struct dname failed = dname_of("failed.test.");
    const struct zone_entry entries[] = {
        { .zone = good, .state = ZONE_SERVING, .apex = zone_name(good) },
        { .zone = stale, .state = ZONE_STALE, .apex = zone_name(stale) },
        { .state = ZONE_FAILED, .apex = failed.wire },
    };
    const struct zone_set *set = zone_set_new(entries, 3);
    zone_release(good);
    zone_release(stale);
    return set;
}

static void test_before_the_zones_are_loaded(void **state)
{
    (void)state;
    static struct report report;
    const struct health health = { .node = "fra1", .state = REPORT_STARTING, .started_unix = 7 };
    const struct report_reply watch = { .watch_count = 1, .watch = { dname_of("good.test.") } };
    health_fill(&health, &watch, &report);
    assert_string_equal(report.node, "fra1");
    assert_string_equal(report.version, PACKAGE_VERSION);
    assert_int_equal(report.state, REPORT_STARTING);
    assert_int_equal(report.pid, getpid());
    assert_int_equal(report.started_unix, 7);
    assert_int_equal(report.worker_count, 0);
    assert_int_equal(report.watched_count, 0);
}

static void test_zones_are_counted_and_watched(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum report_zone_state state;
        bool has_serial;
    } expected[] = {
        { "GOOD.test.", ZONE_SERVING, true },       { "stale.test.", ZONE_STALE, true },
        { "failed.test.", ZONE_FAILED, false },     { "other.test.", ZONE_FAILED, false },
        { "below.good.test.", ZONE_FAILED, false }, /* no zone of its own */
    };
    static struct report report;
    struct publish *publish = publish_new(1, free_set, make_set());
    const struct failing failing = { .publish = publish };
    struct health health = { .node = "fra1", .state = REPORT_SERVING, .failing = &failing };
    struct report_reply watch = { .watch_count = 5, .watch_left_out = 3 };
    for (size_t i = 0; i < 5; i++)
        watch.watch[i] = dname_of(expected[i].name);
    health_count_zones(&health);
    health_fill(&health, &watch, &report);
    assert_int_equal(report.zones[ZONE_SERVING], 1);
    assert_int_equal(report.zones[ZONE_STALE], 1);
    assert_int_equal(report.zones[ZONE_FAILED], 1);
    assert_int_equal(report.zones[ZONE_EXPIRED], 0);
    assert_int_equal(report.watched_count, 5);
    assert_int_equal(report.watched_left_out, 3);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(report.watched[i].state, expected[i].state);
        assert_int_equal(report.watched[i].has_serial, expected[i].has_serial);
        assert_int_equal(report.watched[i].serial, expected[i].has_serial ? 42 : 0);
        assert_int_equal(report.watched[i].expires_s, -1);
    }
    publish_free(publish);
}

static void test_without_workers_none_hangs(void **state)
{
    (void)state;
    struct health health = { .node = "fra1" };
    assert_false(health_watch_workers(&health, mono_now()));
    assert_true(health_none_hangs(&health));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_before_the_zones_are_loaded),
        cmocka_unit_test(test_zones_are_counted_and_watched),
        cmocka_unit_test(test_without_workers_none_hangs),
    };
    return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
