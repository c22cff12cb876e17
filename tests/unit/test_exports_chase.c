/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_exports_chase.c - a change is followed into each session, whatever BIRD says meanwhile. */
#include "tests/unit/exports_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* BIRD has replied; the sessions follow one after the other. */
static void a_change_is_followed_into_each_session(void **state)
{
    (void)state;
    settings.bird.poll_ms = 60000; /* not by a round */
    mind.up = "";
    mind.sessions = ESTABLISHED("up0") ESTABLISHED("up1") ACTIVE("up2") ESTABLISHED("fleet_nyc");
    start();
    AWAIT(seen.questions == 2);
    ev_run(loop, EVRUN_NOWAIT);
    seen.chased = LEVEL_WITHDRAWN;
    seen.looks[0] = '\0';
    const struct mono then = mono_now();
    exports_chase(exports, 0, FAMILY_4, LEVEL_WITHDRAWN);
    AWAIT(strstr(seen.looks, "up0=otherwise up1=as_decided up0=otherwise "));
    mind.sent[0].reply = NOTHING;
    AWAIT(strstr(seen.looks, "up0=as_decided "));
    assert_false(mono_before(seen.looked, then));
    assert_int_equal(seen.rounds, 1);
    /* Who is as decided is not asked again. */
    assert_ptr_equal(strstr(seen.looks, "up1"), strrchr(seen.looks, '1') - 2);
    const unsigned questions = seen.questions;
    ev_run(loop, EVRUN_NOWAIT);
    assert_int_equal(seen.questions, questions);
}

static void a_session_has_all_prefixes_or_is_not_as_decided(void **state)
{
    (void)state;
    struct service_family *family = &settings.service[0].family[FAMILY_4];
    struct err err;
    assert_int_equal(prefix_parse("198.51.100.0/24", &family->prefix[family->prefix_count++], &err),
                     0);
    settings.bird.poll_ms = 60000;
    mind.other = NOTHING;
    mind.sent[1].reply = ROUTE("svc_dns_4_normal");
    start();
    AWAIT(seen.other_questions == 2);
    seen.chased = LEVEL_NORMAL;
    exports_chase(exports, 0, FAMILY_4, LEVEL_NORMAL);
    AWAIT(strstr(seen.looks, "up1=otherwise "));
    assert_null(strstr(seen.looks, "as_decided"));
    mind.other = ROUTE("svc_dns_4_normal");
    AWAIT(strstr(seen.looks, "up1=as_decided "));
}

static void the_latest_change_is_followed(void **state)
{
    (void)state;
    settings.bird.poll_ms = 60000;
    mind.sessions = ESTABLISHED("up0");
    start();
    AWAIT(seen.questions == 1);
    ev_run(loop, EVRUN_NOWAIT);
    seen.chased = LEVEL_DRAIN;
    exports_chase(exports, 0, FAMILY_4, LEVEL_BACKUP);
    exports_chase(exports, 0, FAMILY_4, LEVEL_DRAIN); /* with a question for backup under way */
    mind.sent[0].reply = ROUTE("svc_dns_4_backup");
    AWAIT(strstr(seen.looks, "up0=otherwise "));
    mind.sent[0].reply = ROUTE("svc_dns_4_drain");
    AWAIT(strstr(seen.looks, "up0=as_decided "));
}

/* What BIRD says that is no answer, in the middle of a proof. */
static void follow_through(const char *nasty, const char *look)
{
    settings.bird.poll_ms = 60000;
    settings.bird.timeout_ms = 200;
    mind.up = "";
    mind.sessions = ESTABLISHED("up0");
    mind.sent[0].reply = NOTHING;
    start();
    AWAIT(seen.questions == 1);
    ev_run(loop, EVRUN_NOWAIT);
    seen.chased = LEVEL_WITHDRAWN;
    seen.looks[0] = '\0';
    mind.sent[0].reply = nasty;
    exports_chase(exports, 0, FAMILY_4, LEVEL_WITHDRAWN);
    AWAIT(look ? strstr(seen.looks, look) != NULL : bird.connections == 2);
    assert_null(strstr(seen.looks, "as_decided"));
    mind.sent[0].reply = NOTHING;
    AWAIT(strstr(seen.looks, "up0=as_decided "));
}

static void half_a_reply_and_silence_prove_nothing(void **state)
{
    (void)state;
    follow_through("1007-Table master4:\n 192.0.2.0/24 blackh", NULL);
}

static void an_overlong_line_proves_nothing(void **state)
{
    (void)state;
    follow_through("8000-<line overflow>\n0000 \n", "up0=unreadable ");
}

static void an_answer_too_many_proves_nothing(void **state)
{
    (void)state;
    follow_through(ROUTE("svc_dns_4_normal") NOTHING, NULL);
}

static void a_socket_that_goes_during_the_proof(void **state)
{
    (void)state;
    settings.bird.poll_ms = 60000;
    mind.sessions = ESTABLISHED("up0");
    start();
    AWAIT(seen.questions == 1);
    ev_run(loop, EVRUN_NOWAIT);
    seen.chased = LEVEL_NORMAL;
    mind.silent = true;
    exports_chase(exports, 0, FAMILY_4, LEVEL_NORMAL);
    AWAIT(seen.questions == 2);
    fake_bird_stop(&bird);
    seen.looks[0] = '\0';
    mind.silent = false;
    fake_bird_start(&bird); /* another one, as far as we know */
    AWAIT(strstr(seen.looks, "up0=as_decided all "));
}

static void rounds_tell_of_each_session_too(void **state)
{
    (void)state;
    mind.sessions = ESTABLISHED("up0") ESTABLISHED("up1") ACTIVE("up2") ESTABLISHED("fleet_nyc");
    seen.chased = LEVEL_NORMAL;
    start();
    AWAIT(strstr(seen.looks, "up0=as_decided up1=otherwise up2=down all "));
    mind.sent[0].reply = "9001 No valid tables\n";
    AWAIT(strstr(seen.looks, "up0=no_channel up1=otherwise up2=down all "));
    mind.sent[0].reply = "9001 syntax error, unexpected CF_SYM_UNDEFINED\n";
    AWAIT(strstr(seen.looks, "up0=unreadable up1=otherwise up2=down all "));
    mind.sessions = ESTABLISHED("fleet_nyc");
    AWAIT(strstr(seen.looks, "none "));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, exports_begin, exports_end)
    const struct CMUnitTest tests[] = {
        TEST(a_change_is_followed_into_each_session),
        TEST(a_session_has_all_prefixes_or_is_not_as_decided),
        TEST(the_latest_change_is_followed),
        TEST(half_a_reply_and_silence_prove_nothing),
        TEST(an_overlong_line_proves_nothing),
        TEST(an_answer_too_many_proves_nothing),
        TEST(a_socket_that_goes_during_the_proof),
        TEST(rounds_tell_of_each_session_too),
    };
    return cmocka_run_group_tests_name("exports_chase", tests, NULL, NULL);
}
