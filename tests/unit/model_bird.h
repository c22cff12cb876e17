/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_bird.h - a fake BIRD with a mind: it has our protocols, enables and disables them, by
 * pattern too, and shows them. Tests make it deaf, stubborn, forgetful or slow. */
#ifndef PROXIMA_TESTS_MODEL_BIRD_H
#define PROXIMA_TESTS_MODEL_BIRD_H

#include "tests/unit/fake_bird.h"

#include <stdbool.h>

enum { MODEL_PROTOS_MAX = 32, MODEL_ACTIONS_MAX = 32 };

struct model_bird {
    struct fake_bird fake; /* the first member */
    unsigned count;
    struct model_proto {
        char name[40];
        char state[8]; /* "up", "down", "flush" */
    } proto[MODEL_PROTOS_MAX];

    char last_reboot[40];
    bool deaf;           /* takes commands, says nothing */
    const char *refusal; /* the reply to every enable and disable; NULL: obeys */
    bool stubborn;       /* says that it obeys, and does not */
    bool flushing;       /* what is disabled flushes until model_bird_flushed() */

    unsigned reads;        /* how often its protocols were shown */
    unsigned action_count; /* enable and disable only */
    char action[MODEL_ACTIONS_MAX][64];
    /* Called before an enable or disable is carried out, unless NULL. */
    void (*on_action)(struct model_bird *model, const char *command);
};

/* Opens with no protocols; model_bird_start() listens. */
void model_bird_open(struct model_bird *model, struct ev_loop *loop);
void model_bird_close(struct model_bird *model);
void model_bird_start(struct model_bird *model);
void model_bird_stop(struct model_bird *model);

/* All levels of a service in a family, down. */
void model_bird_add(struct model_bird *model, const char *service, int family);
void model_bird_remove(struct model_bird *model, const char *name);

bool model_bird_is_up(const struct model_bird *model, const char *name);
void model_bird_set(struct model_bird *model, const char *name, const char *state);
void model_bird_flushed(struct model_bird *model);

/* Stops, forgets what was enabled, and starts with another `Last reboot`. */
void model_bird_restart(struct model_bird *model);

#endif
