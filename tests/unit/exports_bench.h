/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exports_bench.h - for tests: act/exports beside a BIRD with one service, whose sessions and
 * exports a test sets as it likes. */
#ifndef PROXIMA_TESTS_EXPORTS_BENCH_H
#define PROXIMA_TESTS_EXPORTS_BENCH_H

#include "anycastctl/act/exports.h"
#include "anycastctl/act/reach.h"
#include "common/mono.h"
#include "tests/unit/await.h"
#include "tests/unit/fake_bird.h"

enum { POLL_MS = 100 };

extern struct ev_loop *loop;
extern struct fake_bird bird;
extern struct settings settings;
extern struct exports *exports;
extern struct node_view *view;

/* What this BIRD says. One protocol is up, and sent to up0 and not to up1, unless a test wants
 * otherwise. */
extern struct mind {
    const char *up;       /* our protocol that is up, "" for none */
    const char *sessions; /* rows of `show protocols` */
    const char *full;     /* the session that has hit its limit */
    bool silent;          /* says nothing to questions about exports */
    struct {
        const char *session, *reply;
    } sent[3];         /* of 192.0.2.0/24 */
    const char *other; /* reply about any other prefix, to up1 */
} mind;

/* What was asked, and told. */
extern struct seen {
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

/* cmocka's fixture. BIRD and the questions begin with start(). */
int exports_begin(void **state);
int exports_end(void **state);
void start(void);

#define AWAIT(condition)                                                                           \
    AWAIT_ON(loop, condition, "rounds %u, questions %u, changes %u (%s)", seen.rounds,             \
             seen.questions, seen.changes, seen.problem)

/* The round that is under way, if any, and the next one are over when a third has begun. */
void let_a_whole_round_pass(void);

/* As the controller fills it, with BIRD's sessions in another order. */
const struct exports_view *look(enum level actual);

#endif
