/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dname.h - domain names in uncompressed wire form (RFC 1035 3.1), text form (RFC 4343, RFC 1035
 * 5.1 escapes), comparison and canonical order (RFC 4034 6.1). A name is at most 255 bytes and 127
 * labels, the root's included in the bytes, not in the labels. No allocation. */
#ifndef PROXIMA_COMMON_DNAME_H
#define PROXIMA_COMMON_DNAME_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DNAME_MAX        255  /* bytes of a name in wire form, the root's zero byte included */
#define DNAME_LABEL_MAX  63   /* bytes of a label without its length byte */
#define DNAME_LABELS_MAX 127  /* labels of a name, the root's not counted */
#define DNAME_TEXT_MAX   1009 /* bytes of a name in text form: all escaped, with the final NUL */

/* A name with its own storage. */
struct dname {
    uint8_t len; /* 1..255 */
    uint8_t wire[DNAME_MAX];
};

/* Length in bytes of the valid, uncompressed name at `wire`. */
size_t dname_len(const uint8_t *wire);

/* Labels of the valid name at `wire`, the root's not counted: "." has 0, "example.com." has 2. */
unsigned dname_labels(const uint8_t *wire);

/* The name without its first `skip` labels (borrowed; `skip` at most dname_labels()). */
const uint8_t *dname_skip(const uint8_t *wire, unsigned skip);

/* Equality without regard to ASCII case (RFC 4343). */
bool dname_equal(const uint8_t *a, const uint8_t *b);

/* True if `name` is `ancestor` or below it, without regard to ASCII case. */
bool dname_is_at_or_below(const uint8_t *name, const uint8_t *ancestor);

/* Canonical order (RFC 4034 6.1): negative, 0 or positive. */
int dname_cmp(const uint8_t *a, const uint8_t *b);

/* Copies `from` to `to` in lower case; returns the length. `to` has room for DNAME_MAX bytes;
 * `to` may equal `from`. */
size_t dname_lower(uint8_t *to, const uint8_t *from);

/* Eight bytes to lower case at once: bit 7 of each byte of `upper` says that it is A..Z. */
static inline void dname_lower_8(uint8_t *to, const uint8_t *from)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t word;
    memcpy(&word, from, sizeof word);
    const uint64_t low7 = word & (0x7f * each);
    const uint64_t from_a = low7 + (0x80 - 'A') * each, above_z = low7 + (0x7f - 'Z') * each;
    const uint64_t upper = (from_a ^ above_z) & ~word & (0x80 * each);
    word |= upper >> 2;
    memcpy(to, &word, sizeof word);
}

/* The bytes of a name, or of some names, in lower case; length bytes are at most 63, below 'A':
 * they stay. `to` may equal `from`. Inline: each query's name passes here. */
static inline void dname_lower_bytes(uint8_t *to, const uint8_t *from, size_t n)
{
    if (n < 8) {
        for (size_t i = 0; i < n; i++)
            to[i] = from[i] >= 'A' && from[i] <= 'Z' ? (uint8_t)(from[i] + 32) : from[i];
        return;
    }
    for (size_t i = 0; i + 8 < n; i += 8)
        dname_lower_8(to + i, from + i);
    dname_lower_8(to + n - 8, from + n - 8); /* some of these bytes for the second time */
}

/* Parses text ("example.com", "example.com.", ".", "a\.b.example.", "\032.x"); always read as
 * absolute. Keeps the case. Errors say which label is wrong and why. */
int dname_from_text(const char *text, struct dname *out, struct err *err);

/* Text form with final dot ("." for the root), special bytes escaped as RFC 1035 5.1 and RFC 4343
 * 2.1 say. `out` has room for DNAME_TEXT_MAX bytes. Returns `out`. */
char *dname_to_text(const uint8_t *wire, char out[DNAME_TEXT_MAX]);

/* Checks that `len` bytes at `wire` are exactly one valid uncompressed name. */
bool dname_valid(const uint8_t *wire, size_t len);

#endif
