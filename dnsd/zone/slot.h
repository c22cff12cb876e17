/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slot.h - a piece of text, and what was read from it: it may be scanned before what stands in
 * front of it is, with what is thought to be in force there. For records.c only. */
#ifndef PROXIMA_ZONE_SLOT_H
#define PROXIMA_ZONE_SLOT_H

#include "dnsd/zone/batch.h"
#include "dnsd/zone/policy.h"
#include "dnsd/zone/scan.h"
#include "dnsd/zone/text.h"

struct slot {
    struct piece piece;
    struct scan *scan;
    struct scan_context start; /* what is in force where it begins, or is thought to be */
    struct batch batch;
    void *digest;
    enum scan_kind end; /* at which scanning stopped: SCAN_END, SCAN_INCLUDE, SCAN_PROBLEM */
    struct scan_item item;
    size_t taken; /* records of the piece that were handed over before those of the batch */
};

void slot_free(struct slot *slot); /* what is in it */

/* Makes ready to scan its piece, with what `start` says, and `folder` for included files. */
void slot_begin(struct slot *slot, const char *folder);

/* Scans on, to the end or to what is not a good record. One outside of `apex` is not, but with
 * `outside_is` CHECK_OFF it is left out, and no more is said. */
void slot_scan_on(struct slot *slot, const struct dname *apex, enum check_level outside_is);

/* The slot was scanned with what is in force now, as far as it mattered. Its owner did not: cuts
 * are before records that state theirs; else it is a problem. */
bool slot_is_as_thought(const struct slot *slot, const struct scan_context *now);

/* What is in force behind the slot, if `now` is in front of it. */
struct scan_context slot_context_behind(const struct slot *slot, const struct scan_context *now);

#endif
