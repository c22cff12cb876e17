/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load.h - a master file (RFC 1035 5, RFC 2308 4 $TTL, RFC 3597) to a zone, through libzscanner.
 * Runs on a loader thread or in --check-zone; never on an answering thread. */
#ifndef PROXIMA_ZONE_LOAD_H
#define PROXIMA_ZONE_LOAD_H

#include "common/err.h"
#include "dnsd/zone/builder.h"

/* Loads `path` as zone `apex`. Errors name file, line and reason: "FILE:LINE: …"; every problem
 * line up to 20 goes to `warn` too, so that one run shows them all. Returns a zone with one
 * reference, or NULL. */
const struct zone *zone_load(const uint8_t *apex, const char *path, zone_warn *warn, void *arg,
                             struct err *err);

#endif
