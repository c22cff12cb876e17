/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signedzone.h - for tests: the zones of tests/data/zones/signed, that an independent signer has
 * signed. */
#ifndef PROXIMA_TESTS_SIGNEDZONE_H
#define PROXIMA_TESTS_SIGNEDZONE_H

#include "dnsd/zone/zone.h"

/* Loads "nsec.test", "nsec3.test" or "optout.test". Returns a zone with one reference; fails the
 * test where it is not there. */
const struct zone *signed_zone(const char *name);

#endif
