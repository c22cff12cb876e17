/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_intents.c - the intent folder made equal to a list. */
#include "anycastctl/act/intents.h"

#include "bird/intent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_intents-XXXXXX";

static const struct bird_name normal = { "dns", 4, LEVEL_NORMAL },
                              drain = { "dns", 4, LEVEL_DRAIN }, old = { "old", 6, LEVEL_NORMAL };

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int empty_folder(void **state)
{
    (void)state;
    struct err err;
    return bird_intent_clear_all(folder, &err);
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static int count(void)
{
    struct bird_name names[8];
    struct err err;
    return bird_intent_read(folder, names, 8, &err);
}

static void what_is_required_is_made_and_the_rest_is_cleared(void **state)
{
    (void)state;
    struct err err;
    struct intents intents = { 1, { { normal, true } } };
    assert_int_equal(bird_intent_set(folder, &drain, &err), 0);
    assert_int_equal(bird_intent_set(folder, &old, &err), 0);
    assert_int_equal(intents_sync(folder, &intents, &err), 3);
    struct bird_name names[8];
    assert_int_equal(bird_intent_read(folder, names, 8, &err), 1);
    assert_memory_equal(&names[0], &normal, sizeof normal);
    assert_int_equal(intents_sync(folder, &intents, &err), 0);
}

static void what_is_allowed_is_left_alone(void **state)
{
    (void)state;
    struct err err;
    struct intents intents = { 2, { { normal, true }, { drain, false } } };
    assert_int_equal(intents_sync(folder, &intents, &err), 1); /* drain is not made */
    assert_int_equal(bird_intent_set(folder, &drain, &err), 0);
    assert_int_equal(intents_sync(folder, &intents, &err), 0); /* nor cleared */
    assert_int_equal(count(), 2);
}

static void a_missing_folder_is_empty_until_something_is_required(void **state)
{
    (void)state;
    struct err err;
    struct intents intents = { .count = 0 };
    assert_int_equal(intents_sync("/nonexistent/intent", &intents, &err), 0);
    intents = (struct intents){ 1, { { normal, true } } };
    assert_int_equal(intents_sync("/nonexistent/intent", &intents, &err), -1);
    assert_non_null(strstr(err.msg, "/nonexistent/intent"));
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_required_is_made_and_the_rest_is_cleared),
        TEST(what_is_allowed_is_left_alone),
        TEST(a_missing_folder_is_empty_until_something_is_required),
    };
    return cmocka_run_group_tests_name("intents", tests, make_folder, remove_folder);
}
