/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict.h - from what the witnesses say to one cause. Pure.
 *
 *   dead      the process ended (or dumps core), and nothing has answered since; or nobody has
 *             connected within the grace after our start, and nothing answers
 *   hung      no report for silent_ms, and a hurried round of probes, begun after the last sign of
 *             life, was in vain; a sign of life is a report or the answer to a probe
 *   worker    dnsd reports on time that one of its loops has not turned for silent_ms
 *   starved   it would be hung, or a worker, but for want of CPU (common/vigil.h): it can answer,
 * if slowly, and what keeps it from that may well be the same at every site silent    reports are
 * missing as above, but this family answers overload  the kernel drops queries for want of buffers;
 * that a probe is lost then is no wonder unknown   there is no completed round of probes yet, or
 * dnsd may yet connect address   a probe cannot be bound to it; or the kernel would send its
 * packets elsewhere, and no probe was answered as it should be, so that it is not for another
 * reason The rest is as the cause table has it. All ages are counted only while our own loop ran on
 * time.
 */
#ifndef PROXIMA_SENSE_VERDICT_H
#define PROXIMA_SENSE_VERDICT_H

#include "anycastctl/model/cause.h"
#include "anycastctl/model/check.h"
#include "anycastctl/model/host.h"
#include "anycastctl/sense/intake.h"
#include "anycastctl/sense/prober.h"

enum { VERDICT_DETAIL_MAX = 256 };

/* What concerns all services and families. */
struct verdict_node {
    const struct intake_facts *intake;
    bool silent;           /* reports are missing for silent_ms, and no one has come since */
    int64_t report_age_ms; /* how long they are missing */
    bool starved;          /* dnsd gets no CPU, since its last sign of life */
    bool grace_over;       /* dnsd had time to connect after our start */
    int64_t silent_ms;
    struct mono life;  /* the last sign of life of the present process, by its sender's stamp */
    struct mono vain;  /* the latest hurried round in vain */
    double drop_share; /* of arriving queries, 0..1 */
    int64_t unix_s;    /* wall clock: signatures end by it */
    bool signatures;   /* are looked at */
    int64_t signature_warning_s, zone_warning_s; /* so long before the end it is told */
    const struct host_finding *host;             /* HOST_CHECK_COUNT of them */
    size_t check_count;
    const struct check_facts *check; /* the external ones */
};

/* What concerns one service in one family. */
struct verdict_lane {
    const struct service *service;
    unsigned index; /* of the service in the settings */
    enum family family;
    const struct prober_facts *probes;
    const struct addr *absent; /* an address that the kernel does not deliver here; NULL: none */
};

struct verdict {
    enum cause cause;
    char detail[VERDICT_DETAIL_MAX]; /* the evidence in words; empty for CAUSE_NONE */
};

void verdict_reach(const struct verdict_node *node, const struct verdict_lane *lane,
                   struct verdict *out);

#endif
