/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stop.c - the steps of an orderly end. Knows how long each may take. */
#include "dnsd/ops/stop.h"

#include <stddef.h>

enum {
    /* anycastd went away while we wait: long enough for its restart, after which it goes on. */
    RECONNECT_WITHIN_MS = 5000,
    /* More than the workers give their TCP clients. */
    DRAIN_WITHIN_MS = 3000,
};

static bool enter(struct stop *stop, enum stop_phase phase, const char *why, struct mono now)
{
    stop->phase = phase;
    stop->since = now;
    stop->why = why;
    return true;
}

/* Why there is nothing to wait for any more; NULL if there is. */
static const char *why_not_wait(const struct stop *stop, const struct stop_facts *facts)
{
    if (facts->withdrawn)
        return "withdrawn";
    if (facts->hurry)
        return "told-twice";
    if (mono_diff_ms(facts->now, stop->since) >= facts->timeout_ms)
        return "timeout";
    if (mono_diff_ms(facts->now, stop->connected) >= RECONNECT_WITHIN_MS)
        return "anycastd-gone";
    return NULL;
}

void stop_begin(struct stop *stop, const struct stop_facts *facts)
{
    stop->connected = facts->now;
    if (facts->connected)
        enter(stop, STOP_WAITING, "told", facts->now);
    else
        enter(stop, STOP_DRAINING, "no-anycastd", facts->now);
}

bool stop_step(struct stop *stop, const struct stop_facts *facts)
{
    const char *why;
    if (facts->connected)
        stop->connected = facts->now;
    if (stop->phase == STOP_WAITING && (why = why_not_wait(stop, facts)))
        return enter(stop, STOP_DRAINING, why, facts->now);
    if (stop->phase == STOP_DRAINING && facts->drained)
        return enter(stop, STOP_DONE, "drained", facts->now);
    if (stop->phase == STOP_DRAINING && mono_diff_ms(facts->now, stop->since) >= DRAIN_WITHIN_MS)
        return enter(stop, STOP_GAVE_UP, "timeout", facts->now);
    return false;
}
