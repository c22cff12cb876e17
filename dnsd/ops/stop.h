/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stop.h - the orderly end: wait for anycastd to say that the prefix is withdrawn, answer what is
 * queued, leave. Bounded at each step. */
#ifndef PROXIMA_OPS_STOP_H
#define PROXIMA_OPS_STOP_H

#include "common/mono.h"

#include <stdbool.h>
#include <stdint.h>

/* What the next step depends on. */
struct stop_facts {
    struct mono now;
    bool connected;     /* anycastd is there */
    bool withdrawn;     /* it has confirmed */
    bool hurry;         /* told to stop for a second time */
    bool drained;       /* all workers have ended */
    int64_t timeout_ms; /* to wait for the withdrawal */
};

enum stop_phase {
    STOP_NOT,      /* serving */
    STOP_WAITING,  /* for the withdrawal; still answering */
    STOP_DRAINING, /* workers answer what is queued, and end */
    STOP_DONE,
    STOP_GAVE_UP, /* a worker or the loader hangs: leave without it */
};

struct stop {
    enum stop_phase phase;
    struct mono since;     /* when the phase began */
    struct mono connected; /* when anycastd was last there */
    const char *why;       /* of the phase, for the log */
};

/* Told to stop. */
void stop_begin(struct stop *stop, const struct stop_facts *facts);

/* The next step, if it is time: true if the phase has changed. Pure. */
bool stop_step(struct stop *stop, const struct stop_facts *facts);

#endif
