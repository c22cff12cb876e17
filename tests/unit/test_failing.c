/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_failing.c - zones that fail on purpose: what readers see, and what reports are told. */
#include "dnsd/ops/failing.h"

#include "tests/unit/dnametext.h"
#include "tests/unit/zonetext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct mono start = { 1000000000 };

static void free_set(const void *set)
{
    zone_set_free(set);
}

static const struct zone_set *make_set(void)
{
    const struct zone *one = zone_plain("one.test.");
    const struct zone *two = zone_plain("two.test.");
    const struct zone_entry entries[] = {
        { .zone = one, .state = ZONE_SERVING, .apex = zone_name(one) },
        { .zone = two, .state = ZONE_SERVING, .apex = zone_name(two) },
    };
    const struct zone_set *set = zone_set_new(entries, 2);
    zone_release(one);
    zone_release(two);
    return set;
}

static bool has_data(const struct zone_set *set, const char *zone)
{
    const struct dname wanted = dname_of(zone);
    struct name_key key;
    name_key_init(&key, wanted.wire);
    const struct zone_entry *entry = zone_set_find(set, &key, 0);
    assert_non_null(entry);
    assert_int_equal(entry->state, ZONE_SERVING);
    return entry->zone != NULL;
}

static bool answers(const struct failing *failing, const char *zone)
{
    return has_data(publish_current(failing->publish), zone);
}

static void begin(struct failing *failing, const char *zone)
{
    const struct dname zones[] = { dname_of(zone) };
    assert_int_equal(failing_begin(failing, zones, 1, mono_add_ms(start, 100), NULL), 0);
}

static void test_it_ends_by_itself(void **state)
{
    (void)state;
    struct failing failing = { .publish = publish_new(1, free_set, make_set()) };
    begin(&failing, "one.test.");
    assert_false(answers(&failing, "one.test."));
    assert_true(answers(&failing, "two.test."));
    assert_true(has_data(failing_truth(&failing), "one.test."));
    failing_check(&failing, mono_add_ms(start, 99));
    assert_false(answers(&failing, "one.test."));
    failing_check(&failing, mono_add_ms(start, 100));
    assert_true(answers(&failing, "one.test."));
    assert_ptr_equal(failing_truth(&failing), publish_current(failing.publish));
    publish_free(failing.publish);
}

static void test_another_choice_replaces_the_first(void **state)
{
    (void)state;
    struct failing failing = { .publish = publish_new(1, free_set, make_set()) };
    begin(&failing, "one.test.");
    begin(&failing, "two.test.");
    assert_true(answers(&failing, "one.test."));
    assert_false(answers(&failing, "two.test."));
    failing_end(&failing);
    failing_end(&failing);
    assert_true(answers(&failing, "two.test."));
    publish_free(failing.publish);
}

static void test_a_reload_meanwhile_does_not_end_it(void **state)
{
    (void)state;
    struct failing failing = { .publish = publish_new(1, free_set, make_set()) };
    begin(&failing, "one.test.");
    const struct zone_set *fresh = make_set();
    failing_publish(&failing, fresh);
    assert_false(answers(&failing, "one.test."));
    assert_ptr_equal(failing_truth(&failing), fresh);
    failing_end(&failing);
    assert_ptr_equal(publish_current(failing.publish), fresh);
    publish_free(failing.publish);
}

static void test_what_is_refused_changes_nothing(void **state)
{
    (void)state;
    struct err err;
    const struct dname zones[] = { dname_of("one.test."), dname_of("other.test.") };
    struct failing failing = { 0 };
    assert_int_equal(failing_begin(&failing, zones, 1, start, &err), -1);
    assert_null(failing_truth(&failing));
    failing.publish = publish_new(1, free_set, make_set());
    assert_int_equal(failing_begin(&failing, zones, 2, start, &err), -1);
    assert_string_equal(err.msg, "zone other.test. is not served here");
    assert_int_equal(failing_begin(&failing, zones, 0, start, &err), -1);
    assert_true(answers(&failing, "one.test."));
    publish_free(failing.publish);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_ends_by_itself),
        cmocka_unit_test(test_another_choice_replaces_the_first),
        cmocka_unit_test(test_a_reload_meanwhile_does_not_end_it),
        cmocka_unit_test(test_what_is_refused_changes_nothing),
    };
    return cmocka_run_group_tests_name("failing", tests, NULL, NULL);
}
