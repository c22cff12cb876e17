/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sense.h - what is true of dnsd at this node, service by service and family by family.
 *
 * Four witnesses: dnsd's report (intake.h), its process (closed socket, pidfd), our own probes
 * (prober.h), and the host (addresses.h, hostwatch.h); and whatever programs the operator lets look
 * (commands.h). verdict.h weighs them: a pure function from
 * facts to a cause. Runs on the controller's loop; calls `changed` whenever a cause changed, a
 * round of probes was completed, dnsd's connection came or went, or the state that it reports
 * changed.
 *
 * The files: intake.h (the report socket) and peer.h (the process behind it); prober.h (rounds),
 * probe.h (one question), check.h (is the answer right?); stall.h (did our own loop run on time?),
 * rate.h (queries per second), traffic.h (whose?), verdict.h; signatures.h (how long do they
 * hold?); routes.h (where does the kernel send it?), command.h (one run of a program), streak.h,
 * hostread.h (the host's figures) and hostjudge.h (what they mean).
 * Pure: check, signatures, stall, rate, traffic, hostjudge, verdict. */
#ifndef PROXIMA_SENSE_SENSE_H
#define PROXIMA_SENSE_SENSE_H

#include "anycastctl/model/cause.h"
#include "anycastctl/model/check.h"
#include "anycastctl/model/host.h"
#include "anycastctl/model/query_rate.h"
#include "anycastctl/model/settings.h"
#include "common/loop.h"
#include "common/report.h"

struct sense;

enum { SENSE_DETAIL_MAX = 256 };

struct sense_health {
    enum cause cause;
    char detail[SENSE_DETAIL_MAX]; /* the evidence in words: "192.0.2.53 over UDP: SERVFAIL for
                                      example.com SOA" */
    uint64_t rounds;   /* completed rounds of probes in this family; grows by one each */
    struct mono since; /* when this cause began */
};

struct sense_events {
    void (*changed)(void *arg); /* look again with sense_health() */
    void *arg;
};

/* Listens on settings->report_socket and starts probing. Borrows `settings` until sense_free. */
struct sense *sense_new(struct ev_loop *loop, const struct settings *settings,
                        const struct sense_events *events, struct err *err);
void sense_free(struct sense *sense);

const struct sense_health *sense_health(const struct sense *sense, unsigned service,
                                        enum family family);

/* dnsd's last report (NULL: none yet, or its connection is gone), borrowed until the next loop
 * turn. */
const struct report *sense_report(const struct sense *sense);
/* A descriptor for dnsd's process, -1 if unknown. Borrowed; changes when dnsd restarts. */
int sense_dnsd_pidfd(const struct sense *sense);
/* Queries per second over the last second, from the report's counters, own probes not counted; -1:
 * unknown. */
double sense_query_rate(const struct sense *sense);
/* Own probes that it answered, likewise. */
double sense_probe_rate(const struct sense *sense);
/* What was found of the host around dnsd. */
struct host_finding sense_host(const struct sense *sense, enum host_check check);
/* The same of one service in one address family: see traffic.h. */
struct query_rate sense_query_rate_of(const struct sense *sense, unsigned service,
                                      enum family family);
/* What is known of the settings' external checks, in their order. Borrowed. */
const struct check_facts *sense_checks(const struct sense *sense);
/* Tells a stopping dnsd that it may leave. */
void sense_tell_withdrawn(struct sense *sense);

#endif
