/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrtype.h - the names of RR types: "A", "NSEC3", and "TYPE65280" for unknown ones (RFC 3597 5). */
#ifndef PROXIMA_ZONE_RRTYPE_H
#define PROXIMA_ZONE_RRTYPE_H

#include <stdbool.h>
#include <stdint.h>

#define RRTYPE_TEXT_MAX 32

/* Writes the type's name into `out` and returns that. */
char *rrtype_text(uint16_t type, char out[RRTYPE_TEXT_MAX]);

/* The number of a type that zones may contain, by its name in any case; 0: not known. Knows more
 * types than libzscanner. */
uint16_t rrtype_from_text(const char *name);

/* True for types that exist in questions and messages only, never in a zone: 0, OPT, and the
 * meta and query types 128..255 (RFC 6895 3.1). */
bool rrtype_is_meta(uint16_t type);

#endif
