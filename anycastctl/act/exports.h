/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exports.h - proves the export: looks whether the neighbours were sent what BIRD has.
 *
 * On a connection to BIRD of its own, so that reading never delays a withdrawal, it goes round
 * every poll_ms, and soon after exports_look(): `show protocols`, then for each prefix of each
 * service and established BGP session `show route PREFIX exported SESSION all`, one at a time. Then
 * details.h asks what each session carries. A round that takes longer than poll_ms is not overtaken
 * by the next one. Between rounds it glances at `show protocols`: a session that has come or gone
 * begins a round at once.
 *
 * A service is heard in a family if each of its prefixes is heard by some session.
 * Sessions named fleet… count for nothing: they tell the other sites, and bring no traffic.
 * What is wrong is said once it has been so for EXPORTS_GRACE_ROUNDS poll_ms: neighbours come and
 * go, and routes need a moment. It is evidence for the operator; of it all the policy hears only
 * whether anybody is reached. */
#ifndef PROXIMA_ACT_EXPORTS_H
#define PROXIMA_ACT_EXPORTS_H

#include "anycastctl/act/chase.h"
#include "anycastctl/model/settings.h"
#include "anycastctl/model/view.h"
#include "common/loop.h"

enum { EXPORTS_GRACE_ROUNDS = 2 };

struct exports_events {
    void *arg;
    /* `problem` began, or "": is over, or can no longer be told. */
    void (*changed)(void *arg, unsigned service, enum family family, const char *problem);
    /* What exports_isolated() says is otherwise now. */
    void (*reach)(void *arg, unsigned service, enum family family);
    /* exports_limit_hit() says otherwise now. */
    void (*limits)(void *arg);
    /* A session was looked at: in a round, or by exports_chase(). */
    exports_seen_fn *seen;
    /* A round is over: those were all sessions, if there is `any` to a provider. */
    void (*listed)(void *arg, unsigned service, enum family family, bool any, struct mono asked);
};

struct exports;

/* Connects to BIRD. Borrows `settings` until exports_free. */
struct exports *exports_new(struct ev_loop *loop, const struct settings *settings,
                            const struct exports_events *events);
void exports_free(struct exports *exports); /* NULL is fine */

/* What BIRD announces has just changed: look soon. */
void exports_look(struct exports *exports);

/* BIRD has just taken a command that leads to `level`: look at once, and again and again, until all
 * sessions are so (chase.h). */
void exports_chase(struct exports *exports, unsigned service, enum family family, enum level level);

/* Whether it is certain that nobody hears of this service (reach.h), since when, and why, in words
 * that live as long as the program. */
bool exports_isolated(const struct exports *exports, unsigned service, enum family family,
                      struct mono *since, const char **why);

/* Whether a session to a provider has hit a limit in this family; then `out` says which. */
bool exports_limit_hit(const struct exports *exports, enum family family, char out[VIEW_TEXT_MAX]);

/* Fills `exports` of each family in the view, and the channels of its sessions, and adds alarms.
 * What BIRD announces, and its sessions, must stand there already. */
void exports_view(const struct exports *exports, struct node_view *view);

#endif
