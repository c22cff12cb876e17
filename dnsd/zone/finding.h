/* SPDX-License-Identifier: GPL-3.0-or-later */
/* finding.h - what is wrong with records that are each well-formed, and how it is told. */
#ifndef PROXIMA_ZONE_FINDING_H
#define PROXIMA_ZONE_FINDING_H

#include "common/err.h"
#include "dnsd/zone/record.h"

#include <stdbool.h>
#include <stdint.h>

#define ZONE_TTL_ANY UINT32_MAX /* in a finding: whatever TTL the record has */

enum { ZONE_ERRORS_MAX = 20 }; /* then the person has enough to do, and no more are looked for */

struct zone_finding {
    bool is_error;    /* the zone cannot be served */
    const char *text; /* "c.example. CNAME: stands beside other data (RFC 1034 3.6.2)" */
    /* The record that it is about, and another one that it has to do with: one of those of this
     * owner and type if rdata is NULL; if owner is NULL, none: because it is missing, for one. */
    struct zone_record about, other;
    bool clash; /* neither is wrong without the other: whichever comes later */
};

/* Takes a finding. The text is valid during the call, names and RDATA as long as what was looked
 * at: the builder or the zone. */
typedef void zone_find(void *arg, const struct zone_finding *finding);

/* Where findings go. */
struct findings {
    zone_find *find; /* NULL: nobody listens */
    void *arg;
    struct err *err; /* gets the first error; may be NULL */
    unsigned errors; /* so far */
};

/* Tells a finding about the name `owner`; its text becomes "OWNER TYPE: what". */
void findings_warn(struct findings *findings, const uint8_t *owner, struct zone_finding finding,
                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void findings_error(struct findings *findings, const uint8_t *owner, struct zone_finding finding,
                    const char *what);

#endif
