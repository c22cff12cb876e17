/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chase.c - turns of questions about the sessions that are not yet as decided. */
#include "anycastctl/act/chase.h"

#include "anycastctl/act/heard.h"
#include "anycastctl/act/question.h"
#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

enum { COMMAND_MAX = 256 };

/* How long to pause between turns, by the age of the youngest chase: BIRD 2 needs 1 or 2 ms from
 * its reply to the export; a session that is being flushed may take longer. */
static const struct {
    int64_t age_ms, pause_ms;
} pauses[] = { { 50, 2 }, { 500, 10 }, { CHASE_LONGEST_MS, 50 } };

/* One service in one family. */
struct quarry {
    bool active;
    bool fresh; /* begins with the next turn: in this one not all of it would be asked */
    enum level level;
    struct mono since;
    uint64_t done;    /* bit i: session i was seen as decided, or cannot be asked */
    uint64_t differs; /* bit i: in this turn some prefix was not as decided there */
};

struct chase {
    struct ev_loop *loop;
    const struct settings *settings;
    struct bird_client *client;
    exports_seen_fn *seen;
    void *arg;
    ev_timer again;

    bool known; /* the sessions are */
    unsigned session_count;
    struct session_view session[VIEW_SESSIONS_MAX];
    struct quarry quarry[SERVICES_MAX][FAMILY_COUNT];

    bool in_turn;
    unsigned at; /* the question under way */
    struct mono asked;
};

static bool is_carrier(const struct session_view *session)
{
    return !session->fleet;
}

static unsigned prefix_count(const struct chase *chase, struct question q)
{
    return chase->settings->service[q.service].family[q.family].prefix_count;
}

static void tell(struct chase *chase, struct question q, enum ladder_look look)
{
    const struct exports_seen seen = {
        .service = q.service,
        .family = q.family,
        .level = chase->quarry[q.service][q.family].level,
        .session = chase->session[q.session].name,
        .look = look,
        .asked = chase->asked,
        .now = mono_now(),
    };
    chase->seen(chase->arg, &seen);
}

/* ---- one turn ---- */

static bool is_asked(const struct chase *chase, struct question q)
{
    const struct quarry *quarry = &chase->quarry[q.service][q.family];
    return quarry->active && !quarry->fresh && q.prefix < prefix_count(chase, q) &&
           q.session < chase->session_count && chase->session[q.session].established &&
           is_carrier(&chase->session[q.session]) && !(quarry->done >> q.session & 1);
}

static enum ladder_look judge(const struct chase *chase, enum level level, struct heard heard)
{
    if (heard_is_learned(&heard, chase->session, chase->session_count))
        heard.how = HEARD_NOTHING;
    if (heard.how == HEARD_UNCLEAR)
        return LOOK_UNREADABLE;
    if (heard.how == HEARD_NO_CHANNEL)
        return LOOK_NO_CHANNEL;
    return heard_fits(&heard, level) ? LOOK_AS_DECIDED : LOOK_OTHERWISE;
}

/* A session is as decided when it is so with each prefix of the service. */
static void note_answer(struct chase *chase, struct question q, enum ladder_look look)
{
    struct quarry *quarry = &chase->quarry[q.service][q.family];
    const uint64_t bit = (uint64_t)1 << q.session;
    const bool last = q.prefix + 1 == prefix_count(chase, q);
    if (look == LOOK_AS_DECIDED && (quarry->differs & bit))
        look = LOOK_OTHERWISE;
    if (look == LOOK_OTHERWISE || look == LOOK_UNREADABLE)
        quarry->differs |= bit;
    else if (last || look == LOOK_NO_CHANNEL)
        quarry->done |= bit;
    if (last || look == LOOK_NO_CHANNEL)
        tell(chase, q, look);
}

static void ask_next(struct chase *chase);

static void on_exported(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct chase *chase = arg;
    if (outcome != BIRD_ANSWERED || !chase->in_turn)
        return;
    const struct question q = question_at(chase->at);
    const struct quarry *quarry = &chase->quarry[q.service][q.family];
    if (quarry->active && !quarry->fresh)
        note_answer(chase, q,
                    judge(chase, quarry->level,
                          heard_read(reply, chase->settings->service[q.service].name, q.family)));
    chase->at++;
    ask_next(chase);
}

static void ask(struct chase *chase, struct question q)
{
    char command[COMMAND_MAX];
    struct err err;
    chase->asked = mono_now();
    if (question_command(chase->settings, q, chase->session[q.session].name, command,
                         sizeof command, &err) < 0 ||
        bird_client_send(chase->client, BIRD_READ, command, on_exported, chase, &err) < 0)
        chase_stop(chase); /* the rounds will tell why */
}

static uint64_t askable(const struct chase *chase)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < chase->session_count; i++)
        if (chase->session[i].established && is_carrier(&chase->session[i]))
            bits |= (uint64_t)1 << i;
    return bits;
}

/* Until the next turn; -1: nothing is left to follow. */
static int64_t pause_ms(struct chase *chase, struct mono now)
{
    int64_t youngest_ms = INT64_MAX;
    for (unsigned s = 0; s < chase->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            struct quarry *quarry = &chase->quarry[s][f];
            const int64_t age_ms = mono_diff_ms(now, quarry->since);
            quarry->active = quarry->active && (askable(chase) & ~quarry->done) &&
                             age_ms < CHASE_LONGEST_MS;
            if (quarry->active && quarry->fresh)
                return 0;
            if (quarry->active && age_ms < youngest_ms)
                youngest_ms = age_ms;
        }
    for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++)
        if (youngest_ms < pauses[i].age_ms)
            return pauses[i].pause_ms;
    return -1;
}

static void end_turn(struct chase *chase)
{
    const int64_t ms = pause_ms(chase, mono_now());
    chase->in_turn = false;
    if (ms < 0)
        return;
    ev_timer_set(&chase->again, (double)ms / 1000, 0);
    ev_timer_start(chase->loop, &chase->again);
}

static void ask_next(struct chase *chase)
{
    const unsigned end = question_end(chase->settings->service_count);
    while (chase->at < end && !is_asked(chase, question_at(chase->at)))
        chase->at++;
    if (chase->at < end)
        ask(chase, question_at(chase->at));
    else
        end_turn(chase);
}

static void begin_turn(struct chase *chase)
{
    ev_timer_stop(chase->loop, &chase->again);
    chase->in_turn = true;
    chase->at = 0;
    for (unsigned s = 0; s < chase->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            chase->quarry[s][f].fresh = false;
            chase->quarry[s][f].differs = 0;
        }
    ask_next(chase);
}

static void on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    begin_turn(timer->data);
}

/* ---- for the owner ---- */

struct chase *chase_new(struct ev_loop *loop, const struct settings *settings,
                        struct bird_client *client, exports_seen_fn *seen, void *arg)
{
    struct chase *chase = mem_zalloc(sizeof *chase);
    chase->loop = loop;
    chase->settings = settings;
    chase->client = client;
    chase->seen = seen;
    chase->arg = arg;
    ev_init(&chase->again, on_again);
    chase->again.data = chase;
    return chase;
}

void chase_free(struct chase *chase)
{
    if (!chase)
        return;
    ev_timer_stop(chase->loop, &chase->again);
    free(chase);
}

static bool same_sessions(const struct chase *chase, const struct session_view *sessions,
                          unsigned count)
{
    if (count != chase->session_count)
        return false;
    for (unsigned i = 0; i < count; i++)
        if (sessions[i].established != chase->session[i].established ||
            strcmp(sessions[i].name, chase->session[i].name) != 0)
            return false;
    return true;
}

/* Bits are of places in the list: if that is another now, all are asked again. */
void chase_sessions(struct chase *chase, const struct session_view *sessions, unsigned count)
{
    const bool same = same_sessions(chase, sessions, count);
    chase->known = true;
    if (same)
        return;
    memcpy(chase->session, sessions, count * sizeof *sessions);
    chase->session_count = count;
    for (unsigned s = 0; s < chase->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            chase->quarry[s][f].fresh = true;
            chase->quarry[s][f].done = 0;
        }
}

void chase_begin(struct chase *chase, unsigned service, enum family family, enum level level,
                 struct mono now)
{
    if (!chase->known)
        return;
    chase->quarry[service][family] =
        (struct quarry){ .active = true, .fresh = true, .level = level, .since = now };
    if (!chase->in_turn)
        begin_turn(chase);
}

void chase_stop(struct chase *chase)
{
    ev_timer_stop(chase->loop, &chase->again);
    chase->in_turn = chase->known = false;
    chase->session_count = 0;
    for (unsigned s = 0; s < chase->settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            chase->quarry[s][f].active = false;
}
