/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fleet.h - the other sites, seen through BIRD: its tables fleet4 and fleet6, read over a
 * connection of its own some five times a second, and whenever somebody wants to know it now. What
 * they say is judged in sites.h.
 *
 * It is a view, not a lock: an isolated site sees only itself. So a view that cannot be relied upon
 * is `blind`: no session between the sites is established, the last reading is older than
 * FLEET_STALE_MS, or our own node id has come in from another site. */
#ifndef PROXIMA_SENSE_FLEET_H
#define PROXIMA_SENSE_FLEET_H

#include "anycastctl/model/settings.h"
#include "anycastctl/model/view.h"
#include "anycastctl/sense/sites.h"
#include "common/loop.h"

struct fleet;

enum {
    FLEET_POLL_MS = 200,
    FLEET_STALE_MS = 1000, /* five readings that did not come */
};

struct fleet_news {
    uint32_t node_id;
    unsigned service;
    enum family family;
    enum level from, to; /* withdrawn: not seen announcing it */
};

struct fleet_events {
    void *arg;
    /* Something differs from the reading before, or a look that was asked for has been had. */
    void (*changed)(void *arg);
    /* Before it, for each of them: another site announces a service at another level than before;
     * the view has become live, or blind (why, in words). */
    void (*site)(void *arg, const struct fleet_news *news);
    void (*sight)(void *arg, bool live, const char *why);
};

/* What the policy hears of the other sites, for one service in one family. */
struct fleet_facts {
    bool live;         /* else blind, and the rest is empty */
    bool awaited;      /* blind, as the first reading has not come yet, and is not overdue */
    unsigned others;   /* so many others announce it at normal */
    bool alone;        /* none announces it at all */
    uint32_t first;    /* the node whose turn it is to leave before us; 0: none */
    struct mono as_of; /* when the reading was begun */
};

/* Connects to BIRD. Borrows `settings` until fleet_free. */
struct fleet *fleet_new(struct ev_loop *loop, const struct settings *settings,
                        const struct fleet_events *events);
void fleet_free(struct fleet *fleet);

/* Reads now; `changed` follows from the loop. */
void fleet_look(struct fleet *fleet);

struct fleet_facts fleet_facts(const struct fleet *fleet, unsigned service, enum family family,
                               struct mono now);

/* Why the other sites can't be seen, and the remedy; "" if they can. Returns `out`. */
char *fleet_problem(const struct fleet *fleet, struct mono now, char out[VIEW_TEXT_MAX]);
/* Who announces it, as sites_text(). Returns `out`. */
char *fleet_names(const struct fleet *fleet, unsigned service, enum family family,
                  char out[VIEW_TEXT_MAX]);

/* Fills view->fleet, and adds its alarms. */
void fleet_view(const struct fleet *fleet, struct mono now, struct node_view *view);

#endif
