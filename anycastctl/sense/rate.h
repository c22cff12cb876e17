/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rate.h - how fast dnsd's counters grow, over the last second of its reports. Pure. */
#ifndef PROXIMA_SENSE_RATE_H
#define PROXIMA_SENSE_RATE_H

#include "anycastctl/model/settings.h"
#include "common/report.h"

enum { RATE_SAMPLES = 12 }; /* a second of reports, and a little more */

struct rate_sample {
    struct mono at;
    uint64_t queries[FAMILY_COUNT];
    uint64_t probes[FAMILY_COUNT]; /* of them, our own: those that were answered */
    uint64_t drops;
};

struct rate {
    unsigned count;
    struct rate_sample sample[RATE_SAMPLES]; /* oldest first */
};

/* Forgets everything: the counters will start from zero. */
void rate_reset(struct rate *rate);

/* What a report says of the whole node; its sender does not know which queries are our probes. */
struct rate_sample rate_sample_of(const struct report *report);

/* Takes the counters of one report. Those that come quicker than every REPORT_INTERVAL_MS are left
 * out. */
void rate_add(struct rate *rate, const struct rate_sample *sample);

/* Queries per second without own probes; -1 if unknown, which it is too when the last report is
 * older than a second. */
double rate_queries(const struct rate *rate, struct mono now);
/* The same of one address family. */
double rate_queries_of(const struct rate *rate, enum family family, struct mono now);

/* Own probes that were answered, per second; -1 likewise. */
double rate_probes(const struct rate *rate, struct mono now);

/* The share of arriving queries that the kernel dropped for want of buffers, 0..1. */
double rate_drop_share(const struct rate *rate);

#endif
