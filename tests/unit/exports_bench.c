/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exports_bench.c - that BIRD, and notes of what exports tell. */
#include "tests/unit/exports_bench.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct ev_loop *loop;
struct fake_bird bird;
struct settings settings;
struct exports *exports;
struct node_view *view;
struct mind mind;
struct seen seen;

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

int exports_begin(void **state)
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

int exports_end(void **state)
{
    (void)state;
    exports_free(exports);
    exports = NULL;
    fake_bird_close(&bird);
    ev_loop_destroy(loop);
    free(view);
    return 0;
}

void start(void)
{
    static const struct exports_events events = { .changed = on_changed,
                                                  .reach = on_reach,
                                                  .seen = on_seen,
                                                  .listed = on_listed,
                                                  .limits = on_limits };
    fake_bird_start(&bird);
    exports = exports_new(loop, &settings, &events);
}

void let_a_whole_round_pass(void)
{
    const unsigned then = seen.rounds;
    AWAIT(seen.rounds >= then + 2);
}

const struct exports_view *look(enum level actual)
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
