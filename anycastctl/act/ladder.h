/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ladder.h - the proof of one change of level: which steps it takes until the internet is as
 * decided, and when each was seen to be so. Pure: facts and times are passed in.
 *
 *   decided ─▶ BIRD replied ─▶ read back ─▶ export, session by session ─▶ looking glasses ─▶
 * queries
 *
 * A step is proven at a time, not yet, or unproven, with the reason: nobody could look, or what was
 * seen is otherwise. What is proven once stays so: undoing it is another change, or drift.
 *
 * A ladder begins with the decision. It ends when nothing is "not yet" any more and all sessions
 * have been looked at (complete), when
 * the level changes again (overtaken), or after the limit (time over); what is not yet proven then
 * is unproven. One whose time is over still takes what comes late, and ends a second time (late).
 *
 * That the route is gone from a session's export is seen with BIRD's own record; evidence that was
 * asked for before BIRD had carried the change out tells of the time before, and is not taken. */
#ifndef PROXIMA_ACT_LADDER_H
#define PROXIMA_ACT_LADDER_H

#include "anycastctl/model/settings.h"
#include "anycastctl/model/view.h"
#include "common/level.h"
#include "common/mono.h"

#include <stdbool.h>
#include <stdint.h>

/* Names are those of the event log; scripts rely on them. */
#define LADDER_KINDS(X)                                                                            \
    X(STEP_DECIDED, "decided")                                                                     \
    X(STEP_REPLIED, "replied")     /* BIRD took the command that makes it so */                    \
    X(STEP_READ_BACK, "read_back") /* BIRD's protocols are as decided */                           \
    X(STEP_EXPORT, "export")       /* of one session, by name: has the route, or no more */        \
    X(STEP_GLASS, "glass")         /* one looking glass, by name: sees it, or no more */           \
    X(STEP_QUERIES, "queries")     /* the own query rate rose, or fell */

#define LADDER_STATES(X)                                                                           \
    X(STEP_NOT_YET, "not_yet")                                                                     \
    X(STEP_PROVEN, "proven")                                                                       \
    X(STEP_UNPROVEN, "unproven")

#define LADDER_WHYS(X)                                                                             \
    X(WHY_NONE, "")                                                                                \
    X(WHY_NO_COMMAND, "no command was needed")                                                     \
    X(WHY_FOUND_SO, "it was found so at the start")                                                \
    X(WHY_NO_SESSION, "BIRD has no session to a provider")                                         \
    X(WHY_BIRD_DEAD, "BIRD has ended, and its sessions with it")                                   \
    X(WHY_SESSION_DOWN, "session down")                                                            \
    X(WHY_NO_CHANNEL, "the session does not carry this address family")                            \
    X(WHY_UNREADABLE, "BIRD does not say")                                                         \
    X(WHY_NO_GLASS, "no looking glass configured")                                                 \
    X(WHY_GLASS_SILENT, "the looking glass does not answer")                                       \
    X(WHY_GLASS_LEVEL, "the looking glass sees the route, but not its level")                      \
    X(WHY_RATE_UNKNOWN, "the query rate is not known")                                             \
    X(WHY_RATE_LOW, "rate too low to tell")                                                        \
    X(WHY_RATE_SHARED, "dnsd does not count its queries apart from another service's")             \
    X(WHY_TOO_LATE, "not within its time")                                                         \
    X(WHY_OVERTAKEN, "overtaken by the next change")

#define LADDER_ENDS(X)                                                                             \
    X(LADDER_OPEN, "open")                                                                         \
    X(LADDER_COMPLETE, "complete")                                                                 \
    X(LADDER_OVERTAKEN, "overtaken")                                                               \
    X(LADDER_TIME_OVER, "time_over")                                                               \
    X(LADDER_LATE, "late")

#define LADDER_ENUM(id, name) id,
enum ladder_kind { LADDER_KINDS(LADDER_ENUM) };
enum ladder_state { LADDER_STATES(LADDER_ENUM) };
enum ladder_why { LADDER_WHYS(LADDER_ENUM) };
enum ladder_end { LADDER_ENDS(LADDER_ENUM) };
#undef LADDER_ENUM

const char *ladder_kind_name(enum ladder_kind kind);
const char *ladder_state_name(enum ladder_state state);
const char *ladder_why_text(enum ladder_why why);
const char *ladder_end_name(enum ladder_end end);

enum {
    LADDER_GLASSES_MAX = 16,
    LADDER_STEPS_MAX = 4 + VIEW_SESSIONS_MAX + LADDER_GLASSES_MAX,
};

struct ladder_step {
    enum ladder_kind kind;
    enum ladder_state state;
    enum ladder_why why; /* it is not proven; WHY_NONE: it may still be */
    struct mono at;      /* when it was proven */
    bool whole_node; /* queries: seen by those of all services, as dnsd does not tell them apart */
    char name[64];   /* of the session or the looking glass; "" for the others */
};

/* All zero: there has been no change. */
struct ladder {
    uint64_t change;
    enum level from, to;
    struct mono decided;
    enum ladder_end end;
    struct mono ended;
    bool listed; /* no further sessions are expected */
    unsigned count;
    struct ladder_step step[LADDER_STEPS_MAX]; /* in rising order of their kinds */
};

/* What one look at a session's export, or into a looking glass, has shown. */
enum ladder_look {
    LOOK_AS_DECIDED,
    LOOK_OTHERWISE,
    LOOK_DOWN,       /* the session is not established; the looking glass does not answer */
    LOOK_NO_CHANNEL, /* the session does not carry this family */
    LOOK_UNREADABLE, /* BIRD's reply is; the looking glass does not show levels */
};

void ladder_begin(struct ladder *ladder, uint64_t change, enum level from, enum level to,
                  struct mono now);

/* It is no change but what BIRD was found to announce: nothing was commanded, and no queries move.
 */
void ladder_found_so(struct ladder *ladder);

/* BIRD has taken a command of this change; has been read and is as decided. */
void ladder_replied(struct ladder *ladder, struct mono now);
void ladder_read_back(struct ladder *ladder, struct mono now);

/* A session or looking glass called `name` was asked at `asked`, and answered at `now`. */
void ladder_export(struct ladder *ladder, const char *name, enum ladder_look look,
                   struct mono asked, struct mono now);
void ladder_glass(struct ladder *ladder, const char *name, enum ladder_look look, struct mono asked,
                  struct mono now);
/* All sessions that there were at `asked` have been told of; `any`: there was one. */
void ladder_listed(struct ladder *ladder, bool any, struct mono asked);
/* A looking glass of this name will be asked; there is none that could be. */
void ladder_expect_glass(struct ladder *ladder, const char *name);
void ladder_no_glass(struct ladder *ladder);
void ladder_bird_died(struct ladder *ladder);

/* Queries per second, own probes not counted; -1: unknown. */
struct ladder_rates {
    double before; /* while the service was last announced */
    double then;   /* when the change was decided */
    double now;
    double quiet_share; /* of the rate before that counts as none */
    bool whole_node;    /* of all services, as dnsd does not tell them apart */
    bool shared;        /* and others are announced */
};
void ladder_queries(struct ladder *ladder, const struct ladder_rates *rates, struct mono now);

/* Whether an answer to a question asked at `asked` can tell of this change. */
bool ladder_counts(const struct ladder *ladder, struct mono asked);
/* Whether it still waits for a proof by a session's export, or a looking glass. */
bool ladder_awaits(const struct ladder *ladder, enum ladder_kind kind);

/* Ends it if it is complete, or `limit_ms` old; true if it has just ended, which may happen twice:
 * then it is to be recorded. */
bool ladder_close(struct ladder *ladder, int64_t limit_ms, struct mono now);
/* The next change has been decided; true if it was open. */
bool ladder_overtake(struct ladder *ladder, struct mono now);

/* The first step that should have been proven and was not: of what BIRD does after `local_ms`, of
 * the rest after the limit. NULL: all well. Queries that stay away are no problem. */
const struct ladder_step *ladder_overdue(const struct ladder *ladder, int64_t local_ms,
                                         struct mono now);

#endif
