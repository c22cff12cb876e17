/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_imagestore.c - the folder of images: which zones have one, what it is called, and when it
 * goes. */
#include "dnsd/zone/imagestore.h"

#include "common/log.h"
#include "dnsd/zone/load.h"
#include "tests/unit/zonefiles.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { LARGE = 6000, SMALL = 10 }; /* names */

static struct image_store *store;

static int begin(void **state)
{
    (void)state;
    files_begin();
    store = image_store_open(files_folder());
    return 0;
}

static int end(void **state)
{
    (void)state;
    image_store_close(store);
    files_end();
    return 0;
}

/* Makes a zone of so many names and has its image written. */
static void write_zone(const char *name, unsigned names)
{
    static char text[1 << 20];
    struct dname apex;
    struct err err;
    size_t len = (size_t)snprintf(text, sizeof text, "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS a.x.\n");
    for (unsigned i = 0; i < names; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "n%u A 192.0.2.1\n", i);
    files_write("zone", text);
    assert_int_equal(dname_from_text(name, &apex, NULL), 0);
    struct zone_load load = { .apex = apex.wire, .path = files_path("zone") };
    const struct zone *zone = zone_load_run(&load, &err);
    if (!zone)
        fail_msg("%s", err.msg);
    image_store_write(store, zone, &(struct imagefile_origin){ .files = load.files });
    zone_release(zone);
    file_list_free(&load.files);
}

static bool is_there(const char *name)
{
    return access(files_path(name), F_OK) == 0;
}

/* It is written by a thread of lowest priority. */
static void wait_for(const char *name)
{
    for (unsigned i = 0; i < 6000 && !is_there(name); i++)
        poll(NULL, 0, 10);
    if (!is_there(name))
        fail_msg("no %s", name);
}

static void reopen(void)
{
    image_store_close(store);
    store = image_store_open(files_folder());
}

static bool is_read(const char *name, struct err *err)
{
    struct dname apex;
    struct imagefile_origin origin = { .files.count = 0 };
    assert_int_equal(dname_from_text(name, &apex, NULL), 0);
    dname_lower(apex.wire, apex.wire);
    const struct imagefile_wanted wanted = { apex.wire, files_path("zone"), 1, NULL };
    const struct zone *zone = image_store_read(store, &wanted, &origin, err);
    file_list_free(&origin.files);
    zone_release(zone);
    return zone;
}

static void test_large_zones_have_images(void **state)
{
    (void)state;
    struct err err;
    write_zone("Large.example", LARGE);
    wait_for("zone-large.example.image");
    assert_false(is_read("large.example.", &err)); /* it was not there when dnsd started */
    assert_string_equal(err.msg, "");
    reopen();
    assert_true(is_read("large.example.", &err));
    assert_false(is_read("example.", &err));
    assert_string_equal(err.msg, "");
}

static void test_small_zones_have_none(void **state)
{
    (void)state;
    write_zone("small.", SMALL);
    write_zone("large.", LARGE);
    wait_for("zone-large.image");
    assert_false(is_there("zone-small.image"));
}

static void test_one_that_becomes_small_loses_it(void **state)
{
    (void)state;
    write_zone("x.", LARGE);
    wait_for("zone-x.image");
    reopen();
    write_zone("x.", SMALL);
    assert_false(is_there("zone-x.image"));
}

static void test_names_that_files_cannot_have(void **state)
{
    (void)state;
    struct err err;
    static const char *const cases[][2] = {
        { ".", "zone-.image" },
        { "a/b.c", "zone-a\\047b.c.image" },
        { "\\000\\255.x", "zone-\\000\\255.x.image" },
        { "\\..x", "zone-\\..x.image" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_zone(cases[i][0], LARGE);
        wait_for(cases[i][1]);
        reopen();
        if (!is_read(cases[i][0], &err))
            fail_msg("%s: %s", cases[i][0], err.msg);
    }
}

static void test_one_whose_name_is_too_long_has_none(void **state)
{
    (void)state;
    char name[300] = "";
    for (unsigned i = 0; i < 4; i++)
        sprintf(name + strlen(name), "%060u.", i);
    write_zone(name, LARGE);
    write_zone("y.", LARGE);
    wait_for("zone-y.image");
    char text[320];
    snprintf(text, sizeof text, "zone-%.240simage", name);
    assert_false(is_there(text));
}

static bool is_kept(const void *arg, const uint8_t *apex)
{
    return dname_equal(apex, arg);
}

static void test_images_of_zones_that_are_gone_go(void **state)
{
    (void)state;
    write_zone("kept.", LARGE);
    write_zone("gone.", LARGE);
    wait_for("zone-kept.image");
    wait_for("zone-gone.image");
    assert_int_equal(link(files_path("zone-kept.image"), files_path("zone-left.image.new")), 0);
    assert_int_equal(link(files_path("zone-kept.image"), files_path("other")), 0);
    files_write("zone-foreign.image", "somebody else's");
    image_store_tidy(store, is_kept, "\4kept");
    assert_true(is_there("zone-kept.image"));
    assert_false(is_there("zone-gone.image"));
    assert_false(is_there("zone-left.image.new"));
    assert_true(is_there("zone-foreign.image"));
    assert_true(is_there("other"));
}

static void test_closing_does_not_wait(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof name, "z%u.", i % 4);
        write_zone(name, LARGE);
    }
    image_store_close(store);
    store = NULL;
}

static void test_a_folder_that_is_not_there(void **state)
{
    (void)state;
    struct err err;
    image_store_close(store);
    store = image_store_open("/nonexistent");
    assert_false(is_read("x.", &err));
    assert_string_equal(err.msg, "");
    write_zone("x.", LARGE);
    image_store_tidy(store, is_kept, "\4kept");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_large_zones_have_images),
        TEST(test_small_zones_have_none),
        TEST(test_one_that_becomes_small_loses_it),
        TEST(test_names_that_files_cannot_have),
        TEST(test_one_whose_name_is_too_long_has_none),
        TEST(test_images_of_zones_that_are_gone_go),
        TEST(test_closing_does_not_wait),
        TEST(test_a_folder_that_is_not_there),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
