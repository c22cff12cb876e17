/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buckets.h - token buckets in a table of fixed size, for any number of threads at once.
 *
 * A bucket is one word: which key it belongs to (24 bits) and when it will be full again (40 bits,
 * in units of 64 ns). That one time says all: a token taken moves it on by the time in which one
 * flows back; a bucket is empty when it lies more than the bucket's depth ahead (the "generic cell
 * rate algorithm" of ATM). So taking one is a single compare-and-swap, and finding it empty, as
 * under attack, writes nothing at all.
 *
 * Eight buckets share a cache line, which the key's hash chooses: one look-up is one miss. A key
 * that has no bucket there takes over the one that is fullest, whose owner loses least by it; so
 * those who take much are remembered, however many others come by. Two keys that meet in hash and
 * tag (one in 2^24, for any two of a line) share a bucket. */
#ifndef PROXIMA_GUARD_BUCKETS_H
#define PROXIMA_GUARD_BUCKETS_H

#include "common/mono.h"

#include <stddef.h>

enum {
    BUCKETS_RATE_MAX = 100000,    /* a second: the units of time are some 150 to one token then */
    BUCKETS_BURST_MS_MAX = 60000, /* of the rate */
};

/* How fast tokens flow into a bucket, and how many it holds, in units of 64 ns. */
struct bucket_size {
    uint32_t interval; /* of one token; 0: there is no limit */
    uint32_t depth;    /* of all but one */
};

/* `rate` tokens a second, 0..BUCKETS_RATE_MAX (0: no limit), of which those of `burst_ms`, and at
 * least one, may be taken at once. */
struct bucket_size bucket_size(uint32_t rate, uint32_t burst_ms);

struct buckets;

/* A table of at least `count` buckets: 8 bytes each. */
struct buckets *buckets_new(size_t count);
void buckets_free(struct buckets *buckets);

/* Takes a token from the bucket of the key that hashes to `hash` (all 64 bits count; the caller's
 * hash must be one that clients cannot foresee). False: there is none. Any thread. */
bool buckets_take(struct buckets *buckets, uint64_t hash, struct bucket_size size, struct mono now);

#endif
