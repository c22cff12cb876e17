/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonerandom.h - for tests: random names, and random zones that change. */
#ifndef PROXIMA_TESTS_UNIT_ZONERANDOM_H
#define PROXIMA_TESTS_UNIT_ZONERANDOM_H

#include "common/dname.h"
#include "dnsd/zone/builder.h"

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
