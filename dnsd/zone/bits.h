/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bits.h - private: a set of numbers, a bit for each. */
#ifndef PROXIMA_ZONE_BITS_H
#define PROXIMA_ZONE_BITS_H

#include "common/mem.h"

#include <stdbool.h>
#include <stdint.h>

/* An empty set of numbers below `count`; from mem_calloc. */
static inline uint64_t *bits_new(uint64_t count)
{
    return mem_calloc(count / 64 + 1, sizeof(uint64_t));
}

static inline void bits_set(uint64_t *bits, uint64_t i)
{
    bits[i / 64] |= UINT64_C(1) << i % 64;
}

static inline bool bits_has(const uint64_t *bits, uint64_t i)
{
    return bits[i / 64] >> i % 64 & 1;
}

#endif
