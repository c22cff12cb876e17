/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_exports.c - the rounds of questions, with a BIRD that says what the test wants. */
#include "anycastctl/act/exports.h"
#include "anycastctl/act/reach.h"

#include "common/mem.h"
#include "common/mono.h"
#include "tests/unit/await.h"
#include "tests/unit/fake_bird.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { POLL_MS = 100 };

static struct ev_loop *loop;
static struct fake_bird bird;
static struct settings settings;
static struct exports *exports;
static struct node_view *view;

/* What this BIRD says. */
static struct {
    const char *up;       /* our protocol that is up, "" for none */
    const char *sessions; /* rows of `show protocols` */
    const char *full;     /* the session that has hit its limit */
    bool silent;          /* says nothing to questions about exports */
    struct {
        const char *session, *reply;
    } sent[3];         /* of 192.0.2.0/24 */
    const char *other; /* reply about any other prefix, to up1 */
} mind;

static struct {
    unsigned rounds, questions, other_questions, changes;
    struct mono first; /* when the first round began */
    char asked[512];   /* the sessions of the last round, "up0 up1 " */
    char problem[VIEW_TEXT_MAX];
    unsigned limits, details; /* how often limits were news; sessions were asked about */
    unsigned reaches;         /* how often that was news */
    enum level chased;  /* what exports_chase() was told; answers about others are not noted */
    char looks[4096];   /* "up0=otherwise up1=as_decided " */
    struct mono looked; /* for the last of them */
} seen;

#define ESTABLISHED(name) " " name " BGP --- up 10:11:12.345 Established\n"
#define ACTIVE(name)      " " name " BGP --- start 10:11:12.345 Active Socket: refused\n"
#define ROUTE(proto)                                                                               \
    "1007-Table master4:\n 192.0.2.0/24 blackhole [" proto " 10:11:12.345] * (210)\n0000 \n"
#define NOTHING "8001 Network not found\n"

static void say_protocols(void)
{
    char text[2048];
    if (seen.rounds++ == 0)
        seen.first = mono_now();
    seen.asked[0] = '\0';
    snprintf(text, sizeof text,
             "2002-Name Proto Table State Since Info\n1002-device1 Device --- up 10:11:12.345\n"
             "%s%s%s%s0000 \n",
             mind.up[0] ? " " : "", mind.up, mind.up[0] ? " Static master4 up 10:11:12.345\n" : "",
             mind.sessions);
    fake_bird_say(&bird, text);
}

static void say_exported(const char *command)
{
    char prefix[ADDR_TEXT_MAX], session[64];
    assert_int_equal(sscanf(command, "show route %63s exported %63s all", prefix, session), 2);
    if (strcmp(prefix, "192.0.2.0/24") != 0) {
        seen.other_questions++;
        fake_bird_say(&bird, strcmp(session, "up1") == 0 ? mind.other : NOTHING);
        return;
    }
    seen.questions++;
    strcat(strcat(seen.asked, session), " ");
    for (size_t i = 0; i < 3 && !mind.silent; i++)
        if (mind.sent[i].session && strcmp(mind.sent[i].session, session) == 0)
            fake_bird_say(&bird, mind.sent[i].reply);
}

static void say_details(const char *session)
{
    char text[512];
    seen.details++;
    snprintf(text, sizeof text,
             "1002-%s BGP --- up 10:11:12.345 Established\n1006-  Channel ipv4\n"
             "     State:          UP\n     Import limit:   2%s\n       Action:       block\n"
             "     Routes:         2 imported, 1 exported, 2 preferred\n \n0000 \n",
             session, strcmp(session, mind.full) == 0 ? " [HIT]" : "");
    fake_bird_say(&bird, text);
}

static void on_command(struct fake_bird *fake, const char *command)
{
    char text[256];
    snprintf(text, sizeof text, "%s", command);
    fake->count = 0; /* the noted commands are not needed */
    if (strcmp(text, "show protocols") == 0)
        say_protocols();
    else if (strncmp(text, "show protocols all ", 19) == 0)
        say_details(text + 19);
    else
        say_exported(text);
}

static void on_changed(void *arg, unsigned service, enum family family, const char *problem)
{
    (void)arg;
    assert_int_equal(service, 0);
    assert_int_equal(family, FAMILY_4);
    seen.changes++;
    snprintf(seen.problem, sizeof seen.problem, "%s", problem);
}

static void on_reach(void *arg, unsigned service, enum family family)
{
    (void)arg;
    assert_int_equal(service, 0);
    assert_int_equal(family, FAMILY_4);
    seen.reaches++;
}

static void on_seen(void *arg, const struct exports_seen *what)
{
    static const char *const names[] = {
        [LOOK_AS_DECIDED] = "as_decided", [LOOK_OTHERWISE] = "otherwise",   [LOOK_DOWN] = "down",
        [LOOK_NO_CHANNEL] = "no_channel", [LOOK_UNREADABLE] = "unreadable",
    };
    (void)arg;
    assert_int_equal(what->service, 0);
    assert_int_equal(what->family, FAMILY_4);
    assert_false(mono_before(what->now, what->asked));
    if (what->level != seen.chased || strlen(seen.looks) > sizeof seen.looks - 128)
        return;
    strcat(strcat(seen.looks, what->session), "=");
    strcat(strcat(seen.looks, names[what->look]), " ");
    seen.looked = what->asked;
}

static void on_listed(void *arg, unsigned service, enum family family, bool any, struct mono asked)
{
    (void)arg, (void)asked;
    assert_int_equal(service, 0);
    assert_int_equal(family, FAMILY_4);
    if (strlen(seen.looks) < sizeof seen.looks - 128)
        strcat(seen.looks, any ? "all " : "none ");
}

static void on_limits(void *arg)
{
    (void)arg;
    seen.limits++;
}

static int begin(void **state)
{
    (void)state;
    struct err err;
    memset(&seen, 0, sizeof seen);
    memset(&mind, 0, sizeof mind);
    mind.up = "svc_dns_4_normal";
    mind.full = "";
    mind.sessions = ESTABLISHED("up0") ESTABLISHED("up1");
    mind.sent[0].session = "up0", mind.sent[0].reply = ROUTE("svc_dns_4_normal");
    mind.sent[1].session = "up1", mind.sent[1].reply = NOTHING;
    loop = ev_loop_new(EVFLAG_AUTO);
    fake_bird_open(&bird, loop);
    bird.on_command = on_command;
    view = mem_zalloc(sizeof *view);
    settings = (struct settings){
        .bird = { .socket = bird.path, .poll_ms = POLL_MS, .timeout_ms = 5000 },
        .service_count = 1,
        .service = { { .name = "dns",
                       .family = { [FAMILY_4] = { .enabled = true, .prefix_count = 1 } } } },
    };
    return prefix_parse("192.0.2.0/24", &settings.service[0].family[FAMILY_4].prefix[0], &err);
}

static int end(void **state)
{
    (void)state;
    exports_free(exports);
    exports = NULL;
    fake_bird_close(&bird);
    ev_loop_destroy(loop);
    free(view);
    return 0;
}

static void start(void)
{
    static const struct exports_events events = { .changed = on_changed,
                                                  .reach = on_reach,
                                                  .seen = on_seen,
                                                  .listed = on_listed,
                                                  .limits = on_limits };
    fake_bird_start(&bird);
    exports = exports_new(loop, &settings, &events);
}

#define AWAIT(condition)                                                                           \
    AWAIT_ON(loop, condition, "rounds %u, questions %u, changes %u (%s)", seen.rounds,             \
             seen.questions, seen.changes, seen.problem)

/* The round that is under way, if any, and the next one are over when a third has begun. */
static void let_a_whole_round_pass(void)
{
    const unsigned then = seen.rounds;
    AWAIT(seen.rounds >= then + 2);
}

/* As the controller fills it, with BIRD's sessions in another order. */
static const struct exports_view *look(enum level actual)
{
    memset(view, 0, sizeof *view);
    view->service_count = 1;
    view->service[0].name = "dns";
    struct family_view *family = &view->service[0].family[FAMILY_4];
    family->enabled = family->actual_known = true;
    family->actual = actual;
    view->bird.session_count = 2;
    strcpy(view->bird.session[0].name, "up1");
    strcpy(view->bird.session[1].name, "up0");
    exports_view(exports, view);
    return &family->exports;
}

static void what_is_sent_to_whom_is_shown(void **state)
{
    (void)state;
    start();
    AWAIT(look(LEVEL_NORMAL)->known);
    assert_int_equal(look(LEVEL_NORMAL)->asked, 3);
    assert_int_equal(look(LEVEL_NORMAL)->heard, 2); /* up0, which is the view's second */
    assert_string_equal(look(LEVEL_NORMAL)->problem, "");
    assert_int_equal(view->alarm_count, 0);
}

/* Heard where all of them are; and each must be, somewhere. */
static void each_prefix_is_asked_about(void **state)
{
    (void)state;
    struct service_family *family = &settings.service[0].family[FAMILY_4];
    struct err err;
    assert_int_equal(prefix_parse("198.51.100.0/24", &family->prefix[family->prefix_count++], &err),
                     0);
    mind.other = NOTHING;
    start();
    AWAIT(seen.changes == 1);
    assert_non_null(strstr(seen.problem, "see birdc show route 198.51.100.0/24"));
    assert_int_equal(look(LEVEL_NORMAL)->asked, 3);
    assert_int_equal(look(LEVEL_NORMAL)->heard, 0);
    assert_true(seen.other_questions >= 2);

    mind.other = ROUTE("svc_dns_4_normal");
    mind.sent[1].reply = ROUTE("svc_dns_4_normal");
    AWAIT(seen.changes == 2);
    assert_string_equal(seen.problem, "");
    assert_int_equal(look(LEVEL_NORMAL)->heard, 1); /* up1, which is the view's first */
}

static void what_was_found_at_another_level_is_not_shown(void **state)
{
    (void)state;
    start();
    AWAIT(look(LEVEL_NORMAL)->known);
    assert_false(look(LEVEL_DRAIN)->known);
    view->service[0].family[FAMILY_4].actual_known = false;
    exports_view(exports, view);
    assert_false(view->service[0].family[FAMILY_4].exports.known);
}

static void only_established_sessions_that_bring_traffic_are_asked(void **state)
{
    (void)state;
    mind.sessions = ESTABLISHED("up0") ACTIVE("up1") ESTABLISHED("fleet_nyc");
    start();
    let_a_whole_round_pass();
    AWAIT(strcmp(seen.asked, "up0 ") == 0);
    assert_int_equal(look(LEVEL_NORMAL)->asked, 2);
}

static void without_such_sessions_nothing_is_known(void **state)
{
    (void)state;
    mind.sessions = ESTABLISHED("fleet_nyc") " ospf1 OSPF --- up 10:11:12.345 Running\n";
    start();
    let_a_whole_round_pass();
    assert_int_equal(seen.questions, 0);
    assert_false(look(LEVEL_NORMAL)->known);
}

static void a_problem_is_told_after_the_grace_time(void **state)
{
    (void)state;
    mind.sent[0].reply = NOTHING;
    start();
    AWAIT(seen.changes == 1);
    assert_true(mono_diff_ms(mono_now(), seen.first) >= EXPORTS_GRACE_ROUNDS * POLL_MS);
    assert_non_null(strstr(seen.problem, "exports it to no session"));
    assert_string_equal(look(LEVEL_NORMAL)->problem, seen.problem);
    assert_int_equal(view->alarm_count, 1);
    assert_non_null(strstr(view->alarm[0], "dns IPv4: BIRD has it at normal"));

    mind.sent[0].reply = ROUTE("svc_dns_4_normal");
    AWAIT(seen.changes == 2);
    assert_string_equal(seen.problem, "");
    assert_int_equal(look(LEVEL_NORMAL)->heard, 2);
    assert_int_equal(view->alarm_count, 0);
}

static void another_level_has_its_own_grace_time(void **state)
{
    (void)state;
    mind.sent[0].reply = NOTHING;
    start();
    AWAIT(seen.changes == 1);
    mind.up = "svc_dns_4_drain";
    AWAIT(seen.changes == 2);
    assert_string_equal(seen.problem, "");
    AWAIT(seen.changes == 3);
    assert_non_null(strstr(seen.problem, "BIRD has it at drain"));
}

static void a_session_that_goes_meanwhile_leaves_it_open(void **state)
{
    (void)state;
    mind.sent[0].reply = NOTHING;
    start();
    AWAIT(seen.changes == 1);
    mind.sent[1].reply = "9001 syntax error, unexpected CF_SYM_UNDEFINED\n";
    AWAIT(seen.changes == 2);
    assert_string_equal(seen.problem, "");
    assert_false(look(LEVEL_NORMAL)->known);
}

static void a_lost_connection_leaves_it_open(void **state)
{
    (void)state;
    mind.sent[0].reply = NOTHING;
    start();
    AWAIT(seen.changes == 1);
    fake_bird_stop(&bird);
    AWAIT(seen.changes == 2);
    assert_string_equal(seen.problem, "");
    assert_false(look(LEVEL_NORMAL)->known);
    fake_bird_start(&bird);
    AWAIT(seen.changes == 3);
    assert_non_null(strstr(seen.problem, "exports it to no session"));
}

static void what_is_withdrawn_but_still_sent_is_told(void **state)
{
    (void)state;
    mind.up = "";
    mind.sent[0].reply = ROUTE("trap");
    start();
    AWAIT(seen.changes == 1);
    assert_non_null(strstr(seen.problem, "still exports 192.0.2.0/24 to up0, from its protocol"));
    assert_int_equal(look(LEVEL_WITHDRAWN)->heard, 2);
}

static void another_sites_route_may_be_passed_on(void **state)
{
    (void)state;
    mind.up = "";
    mind.sent[0].reply = ROUTE("up1");
    start();
    AWAIT(look(LEVEL_WITHDRAWN)->known);
    assert_int_equal(look(LEVEL_WITHDRAWN)->asked, 3);
    assert_int_equal(look(LEVEL_WITHDRAWN)->heard, 0);
}

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

static bool is_isolated(void)
{
    struct mono since;
    const char *why;
    return exports_isolated(exports, 0, FAMILY_4, &since, &why);
}

static void a_node_that_nobody_hears_is_isolated(void **state)
{
    (void)state;
    struct mono since;
    const char *why;
    start();
    let_a_whole_round_pass();
    assert_false(is_isolated());
    mind.sessions = ACTIVE("up0") ACTIVE("up1");
    AWAIT(seen.reaches == 1);
    assert_true(exports_isolated(exports, 0, FAMILY_4, &since, &why));
    assert_string_equal(why, "no session to a provider is established");
    assert_true(mono_diff_ms(mono_now(), since) >= REACH_GRACE_MS);
    mind.sessions = ESTABLISHED("up0") ESTABLISHED("up1");
    AWAIT(seen.reaches == 2);
    assert_false(is_isolated());
}

/* The other sites rely on it: it does not wait for the next round. */
static void isolation_is_seen_between_rounds(void **state)
{
    (void)state;
    settings.bird.poll_ms = 60000;
    start();
    let_a_whole_round_pass();
    mind.sessions = ACTIVE("up0") ACTIVE("up1");
    AWAIT(seen.reaches == 1);
    assert_true(is_isolated());
    mind.sessions = ESTABLISHED("up0") ACTIVE("up1");
    AWAIT(seen.reaches == 2);
    assert_false(is_isolated());
}

/* Neither is what BIRD's sessions do before they have come up once, nor anything without BIRD. */
static void what_is_not_known_is_not_isolation(void **state)
{
    (void)state;
    mind.sessions = ACTIVE("up0") ACTIVE("up1");
    start();
    AWAIT(seen.rounds > 2 * EXPORTS_GRACE_ROUNDS);
    assert_false(is_isolated());
    mind.sessions = ESTABLISHED("up0");
    let_a_whole_round_pass();
    mind.sessions = ACTIVE("up0") ACTIVE("up1");
    AWAIT(seen.reaches == 1);
    assert_true(is_isolated());
    fake_bird_stop(&bird);
    AWAIT(seen.reaches == 2);
    assert_false(is_isolated());
}

static void what_sessions_carry_is_shown(void **state)
{
    (void)state;
    char text[VIEW_TEXT_MAX];
    start();
    AWAIT(seen.details == 2);
    AWAIT(look(LEVEL_NORMAL)->known && view->bird.session[0].channel[FAMILY_4].known);
    const struct channel_view *channel = &view->bird.session[0].channel[FAMILY_4];
    assert_true(channel->up);
    assert_int_equal(channel->imported, 2);
    assert_int_equal(channel->exported, 1);
    assert_null(channel->limit_hit);
    assert_false(view->bird.session[0].channel[FAMILY_6].known);
    assert_false(exports_limit_hit(exports, FAMILY_4, text));
    assert_int_equal(seen.limits, 0);
}

static void a_limit_that_is_hit_is_told(void **state)
{
    (void)state;
    char text[VIEW_TEXT_MAX];
    mind.full = "up1";
    start();
    AWAIT(seen.limits == 1);
    assert_true(exports_limit_hit(exports, FAMILY_4, text));
    assert_string_equal(text, "session up1 IPv4: its import limit of 2 routes is hit, and what is "
                              "beyond is blocked");
    assert_false(exports_limit_hit(exports, FAMILY_6, text));
    look(LEVEL_NORMAL);
    assert_int_equal(view->alarm_count, 1);
    assert_non_null(strstr(view->alarm[0], "see birdc show protocols all up1"));
    mind.full = "";
    mind.sessions = ESTABLISHED("up0") ESTABLISHED("up1") ACTIVE("up2"); /* asks anew */
    AWAIT(seen.limits == 2);
    assert_false(exports_limit_hit(exports, FAMILY_4, text));
}

static void a_change_is_looked_at_soon(void **state)
{
    (void)state;
    settings.bird.poll_ms = 60000;
    start();
    AWAIT(look(LEVEL_NORMAL)->known);
    mind.up = "svc_dns_4_drain";
    mind.sent[0].reply = ROUTE("svc_dns_4_drain");
    exports_look(exports);
    exports_look(exports);
    AWAIT(look(LEVEL_DRAIN)->known);
    assert_int_equal(look(LEVEL_DRAIN)->heard, 2);
    assert_int_equal(seen.rounds, 2);
}

static void on_enough(struct ev_loop *l, ev_timer *timer, int events)
{
    (void)l, (void)events;
    *(bool *)timer->data = true;
}

static void a_slow_round_is_not_overtaken(void **state)
{
    (void)state;
    bool enough = false;
    ev_timer timer;
    mind.silent = true;
    start();
    AWAIT(seen.questions == 1);
    ev_timer_init(&timer, on_enough, 4 * POLL_MS / 1000.0, 0);
    timer.data = &enough;
    ev_timer_start(loop, &timer);
    AWAIT(enough);
    assert_int_equal(seen.rounds, 1);
    assert_int_equal(seen.questions, 1);
    mind.silent = false;
    fake_bird_say(&bird, NOTHING);
    AWAIT(seen.questions == 2); /* it goes on where it was */
    assert_int_equal(seen.rounds, 1);
    AWAIT(seen.rounds == 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(what_is_sent_to_whom_is_shown),
        TEST(each_prefix_is_asked_about),
        TEST(what_was_found_at_another_level_is_not_shown),
        TEST(only_established_sessions_that_bring_traffic_are_asked),
        TEST(without_such_sessions_nothing_is_known),
        TEST(a_problem_is_told_after_the_grace_time),
        TEST(another_level_has_its_own_grace_time),
        TEST(a_session_that_goes_meanwhile_leaves_it_open),
        TEST(a_lost_connection_leaves_it_open),
        TEST(what_is_withdrawn_but_still_sent_is_told),
        TEST(another_sites_route_may_be_passed_on),
        TEST(a_change_is_followed_into_each_session),
        TEST(a_session_has_all_prefixes_or_is_not_as_decided),
        TEST(the_latest_change_is_followed),
        TEST(half_a_reply_and_silence_prove_nothing),
        TEST(an_overlong_line_proves_nothing),
        TEST(an_answer_too_many_proves_nothing),
        TEST(a_socket_that_goes_during_the_proof),
        TEST(rounds_tell_of_each_session_too),
        TEST(a_node_that_nobody_hears_is_isolated),
        TEST(isolation_is_seen_between_rounds),
        TEST(what_is_not_known_is_not_isolation),
        TEST(what_sessions_carry_is_shown),
        TEST(a_limit_that_is_hit_is_told),
        TEST(a_change_is_looked_at_soon),
        TEST(a_slow_round_is_not_overtaken),
    };
    return cmocka_run_group_tests_name("exports", tests, NULL, NULL);
}
