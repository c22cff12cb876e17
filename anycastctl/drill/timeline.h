/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timeline.h - from anycastd's events to figures. Pure: events are its event log's objects, in
 * order; times are nanoseconds of CLOCK_MONOTONIC. */
#ifndef PROXIMA_DRILL_TIMELINE_H
#define PROXIMA_DRILL_TIMELINE_H

#include "anycastctl/drill/figure.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct timeline {
    int64_t begun_ns; /* when the failure began */
    int64_t over_ns;  /* when it was over; 0: not yet */
    json_t *subjects; /* [{"service", "family"}] that were announced before; borrowed */
    json_t *events;   /* borrowed */
};

/* Fills in what the events tell: detect, withdraw, proof, restore. The others stay as they are. */
void timeline_measure(const struct timeline *timeline, struct figures *figures);

/* True if all subjects are withdrawn, or announced again; of those that never left, the second is
 * no news. */
bool timeline_withdrawn(const struct timeline *timeline);

/* True if any announcement changed. */
bool timeline_changed(const struct timeline *timeline);

/* An event in the words of the live view; new memory. NULL: one that nobody needs to read. */
char *timeline_words(const json_t *event);

#endif
