/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reconcile.h - makes BIRD's state equal to the decision, and keeps it so.
 *
 * Per service and family there is a wanted level; BIRD has one static protocol for each announced
 * level (bird/names.h). Whenever the two may differ, plan.h names the next command; it is sent, its
 * reply judged, BIRD's state read back, and the plan made anew, until nothing is left to do.
 * Commands go out at once and in order; a withdrawal doesn't wait for whatever is under way.
 *
 *   reconcile_want ──▶ plan ──▶ command ──▶ reply ──▶ read back ──▶ plan … done: confirmed
 *                       ▲                                            │
 *                       └── every poll_ms, after each reconnect ◀────┘ differs: drift, put right
 *
 * The intent folder (bird/intent.h) follows: announce is folder first, then socket; withdraw is
 * socket first, then folder. Once a family is as wanted, its folder holds just that level. When
 * BIRD's connection is lost the folder is emptied: a BIRD that comes back announces nothing until
 * told.
 *
 * BIRD restarted (another `Last reboot`): what was wanted is forgotten and withdrawn, and the owner
 * is told by `found`, to begin its policies anew. BIRD read for the first time: what it announces
 * becomes what is wanted, and the owner is told likewise. The same BIRD again after a lost
 * connection: what is wanted still holds. While BIRD's process is known to be dead, all is
 * withdrawn.
 *
 * With settings.dry_run BIRD is read, and neither it nor the folder is touched.
 *
 * All in the loop's thread. Callbacks may call reconcile_want(), but not reconcile_free(). */
#ifndef PROXIMA_ACT_RECONCILE_H
#define PROXIMA_ACT_RECONCILE_H

#include "anycastctl/act/plan.h"
#include "anycastctl/model/settings.h"
#include "anycastctl/model/view.h"
#include "bird/reply.h"
#include "common/loop.h"

/* Why `found` is called. */
enum reconcile_found {
    FOUND_FIRST,     /* read for the first time: reconcile_announced() is adopted */
    FOUND_RESTARTED, /* another BIRD than before: everything is wanted withdrawn */
};

/* A command about one service and family was answered (or not: `reply` says how it failed). */
struct reconcile_act {
    unsigned service;
    enum family family;
    const char *command;
    enum level wanted; /* what it was sent for */
    const char *reply; /* BIRD's headline, "0011 svc_dns_4_normal: enabled", or "timeout" */
    bool done;
    double took_ms; /* from sending to the reply */
};

struct reconcile_drift {
    unsigned service;
    enum family family;
    enum level wanted, found;
};

struct reconcile_events {
    void *arg;
    void (*found)(void *arg, enum reconcile_found how);
    void (*confirmed)(void *arg, unsigned service,
                      enum family family); /* is as wanted, read back */
    void (*acted)(void *arg, const struct reconcile_act *act);
    void (*drifted)(void *arg, const struct reconcile_drift *drift);
    /* Something for the view: a connection came or went (`bird` event of the log), a problem. */
    void (*connection)(void *arg, bool up, const char *text); /* version, or the reason */
};

struct reconcile;

/* Connects to BIRD. Borrows `settings` until reconcile_free. */
struct reconcile *reconcile_new(struct ev_loop *loop, const struct settings *settings,
                                const struct reconcile_events *events);
/* Leaves BIRD and the intent folder as they are. */
void reconcile_free(struct reconcile *reconcile);

/* Only after the first `found`. Acts before it returns if BIRD is connected. */
void reconcile_want(struct reconcile *reconcile, unsigned service, enum family family,
                    enum level level);

/* Everything is about to be wanted withdrawn: one command for all of it, ahead of those for each
 * service and family, which follow with reconcile_want(). With many services it is the first one
 * that counts. Also takes what has a name of ours and belongs to no service any more. */
void reconcile_sweep(struct reconcile *reconcile);

/* What BIRD announces, as last read; false: unknown. */
bool reconcile_announced(const struct reconcile *reconcile, unsigned service, enum family family,
                         enum level *out);
bool reconcile_is_connected(const struct reconcile *reconcile);
/* BIRD was read, and is as wanted. In a dry run: always, so that decisions follow each other. */
bool reconcile_is_confirmed(const struct reconcile *reconcile, unsigned service,
                            enum family family);
/* Why it isn't, or will not be at another level, and the remedy; "" if there is nothing to say.
 * `out` has room for VIEW_TEXT_MAX. */
char *reconcile_problem(const struct reconcile *reconcile, unsigned service, enum family family,
                        char out[VIEW_TEXT_MAX]);

/* Fills view->bird, and adds its alarms. */
void reconcile_view(const struct reconcile *reconcile, struct node_view *view);

#endif
