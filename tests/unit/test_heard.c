/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_heard.c - what the neighbours were sent, from BIRD's recorded words to a judgement. */
#include "anycastctl/act/heard.h"

#include "tests/unit/bird_recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct prefix prefix;

static int begin(void **state)
{
    (void)state;
    struct err err;
    return prefix_parse("192.0.2.0/24", &prefix, &err);
}

static struct heard recorded(int version, enum recorded which)
{
    return heard_read(recording_reply(recording_version[version], which), "dns", FAMILY_4);
}

static struct heard said(const char *text)
{
    return heard_read(reply_of(text), "dns", FAMILY_4);
}

/* ---- one answer ---- */

static void every_version_tells_what_was_sent(void **state)
{
    (void)state;
    for (int i = 0; i < RECORDINGS; i++) {
        struct heard heard = recorded(i, R_EXPORTED);
        assert_int_equal(heard.how, HEARD_OURS);
        assert_int_equal(heard.level, LEVEL_NORMAL);
        heard = recorded(i, R_EXPORTED_DRAIN);
        assert_int_equal(heard.how, HEARD_OURS);
        assert_int_equal(heard.level, LEVEL_DRAIN);
        assert_int_equal(recorded(i, R_EXPORTED_NONE).how, HEARD_NOTHING);
    }
}

static void a_session_that_cannot_carry_it_is_not_one_that_does_not(void **state)
{
    (void)state;
    for (int i = 0; i < RECORDINGS; i++)
        assert_int_equal(recorded(i, R_EXPORTED_DOWN_SESSION).how, HEARD_NO_CHANNEL);
}

static void an_unknown_session_and_other_refusals_are_unclear(void **state)
{
    (void)state;
    static const char *const refusals[] = {
        "9001 syntax error, unexpected CF_SYM_UNDEFINED, expecting CF_SYM_KNOWN\n",
        "8007 Access denied\n",
        "8000 <reply overflow>\n",
    };
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        assert_int_equal(said(refusals[i]).how, HEARD_UNCLEAR);
    for (int i = 0; i < RECORDINGS; i++)
        assert_int_equal(recorded(i, R_BOGUS).how, HEARD_UNCLEAR);
}

#define ROUTE(proto) " 192.0.2.0/24 blackhole [" proto " 10:11:12.345] * (240)\n"

static void the_route_of_another_protocol_is_named(void **state)
{
    (void)state;
    static const char *const others[][2] = {
        { "trap", ROUTE("trap") },
        { "svc_web_4_normal", ROUTE("svc_web_4_normal") },
        { "svc_dns_6_normal", ROUTE("svc_dns_6_normal") },
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char text[256];
        snprintf(text, sizeof text, "1007-Table master4:\n%s0000 \n", others[i][1]);
        const struct heard heard = said(text);
        assert_int_equal(heard.how, HEARD_OTHER);
        assert_string_equal(heard.proto, others[i][0]);
    }
}

static void ours_beside_another_one_counts(void **state)
{
    (void)state;
    struct heard heard = said("1007-Table master4:\n" ROUTE("trap") ROUTE("svc_dns_4_backup")
                                  ROUTE("trap") "0000 \n");
    assert_int_equal(heard.how, HEARD_OURS);
    assert_int_equal(heard.level, LEVEL_BACKUP);
}

static void an_overflow_is_no_proof_of_nothing(void **state)
{
    (void)state;
    assert_int_equal(said("1007-Table master4:\n8000-<line overflow>\n0000 \n").how, HEARD_UNCLEAR);
}

/* ---- all answers ---- */

static const struct heard nothing = { .how = HEARD_NOTHING }, unclear = { .how = HEARD_UNCLEAR },
                          no_channel = { .how = HEARD_NO_CHANNEL },
                          normal = { .how = HEARD_OURS, .level = LEVEL_NORMAL },
                          drain = { .how = HEARD_OURS, .level = LEVEL_DRAIN },
                          other = { .how = HEARD_OTHER, .proto = "trap" };

/* Of sessions up0, up1, …; NULL ends them. */
static struct hearing hear(enum level level, const struct heard *a, const struct heard *b)
{
    struct hearing hearing = { .level = level };
    if (a)
        hearing_add(&hearing, 0, "up0", a);
    if (b)
        hearing_add(&hearing, 1, "up1", b);
    return hearing;
}

static void assert_wrong(struct hearing hearing, const char *why)
{
    struct err err = { "" };
    assert_true(hearing_is_clear(&hearing));
    assert_int_equal(hearing_check(&hearing, &prefix, &err), -1);
    assert_string_equal(err.msg, why);
}

static void assert_right(struct hearing hearing)
{
    struct err err;
    assert_true(hearing_is_clear(&hearing));
    assert_int_equal(hearing_check(&hearing, &prefix, &err), 0);
}

static void one_session_that_hears_is_enough(void **state)
{
    (void)state;
    const struct heard *const rest[] = { &nothing, &unclear, &no_channel, &drain, &other };
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        const struct hearing hearing = hear(LEVEL_NORMAL, rest[i], &normal);
        assert_right(hearing);
        assert_int_equal(hearing.heard, 2);
    }
    const struct hearing hearing = hear(LEVEL_NORMAL, &no_channel, &nothing);
    assert_int_equal(hearing.asked, 2);
}

static void what_keeps_it_from_being_heard_is_named(void **state)
{
    (void)state;
    assert_wrong(hear(LEVEL_NORMAL, &nothing, &nothing),
                 "BIRD has it at normal, but exports it to no session: see birdc show route "
                 "192.0.2.0/24 all");
    assert_wrong(hear(LEVEL_BACKUP, &other, &nothing),
                 "BIRD has it at backup, but exports to up0 a route of its protocol trap instead, "
                 "which we do not command: see birdc show route 192.0.2.0/24 all");
    assert_wrong(hear(LEVEL_NORMAL, &drain, NULL),
                 "BIRD has it at normal, but exports it to up0 at drain: see birdc show route "
                 "192.0.2.0/24 all");
    assert_wrong(hear(LEVEL_NORMAL, &no_channel, NULL),
                 "BIRD has it at normal, but no established session carries this address family: "
                 "see birdc show protocols all");
}

static void what_is_withdrawn_must_be_gone_everywhere(void **state)
{
    (void)state;
    assert_right(hear(LEVEL_WITHDRAWN, &nothing, &no_channel));
    assert_wrong(hear(LEVEL_WITHDRAWN, &nothing, &other),
                 "withdrawn, but BIRD still exports 192.0.2.0/24 to up1, from its protocol trap, "
                 "which we do not command: see birdc show route 192.0.2.0/24 all");
    assert_wrong(hear(LEVEL_WITHDRAWN, &normal, &unclear),
                 "withdrawn, but BIRD still exports it to up0: see birdc show route 192.0.2.0/24 "
                 "all");
    assert_int_equal(hear(LEVEL_WITHDRAWN, &normal, &other).heard, 3);
}

static void several_prefixes_are_heard_as_the_least_of_them(void **state)
{
    (void)state;
    struct hearing announced[] = { hear(LEVEL_NORMAL, &normal, &normal),
                                   hear(LEVEL_NORMAL, &nothing, &normal) };
    assert_int_equal(hearing_of_all(announced, 2).asked, 3);
    assert_int_equal(hearing_of_all(announced, 2).heard, 2);
    assert_int_equal(hearing_of_all(announced, 1).heard, 3);
    struct hearing withdrawn[] = { hear(LEVEL_WITHDRAWN, &nothing, &nothing),
                                   hear(LEVEL_WITHDRAWN, &nothing, &normal) };
    assert_int_equal(hearing_of_all(withdrawn, 2).heard, 2);
}

static void nothing_is_concluded_from_an_unclear_answer(void **state)
{
    (void)state;
    for (int level = LEVEL_WITHDRAWN; level < LEVEL_COUNT; level++) {
        const struct hearing hearing = hear((enum level)level, &nothing, &unclear);
        assert_false(hearing_is_clear(&hearing));
    }
}

static void without_sessions_there_is_nothing_to_say(void **state)
{
    (void)state;
    assert_right(hear(LEVEL_NORMAL, NULL, NULL));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
    const struct CMUnitTest tests[] = {
        TEST(every_version_tells_what_was_sent),
        TEST(a_session_that_cannot_carry_it_is_not_one_that_does_not),
        TEST(an_unknown_session_and_other_refusals_are_unclear),
        TEST(the_route_of_another_protocol_is_named),
        TEST(ours_beside_another_one_counts),
        TEST(an_overflow_is_no_proof_of_nothing),
        TEST(one_session_that_hears_is_enough),
        TEST(what_keeps_it_from_being_heard_is_named),
        TEST(what_is_withdrawn_must_be_gone_everywhere),
        TEST(several_prefixes_are_heard_as_the_least_of_them),
        TEST(nothing_is_concluded_from_an_unclear_answer),
        TEST(without_sessions_there_is_nothing_to_say),
    };
    return cmocka_run_group_tests_name("heard", tests, NULL, NULL);
}
