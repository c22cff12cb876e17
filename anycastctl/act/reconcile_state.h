/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reconcile_state.h - what reconcile's files share: reconcile.c reads BIRD and judges,
 * reconcile_act.c sends commands and keeps the intent folder, reconcile_view.c shows. Nobody else
 * includes this. */
#ifndef PROXIMA_ACT_RECONCILE_STATE_H
#define PROXIMA_ACT_RECONCILE_STATE_H

#include "anycastctl/act/birdpid.h"
#include "anycastctl/act/reconcile.h"
#include "bird/client.h"
#include "bird/show.h"
#include "common/err.h"

/* One service in one family. */
struct target {
    bool has_want;
    enum level want;
    struct proto_states states; /* unknown again as soon as a command may change them */
    unsigned under_way;         /* commands not answered yet */
    bool withdrawing;           /* a withdrawal was sent, and BIRD not read since */
    uint64_t touched;           /* the turn in which a command was sent or answered last */
    unsigned attempts;          /* commands since it was last as wanted */
    bool resting;               /* the last command failed: wait for the retry timer */
    bool settled;               /* was as wanted when last read: what differs now is drift */
    struct err problem;         /* why the last command failed */
};

struct reconcile {
    struct ev_loop *loop;
    const struct settings *settings;
    struct reconcile_events events;
    struct bird_client *client;
    struct birdpid bird;
    ev_timer poll, again;

    uint64_t turn;      /* counts commands, replies and reads, to tell their order */
    uint64_t read_turn; /* in which the read under way was sent */
    bool reading, read_again;
    bool dead;      /* no connection, and BIRD's process has ended: nothing is announced */
    bool found;     /* BIRD has been read at least once */
    bool fresh;     /* the connection is new: the status will tell if BIRD is, too */
    bool restarted; /* its status says so; its protocols are still being read */
    struct bird_status status;
    char version[32];
    char stray[BIRD_SYMBOL_MAX];
    struct err intent_problem, read_problem;
    unsigned session_count;
    struct session_view session[VIEW_SESSIONS_MAX];

    struct target target[SERVICES_MAX][FAMILY_COUNT];
};

/* Sends the next command for one service and family, if there is one and BIRD is there. */
void reconcile_act(struct reconcile *r, unsigned service, enum family family);
void reconcile_act_all(struct reconcile *r);

/* Makes the intent folder as it shall be: empty without BIRD. */
void reconcile_sync_intents(struct reconcile *r);

/* Reads our protocols; if that is under way, once more after it. */
void reconcile_read_back(struct reconcile *r);

#endif
