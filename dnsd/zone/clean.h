/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clean.h - private: what libzscanner does not read as RFC 1035 5.1 means it, made so that it does.
 */
#ifndef PROXIMA_ZONE_CLEAN_H
#define PROXIMA_ZONE_CLEAN_H

#include <stddef.h>

/* Takes out a byte order mark and the CR of CR LF, and sets a parenthesis apart from the word
 * before it, where the scanner would make it a part of a text. Takes `text` (from malloc), returns
 * it or its new place; `*len` becomes the new length. Lines stay the same. */
char *clean(char *text, size_t *len);

/* The first escape \DDD beyond \255, or NULL: the scanner counts modulo 256. */
const char *clean_bad_escape(const char *text, const char *end);

#endif
