/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glasses.h - all looking glasses: what the neighbours see of each service, family by family.
 *
 * After a change each is asked until it agrees: after 100 ms, then with growing pauses of up to 5
 * s, as long as a proof is waited for; otherwise once per its interval. Each has one question under
 * way at most. What they say is evidence for proofs and for the operator; no decision hears of it:
 * a stranger's answer must not withdraw anything. */
#ifndef PROXIMA_SENSE_GLASSES_H
#define PROXIMA_SENSE_GLASSES_H

#include "anycastctl/model/settings.h"
#include "anycastctl/model/view.h"
#include "anycastctl/sense/sight.h"
#include "common/loop.h"
#include "common/mono.h"

/* One looking glass was asked about one service in one family: about all its prefixes. */
struct glass_seen {
    const char *glass; /* its name */
    unsigned service;
    enum family family;
    enum level level; /* what is compared with */
    bool answered;    /* false: it did not, and `verdict` says nothing */
    enum sight_verdict verdict;
    struct mono asked, now; /* asked: an answer from a cache is of an earlier time */
};

struct glasses_events {
    void *arg;
    void (*seen)(void *arg, const struct glass_seen *seen);
};

struct glasses;

/* Returns new; NULL if none is configured, which all functions take. Borrows `settings`. */
struct glasses *glasses_new(struct ev_loop *loop, const struct settings *settings,
                            const struct glasses_events *events);
void glasses_free(struct glasses *glasses);

/* The level has changed from `from` to `to`: asks until all agree. */
void glasses_chase(struct glasses *glasses, unsigned service, enum family family, enum level from,
                   enum level to, struct mono now);

/* Fills view->glass, and adds an alarm for each that has seen otherwise for longer than a proof may
 * take. */
void glasses_view(const struct glasses *glasses, struct node_view *view, struct mono now);

#endif
