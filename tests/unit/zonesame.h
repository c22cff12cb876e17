/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonesame.h - for tests: two versions of a zone that should be the same to whoever reads them, and
 * random zones that change. */
#ifndef PROXIMA_TESTS_UNIT_ZONESAME_H
#define PROXIMA_TESTS_UNIT_ZONESAME_H

#include "common/dname.h"
#include "dnsd/zone/builder.h"

/* Fails the test unless both have the same names in the same order, with the same flags, RRsets and
 * targets, the same sizes but for the bytes, and the same findings (check.h). */
void assert_zones_same(const struct zone *got, const struct zone *want);
/* The same for what zone_match says of a name. */
void assert_matches_same(const struct zone *got, const struct zone *want, const uint8_t *name);

/* Random numbers and names; PROXIMA_SEED=n repeats a run. */
void random_begin(void);
unsigned random_below(unsigned n);
/* Up to `labels` labels from a small alphabet in front of `below`, so that names meet. */
struct dname random_name(const struct dname *below, unsigned labels);

enum { RANDOM_RECORDS_MAX = 80 };

/* The records of a zone in the order of a file. */
struct random_zone {
    struct dname apex;
    struct random_record {
        struct dname owner;
        uint16_t type;
        uint32_t ttl;
        uint8_t rdata[2 * DNAME_MAX];
        uint16_t rdlength;
    } records[RANDOM_RECORDS_MAX];
    size_t count;
};

/* A new zone; it can be built, but is seldom free of errors. */
void random_zone_begin(struct random_zone *zone);
/* Adds, takes away or changes some records, the SOA too sometimes. */
void random_zone_edit(struct random_zone *zone);
/* Has those records in `builder` that are of `owner`; NULL: all. */
void random_zone_add(const struct random_zone *zone, struct zone_builder *builder,
                     const uint8_t *owner);
const struct zone *random_zone_build(const struct random_zone *zone);

#endif
