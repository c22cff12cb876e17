/* SPDX-License-Identifier: GPL-3.0-or-later */
/* finding.h - what is wrong with records that are each well-formed, and how it is told. */
#ifndef PROXIMA_ZONE_FINDING_H
#define PROXIMA_ZONE_FINDING_H

#include "common/err.h"
#include "dnsd/zone/policy.h"
#include "dnsd/zone/record.h"

#include <stdbool.h>
#include <stdint.h>

#define ZONE_TTL_ANY UINT32_MAX /* in a finding: whatever TTL the record has */

enum { ZONE_ERRORS_MAX = 20 }; /* then the person has enough to do, and no more are looked for */

struct zone_finding {
    enum check_id check; /* by which it was found */
    bool is_error;       /* the zone cannot be served */
    const char *text;    /* "c.example. CNAME: stands beside other data (RFC 1034 3.6.2)" */
    /* The record that it is about, and another one that it has to do with: one of those of this
     * owner and type if rdata is NULL; if owner is NULL, none: because it is missing, for one. */
    struct zone_record about, other;
    bool clash; /* neither is wrong without the other: whichever comes later */
};

/* Takes a finding. The text is valid during the call, names and RDATA as long as what was looked
 * at: the builder or the zone. */
typedef void zone_find(void *arg, const struct zone_finding *finding);

/* By what is judged, and where findings go. Zeroed, but for `policy`, when judging begins. */
struct findings {
    const struct check_policy *policy; /* borrowed */
    int64_t now;     /* seconds since 1970; 0: what depends on the time is not judged */
    zone_find *find; /* NULL: nobody listens */
    void *arg;
    struct err *err; /* gets the first error; may be NULL */

    unsigned errors; /* so far */
    struct zone_verdict verdict;
};

/* Notes that the check has found something. False: the policy has it off. */
bool findings_note(struct findings *findings, enum check_id check);

/* Tells a finding about the name `owner`, if the policy wants it; its text becomes "OWNER TYPE:
 * what". */
void findings_tell(struct findings *findings, enum check_id check, const uint8_t *owner,
                   struct zone_finding finding, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

static inline bool findings_wants(const struct findings *findings, enum check_id check)
{
    return findings->policy->levels[check] != CHECK_OFF;
}

/* There are so many errors that no more are looked for. */
static inline bool findings_are_enough(const struct findings *findings)
{
    return findings->errors >= ZONE_ERRORS_MAX;
}

#endif
