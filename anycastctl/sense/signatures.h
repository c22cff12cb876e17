/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signatures.h - how long the signatures of one RRset hold: RFC 4034 3.1. Pure. Nothing is
 * verified: whether the keys fit is for validators to say.
 *
 * Of several signatures by one algorithm any valid one is enough, so the one that lasts longest
 * counts. Each algorithm counts by itself: a validator may know only that one. */
#ifndef PROXIMA_SENSE_SIGNATURES_H
#define PROXIMA_SENSE_SIGNATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIGNATURE_ALGORITHMS_MAX = 8 }; /* in one RRset; further ones are passed over */

struct signatures {
    unsigned count;
    struct signature_times {
        uint8_t algorithm;
        uint32_t from, until;       /* serial numbers of time, RFC 1982 */
    } of[SIGNATURE_ALGORITHMS_MAX]; /* one for each algorithm */
};

/* Adds the RRSIG in `rdata` if it covers `type`. False if it is malformed. */
bool signatures_add(struct signatures *signatures, const uint8_t *rdata, size_t len, uint16_t type);

/* Until when the RRset can be validated by everybody, and from when, in seconds of Unix time; there
 * must be one at least. `now_unix` says which turn of the 32-bit numbers is meant. */
int64_t signatures_until(const struct signatures *signatures, int64_t now_unix);
int64_t signatures_from(const struct signatures *signatures, int64_t now_unix);

#endif
