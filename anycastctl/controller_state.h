/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controller_state.h - what the controller's files share: controller.c joins the rooms,
 * controller_step.c steps, controller_evidence.c and controller_floor.c weigh, controller_orders.c
 * obeys, controller_events.c records, controller_view.c shows. Nobody else includes this. */
#ifndef PROXIMA_CONTROLLER_STATE_H
#define PROXIMA_CONTROLLER_STATE_H

#include "anycastctl/act/exports.h"
#include "anycastctl/act/holder.h"
#include "anycastctl/act/reconcile.h"
#include "anycastctl/controller_proof.h"
#include "anycastctl/decide/outlook.h"
#include "anycastctl/decide/policy.h"
#include "anycastctl/decide/rounds.h"
#include "anycastctl/model/settings.h"
#include "anycastctl/record/changes.h"
#include "anycastctl/record/eventlog.h"
#include "anycastctl/record/keeper.h"
#include "anycastctl/record/orders.h"
#include "anycastctl/sense/fleet.h"
#include "anycastctl/sense/sense.h"
#include "anycastctl/serve/serve.h"
#include "common/loop.h"
#include "common/mono.h"

/* One service in one family. */
struct announcement {
    bool begun; /* BIRD's state was known when the policy began */
    struct policy policy;
    struct policy_input input;       /* of the last step */
    struct policy_decision decision; /* of the last step */
    struct mono look_since;          /* since when the decision waits for a look at the fleet */
    struct mono stepped;             /* up to when time was told to the policy */
    struct rounds rounds;            /* of observation, told to the policy */
    struct mono level_since;
    uint64_t change;         /* number of the change to this level; 0: it was found so at start */
    struct mono fatal_since; /* since when a local-fatal withdrawal waits for BIRD; else never */
    struct query_rate rate_before; /* before the drain */
    struct {                       /* what was recorded last */
        enum level level;
        enum cause cause;
        bool alarm;
    } told;
};

struct controller {
    struct ev_loop *loop;
    struct settings *settings;
    const char *path;
    struct policy_rules rules;

    struct sense *sense;
    struct reconcile *reconcile;
    struct exports *exports;
    struct glasses *glasses; /* NULL: none is configured */
    struct fleet *fleet;
    struct holder *holder;
    struct serve *serve;
    struct eventlog *eventlog;
    struct keeper *keeper;
    struct orders orders;
    struct err orders_problem; /* they could not be read at start */
    struct keeper *change_keeper;
    uint64_t last_change;
    struct err change_problem; /* the number of the last one could not be read at start */

    struct announcement announcement[SERVICES_MAX][FAMILY_COUNT];
    struct proof proof[SERVICES_MAX][FAMILY_COUNT]; /* of the change to its level */
    bool stopping;    /* dnsd asked to leave, and no other one has reported since */
    bool leave_told;  /* a stopping dnsd was told that it may leave */
    int32_t dnsd_pid; /* the one whose pidfd the guard has; 0: none */
    struct mono started;
    ev_timer next; /* when time alone may change something */
};

struct moment controller_now(void);

/* Which announcement something is about. */
struct subject {
    unsigned service;
    enum family family;
};

/* What the policy hears of it: the worst that any room knows, with the evidence for it. `rounds`
 * counts the family's own rounds of probes. */
struct sense_health evidence_of(const struct controller *c, struct subject about);

/* Steps all policies, because something may have changed. First BIRD, for all; then the records. */
void controller_step(struct controller *c);
/* BIRD's state is known for the first time, or that of another BIRD: the policies begin. */
void controller_meet(struct controller *c, bool restarted);

/* Adds to a step's input what is known of the other sites. */
void floor_tell(const struct controller *c, struct subject about, struct mono now,
                struct policy_input *input);
/* May an operator take this service away? -1: not without force, and why. */
int floor_check_order(const struct controller *c, unsigned service, struct mono now,
                      struct err *err);
/* What would change the decision. Returns `out`. */
char *floor_outlook(const struct controller *c, struct subject about, struct mono now,
                    char out[OUTLOOK_MAX]);

/* For serve.h. `arg` is the controller. */
int controller_order(void *arg, const struct serve_order *given, struct err *err);
int controller_stored(void *arg, struct err *why);
/* Orders whose time is over are over. */
void controller_expire_orders(struct controller *c);

/* What happened, for the event log and the journal. */
void events_start(struct controller *c);
void events_stop(struct controller *c);
void events_health(struct controller *c, struct subject about, const struct sense_health *health);
/* The decision of another level: gives it its number. */
void events_level(struct controller *c, struct subject about, enum level from, const char *reason);
void events_confirmed(struct controller *c, struct subject about);
void events_alarm(struct controller *c, struct subject about);
void events_act(struct controller *c, const struct reconcile_act *act);
void events_drift(struct controller *c, const struct reconcile_drift *drift);
void events_proof(struct controller *c, json_t *fields); /* steals them */
void events_unproven(struct controller *c, struct subject about, const struct ladder_step *step);
void events_exports(struct controller *c, struct subject about, const char *problem);
void events_bird(struct controller *c, const char *event, const char *text);
void events_site(struct controller *c, const struct fleet_news *news);
void events_sight(struct controller *c, bool live, const char *why);
void events_guard(struct controller *c);
void events_order(struct controller *c, unsigned service, const char *event);

/* For serve.h. `arg` is the controller. */
void controller_view(void *arg, struct node_view *out);

#endif
