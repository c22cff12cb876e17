/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exports_state.h - what exports' files share: exports.c asks, exports_findings.c makes findings of
 * the answers, exports_view.c shows them. Nobody else includes this. */
#ifndef PROXIMA_ACT_EXPORTS_STATE_H
#define PROXIMA_ACT_EXPORTS_STATE_H

#include "anycastctl/act/chase.h"
#include "anycastctl/act/details.h"
#include "anycastctl/act/exports.h"
#include "anycastctl/act/heard.h"
#include "anycastctl/act/picture.h"
#include "anycastctl/act/reach.h"
#include "bird/client.h"

struct round {
    struct mono began;
    struct picture picture; /* BIRD's protocols as they were then */
    unsigned session_count;
    struct session_view session[VIEW_SESSIONS_MAX];
    struct hearing hearing[SERVICES_MAX][FAMILY_COUNT][SERVICE_PREFIXES_MAX];
};

/* What the last whole round found about one service in one family. */
struct finding {
    bool known;
    struct hearing hearing;      /* of all prefixes */
    struct mono wrong_since;     /* never: it is right, or unknown */
    char problem[VIEW_TEXT_MAX]; /* said; "" before the grace time is over */
    struct reach reach;
};

struct exports {
    struct ev_loop *loop;
    const struct settings *settings;
    struct exports_events events;
    struct bird_client *client;
    struct chase *chase;
    struct details *details;
    ev_timer poll, soon, glance;

    bool under_way, glancing;
    struct round round;
    unsigned at; /* the next question of the round */

    struct mono up_since; /* this BIRD has been known */
    bool was_up;          /* some session to a provider has been established since */

    unsigned session_count; /* of the last whole round: what the bits of the findings mean */
    struct session_view session[VIEW_SESSIONS_MAX];
    struct finding finding[SERVICES_MAX][FAMILY_COUNT];
};

/* The level at which BIRD announced it when the round began; false: unknown, or no such family. */
bool exports_level_of(const struct exports *exports, unsigned service, enum family family,
                      enum level *level);

/* Begins a round in so long, or before, if one is due then. */
void exports_look_after(struct exports *exports, int64_t ms);

/* A round is whole: findings of it, and whoever waits is told. */
void exports_conclude(struct exports *exports, struct mono now);
/* Nothing can be told any more. */
void exports_forget(struct exports *exports);

#endif
