/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buckets.c - the table and its words. Hides how times wrap: all are modulo 2^40 units, some 19
 * hours. A word that says more than HORIZON ahead is from the past. One that has not been touched
 * for that long may seem empty for a moment, once in a thousand times. */
#include "dnsd/guard/buckets.h"

#include "common/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAYS = 8, /* words of a cache line */
    LINE_BYTES = 64,
    UNIT_SHIFT = 6, /* 64 ns */
    TIME_BITS = 40,
    TRIES = 4, /* against others that take from the same line at this very moment */
};

#define UNITS_PER_S (UINT64_C(1000000000) >> UNIT_SHIFT)
#define TIME_MASK   ((UINT64_C(1) << TIME_BITS) - 1)
#define HORIZON     (UINT64_C(1) << 30) /* 68 s: more than any depth and interval */

struct line {
    _Atomic uint64_t word[WAYS];
};

struct buckets {
    size_t mask; /* of line numbers */
    struct line *lines;
};

struct bucket_size bucket_size(uint32_t rate, uint32_t burst_ms)
{
    if (rate == 0)
        return (struct bucket_size){ 0, 0 };
    uint64_t tokens = (uint64_t)rate * burst_ms / 1000;
    uint64_t interval = UNITS_PER_S / rate;
    return (struct bucket_size){ (uint32_t)interval,
                                 (uint32_t)(tokens > 1 ? (tokens - 1) * interval : 0) };
}

struct buckets *buckets_new(size_t count)
{
    struct buckets *buckets = mem_zalloc(sizeof *buckets);
    size_t lines = 1;
    while (lines * WAYS < count)
        lines *= 2;
    buckets->mask = lines - 1;
    buckets->lines = aligned_alloc(LINE_BYTES, lines * LINE_BYTES);
    if (!buckets->lines)
        abort();
    memset(buckets->lines, 0, lines * LINE_BYTES);
    return buckets;
}

void buckets_free(struct buckets *buckets)
{
    free(buckets->lines);
    free(buckets);
}

/* How far the word's time lies ahead of `now`: 0 for a full bucket. */
static uint64_t ahead_of(uint64_t word, uint64_t now)
{
    uint64_t ahead = (word - now) & TIME_MASK;
    return ahead > HORIZON ? 0 : ahead;
}

/* A way of a line. */
struct place {
    unsigned way;
    uint64_t word;  /* as it was read */
    uint64_t ahead; /* of its time */
};

static inline uint64_t word_at(const struct line *line, unsigned way)
{
    return atomic_load_explicit(&line->word[way], memory_order_relaxed);
}

/* The fullest bucket, filled up for a new owner. */
static struct place find_fullest(const struct line *line, uint64_t now)
{
    struct place fullest = { .ahead = UINT64_MAX };
    for (unsigned way = 0; way < WAYS; way++) {
        uint64_t word = word_at(line, way), ahead = ahead_of(word, now);
        if (ahead < fullest.ahead)
            fullest = (struct place){ way, word, ahead };
    }
    fullest.ahead = 0;
    return fullest;
}

/* The bucket with the tag, or else the fullest one. */
static struct place find(const struct line *line, uint64_t tag, uint64_t now)
{
    for (unsigned way = 0; way < WAYS; way++) {
        uint64_t word = word_at(line, way);
        if (word >> TIME_BITS == tag)
            return (struct place){ way, word, ahead_of(word, now) };
    }
    return find_fullest(line, now);
}

bool buckets_take(struct buckets *buckets, uint64_t hash, struct bucket_size size, struct mono mono)
{
    struct line *line = &buckets->lines[hash & buckets->mask];
    const uint64_t tag = hash >> TIME_BITS, now = (uint64_t)mono.ns >> UNIT_SHIFT & TIME_MASK;
    for (int i = 0; i < TRIES; i++) {
        struct place at = find(line, tag, now);
        if (at.ahead > size.depth)
            return false;
        uint64_t word = tag << TIME_BITS | ((now + at.ahead + size.interval) & TIME_MASK);
        if (atomic_compare_exchange_weak_explicit(&line->word[at.way], &at.word, word,
                                                  memory_order_relaxed, memory_order_relaxed))
            return true;
    }
    return true; /* it goes unnoticed: one of many, or there would be nobody to be quicker */
}
