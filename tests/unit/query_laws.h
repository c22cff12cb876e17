/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query_laws.h - what holds for the response to any bytes whatsoever; for random tests and fuzzing.
 */
#ifndef PROXIMA_TESTS_QUERY_LAWS_H
#define PROXIMA_TESTS_QUERY_LAWS_H

#include "dnsd/query/query.h"

/* Zones with something of everything, and signed ones with whole chains. Returns a new set. */
const struct zone_set *query_laws_zones(void);

/* Answers `request` with room for `cap` bytes; returns the law that is broken, or NULL. */
const char *query_laws(const struct zone_set *zones, const struct query_request *request,
                       size_t cap);

#endif
