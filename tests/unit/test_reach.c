/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_reach.c - isolation: who hears nothing, for how long, and when that is no wonder. */
#include "anycastctl/act/reach.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { GRACE_MS = REACH_GRACE_MS };

static struct mono at(int ms)
{
    return mono_add_ms((struct mono){ 1 }, ms);
}

static struct hearing hearing(enum level level, unsigned established, uint64_t asked,
                              uint64_t heard)
{
    return (struct hearing){
        .level = level, .established = established, .asked = asked, .heard = heard
    };
}

static void who_hears_is_judged_by_level(void **state)
{
    static const struct {
        enum level level;
        unsigned established;
        uint64_t asked, heard;
        const char *why;
    } rows[] = {
        { LEVEL_NORMAL, 2, 3, 1, NULL },
        { LEVEL_NORMAL, 2, 3, 0, "it is exported to no session" },
        { LEVEL_BACKUP, 2, 3, 0, "it is exported to no session" },
        { LEVEL_WITHDRAWN, 2, 3, 0, NULL },
        { LEVEL_WITHDRAWN, 2, 0, 0,
          "no established session to a provider carries this address family" },
        { LEVEL_WITHDRAWN, 0, 0, 0, "no session to a provider is established" },
        { LEVEL_NORMAL, 0, 0, 0, "no session to a provider is established" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reach reach = { .isolated = false };
        const struct hearing all = hearing(rows[i].level, rows[i].established, rows[i].asked,
                                           rows[i].heard);
        assert_false(reach_take(&reach, &all, false, at(0)));
        assert_int_equal(reach_take(&reach, &all, false, at(GRACE_MS)), rows[i].why != NULL);
        assert_int_equal(reach.isolated, rows[i].why != NULL);
        if (rows[i].why)
            assert_string_equal(reach.why, rows[i].why);
    }
}

static void a_wrong_route_reaches_someone_too(void **state)
{
    (void)state;
    struct reach reach = { .isolated = false };
    struct hearing all = hearing(LEVEL_NORMAL, 1, 1, 0);
    strcpy(all.other_session, "up0");
    assert_false(reach_take(&reach, &all, false, at(0)));
    assert_false(reach_take(&reach, &all, false, at(GRACE_MS)));
}

static void the_grace_time_begins_anew(void **state)
{
    (void)state;
    struct reach reach = { .isolated = false };
    const struct hearing none = hearing(LEVEL_NORMAL, 0, 0, 0),
                         some = hearing(LEVEL_NORMAL, 1, 1, 1);
    assert_int_equal(reach_grace_left_ms(&reach, at(0)), 0);
    assert_false(reach_take(&reach, &none, false, at(0)));
    assert_int_equal(reach_grace_left_ms(&reach, at(1)), GRACE_MS - 1);
    assert_false(reach_take(&reach, &some, false, at(GRACE_MS - 1)));
    assert_int_equal(reach_grace_left_ms(&reach, at(GRACE_MS - 1)), 0);
    assert_false(reach_take(&reach, &none, false, at(GRACE_MS)));
    assert_false(reach_take(&reach, &none, false, at(2 * GRACE_MS - 1)));
    assert_true(reach_take(&reach, &none, false, at(2 * GRACE_MS)));
    assert_int_equal(reach_grace_left_ms(&reach, at(2 * GRACE_MS)), 0);
    assert_false(reach_take(&reach, &none, false, at(3 * GRACE_MS)));
    assert_true(reach_take(&reach, &some, false, at(3 * GRACE_MS)));
    assert_false(reach.isolated);
}

static void sessions_that_come_up_are_not_missed(void **state)
{
    (void)state;
    struct reach reach = { .isolated = false };
    const struct hearing none = hearing(LEVEL_WITHDRAWN, 0, 0, 0);
    for (int ms = 0; ms < 10 * GRACE_MS; ms += GRACE_MS / 2)
        assert_false(reach_take(&reach, &none, true, at(ms)));
    assert_false(reach_take(&reach, &none, false, at(10 * GRACE_MS)));
    assert_true(reach_take(&reach, &none, false, at(11 * GRACE_MS)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_hears_is_judged_by_level),
        cmocka_unit_test(a_wrong_route_reaches_someone_too),
        cmocka_unit_test(the_grace_time_begins_anew),
        cmocka_unit_test(sessions_that_come_up_are_not_missed),
    };
    return cmocka_run_group_tests_name("reach", tests, NULL, NULL);
}
