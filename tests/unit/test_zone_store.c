/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_store.c - what becomes of configured zones over several load runs. */
#include "dnsd/zone/store.h"

#include "common/log.h"
#include "tests/unit/zonefiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct zone_store *store;
static struct zone_load_result result;

static int setup(void **state)
{
    (void)state;
    files_begin();
    store = zone_store_new(NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    zone_store_free(store);
    files_end();
    return 0;
}

static void write_zone(const char *name, unsigned serial)
{
    char text[128];
    snprintf(text, sizeof text, "$TTL 60\n@ SOA a.x. b.x. %u 2 3 4 5\n@ NS a.x.\n", serial);
    files_write(name, text);
}

static struct zone_source source(const char *zone, const char *file)
{
    struct zone_source source = { .file = files_path(file) };
    assert_int_equal(dname_from_text(zone, &source.name, NULL), 0);
    return source;
}

static void assert_result(size_t loaded, size_t unchanged, size_t failed, size_t removed)
{
    assert_int_equal(result.loaded, loaded);
    assert_int_equal(result.unchanged, unchanged);
    assert_int_equal(result.failed, failed);
    assert_int_equal(result.removed, removed);
}

/* "zone state serial", as a set shows it; serial "-" without a zone. */
static void assert_entry(const struct zone_set *set, size_t i, const char *want)
{
    const struct zone_entry *entry = zone_set_at(set, i);
    char name[DNAME_TEXT_MAX], got[512], serial[16] = "-";
    if (entry->zone)
        snprintf(serial, sizeof serial, "%u", zone_serial(entry->zone));
    snprintf(got, sizeof got, "%.100s %s %s", dname_to_text(entry->apex, name),
             report_zone_state_name(entry->state), serial);
    assert_string_equal(got, want);
}

static const struct zone_set *load(const struct zone_source *sources, size_t count)
{
    return zone_store_load(store, sources, count, NULL, false, 2, &result);
}

static void test_loads_only_what_changed(void **state)
{
    (void)state;
    write_zone("a", 1);
    write_zone("b", 1);
    const struct zone_source sources[] = { source("b.", "b"), source("A.", "a") };
    const struct zone_set *first = load(sources, 2);
    assert_result(2, 0, 0, 0);
    assert_entry(first, 0, "a. serving 1");
    assert_entry(first, 1, "b. serving 1");

    const struct zone_set *second = load(sources, 2);
    assert_result(0, 2, 0, 0);
    assert_ptr_equal(zone_set_at(first, 0)->zone, zone_set_at(second, 0)->zone);

    write_zone("b", 22);
    const struct zone_set *third = load(sources, 2);
    assert_result(1, 1, 0, 0);
    assert_entry(third, 1, "b. serving 22");
    assert_entry(first, 1, "b. serving 1"); /* readers of an old set keep what they saw */

    const struct zone_set *fourth = zone_store_load(store, sources, 2, NULL, true, 2, &result);
    assert_result(2, 0, 0, 0);
    zone_set_free(first);
    zone_set_free(second);
    zone_set_free(third);
    zone_set_free(fourth);
}

static void test_bad_file_leaves_the_old_version(void **state)
{
    (void)state;
    struct zone_status status;
    write_zone("a", 7);
    const struct zone_source a = source("a.", "a");
    zone_set_free(load(&a, 1));
    zone_store_status(store, 0, &status);
    const time_t loaded = status.loaded_unix;
    assert_true(loaded > 0);
    assert_string_equal(status.error, "");

    files_write("a", "nonsense\n");
    const struct zone_set *set = load(&a, 1);
    assert_result(0, 0, 1, 0);
    assert_entry(set, 0, "a. stale 7");
    zone_set_free(set);
    zone_store_status(store, 0, &status);
    assert_int_equal(status.state, ZONE_STALE);
    assert_true(status.has_serial);
    assert_int_equal(status.serial, 7);
    assert_int_equal(status.loaded_unix, loaded);
    assert_non_null(strstr(status.error, "a:1: the record ends too early, after \"nonsense\""));

    set = load(&a, 1); /* the same file: said again */
    assert_result(0, 0, 1, 0);
    zone_set_free(set);

    write_zone("a", 8);
    set = load(&a, 1);
    assert_result(1, 0, 0, 0);
    assert_entry(set, 0, "a. serving 8");
    zone_set_free(set);
    zone_store_status(store, 0, &status);
    assert_string_equal(status.error, "");
}

static void test_never_loaded_is_failed(void **state)
{
    (void)state;
    struct zone_status status;
    const struct zone_source a = source("a.", "missing");
    const struct zone_set *set = load(&a, 1);
    assert_result(0, 0, 1, 0);
    assert_entry(set, 0, "a. failed -");
    zone_set_free(set);
    zone_store_status(store, 0, &status);
    assert_false(status.has_serial);
    assert_int_equal(status.loaded_unix, 0);
    assert_string_equal(status.file, files_path("missing"));

    write_zone("missing", 3);
    set = load(&a, 1);
    assert_entry(set, 0, "a. serving 3");
    zone_set_free(set);
}

static void test_included_files_count(void **state)
{
    (void)state;
    files_write("a", "$TTL 60\n@ SOA a.x. b.x. 1 2 3 4 5\n@ NS a.x.\n$INCLUDE inner\n");
    files_write("inner", "x A 192.0.2.1\n");
    const struct zone_source a = source("a.", "a");
    zone_set_free(load(&a, 1));
    zone_set_free(load(&a, 1));
    assert_result(0, 1, 0, 0);
    files_write("inner", "x A 192.0.2.1\ny A 192.0.2.2\n");
    zone_set_free(load(&a, 1));
    assert_result(1, 0, 0, 0);
    unlink(files_path("inner"));
    zone_set_free(load(&a, 1));
    assert_result(0, 0, 1, 0);
}

static void test_configuration_changes(void **state)
{
    (void)state;
    write_zone("a", 1);
    write_zone("b", 2);
    write_zone("c", 3);
    const struct zone_source before[] = { source("a.", "a"), source("b.", "b") };
    zone_set_free(load(before, 2));

    /* b goes, c comes, a gets another file. */
    const struct zone_source after[] = { source("c.", "c"), source("a.", "b") };
    const struct zone_set *set = load(after, 2);
    assert_result(2, 0, 0, 1);
    assert_int_equal(zone_set_count(set), 2);
    assert_entry(set, 0, "a. serving 2");
    assert_entry(set, 1, "c. serving 3");
    assert_int_equal(zone_store_count(store), 2);
    zone_set_free(set);

    set = load(NULL, 0);
    assert_result(0, 0, 0, 2);
    assert_int_equal(zone_set_count(set), 0);
    zone_set_free(set);
}

static void test_access_lists_change_without_loading(void **state)
{
    (void)state;
    struct prefix prefix;
    struct err err;
    write_zone("a", 1);
    struct zone_source a = source("a.", "a");
    zone_set_free(load(&a, 1));
    assert_int_equal(prefix_parse("192.0.2.0/24", &prefix, &err), 0);
    a.allow_transfer = &prefix;
    a.allow_transfer_count = 1;
    const struct zone_set *set = load(&a, 1);
    assert_result(0, 1, 0, 0);
    assert_int_equal(zone_set_at(set, 0)->allow_transfer_count, 1);
    zone_set_free(set);
}

static void test_only_one_zone(void **state)
{
    (void)state;
    write_zone("a", 1);
    write_zone("b", 1);
    const struct zone_source sources[] = { source("a.", "a"), source("b.", "b") };
    struct dname only;
    assert_int_equal(dname_from_text("B.", &only, NULL), 0);
    const struct zone_set *set = zone_store_load(store, sources, 2, &only, false, 1, &result);
    assert_result(1, 1, 0, 0);
    assert_entry(set, 0, "a. failed -");
    assert_entry(set, 1, "b. serving 1");
    zone_set_free(set);
    set = load(sources, 2); /* and what was left out is still to be loaded */
    assert_result(1, 1, 0, 0);
    assert_entry(set, 0, "a. serving 1");
    zone_set_free(set);
}

static void test_many_zones_on_many_threads(void **state)
{
    (void)state;
    enum { ZONES = 200 };
    static struct zone_source sources[ZONES];
    for (int i = 0; i < ZONES; i++) {
        char name[32], file[32];
        snprintf(name, sizeof name, "z%d.", i);
        snprintf(file, sizeof file, "f%d", i % 50);
        if (i < 50)
            write_zone(file, (unsigned)i % 49);
        sources[i] = source(name, file);
        sources[i].file = strdup(sources[i].file);
    }
    files_write("f49", "nonsense\n");
    const struct zone_set *set = zone_store_load(store, sources, ZONES, NULL, false, 8, &result);
    assert_result(196, 0, 4, 0);
    for (size_t i = 0; i < ZONES; i++) {
        const struct zone_entry *entry = zone_set_at(set, i);
        const unsigned number = (unsigned)strtoul((const char *)entry->apex + 2, NULL, 10) % 50;
        if (number == 49)
            assert_null(entry->zone);
        else
            assert_int_equal(zone_serial(entry->zone), number);
        free((char *)sources[i].file);
    }
    zone_set_free(set);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_loads_only_what_changed), TEST(test_bad_file_leaves_the_old_version),
        TEST(test_never_loaded_is_failed),  TEST(test_included_files_count),
        TEST(test_configuration_changes),   TEST(test_access_lists_change_without_loading),
        TEST(test_only_one_zone),           TEST(test_many_zones_on_many_threads),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests_name("zone_store", tests, NULL, NULL);
}
