/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bird_route.c - who announces what, as BIRD 2 and 3 print it. */
#include "bird/route.h"
#include "tests/unit/bird_recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_origin(const struct bird_route *route, uint32_t node_id, enum level level)
{
    uint32_t node = 0;
    enum level at = LEVEL_WITHDRAWN;
    assert_int_equal(bird_route_origin(route, 64500, &node, &at), 0);
    assert_int_equal(node, node_id);
    assert_int_equal(at, level);
}

static void the_fleet_as_every_version_shows_it(void **state)
{
    (void)state;
    for (int i = 0; i < RECORDINGS; i++) {
        struct bird_routes routes = { .reply = recording_reply(recording_version[i],
                                                               R_ROUTE_FLEET) };
        struct bird_route route;
        assert_true(bird_routes_next(&routes, &route));
        assert_string_equal(route.table, "fleet4");
        assert_string_equal(route.network, "192.0.2.0/24");
        assert_string_equal(route.proto, "svc_dns_4_normal");
        assert_true(route.primary);
        assert_origin(&route, 1, LEVEL_NORMAL);

        assert_true(bird_routes_next(&routes, &route));
        assert_string_equal(route.network, "192.0.2.0/24");
        assert_string_equal(route.proto, "fleet_other");
        assert_false(route.primary);
        assert_origin(&route, 2, LEVEL_BACKUP);
        assert_false(bird_routes_next(&routes, &route));
    }
}

static void the_level_that_a_neighbour_was_sent(void **state)
{
    (void)state;
    for (int i = 0; i < RECORDINGS; i++) {
        struct bird_routes routes = { .reply = recording_reply(recording_version[i],
                                                               R_EXPORTED_BOTH) };
        struct bird_route route;
        assert_true(bird_routes_next(&routes, &route));
        assert_string_equal(route.table, "master4");
        assert_origin(&route, 1, LEVEL_NORMAL);
        assert_true(bird_routes_next(&routes, &route));
        assert_string_equal(route.table, "master6");
        assert_string_equal(route.network, "2001:db8:53::/48");
        assert_origin(&route, 1, LEVEL_NORMAL);
        assert_false(bird_routes_next(&routes, &route));

        routes = (struct bird_routes){ .reply = recording_reply(recording_version[i],
                                                                R_EXPORTED_DRAIN) };
        assert_true(bird_routes_next(&routes, &route));
        assert_origin(&route, 1, LEVEL_DRAIN);
    }
}

static void nothing_is_found_after_a_withdrawal(void **state)
{
    (void)state;
    static const enum recorded none[] = { R_EXPORTED_NONE, R_EXPORTED_DOWN_SESSION, R_WITHDRAW };
    for (int i = 0; i < RECORDINGS; i++) {
        for (size_t n = 0; n < sizeof none / sizeof *none; n++) {
            struct bird_routes routes = { .reply = recording_reply(recording_version[i], none[n]) };
            struct bird_route route;
            assert_false(bird_routes_next(&routes, &route));
        }
    }
}

static struct bird_route route_with(const char *communities)
{
    char text[2048];
    snprintf(text, sizeof text,
             "1007-Table master4:\n 192.0.2.0/24 blackhole [svc_dns_4_normal 10:11] * (210)\n"
             "1008-\tType: static univ\n1012-\tBGP.large_community: %s\n0000 \n",
             communities);
    struct bird_routes routes = { .reply = reply_of(text) };
    struct bird_route route;
    assert_true(bird_routes_next(&routes, &route));
    return route;
}

static void only_one_clear_origin_counts(void **state)
{
    (void)state;
    static const char *const unclear[] = {
        "",
        "(64500, 1, 3)",                             /* no level */
        "(64500, 2, 1)",                             /* no node */
        "(64500, 1, 3) (64500, 2, 9)",               /* no level of ours */
        "(64500, 1, 3) (64500, 2, 0)",               /* nobody announces "withdrawn" */
        "(64500, 1, 3) (64500, 2, 1) (64500, 2, 3)", /* two levels */
        "(64500, 1, 3) (64500, 1, 4) (64500, 2, 1)", /* two nodes */
        "(64501, 1, 3) (64501, 2, 1)",               /* another one's */
        "(64500, 1, three) (64500, 2, 1)",           /* nonsense */
        "(64500, 1",
    };
    for (size_t i = 0; i < sizeof unclear / sizeof *unclear; i++) {
        uint32_t node;
        enum level level;
        struct bird_route route = route_with(unclear[i]);
        assert_int_equal(bird_route_origin(&route, 64500, &node, &level), -1);
    }
    struct bird_route route = route_with("(1, 2, 3) (64500, 2, 3) (64500, 1, 4294967295)");
    assert_origin(&route, 4294967295, LEVEL_DRAIN);
}

static void lists_go_on_in_further_lines(void **state)
{
    (void)state;
    struct bird_route route = route_with("(1, 1, 1) (1, 1, 2)\n \t\t(64500, 1, 7) (64500, 2, 2)");
    assert_int_equal(route.large_count, 4);
    assert_origin(&route, 7, LEVEL_BACKUP);

    /* two tabs behind another attribute are not ours */
    route = route_with("(64500, 1, 7)\n \tBGP.community: (1,2)\n \t\t(64500, 2, 2)");
    assert_int_equal(route.large_count, 1);
}

static void more_communities_than_room_are_counted(void **state)
{
    (void)state;
    char text[1024] = "";
    for (int i = 0; i < BIRD_LARGE_MAX + 5; i++)
        strcat(text, "(9, 9, 9) ");
    struct bird_route route = route_with(text);
    assert_int_equal(route.large_count, BIRD_LARGE_MAX + 5);
}

static void exported_command_takes_names_and_prefixes_only(void **state)
{
    (void)state;
    char out[128];
    assert_string_equal(bird_command_exported("up_p", "192.0.2.0/24", out, sizeof out),
                        "show route 192.0.2.0/24 exported up_p all");
    assert_string_equal(bird_command_exported("up_p", "2001:db8::/32", out, sizeof out),
                        "show route 2001:db8::/32 exported up_p all");
    assert_null(bird_command_exported("up; down", "192.0.2.0/24", out, sizeof out));
    assert_null(bird_command_exported("", "192.0.2.0/24", out, sizeof out));
    assert_null(bird_command_exported("4up", "192.0.2.0/24", out, sizeof out));
    assert_null(bird_command_exported("up_p", "all\n", out, sizeof out));
    assert_null(bird_command_exported("up_p", "", out, sizeof out));
    assert_null(bird_command_exported("up_p", "192.0.2.0/24", out, 41));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fleet_as_every_version_shows_it),
        cmocka_unit_test(the_level_that_a_neighbour_was_sent),
        cmocka_unit_test(nothing_is_found_after_a_withdrawal),
        cmocka_unit_test(only_one_clear_origin_counts),
        cmocka_unit_test(lists_go_on_in_further_lines),
        cmocka_unit_test(more_communities_than_room_are_counted),
        cmocka_unit_test(exported_command_takes_names_and_prefixes_only),
    };
    return cmocka_run_group_tests_name("bird_route", tests, NULL, NULL);
}
