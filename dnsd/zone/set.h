/* SPDX-License-Identifier: GPL-3.0-or-later */
/* set.h - the set of all zones that a server answers for, in one immutable version: what readers
 * see. */
#ifndef PROXIMA_ZONE_SET_H
#define PROXIMA_ZONE_SET_H

#include "common/addr.h"
#include "common/report.h"
#include "dnsd/zone/zone.h"

/* One zone of the set. */
struct zone_entry {
    const struct zone *zone; /* NULL: never loaded, or expired: names in it get SERVFAIL */
    enum report_zone_state state;
    const uint8_t *apex; /* wire, lower case; there even without a zone */
    size_t allow_transfer_count;
    const struct prefix *allow_transfer; /* who may have it whole (AXFR); nobody by default */
    int64_t signed_until;                /* as in struct zone_verdict */
};

struct zone_set;

/* Copies `count` entries (names and prefixes too; takes one reference to each zone). Duplicates are
 * the caller's error. */
const struct zone_set *zone_set_new(const struct zone_entry *entries, size_t count);
void zone_set_free(const struct zone_set *set); /* releases its zones */

/* The zone that is authoritative for `key`: the one with the longest apex at or above it, among
 * those with at least `min_skip` labels taken away (0 for all; 1 to find the parent's side of a cut
 * for DS, RFC 4035 3.1.4.1). NULL: none. Wait-free. */
const struct zone_entry *zone_set_find(const struct zone_set *set, const struct name_key *key,
                                       unsigned min_skip);

size_t zone_set_count(const struct zone_set *set);
const struct zone_entry *zone_set_at(const struct zone_set *set, size_t i);

#endif
