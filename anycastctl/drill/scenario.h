/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario.h - the failures that can be rehearsed: what is done, what should happen, what reverts
 * it, and what a site should reach by default. A table; nothing else knows their names. */
#ifndef PROXIMA_DRILL_SCENARIO_H
#define PROXIMA_DRILL_SCENARIO_H

#include "anycastctl/drill/figure.h"

#include <stdbool.h>
#include <stdint.h>

enum { SCENARIO_STEPS_MAX = 4 };

struct scenario {
    const char *name, *about;
    const char *intent;  /* the order that anycastd is given; NULL: none */
    const char *act;     /* what anycastdrill is asked for; NULL: nothing */
    bool confirms;       /* BIRD confirms that it withdrew */
    bool withdraws;      /* the site leaves: the floor must hold */
    bool loses_by_port;  /* queries come to a port that nobody has */
    bool loses_in_queue; /* queries wait in a socket that nobody reads */
    bool loses_by_rcode; /* queries are answered SERVFAIL */
    int64_t for_ms;      /* at most so long, where the operator does not say */
    struct figures limits;
    const char *steps[SCENARIO_STEPS_MAX + 1]; /* what is expected, ended by NULL */
    const char *reverts;                       /* what ends it, whatever happens to us */
};

extern const struct scenario scenarios[]; /* ended by a NULL name */

const struct scenario *scenario_find(const char *name); /* NULL: there is none */

#endif
