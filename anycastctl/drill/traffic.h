/* SPDX-License-Identifier: GPL-3.0-or-later */
/* traffic.h - what became of the queries: when they stopped coming, and how many were lost. Pure.
 *
 * A node cannot see what never arrives. It sees datagrams that came to a port that nobody had, that
 * did not fit into a socket, that waited in a socket that nobody read, or that were answered
 * SERVFAIL; from these, its own probes and what was there before are subtracted. What a dying
 * process' sockets still took while the kernel took the process apart is estimated by the rate.
 * What TCP lost is not seen. */
#ifndef PROXIMA_DRILL_TRAFFIC_H
#define PROXIMA_DRILL_TRAFFIC_H

#include "anycastctl/drill/meter.h"
#include "anycastctl/drill/scenario.h"

#include <jansson.h>
#include <stddef.h>

struct samples {
    size_t count, cap;
    struct sample *of; /* in the order of time */
};

void samples_add(struct samples *samples, const struct sample *sample); /* copies */
void samples_free(struct samples *samples);

/* How it was before. */
struct traffic_before {
    double queries_per_s; /* of clients; NaN: not known */
    double probes_per_s;  /* anycastd's own */
    double unheard_per_s; /* what comes to closed ports all the time */
};

/* From samples before the drill began, and the rates that anycastd tells (-1: it does not know). */
struct traffic_before traffic_before(const struct samples *samples, double queries_per_s,
                                     double probes_per_s);

/* When traffic was gone, in ms since `from`, looking until `to`; NaN if it was not, or if there is
 * too little to tell it from own probes. */
double traffic_gone_ms(const struct samples *samples, const struct traffic_before *before,
                       struct mono from, struct mono to);

struct lost {
    double unheard, in_flight, dropped, waited, wrong; /* NaN: not known, or not looked at */
    double total;
};

/* What was lost from `from` on. `first` and `last` bracket the drill tightly; `over` is the end of
 * the failure, `gone_ms` what traffic_gone_ms() said. */
struct lost_span {
    struct sample first, last;
    struct mono from, over;
    double gone_ms;
    double closed_ms; /* until a dying process' sockets were closed; NaN: not known */
};
struct lost traffic_lost(const struct scenario *scenario, const struct samples *samples,
                         const struct traffic_before *before, const struct lost_span *span);

json_t *lost_json(const struct lost *lost);

/* [[ms, answered per s, unanswered per s], …] every `step_ms` at least, for a picture. */
json_t *traffic_json(const struct samples *samples, struct mono from, int64_t step_ms);

#endif
