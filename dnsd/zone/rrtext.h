/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrtext.h - records as the text of a master file (RFC 1035 5, RFC 3597 5), which reads back as the
 * same bytes. */
#ifndef PROXIMA_ZONE_RRTEXT_H
#define PROXIMA_ZONE_RRTEXT_H

#include "dnsd/zone/zone.h"

#include <stdio.h>

/* The largest RDATA, each byte of it escaped, each string of it in quotes, and the type's name. */
enum { RRTEXT_MAX = 5 * 65536 };

/* Type and RDATA of one record: "MX 10 mail.example.", or "TYPE65280 \# 2 CAFE" where the type has
 * no text form of its own, or the RDATA is none of it. `out` has RRTEXT_MAX bytes; returns it. */
char *rrtext(uint16_t type, const uint8_t *rdata, size_t len, char *out);

/* Writes a whole zone, a record per line: owner, TTL, class, type, RDATA; names are absolute,
 * owners in canonical order (RFC 4034 6.1), the SOA first. -1: `file` did not take it all (errno).
 */
int rrtext_zone(const struct zone *zone, FILE *file);

#endif
