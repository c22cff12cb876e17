/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_picture.c - BIRD's protocols, sorted by service. */
#include "anycastctl/act/picture.h"

#include "tests/unit/bird_recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct settings settings = {
    .service_count = 2,
    .service = { { .name = "dns",
                   .family = { [FAMILY_4] = { .enabled = true },
                               [FAMILY_6] = { .enabled = true } } },
                 { .name = "tld", .family = { [FAMILY_6] = { .enabled = true } } } },
};

#define HEADING "2002-Name       Proto      Table      State  Since         Info\n"
#define END     "0000 \n"

static void rows_become_states(void **state)
{
    (void)state;
    const char *text = HEADING
        "1002-device1    Device     ---        up     2026-11-23 03:58:24.064494  \n"
        " svc_dns_4_normal Static     master4    up     2026-11-23 03:58:44.764414  \n"
        " svc_dns_4_backup Static     master4    down   2026-11-23 03:58:43.132686  \n"
        " svc_dns_6_normal Static     master6    flush  2026-11-23 03:58:25.126997  \n"
        " svc_dns_6_backup Static     master6    start  2026-11-23 03:58:25.126997  \n"
        " svc_dns_6_drain Static     master6    ???    2026-11-23 03:58:25.126997  \n"
        " svc_tld_4_normal Static     master4    down   2026-11-23 03:58:25.126997  \n" END;
    struct picture picture;
    struct err err;
    assert_int_equal(picture_read(&settings, reply_of(text), &picture, &err), 0);
    const struct proto_states *dns4 = &picture.protos[0][FAMILY_4];
    const struct proto_states *dns6 = &picture.protos[0][FAMILY_6];
    assert_int_equal(dns4->level[LEVEL_NORMAL], PROTO_UP);
    assert_int_equal(dns4->level[LEVEL_BACKUP], PROTO_DOWN);
    assert_int_equal(dns4->level[LEVEL_DRAIN], PROTO_MISSING);
    assert_int_equal(dns6->level[LEVEL_NORMAL], PROTO_CHANGING);
    assert_int_equal(dns6->level[LEVEL_BACKUP], PROTO_CHANGING);
    assert_int_equal(dns6->level[LEVEL_DRAIN], PROTO_UNKNOWN);
    assert_int_equal(picture.protos[1][FAMILY_6].level[LEVEL_NORMAL], PROTO_MISSING);
    assert_string_equal(picture.stray, ""); /* svc_tld_4_normal is down: nothing to watch over */
}

static void an_announcement_of_nobody_is_noticed(void **state)
{
    (void)state;
    const char *text = HEADING
        "1002-svc_old_4_normal Static     master4    up     2026-11-23 03:58:44.764414  \n" END;
    struct picture picture;
    struct err err;
    assert_int_equal(picture_read(&settings, reply_of(text), &picture, &err), 0);
    assert_string_equal(picture.stray, "svc_old_4_normal");
}

static void no_protocols_is_an_answer(void **state)
{
    (void)state;
    struct picture picture;
    struct err err;
    assert_int_equal(picture_read(&settings, reply_of("8003 No protocols match\n"), &picture, &err),
                     0);
    assert_int_equal(picture.protos[0][FAMILY_4].level[LEVEL_NORMAL], PROTO_MISSING);
}

static void nothing_is_concluded_from_a_failure(void **state)
{
    (void)state;
    struct picture picture;
    struct err err;
    assert_int_equal(picture_read(&settings, reply_of("8007 Access denied\n"), &picture, &err), -1);
    assert_string_equal(err.msg, "show protocols: BIRD says \"8007 Access denied\"");
}

static void sessions_are_the_bgp_ones(void **state)
{
    (void)state;
    const char *text = HEADING
        "1002-bfd1       BFD        ---        up     2026-11-23 03:58:24.064494  \n"
        " up_t1_v4   BGP        ---        up     2026-11-23 03:58:25.011571  Established   \n"
        " up_t1_v6   BGP        ---        start  2026-11-23 03:58:25.011571  Active        "
        "Socket: Connection refused\n"
        " fleet_nyc   BGP        ---        up     2026-11-23 03:58:25.011571  Established\n" END;
    struct session_view rows[4];
    assert_int_equal(picture_sessions(reply_of(text), rows, 4), 3);
    assert_string_equal(rows[0].name, "up_t1_v4");
    assert_true(rows[0].established);
    assert_false(rows[1].established);
    assert_string_equal(rows[1].info, "Active        Socket: Connection refused");
    assert_false(rows[0].fleet);
    assert_true(rows[2].fleet);
    assert_int_equal(picture_sessions(reply_of(text), rows, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_states),
        cmocka_unit_test(an_announcement_of_nobody_is_noticed),
        cmocka_unit_test(no_protocols_is_an_answer),
        cmocka_unit_test(nothing_is_concluded_from_a_failure),
        cmocka_unit_test(sessions_are_the_bgp_ones),
    };
    return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
