/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_layer.c - a version that is made from the one before is the same as one that is built
 * of all its records: random zones over many generations. PROXIMA_SEED=n repeats a run. */
#include "dnsd/zone/layer.h"

#include "tests/unit/zonerandom.h"
#include "tests/unit/zonesame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ZONES = 400, GENERATIONS = 12, QUERIES = 30 };

static bool has_records(const struct random_zone *zone, const uint8_t *owner)
{
    for (size_t i = 0; i < zone->count; i++)
        if (dname_equal(zone->records[i].owner.wire, owner))
            return true;
    return false;
}

static bool same_record(const struct random_record *a, const struct random_record *b)
{
    return a->type == b->type && a->ttl == b->ttl && a->rdlength == b->rdlength &&
           memcmp(a->rdata, b->rdata, a->rdlength) == 0;
}

/* True if the name's records are not the same, in the same order. */
static bool differs(const struct random_zone *a, const struct random_zone *b, const uint8_t *owner)
{
    size_t i = 0, j = 0;
    for (;; i++, j++) {
        while (i < a->count && !dname_equal(a->records[i].owner.wire, owner))
            i++;
        while (j < b->count && !dname_equal(b->records[j].owner.wire, owner))
            j++;
        if (i == a->count || j == b->count)
            return i != a->count || j != b->count;
        if (!same_record(&a->records[i], &b->records[j]))
            return true;
    }
}

static bool is_first_of_owner(const struct random_zone *zone, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (dname_equal(zone->records[j].owner.wire, zone->records[i].owner.wire))
            return false;
    return true;
}

/* What the new records say beside the old ones, as a change of `old`. */
static const struct zone *step(const struct zone *old, const struct random_zone *before,
                               const struct random_zone *after)
{
    const struct zone_node *emptied[RANDOM_RECORDS_MAX];
    struct layer_change change = { .emptied = emptied };
    struct zone_builder *builder = zone_builder_new(after->apex.wire);
    for (size_t i = 0; i < after->count; i++) {
        const uint8_t *owner = after->records[i].owner.wire;
        if (is_first_of_owner(after, i) && (i == 0 || differs(before, after, owner)))
            random_zone_add(after, builder, owner);
    }
    for (size_t i = 0; i < before->count; i++) {
        struct name_key key;
        struct zone_match match;
        name_key_init(&key, before->records[i].owner.wire);
        zone_match(old, &key, &match);
        if (is_first_of_owner(before, i) && !has_records(after, key.wire))
            emptied[change.emptied_count++] = match.node;
    }
    struct err err;
    change.contents = zone_builder_finish(builder, NULL, &err);
    if (!change.contents)
        fail_msg("%s", err.msg);
    const struct zone *new = layer_new(old, &change, &err);
    if (!new)
        fail_msg("%s", err.msg);
    zone_release(change.contents);
    zone_builder_free(builder);
    return new;
}

static void check_against_whole(const struct zone *zone, const struct random_zone *records)
{
    const struct zone *whole = random_zone_build(records);
    assert_zones_same(zone, whole);
    for (int i = 0; i < QUERIES; i++) {
        const struct dname name = random_name(&records->apex, 7);
        assert_matches_same(zone, whole, name.wire);
    }
    zone_release(whole);
}

static void test_same_as_built_of_all(void **state)
{
    (void)state;
    static struct random_zone before, after;
    for (int i = 0; i < ZONES; i++) {
        random_zone_begin(&after);
        const struct zone *zone = random_zone_build(&after);
        for (int g = 0; g < GENERATIONS; g++) {
            before = after;
            random_zone_edit(&after);
            const struct zone *new = step(zone, &before, &after);
            zone_release(zone);
            zone = new;
            check_against_whole(zone, &after);
        }
        zone_release(zone);
    }
}

/* What is as in the base again leaves the top; the base is the same all the time. */
static void test_top_shrinks_again(void **state)
{
    (void)state;
    static struct random_zone first, other;
    random_zone_begin(&first);
    other = first;
    other.count = 1;
    const struct zone *base = random_zone_build(&first);
    const struct zone *with_less = step(base, &first, &other);
    const struct zone *restored = step(with_less, &other, &first);
    const struct zone *again = step(restored, &first, &first);
    check_against_whole(restored, &first);
    assert_int_equal(layer_base_bytes(again), layer_base_bytes(base));
    assert_true(layer_top_bytes(again) <= layer_top_bytes(restored));
    assert_int_equal(layer_top_bytes(base), 0);
    zone_release(base);
    zone_release(with_less);
    zone_release(restored);
    check_against_whole(again, &first);
    zone_release(again);
}

int main(void)
{
    random_begin();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_built_of_all),
        cmocka_unit_test(test_top_shrinks_again),
    };
    return cmocka_run_group_tests_name("zone_layer", tests, NULL, NULL);
}
