/* SPDX-License-Identifier: GPL-3.0-or-later */
/* casefile.h - for tests: a file of cases as it is read: its zones as text, and its cases. The
 * format stands in cases.h. */
#ifndef PROXIMA_TESTS_CASEFILE_H
#define PROXIMA_TESTS_CASEFILE_H

#include "common/err.h"
#include "dnsd/zone/set.h"

enum { CASEFILE_ZONES_MAX = 64, CASEFILE_CASES_MAX = 256 };

struct casefile_zone {
    struct dname apex;
    enum report_zone_state state;
    char *text;               /* NULL: configured, but not there */
    struct prefix transferee; /* who may have it whole */
    bool has_transferee;
};

/* Zones are served together that stand together, for the cases that follow them. */
struct casefile_set {
    size_t from, to; /* zones[from] to zones[to - 1] */
};

struct casefile_case {
    char *title, *question, *reply;
    struct casefile_set set;
};

struct casefile {
    struct casefile_set set; /* the current one */
    size_t zone_count, case_count;
    struct casefile_zone zones[CASEFILE_ZONES_MAX];
    struct casefile_case cases[CASEFILE_CASES_MAX];
};

/* Reads a file below the source folder into `file`, which is zero. -1: it cannot be read; then,
 * too, casefile_free. */
int casefile_read(struct casefile *file, const char *path, struct err *err);
void casefile_free(struct casefile *file);

/* Loads the zones of a set; fails the test where one is wrong. The caller frees the result. */
const struct zone_set *casefile_zones(const struct casefile *file, struct casefile_set set);

#endif
