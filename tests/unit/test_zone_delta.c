/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_delta.c - a zone that is loaded by difference is the same as one that is loaded whole,
 * and the same is said about it: random records over many generations, then files. PROXIMA_SEED=n
 * repeats a run. */
#include "dnsd/zone/delta.h"
#include "dnsd/zone/rdata.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "dnsd/zone/layer.h"
#include "tests/unit/zonefiles.h"
#include "tests/unit/zonerandom.h"
#include "tests/unit/zonesame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ZONES = 400, GENERATIONS = 12, QUERIES = 30 };

/* What the builder says, as text. */
struct said {
    char text[16 << 10];
    size_t len;
};

static void note(void *arg, const struct zone_finding *finding)
{
    struct said *said = arg;
    said->len += (size_t)snprintf(said->text + said->len, sizeof said->text - said->len, "%s\n",
                                  finding->text);
    assert_true(said->len < sizeof said->text);
}

/* Has the delta take the records in two batches. False: it is too much. */
static bool take_all(struct delta *delta, const struct random_zone *records)
{
    struct dname apex;
    struct batch batch = { 0 };
    bool good = true;
    const size_t half = random_below((unsigned)records->count + 1);
    apex.len = (uint8_t)dname_lower(apex.wire, records->apex.wire);
    for (size_t i = 0; i <= records->count; i++) {
        if (i == half || i == records->count) {
            void *digest = delta_digest(delta, &batch);
            good = good && delta_take(delta, &batch, digest);
            free(digest);
            batch_clear(&batch);
        }
        if (i == records->count)
            break;
        const struct random_record *record = &records->records[i];
        const struct zone_record add = { record->owner.wire, record->type, record->ttl,
                                         record->rdlength, record->rdata };
        assert_int_equal(batch_add(&batch, &apex, &add, NULL), 0);
    }
    batch_free(&batch);
    return good;
}

static const struct zone *step(const struct zone *old, const struct random_zone *records,
                               struct said *said)
{
    struct err err = { "" };
    const struct check_policy policy = check_policy_usual();
    struct findings findings = { .policy = &policy, .find = note, .arg = said, .err = &err };
    struct delta *delta = delta_new(old, SIZE_MAX);
    assert_true(take_all(delta, records));
    assert_true(delta_compare(delta));
    said->len = 0;
    said->text[0] = '\0';
    const struct zone *zone = delta_finish(delta, &findings, &err);
    if (!zone)
        fail_msg("%s", err.msg);
    delta_free(delta);
    return zone;
}

static const struct zone *build(const struct random_zone *records, struct said *said)
{
    struct zone_builder *builder = zone_builder_new(records->apex.wire);
    const struct check_policy policy = check_policy_usual();
    struct findings findings = { .policy = &policy, .find = note, .arg = said };
    random_zone_add(records, builder, NULL);
    said->len = 0;
    said->text[0] = '\0';
    const struct zone *zone = zone_builder_finish(builder, &findings, NULL);
    assert_non_null(zone);
    zone_builder_free(builder);
    return zone;
}

static void test_same_as_loaded_whole(void **state)
{
    (void)state;
    static struct random_zone records;
    static struct said said, said_of_whole;
    for (int i = 0; i < ZONES; i++) {
        random_zone_begin(&records);
        const struct zone *zone = random_zone_build(&records);
        for (int g = 0; g < GENERATIONS; g++) {
            random_zone_edit(&records);
            const struct zone *new = step(zone, &records, &said);
            const struct zone *whole = build(&records, &said_of_whole);
            zone_release(zone);
            zone = new;
            assert_string_equal(said.text, said_of_whole.text);
            assert_zones_same(zone, whole);
            for (int q = 0; q < QUERIES; q++) {
                const struct dname name = random_name(&records.apex, 7);
                assert_matches_same(zone, whole, name.wire);
            }
            zone_release(whole);
        }
        zone_release(zone);
    }
}

static bool is_same(const struct random_record *a, const struct random_record *b)
{
    return a->type == b->type && dname_equal(a->owner.wire, b->owner.wire) &&
           rdata_cmp(a->type, a->rdata, a->rdlength, b->rdata, b->rdlength) == 0;
}

/* Duplicates, too, are a change each time: the name is looked at as a whole. */
static void drop_duplicates(struct random_zone *records)
{
    for (size_t i = 0; i < records->count; i++)
        for (size_t later = records->count - 1; later > i; later--)
            if (is_same(&records->records[i], &records->records[later]))
                records->records[later] = records->records[--records->count];
}

static void test_nothing_has_changed(void **state)
{
    (void)state;
    static struct random_zone records;
    static struct said said;
    random_zone_begin(&records);
    drop_duplicates(&records);
    for (size_t i = 0; i < records.count; i++)
        records.records[i].ttl = 300; /* that differ are a change each time */
    const struct zone *zone = random_zone_build(&records);
    const struct zone *same = step(zone, &records, &said);
    assert_ptr_equal(same, zone);
    zone_release(same);
    zone_release(zone);
}

/* --- files ------------------------------------------------------------------------------------ */

enum { NAMES = 6000 };

#define START "$TTL 60\n@ SOA a.x. b.x. %d 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"

static char text[NAMES * 40 + (64 << 10)];

/* The file: `more`, behind names of which `changed` are not as they were. */
static void write_file(int serial, int changed, const char *more)
{
    size_t len = (size_t)snprintf(text, sizeof text, START, serial);
    for (int i = 0; i < NAMES; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "n%d A 192.0.2.%d\n", i,
                                i < changed ? serial % 256 : 0);
    snprintf(text + len, sizeof text - len, "%s", more);
    files_write("zone", text);
}

/* What a load said, and what came of it. */
struct outcome {
    const struct zone *zone;
    bool by_difference;
    uint64_t changed;
    char error[ERR_MAX], told[4096];
    size_t files;
};

static void tell(void *arg, const char *what)
{
    struct outcome *outcome = arg;
    const size_t len = strlen(outcome->told);
    snprintf(outcome->told + len, sizeof outcome->told - len, "%s\n", what);
}

static void load(struct outcome *outcome, const struct zone *old)
{
    static const uint8_t example[] = "\7example";
    struct err err = { "" };
    struct zone_load load = {
        .apex = example, .path = files_path("zone"), .old = old, .warn = tell, .arg = outcome
    };
    *outcome = (struct outcome){ .zone = NULL };
    outcome->zone = zone_load_run(&load, &err);
    outcome->by_difference = load.by_difference;
    outcome->changed = load.changed;
    outcome->files = load.files.count;
    snprintf(outcome->error, sizeof outcome->error, "%s", err.msg);
    file_list_free(&load.files);
}

/* The version after `old`, which it releases, and the same as the file loaded whole. */
static const struct zone *next(const struct zone *old, bool by_difference, uint64_t changed)
{
    static struct outcome got, whole;
    load(&got, old);
    load(&whole, NULL);
    assert_string_equal(got.error, whole.error);
    assert_string_equal(got.told, whole.told);
    assert_int_equal(got.files, whole.files);
    assert_int_equal(got.by_difference, by_difference);
    assert_int_equal(got.changed, changed);
    assert_int_equal(got.zone != NULL, whole.zone != NULL);
    if (whole.zone)
        assert_zones_same(got.zone, whole.zone);
    zone_release(whole.zone);
    if (got.zone)
        zone_release(old);
    return got.zone ? got.zone : old;
}

static const struct zone *first_version(void)
{
    static struct outcome first;
    write_file(1, 0, "");
    load(&first, NULL);
    assert_string_equal(first.error, "");
    assert_false(first.by_difference);
    return first.zone;
}

static void test_files(void **state)
{
    (void)state;
    const struct zone *zone = first_version();
    write_file(2, 100, "");
    zone = next(zone, true, 101);
    write_file(2, 100, "");
    zone = next(zone, true, 0);
    write_file(3, 100, "*.w A 192.0.2.1\nw2 MX 1 nowhere\nw2 MX 2 n1\nn1 30 A 192.0.2.7\n");
    zone = next(zone, true, 103); /* 100 names, of which n1 is one, *.w, w2, the apex */
    write_file(4, 0, "");
    zone = next(zone, true, 103);
    assert_int_equal(zone_serial(zone), 4);
    zone_release(zone);
}

/* The old version goes on being served, and what is said is the same. */
static void test_files_with_errors(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "x A 1.2.3\n",        "x A 1.2.3\nn1 CNAME x.\ny A 1\n",
        "n1 CNAME x.\n",      "x CNAME y.\nx CNAME z.\nx2 SOA a. b. 1 1 1 1 1\n",
        "x.y. A 192.0.2.1\n", "@ SOA a.x. b.x. 9 2 3 4 5\n",
        "$INCLUDE nowhere\n",
    };
    const struct zone *zone = first_version();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        write_file(2, 10, wrong[i]);
        zone = next(zone, true, 0);
        assert_int_equal(zone_serial(zone), 1);
    }
    files_write("zone", "$TTL 60\n@ SOA a.x. b.x. 2 2 3 4 5\n");
    zone = next(zone, false, 0); /* nearly all is gone */
    zone_release(zone);
}

static void test_what_is_too_much(void **state)
{
    (void)state;
    const struct zone *zone = first_version();
    write_file(2, NAMES / 9, "");
    zone = next(zone, false, 0);
    write_file(3, 0, "@ NSEC example. SOA NS NSEC\n");
    zone = next(zone, false, 0);
    write_file(4, 0, "");
    zone = next(zone, false, 0); /* it has been signed */
    write_file(5, 0,
               "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr\n");
    zone = next(zone, false, 0);
    write_file(6, 0, "");
    zone = next(zone, false, 0); /* a chain without beginning */
    write_file(7, 0, "");
    zone = next(zone, true, 1);
    zone_release(zone);
}

/* As differences add up, the whole is loaded at last, and then there is one layer again. */
static void test_compaction(void **state)
{
    (void)state;
    const struct zone *zone = first_version();
    static char more[64 << 10];
    size_t len = 0;
    int rounds = 2;
    for (int by_difference = 1; by_difference; rounds++) {
        assert_true(rounds < 100);
        for (int i = 0; i < 200; i++)
            len += (size_t)snprintf(more + len, sizeof more - len, "x%d A 192.0.2.1\n",
                                    rounds * 1000 + i);
        write_file(rounds, 0, more);
        by_difference = layer_top_bytes(zone) <= layer_base_bytes(zone) / 6;
        zone = next(zone, by_difference, by_difference ? 201 : 0);
    }
    assert_true(rounds > 4);
    assert_int_equal(layer_top_bytes(zone), 0);
    zone_release(zone);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_setup, files_teardown)

int main(void)
{
    random_begin();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_loaded_whole),
        cmocka_unit_test(test_nothing_has_changed),
        TEST(test_files),
        TEST(test_files_with_errors),
        TEST(test_what_is_too_much),
        TEST(test_compaction),
    };
    return cmocka_run_group_tests_name("zone_delta", tests, NULL, NULL);
}
