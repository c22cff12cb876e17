/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_orders.c - orders on the way through a file, and their end. */
#include "anycastctl/record/keeper.h"
#include "anycastctl/record/orders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_orders-XXXXXX";
static char path[64];

static struct settings settings = {
    .service_count = 2,
    .service = { { .name = "dns" }, { .name = "tld" } },
};

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/orders.json", folder);
    return 0;
}

static int empty_folder(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static struct orders some_orders(void)
{
    struct orders orders = { 0 };
    orders.of[1] = (struct order){ .intent = INTENT_DRAIN,
                                   .force = true,
                                   .since_unix_ms = 1787389200123,
                                   .until_unix_ms = 1787389260123,
                                   .reason = "new \"disk\"",
                                   .by = "alice (uid 1000)" };
    return orders;
}

static void keep(const struct orders *orders)
{
    struct keeper *keeper = keeper_new(path);
    struct err err;
    keeper_put(keeper, orders_text(orders, &settings));
    assert_int_equal(keeper_wait(keeper, 10000, &err), 0);
    keeper_free(keeper);
}

static void orders_survive(void **state)
{
    (void)state;
    struct orders orders = some_orders(), back;
    struct err err;
    keep(&orders);
    assert_int_equal(orders_read(path, &settings, &back, &err), 0);
    assert_memory_equal(&back, &orders, sizeof orders);
}

static void the_latest_text_wins(void **state)
{
    (void)state;
    struct orders orders = some_orders(), back;
    struct err err;
    struct keeper *keeper = keeper_new(path);
    for (int i = 0; i < 100; i++) {
        orders.of[1].since_unix_ms = i;
        keeper_put(keeper, orders_text(&orders, &settings));
    }
    keeper_free(keeper); /* finishes first */
    assert_int_equal(orders_read(path, &settings, &back, &err), 0);
    assert_int_equal(back.of[1].since_unix_ms, 99);
}

static void no_file_is_no_orders(void **state)
{
    (void)state;
    struct orders back = some_orders();
    struct err err;
    assert_int_equal(orders_read(path, &settings, &back, &err), 0);
    assert_int_equal(back.of[1].intent, INTENT_AUTO);
}

static void services_that_are_gone_are_left_out(void **state)
{
    (void)state;
    struct orders orders = some_orders(), back;
    struct err err;
    keep(&orders);
    struct settings fewer = settings;
    fewer.service_count = 1;
    assert_int_equal(orders_read(path, &fewer, &back, &err), 0);
    for (int s = 0; s < SERVICES_MAX; s++)
        assert_int_equal(back.of[s].intent, INTENT_AUTO);
}

static void a_damaged_file_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } files[] = {
        { "{\"v\":1,\"ord", ":1: " },
        { "{\"v\":1}", ": \"orders\" is missing" },
        { "{\"v\":1,\"orders\":[{\"service\":\"dns\",\"intent\":\"later\",\"since_ms\":1,"
          "\"until_ms\":0,\"reason\":\"\",\"by\":\"\"}]}",
          ": \"intent\": \"later\" is no intent" },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        FILE *f = fopen(path, "w");
        assert_true(fputs(files[i].text, f) >= 0);
        assert_int_equal(fclose(f), 0);
        struct orders back = some_orders();
        struct err err;
        assert_int_equal(orders_read(path, &settings, &back, &err), -1);
        assert_non_null(strstr(err.msg, path));
        assert_non_null(strstr(err.msg, files[i].error));
        assert_int_equal(back.of[1].intent, INTENT_AUTO);
    }
}

static void an_order_ends_with_its_time(void **state)
{
    (void)state;
    struct orders orders = some_orders();
    assert_false(orders_expire(&orders, 1, 1787389260122));
    assert_int_equal(orders.of[1].intent, INTENT_DRAIN);
    assert_true(orders_expire(&orders, 1, 1787389260123));
    assert_int_equal(orders.of[1].intent, INTENT_AUTO);
    assert_false(orders_expire(&orders, 1, 1787389260124));
    orders = some_orders();
    orders.of[1].until_unix_ms = 0;
    assert_false(orders_expire(&orders, 1, INT64_MAX));
}

static void a_missing_folder_is_a_warning(void **state)
{
    (void)state;
    struct keeper *keeper = keeper_new("/nonexistent/orders.json");
    struct err err;
    assert_false(keeper_problem(keeper, &err));
    struct orders orders = some_orders();
    keeper_put(keeper, orders_text(&orders, &settings));
    assert_int_equal(keeper_wait(keeper, 10000, &err), -1);
    assert_string_equal(err.msg, "/nonexistent/orders.json.new: No such file or directory");
    assert_true(keeper_problem(keeper, &err));
    keeper_free(keeper);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    (void)state;
    struct orders orders = some_orders(), back;
    struct err err;
    keep(&orders);
    char fresh[80];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    assert_int_equal(mkdir(fresh, 0700), 0); /* the new file cannot be written */
    struct keeper *keeper = keeper_new(path);
    orders.of[1].intent = INTENT_WITHDRAWN;
    keeper_put(keeper, orders_text(&orders, &settings));
    assert_int_equal(keeper_wait(keeper, 10000, &err), -1);
    keeper_free(keeper);
    assert_int_equal(orders_read(path, &settings, &back, &err), 0);
    assert_int_equal(back.of[1].intent, INTENT_DRAIN);
    assert_int_equal(rmdir(fresh), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_folder)

static void what_a_full_disk_refused_is_stored_when_there_is_room(void **state)
{
    (void)state;
    struct orders orders = some_orders(), back;
    struct err err;
    char fresh[80];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    assert_int_equal(mkdir(fresh, 0700), 0);
    struct keeper *keeper = keeper_new(path);
    orders.of[1].intent = INTENT_WITHDRAWN;
    keeper_put(keeper, orders_text(&orders, &settings));
    assert_int_equal(keeper_wait(keeper, 10000, &err), -1);
    assert_int_equal(rmdir(fresh), 0);
    for (int tries = 0; keeper_problem(keeper, &err) && tries < 2000; tries++)
        usleep(10000);
    assert_false(keeper_problem(keeper, &err));
    assert_int_equal(orders_read(path, &settings, &back, &err), 0);
    assert_int_equal(back.of[1].intent, INTENT_WITHDRAWN);
    keeper_free(keeper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(orders_survive),
        TEST(the_latest_text_wins),
        TEST(no_file_is_no_orders),
        TEST(services_that_are_gone_are_left_out),
        TEST(a_damaged_file_is_told),
        TEST(an_order_ends_with_its_time),
        TEST(a_missing_folder_is_a_warning),
        TEST(a_full_disk_leaves_the_old_file),
        TEST(what_a_full_disk_refused_is_stored_when_there_is_room),
    };
    return cmocka_run_group_tests_name("orders", tests, make_folder, remove_folder);
}
