/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_set.c - which zone is authoritative for a name. */
#include "dnsd/zone/set.h"

#include "dnsd/zone/builder.h"
#include "tests/unit/dnametext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The apex that answers for `name`, or "-". */
static const char *found(const struct zone_set *set, const char *name, unsigned min_skip)
{
    static char text[DNAME_TEXT_MAX];
    const struct dname wire = dname_of(name);
    struct name_key key;
    name_key_init(&key, wire.wire);
    const struct zone_entry *entry = zone_set_find(set, &key, min_skip);
    return entry ? dname_to_text(entry->apex, text) : "-";
}

static const struct zone_set *set_of(const char *const *names, size_t count)
{
    struct zone_entry entries[16] = { 0 };
    struct dname apexes[16];
    for (size_t i = 0; i < count; i++) {
        apexes[i] = dname_of(names[i]);
        entries[i] = (struct zone_entry){ .state = ZONE_FAILED, .apex = apexes[i].wire };
    }
    return zone_set_new(entries, count);
}

static void test_longest_apex_wins(void **state)
{
    (void)state;
    static const char *const names[] = { "example.", "sub.Example.", "a.b.c.example.", "org.",
                                         "sub.org." };
    const struct zone_set *set = set_of(names, 5);
    assert_string_equal(found(set, "example.", 0), "example.");
    assert_string_equal(found(set, "www.EXAMPLE.", 0), "example.");
    assert_string_equal(found(set, "www.SUB.example.", 0), "sub.example.");
    assert_string_equal(found(set, "b.c.example.", 0), "example.");
    assert_string_equal(found(set, "x.a.b.c.example.", 0), "a.b.c.example.");
    assert_string_equal(found(set, "sub.org.", 0), "sub.org.");
    assert_string_equal(found(set, "com.", 0), "-");
    assert_string_equal(found(set, "example.com.", 0), "-");
    assert_string_equal(found(set, ".", 0), "-");
    zone_set_free(set);
}

/* The parent's side of a cut, for DS. */
static void test_with_labels_taken_away(void **state)
{
    (void)state;
    static const char *const names[] = { "example.", "sub.example.", "." };
    const struct zone_set *set = set_of(names, 3);
    assert_string_equal(found(set, "sub.example.", 1), "example.");
    assert_string_equal(found(set, "a.sub.example.", 1), "sub.example.");
    assert_string_equal(found(set, "example.", 1), ".");
    assert_string_equal(found(set, "com.", 0), ".");
    assert_string_equal(found(set, ".", 0), ".");
    assert_string_equal(found(set, ".", 1), "-");
    zone_set_free(set);
}

static void test_empty_set(void **state)
{
    (void)state;
    const struct zone_set *set = zone_set_new(NULL, 0);
    assert_string_equal(found(set, "a.example.", 0), "-");
    assert_int_equal(zone_set_count(set), 0);
    assert_null(zone_set_at(set, 0));
    zone_set_free(set);
    zone_set_free(NULL);
}

static const struct zone *zone_new(void)
{
    static const uint8_t apex[] = "\7example";
    static const uint8_t rdata[22];
    struct zone_builder *builder = zone_builder_new(apex);
    const struct zone_record soa = { apex, 6, 60, 22, rdata }, ns = { apex, 2, 60, 1, rdata };
    assert_int_equal(zone_builder_add(builder, &soa, NULL), 0);
    assert_int_equal(zone_builder_add(builder, &ns, NULL), 0);
    const struct zone *zone = zone_builder_finish(builder, NULL, NULL);
    zone_builder_free(builder);
    return zone;
}

/* What goes in is copied or held; the sanitizer sees it if not. */
static void test_entries_are_copied(void **state)
{
    (void)state;
    struct err err;
    struct prefix *prefixes = calloc(2, sizeof *prefixes);
    struct dname *apex = malloc(sizeof *apex);
    *apex = dname_of("Example.");
    assert_int_equal(prefix_parse("192.0.2.0/24", &prefixes[0], &err), 0);
    assert_int_equal(prefix_parse("2001:db8::/32", &prefixes[1], &err), 0);
    const struct zone *zone = zone_new();
    const struct zone_entry entry = { zone, ZONE_SERVING, apex->wire, 2, prefixes };
    const struct zone_set *set = zone_set_new(&entry, 1);
    zone_release(zone);
    free(prefixes);
    free(apex);

    const struct zone_entry *copy = zone_set_at(set, 0);
    char text[ADDR_TEXT_MAX];
    assert_string_equal(found(set, "a.example.", 0), "example.");
    assert_int_equal(copy->state, ZONE_SERVING);
    assert_int_equal(zone_serial(copy->zone), 0);
    assert_int_equal(copy->allow_transfer_count, 2);
    assert_string_equal(prefix_text(&copy->allow_transfer[1], text), "2001:db8::/32");
    assert_null(zone_set_at(set, 1));
    zone_set_free(set);
}

static void test_many_zones(void **state)
{
    (void)state;
    enum { ZONES = 5000 };
    struct zone_entry *entries = calloc(ZONES, sizeof *entries);
    struct dname *apexes = calloc(ZONES, sizeof *apexes);
    char text[64];
    for (int i = 0; i < ZONES; i++) {
        snprintf(text, sizeof text, "zone-%d.%s", i, i % 2 ? "example." : "b.example.");
        apexes[i] = dname_of(text);
        entries[i] = (struct zone_entry){ .state = ZONE_FAILED, .apex = apexes[i].wire };
    }
    const struct zone_set *set = zone_set_new(entries, ZONES);
    assert_int_equal(zone_set_count(set), ZONES);
    for (int i = 0; i < ZONES; i++) {
        char query[80];
        snprintf(text, sizeof text, "zone-%d.%s", i, i % 2 ? "example." : "b.example.");
        snprintf(query, sizeof query, "www.%s", text);
        assert_string_equal(found(set, query, 0), text);
    }
    assert_string_equal(found(set, "www.zone-5000.example.", 0), "-");
    zone_set_free(set);
    free(entries);
    free(apexes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_longest_apex_wins), cmocka_unit_test(test_with_labels_taken_away),
        cmocka_unit_test(test_empty_set),         cmocka_unit_test(test_entries_are_copied),
        cmocka_unit_test(test_many_zones),
    };
    return cmocka_run_group_tests_name("zone_set", tests, NULL, NULL);
}
