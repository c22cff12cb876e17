/* SPDX-License-Identifier: GPL-3.0-or-later */
/* offenders.c - the table of prefixes that are being limited. Knows how places are taken (by
 * workers) and given back (by the main thread); hides the probing. What is counted while a place is
 * given back may be lost: counts are for people. */
#include "dnsd/guard/offenders.h"

#include "common/mem.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { PROBES = 8 };

struct place {
    _Atomic uint64_t prefix; /* 0: free */
    _Atomic uint64_t responses;
    _Atomic int64_t begin_ns, last_ns;
    _Atomic unsigned class;
    bool told; /* the main thread's: its beginning */
};

struct offenders {
    _Atomic size_t count;
    _Atomic uint64_t unplaced; /* responses to prefixes without a place */
    struct place places[OFFENDERS_MAX];
};

struct offenders *offenders_new(void)
{
    return mem_zalloc(sizeof(struct offenders));
}

void offenders_free(struct offenders *offenders)
{
    free(offenders);
}

size_t offenders_count(const struct offenders *offenders)
{
    return atomic_load_explicit(&offenders->count, memory_order_relaxed);
}

static struct place *probe(struct offenders *offenders, uint64_t prefix, unsigned i)
{
    uint64_t start = prefix * UINT64_C(0x9e3779b97f4a7c15) >> 32; /* Fibonacci hashing */
    return &offenders->places[(start + i) % OFFENDERS_MAX];
}

static struct place *find(struct offenders *offenders, uint64_t prefix)
{
    for (unsigned i = 0; i < PROBES; i++) {
        struct place *place = probe(offenders, prefix, i);
        if (atomic_load_explicit(&place->prefix, memory_order_acquire) == prefix)
            return place;
    }
    return NULL;
}

/* Takes a free place; NULL: there is none near enough. Two threads may take one each for the same
 * prefix: then the second is found no more, and ends by itself. */
static struct place *take(struct offenders *offenders, uint64_t prefix, unsigned class,
                          struct mono now)
{
    for (unsigned i = 0; i < PROBES; i++) {
        struct place *place = probe(offenders, prefix, i);
        uint64_t nobody = 0;
        if (!atomic_compare_exchange_strong(&place->prefix, &nobody, prefix))
            continue;
        atomic_store_explicit(&place->begin_ns, now.ns, memory_order_relaxed);
        atomic_store_explicit(&place->class, class, memory_order_relaxed);
        atomic_fetch_add_explicit(&offenders->count, 1, memory_order_relaxed);
        return place;
    }
    return NULL;
}

uint64_t offenders_note(struct offenders *offenders, uint64_t prefix, unsigned class,
                        struct mono now)
{
    struct place *place = find(offenders, prefix);
    if (!place)
        place = take(offenders, prefix, class, now);
    if (!place)
        return atomic_fetch_add_explicit(&offenders->unplaced, 1, memory_order_relaxed) + 1;
    atomic_store_explicit(&place->last_ns, now.ns, memory_order_release);
    return atomic_fetch_add_explicit(&place->responses, 1, memory_order_relaxed) + 1;
}

static void give_back(struct offenders *offenders, struct place *place)
{
    place->told = false;
    atomic_store_explicit(&place->responses, 0, memory_order_relaxed);
    atomic_store_explicit(&place->last_ns, 0, memory_order_relaxed);
    atomic_store_explicit(&place->prefix, 0, memory_order_release);
    atomic_fetch_sub_explicit(&offenders->count, 1, memory_order_relaxed);
}

/* Looks at a place that is taken. True: `*out` is to be told. */
static bool look(struct offenders *offenders, struct place *place, struct mono now,
                 struct offender *out)
{
    struct mono last = { atomic_load_explicit(&place->last_ns, memory_order_acquire) };
    struct mono begin = { atomic_load_explicit(&place->begin_ns, memory_order_relaxed) };
    if (mono_is_never(last)) /* its worker has only just taken it */
        return false;
    *out = (struct offender){
        .prefix = atomic_load_explicit(&place->prefix, memory_order_relaxed),
        .class = atomic_load_explicit(&place->class, memory_order_relaxed),
        .ended = mono_diff_ms(now, last) >= OFFENDERS_QUIET_MS,
        .responses = atomic_load_explicit(&place->responses, memory_order_relaxed),
        .lasted_ms = mono_diff_ms(last, begin),
    };
    bool was_told = place->told;
    place->told = true;
    if (out->ended)
        give_back(offenders, place);
    return out->ended == was_told;
}

void offenders_tell(struct offenders *offenders, struct mono now, unsigned most,
                    void (*tell)(void *arg, const struct offender *offender), void *arg)
{
    struct offender offender;
    size_t left = offenders_count(offenders);
    for (size_t i = 0; i < OFFENDERS_MAX && left && most; i++) {
        struct place *place = &offenders->places[i];
        if (atomic_load_explicit(&place->prefix, memory_order_acquire) == 0)
            continue;
        left--;
        if (!look(offenders, place, now, &offender))
            continue;
        tell(arg, &offender);
        most--;
    }
}
