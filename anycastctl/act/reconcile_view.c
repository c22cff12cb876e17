/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reconcile_view.c - BIRD for a person: what is wrong there, and what to do. */
#include "anycastctl/act/reconcile_state.h"

#include <stdio.h>
#include <string.h>

static const char *missing_level(const struct proto_states *states)
{
    for (int l = LEVEL_DRAIN; l < LEVEL_COUNT; l++)
        if (states->level[l] == PROTO_MISSING)
            return level_name((enum level)l);
    return NULL;
}

char *reconcile_problem(const struct reconcile *r, unsigned service, enum family family,
                        char out[VIEW_TEXT_MAX])
{
    const struct target *target = &r->target[service][family];
    const char *missing = missing_level(&target->states);
    out[0] = '\0';
    if (bird_client_restricted(r->client))
        snprintf(out, VIEW_TEXT_MAX,
                 "BIRD's control socket %s is restricted: it lets us look, but "
                 "not act",
                 r->settings->bird.socket);
    else if (missing)
        snprintf(out, VIEW_TEXT_MAX,
                 "BIRD has no protocol svc_%s_%d_%s: anycastctl bird-config --apply "
                 "writes it",
                 r->settings->service[service].name, family_number(family), missing);
    else if (target->problem.msg[0])
        snprintf(out, VIEW_TEXT_MAX, "%s", target->problem.msg);
    return out;
}

static void add_alarms(const struct reconcile *r, struct node_view *view)
{
    if (!view->bird.connected)
        view_add_alarm(view, "no connection to BIRD: %s: is it running? try: systemctl status bird",
                       bird_client_problem(r->client));
    if (r->stray[0])
        view_add_alarm(view,
                       "BIRD announces %s, but no service of that name is configured: "
                       "nobody withdraws it; try: birdc disable %s",
                       r->stray, r->stray);
    if (r->intent_problem.msg[0])
        view_add_alarm(view, "%s: a `birdc configure` may undo what is announced",
                       r->intent_problem.msg);
    if (r->read_problem.msg[0])
        view_add_alarm(view, "%s", r->read_problem.msg);
}

void reconcile_view(const struct reconcile *r, struct node_view *view)
{
    struct bird_view *bird = &view->bird;
    bird->connected = bird_client_connected(r->client);
    snprintf(bird->problem, sizeof bird->problem, "%s", bird_client_problem(r->client));
    snprintf(bird->version, sizeof bird->version, "%s", r->version);
    snprintf(bird->last_reboot, sizeof bird->last_reboot, "%s", r->status.last_reboot);
    snprintf(bird->last_reconfiguration, sizeof bird->last_reconfiguration, "%s",
             r->status.last_reconfiguration);
    bird->session_count = r->session_count;
    memcpy(bird->session, r->session, sizeof bird->session);
    add_alarms(r, view);
}
