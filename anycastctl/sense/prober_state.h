/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prober_state.h - what the prober's files share: prober.c knows when to ask, and whom,
 * prober_round.c what is made of the answers. Nobody else includes this. */
#ifndef PROXIMA_SENSE_PROBER_STATE_H
#define PROXIMA_SENSE_PROBER_STATE_H

#include "anycastctl/sense/check.h"
#include "anycastctl/sense/probe.h"
#include "anycastctl/sense/prober.h"

enum {
    HURRY_COPIES = 3, /* three datagrams are not lost by chance */
    SHOTS_MAX = SERVICE_ADDRESSES_MAX * (SERVICE_ZONES_MAX + 1 + HURRY_COPIES),
    WHY_MAX = 160,
};

/* One probe of a round, and what is made of it. */
struct shot {
    struct prober *prober;
    unsigned address, zone;
    struct probe probe;
    struct check_said before; /* what dnsd said when it was sent */
    struct mono landed;
    bool doubtful; /* disagrees with what dnsd said up to now */
    enum path_state state;
    char why[WHY_MAX];
};

struct prober {
    struct ev_loop *loop;
    const struct settings *settings;
    const struct service *service;
    const struct service_family *family;
    const struct prober_owner *owner;
    ev_timer timer; /* in a round: its end; between rounds: the next one's begin */
    struct prober_facts facts;
    bool flying;
    struct mono began;
    struct mono hurried;    /* when the last hurried round began */
    unsigned hurried_shots; /* in a hurried round: the first shot of the hurry */
    bool is_hurried;
    bool is_pressed;      /* the next round follows at once */
    int64_t wrong_rounds; /* in a row, as far as policy.fall counts them */
    unsigned turn;        /* which zone the first address is asked for in a hurry, and over TCP */
    unsigned shot_count;
    struct shot shots[SHOTS_MAX];
};

/* dnsd's last report, or NULL. */
const struct report *prober_report(const struct prober *prober);

/* Still flies, or waits for dnsd's word. */
bool shot_is_open(const struct shot *shot);
/* Makes something of the probe's outcome. */
void shot_grade(struct shot *shot);
/* Nothing more will be known of a doubtful answer: `said` decides. */
void shot_settle(struct shot *shot, const struct check_said *said);

/* What the round that is over says of one transport; leaves `path` alone where it was not tried. */
void round_sum_up(const struct prober *prober, enum probe_transport transport, struct path *path);
/* A hurry was in vain if something was waited for and nothing was answered. */
bool round_was_in_vain(const struct prober *prober);

#endif
