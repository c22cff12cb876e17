/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.h - what makes a zone valid, and what is worth a warning: rules that need more than one
 * record to decide, judged by what a zone's readers see. So a zone that was loaded whole and one
 * that was made by difference are judged alike. What readers no longer see is judged while the
 * zone is built (builder.h). */
#ifndef PROXIMA_ZONE_CHECK_H
#define PROXIMA_ZONE_CHECK_H

#include "dnsd/zone/finding.h"
#include "dnsd/zone/zone.h"

/* Looks at the whole zone, in canonical order. Errors (-1: it cannot be served): no SOA or several
 * at the apex, SOA elsewhere, no NS at the apex, CNAME beside other data (RFC 1034 3.6.2) or
 * doubled, several DNAMEs, DNAME beside a delegation, a delegated wildcard. All go to `find` (may
 * be NULL), up to ZONE_ERRORS_MAX and a few; `err` has the first.
 * What can be served but is probably wrong goes to `find` too: missing glue, NS, MX or SRV whose
 * host is a CNAME or not there, data below a cut or DNAME that is no glue, DS without delegation.
 */
int zone_check(const struct zone *zone, zone_find *find, void *arg, struct err *err);

/* chain_check.c: for zone_check, the warnings about the chain of a signed zone: NSEC3 with
 * iterations, or with parameters that are not used; no chain at all. */
void chain_check(const struct zone *zone, struct findings *findings);

#endif
