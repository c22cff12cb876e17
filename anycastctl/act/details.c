/* SPDX-License-Identifier: GPL-3.0-or-later */
/* details.c - one question per session, and what came of it. */
#include "anycastctl/act/details.h"

#include "bird/details.h"
#include "common/mem.h"
#include "common/mono.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_MAX = 128 };

struct details {
    struct bird_client *client;
    void (*changed)(void *arg);
    void *arg;
    struct mono began; /* the last time that all were asked about; never: not yet */
    bool under_way;
    unsigned at; /* the session that is asked about */
    unsigned count;
    struct session_view session[VIEW_SESSIONS_MAX];
};

/* ---- reading ---- */

static void note_hit(const struct bird_limit *limit, const char *which, struct channel_view *to)
{
    if (!limit->hit)
        return;
    to->limit_hit = which;
    to->limit = limit->routes;
    to->limit_blocks = strcmp(limit->action, "block") == 0;
}

static void take_channel(const struct bird_channel *from, struct channel_view *to)
{
    *to = (struct channel_view){
        .known = true, .up = from->up, .imported = from->imported, .exported = from->exported
    };
    note_hit(&from->receive, "receive", to);
    note_hit(&from->import, "import", to);
    note_hit(&from->export, "export", to); /* that one keeps us from being heard */
}

static void take_channels(const struct bird_detail *detail, struct session_view *session)
{
    static const char *const names[FAMILY_COUNT] = { [FAMILY_4] = "ipv4", [FAMILY_6] = "ipv6" };
    for (int f = 0; f < FAMILY_COUNT; f++)
        for (unsigned i = 0; i < detail->channel_count; i++)
            if (strcmp(detail->channel[i].name, names[f]) == 0)
                take_channel(&detail->channel[i], &session->channel[f]);
}

static bool same_hits(const struct channel_view *a, const struct channel_view *b)
{
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (!a[f].limit_hit != !b[f].limit_hit)
            return false;
    return true;
}

static void ask_next(struct details *details);

static void on_details(void *arg, enum bird_outcome outcome, const struct bird_reply *reply)
{
    struct details *details = arg;
    struct bird_detail detail;
    if (outcome != BIRD_ANSWERED || !details->under_way)
        return;
    struct session_view *session = &details->session[details->at++];
    const struct session_view before = *session;
    memset(session->channel, 0, sizeof session->channel);
    for (size_t row = 0; bird_show_detail(reply, &row, &detail);)
        if (strcmp(detail.proto.name, session->name) == 0)
            take_channels(&detail, session);
    if (!same_hits(before.channel, session->channel))
        details->changed(details->arg);
    ask_next(details);
}

static void ask_next(struct details *details)
{
    char command[COMMAND_MAX];
    struct err err;
    details->under_way = false;
    if (details->at == details->count ||
        !bird_command_details(details->session[details->at].name, command, sizeof command))
        return;
    details->under_way = bird_client_send(details->client, BIRD_READ, command, on_details, details,
                                          &err) == 0;
}

/* ---- for the owner ---- */

struct details *details_new(struct bird_client *client, void (*changed)(void *arg), void *arg)
{
    struct details *details = mem_zalloc(sizeof *details);
    details->client = client;
    details->changed = changed;
    details->arg = arg;
    return details;
}

void details_free(struct details *details)
{
    free(details);
}

static const struct session_view *find(const struct session_view *sessions, unsigned count,
                                       const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(sessions[i].name, name) == 0)
            return &sessions[i];
    return NULL;
}

static bool is_another(const struct details *details, const struct session_view *sessions,
                       unsigned count)
{
    if (count != details->count)
        return true;
    for (unsigned i = 0; i < count; i++)
        if (strcmp(sessions[i].name, details->session[i].name) != 0 ||
            sessions[i].established != details->session[i].established)
            return true;
    return false;
}

/* What was known of those that are still there holds until they have been asked. */
static void take_list(struct details *details, const struct session_view *sessions, unsigned count)
{
    struct session_view *former = mem_alloc(sizeof details->session);
    memcpy(former, details->session, sizeof details->session);
    for (unsigned i = 0; i < count; i++) {
        const struct session_view *known = find(former, details->count, sessions[i].name);
        details->session[i] = sessions[i];
        if (known)
            memcpy(details->session[i].channel, known->channel, sizeof known->channel);
    }
    details->count = count;
    free(former);
}

void details_sessions(struct details *details, const struct session_view *sessions, unsigned count,
                      struct mono now)
{
    const bool due = mono_is_never(details->began) ||
                     mono_diff_ms(now, details->began) >= DETAILS_MS;
    if (details->under_way || (!due && !is_another(details, sessions, count)))
        return;
    take_list(details, sessions, count);
    details->began = now;
    details->at = 0;
    ask_next(details);
}

void details_stop(struct details *details)
{
    const bool hit = details_limit_hit(details, FAMILY_4, (char[VIEW_TEXT_MAX]){ 0 }) ||
                     details_limit_hit(details, FAMILY_6, (char[VIEW_TEXT_MAX]){ 0 });
    details->under_way = false;
    details->began = mono_never();
    details->count = 0;
    if (hit)
        details->changed(details->arg);
}

/* ---- limits ---- */

static void describe(const struct session_view *session, enum family family,
                     char out[VIEW_TEXT_MAX])
{
    const struct channel_view *channel = &session->channel[family];
    snprintf(out, VIEW_TEXT_MAX, "session %s IPv%d: its %s limit of %lld routes is hit%s",
             session->name, family_number(family), channel->limit_hit, (long long)channel->limit,
             channel->limit_blocks ? ", and what is beyond is blocked" : "");
}

bool details_limit_hit(const struct details *details, enum family family, char out[VIEW_TEXT_MAX])
{
    for (unsigned i = 0; i < details->count; i++)
        if (!details->session[i].fleet && details->session[i].channel[family].limit_hit) {
            describe(&details->session[i], family, out);
            return true;
        }
    return false;
}

static void add_alarms(const struct session_view *session, struct node_view *view)
{
    char text[VIEW_TEXT_MAX];
    for (int f = 0; f < FAMILY_COUNT; f++) {
        const char *which = session->channel[f].limit_hit;
        if (!which)
            continue;
        describe(session, (enum family)f, text);
        if (strcmp(which, "export") == 0)
            view_add_alarm(view, "%s: see what goes out: birdc show route exported %s", text,
                           session->name);
        else
            view_add_alarm(view,
                           "%s: does the neighbour send more than agreed? else raise it in "
                           "bird.conf; see birdc show protocols all %s",
                           text, session->name);
    }
}

void details_view(const struct details *details, struct node_view *view)
{
    for (unsigned i = 0; i < view->bird.session_count; i++) {
        struct session_view *session = &view->bird.session[i];
        const struct session_view *known = find(details->session, details->count, session->name);
        if (!known)
            continue;
        memcpy(session->channel, known->channel, sizeof known->channel);
        add_alarms(session, view);
    }
}
