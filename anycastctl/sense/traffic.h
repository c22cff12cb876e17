/* SPDX-License-Identifier: GPL-3.0-or-later */
/* traffic.h - which of dnsd's queries are a service's, and how many a second. Pure.
 *
 * dnsd counts by the address that it listens on (common/report.h). So the queries of a service in
 * an address family are those to addresses within its prefixes, if dnsd listens on each of the
 * service's addresses by itself. Where it does not (it listens on a wildcard, or is an older one),
 * nobody can tell them apart, and all queries of the node in this family stand for them. Own probes
 * are counted in neither. */
#ifndef PROXIMA_SENSE_TRAFFIC_H
#define PROXIMA_SENSE_TRAFFIC_H

#include "anycastctl/model/query_rate.h"
#include "anycastctl/model/settings.h"
#include "anycastctl/sense/rate.h"

struct traffic {
    struct rate node;
    struct traffic_part {
        bool own; /* as of the last report */
        struct rate rate;
    } part[SERVICES_MAX][FAMILY_COUNT];
};

/* Forgets everything: the counters will start from zero. */
void traffic_reset(struct traffic *traffic);

/* Takes the counters of one report. `probes`: answers to own probes so far, by the service and
 * family that they were about. */
void traffic_add(struct traffic *traffic, const struct settings *settings,
                 const struct report *report, const uint64_t probes[SERVICES_MAX][FAMILY_COUNT]);

/* Queries of a service per second, as rate_queries_of() says. */
struct query_rate traffic_rate(const struct traffic *traffic, unsigned service, enum family family,
                               struct mono now);

#endif
