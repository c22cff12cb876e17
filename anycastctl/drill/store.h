/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.h - reports of drills, one file of JSON each, in a folder below anycastd's state. The
 * folder above belongs to the daemons' user while root writes here: so nothing is reached through a
 * link. */
#ifndef PROXIMA_DRILL_STORE_H
#define PROXIMA_DRILL_STORE_H

#include "anycastctl/drill/figure.h"
#include "common/err.h"

#include <jansson.h>
#include <stdbool.h>

enum { STORE_REPORTS_MAX = 1000 };

/* Opens the folder; with `make`, makes it if it is missing and makes sure that we may write there.
 * Returns a descriptor that the caller closes. */
int store_open(const char *path, bool make, struct err *err);

/* Writes the report under its "id", whole or not at all. */
int store_save(int folder, const json_t *report, struct err *err);

/* One report (new), or NULL. An id has letters, digits and hyphens only. */
json_t *store_load(int folder, const char *id, struct err *err);

/* All reports, oldest first, of one scenario or (NULL) of all: an array (new). Files that are no
 * reports are left out. At most the latest STORE_REPORTS_MAX. */
json_t *store_list(int folder, const char *scenario);

/* How earlier reports did: {"runs": n, "figures": {"detect": {"last", "best", "median", "worst"}}};
 * new. Interrupted ones are left out. */
json_t *store_compare(const json_t *reports);

#endif
