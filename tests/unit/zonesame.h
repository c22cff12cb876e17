/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonesame.h - for tests: two versions of a zone that should be the same to whoever reads them. */
#ifndef PROXIMA_TESTS_UNIT_ZONESAME_H
#define PROXIMA_TESTS_UNIT_ZONESAME_H

#include "dnsd/zone/zone.h"

/* Fails the test unless both have the same names in the same order, with the same flags, RRsets and
 * targets, the same sizes but for the bytes, and the same findings (check.h). */
void assert_zones_same(const struct zone *got, const struct zone *want);
/* The same for what zone_match says of a name. */
void assert_matches_same(const struct zone *got, const struct zone *want, const uint8_t *name);

#endif
