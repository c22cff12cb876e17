/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonetext.h - for tests: a zone from the text of a master file, without dnsd's own loader. */
#ifndef PROXIMA_TESTS_ZONETEXT_H
#define PROXIMA_TESTS_ZONETEXT_H

#include "dnsd/zone/zone.h"

/* Returns a zone with one reference; fails the test where the text or the zone is not valid. */
const struct zone *zone_from_text(const char *origin, const char *text);

/* The same, with no more in it than its SOA (serial 42), its NS and that one's address. */
const struct zone *zone_plain(const char *origin);

#endif
