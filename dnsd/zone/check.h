/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.h - what makes a zone valid, and what is worth a warning: rules that need more than one
 * record to decide, judged by what a zone's readers see. So a zone that was loaded whole and one
 * that was made by difference are judged alike. What readers no longer see is judged while the
 * zone is built (builder.h), and what never comes so far where it is read (records.h).
 * What is looked for, and what it means, is in one table: policy.h. */
#ifndef PROXIMA_ZONE_CHECK_H
#define PROXIMA_ZONE_CHECK_H

#include "dnsd/zone/finding.h"
#include "dnsd/zone/zone.h"

/* Looks at the whole zone, in canonical order. -1: there are errors, it cannot be served. */
int zone_check(const struct zone *zone, struct findings *findings);

/* Looks at nothing but whether the signatures of the zone are valid at this time: what may have
 * changed since the zone was judged. -1: it cannot be served. */
int zone_check_times(const struct zone *zone, struct findings *findings);

/* --- for zone_check ---------------------------------------------------------------------------
 */

/* signature_check.c: of a zone that is signed, whether its signatures are all there, by its keys,
 * and valid. Cryptography is not asked: a wrong signature is for those to find who validate. */
void signature_check(const struct zone *zone, struct findings *findings);

/* chain_check.c: whether what is not there can be proven. */
void chain_check(const struct zone *zone, struct findings *findings);

/* nsec_check.c, nsec3_check.c: for that, of a zone whose chain is of that kind, each name's place
 * in it; and of all NSEC3 parameters that the apex offers, whether their chains are closed. */
void nsec_check(const struct zone *zone, struct findings *findings);
void nsec3_check(const struct zone *zone, struct findings *findings);
void nsec3_check_offers(const struct zone *zone, struct findings *findings);

/* Compares the types of a node with the type bitmap (`len` bytes) of its NSEC or NSEC3 record
 * `about`. */
void chain_check_types(const struct zone *zone, const struct zone_node *node,
                       const struct zone_record *about, const uint8_t *bitmap, size_t len,
                       struct findings *findings);

/* True if the RRset of that type is the zone's own word, and signed in a signed zone: not what is
 * hidden, and not glue or NS at a delegation (RFC 4035 2.2). */
bool check_is_authoritative(const struct zone_node *node, uint16_t type);

#endif
