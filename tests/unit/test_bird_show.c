/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bird_show.c - `show status` and `show protocols` of BIRD 2 and 3. */
#include "bird/show.h"
#include "tests/unit/bird_recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void status_of_every_version(void **state)
{
    (void)state;
    for (int i = 0; i < RECORDINGS; i++) {
        struct bird_status status;
        const struct bird_reply *reply = recording_reply(recording_version[i], R_STATUS);
        assert_int_equal(bird_show_status(reply, &status, NULL), 0);
        assert_string_equal(status.version, recording_version[i]);
        assert_string_equal(status.router_id, "10.0.0.21");
        assert_int_equal(strlen(status.last_reboot), strlen("2026-11-23 05:49:35.216383"));
        assert_string_equal(status.last_reboot, status.last_reconfiguration);
        assert_int_equal(status.phase, BIRD_RUNNING);
    }
}

static void status_says_what_bird_is_busy_with(void **state)
{
    (void)state;
    static const char start[] =
        "1000-BIRD 2.0.12\n1011-Router ID is 10.0.0.1\n Last reboot on a b\n"
        " Last reconfiguration on c d\n0013 ";
    static const struct {
        const char *last;
        enum bird_phase phase;
    } cases[] = {
        { "Daemon is up and running\n", BIRD_RUNNING },
        { "Reconfiguration in progress\n", BIRD_RECONFIGURING },
        { "Shutdown in progress\n", BIRD_SHUTTING_DOWN },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        struct bird_status status;
        snprintf(text, sizeof text, "%s%s", start, cases[i].last);
        assert_int_equal(bird_show_status(reply_of(text), &status, NULL), 0);
        assert_int_equal(status.phase, cases[i].phase);
        assert_string_equal(status.last_reboot, "a b");
        assert_string_equal(status.last_reconfiguration, "c d");
    }
}

static void status_that_is_none_is_an_error(void **state)
{
    (void)state;
    struct bird_status status;
    struct err err;
    assert_int_equal(bird_show_status(reply_of("8007 Access denied\n"), &status, &err), -1);
    assert_string_equal(err.msg, "show status: not understood: \"8007 Access denied\"");
    assert_int_equal(bird_show_status(reply_of("0013 Daemon is up and running\n"), &status, &err),
                     -1);
}

static void times_jitter_and_are_still_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        { "2026-11-23 06:06:50.353224", "2026-11-23 06:06:50.353228", true },
        { "2026-11-23 23:59:59.999999", "2026-11-24 00:00:00.000002", true },
        { "2026-11-23 06:06:50", "2026-11-23 06:06:51", true },
        { "2026-11-23 06:06:50.1", "2026-11-23 06:06:52.2", false },
        { "2026-11-23 06:06:50", "2026-11-24 06:06:50", false },
        { "06:06:50.353", "06:06:50.354", true },
        { "06:06:50.353", "07:06:50.353", false },
        { "23 Nov 2026", "23 Nov 2026", true },
        { "23 Nov 2026", "24 Nov 2026", false },
        { "2026-11-23", "2026-11-23 00:00:00", false },
        { "", "", true },
        { "", "06:06:50", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (bird_time_same(cases[i].a, cases[i].b) != cases[i].same)
            fail_msg("\"%s\" and \"%s\"", cases[i].a, cases[i].b);
}

/* Looks a protocol up; fails the test if it is not there. */
static struct bird_proto find(const struct bird_reply *reply, const char *name)
{
    struct bird_proto proto;
    size_t row = 0;
    while (bird_show_protocol(reply, &row, &proto))
        if (strcmp(proto.name, name) == 0)
            return proto;
    fail_msg("no protocol %s", name);
    return proto;
}

static void protocols_of_every_version(void **state)
{
    (void)state;
    for (int i = 0; i < RECORDINGS; i++) {
        const struct bird_reply *reply = recording_reply(recording_version[i], R_PROTOCOLS);
        struct bird_proto proto;
        size_t row = 0, count = 0;
        while (bird_show_protocol(reply, &row, &proto))
            count++;
        assert_int_equal(count, 16);

        proto = find(reply, "up_p");
        assert_string_equal(proto.type, "BGP");
        assert_string_equal(proto.table, "---");
        assert_int_equal(proto.state, BIRD_PROTO_UP);
        assert_int_equal(strncmp(proto.since, "2026-11-23 05:49:", 17), 0);
        assert_string_equal(proto.info, "Established");
        assert_string_equal(find(reply, "own4").info, "fleet4 <=> master4");
        assert_int_equal(find(reply, "up_down").state, BIRD_PROTO_START);
        assert_string_equal(find(reply, "up_down").info, "Idle");

        proto = find(reply, "svc_dns_4_normal");
        assert_string_equal(proto.type, "Static");
        assert_string_equal(proto.table, "master4");
        assert_int_equal(proto.state, BIRD_PROTO_DOWN);
        assert_string_equal(proto.info, "");

        reply = recording_reply(recording_version[i], R_PROTOCOLS_SVC);
        assert_int_equal(find(reply, "svc_dns_4_normal").state, BIRD_PROTO_UP);
        assert_int_equal(find(reply, "svc_dns_4_backup").state, BIRD_PROTO_DOWN);
    }
}

static void failed_replies_have_no_rows(void **state)
{
    (void)state;
    struct bird_proto proto;
    size_t row = 0;
    assert_false(bird_show_protocol(reply_of("8003 No protocols match\n"), &row, &proto));
}

static void every_state_is_known(void **state)
{
    (void)state;
    for (enum bird_proto_state s = BIRD_PROTO_DOWN; s <= BIRD_PROTO_UNKNOWN; s++) {
        char text[256];
        snprintf(text, sizeof text,
                 "2002-Name Proto Table State Since Info\n1002-a Static master4 %s 10:11:12.345 \n"
                 "0000 \n",
                 bird_proto_state_name(s));
        assert_int_equal(find(reply_of(text), "a").state, s);
    }
    const char *text = "1002-a Static master4 sleeping 10:11\n0000 \n";
    assert_int_equal(find(reply_of(text), "a").state, BIRD_PROTO_UNKNOWN);
}

static void columns_are_taken_from_the_heading(void **state)
{
    (void)state;
    const char *text =
        "2002-Name       Proto      Id  Table      Since  State      Info\n"
        "1002-up_p       BGP        17  ---        2026-11-23 up     Active  Socket: no\n"
        " svc_a_4_normal Static     18  master4    10:11:12   flush\n"
        "0000 \n";
    const struct bird_reply *reply = reply_of(text);
    struct bird_proto proto = find(reply, "up_p");
    assert_string_equal(proto.table, "---");
    assert_string_equal(proto.since, "2026-11-23");
    assert_int_equal(proto.state, BIRD_PROTO_UP);
    assert_string_equal(proto.info, "Active  Socket: no");
    proto = find(reply, "svc_a_4_normal");
    assert_string_equal(proto.since, "10:11:12");
    assert_int_equal(proto.state, BIRD_PROTO_FLUSH);
    assert_string_equal(proto.info, "");
}

static void details_and_long_names_do_not_confuse(void **state)
{
    (void)state;
    char text[1024], name[300];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(text, sizeof text,
             "2002-Name Proto Table State Since Info\n1002-%s BGP --- up 10:11 Established\n"
             "1006-  BGP state: Established\n    Neighbor AS: 1\n1002-b\n0000 \n",
             name);
    const struct bird_reply *reply = reply_of(text);
    struct bird_proto proto;
    size_t row = 0;
    assert_true(bird_show_protocol(reply, &row, &proto));
    assert_int_equal(strlen(proto.name), BIRD_SYMBOL_MAX - 1);
    assert_string_equal(proto.info, "Established");
    assert_true(bird_show_protocol(reply, &row, &proto));
    assert_string_equal(proto.name, "b");
    assert_int_equal(proto.state, BIRD_PROTO_UNKNOWN);
    assert_false(bird_show_protocol(reply, &row, &proto));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_of_every_version),
        cmocka_unit_test(status_says_what_bird_is_busy_with),
        cmocka_unit_test(status_that_is_none_is_an_error),
        cmocka_unit_test(times_jitter_and_are_still_the_same),
        cmocka_unit_test(protocols_of_every_version),
        cmocka_unit_test(failed_replies_have_no_rows),
        cmocka_unit_test(every_state_is_known),
        cmocka_unit_test(columns_are_taken_from_the_heading),
        cmocka_unit_test(details_and_long_names_do_not_confuse),
    };
    return cmocka_run_group_tests_name("bird_show", tests, NULL, NULL);
}
