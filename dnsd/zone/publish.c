/* SPDX-License-Identifier: GPL-3.0-or-later */
/* publish.c - a pointer that one writer replaces while readers use what it pointed at.
 *
 * Each reader has a slot of its own: 0 while it is outside, else the epoch that it saw when it
 * entered. The writer replaces the pointer, then raises the epoch to R, and may free the old value
 * once every slot is 0 or at least R. Why that is safe, all operations marked (sc) being
 * memory_order_seq_cst and so in one total order:
 *
 *   reader enters:  E1 epoch → e;   E2 (sc) slot := e;   E3 (sc) current → value
 *   writer:         W1 (sc) current := new;   W2 epoch := R;   then for each slot  W3 (sc) slot → s
 *
 * - W3 reads 0, or what an earlier stay left, because E2 comes after it in the total order: then E3
 *   comes after W1 too, and the reader gets the new value.
 * - W3 reads an s >= R: that stay's E1 read what W2 or a later one wrote (release, acquire), so W1
 *   happens before its E3, and the reader has the new value or a newer one.
 * - W3 reads an s < R, not 0: the reader may hold the old value; the writer looks again later. An
 *   old epoch can also stand there by chance (E1 long before E2): that only delays.
 * - A reader that has left stored 0 with release order; W3 acquires it (or the next stay's E2,
 * which the same thread did later), so all its reads happen before the free.
 *
 * So a reader pays one load, one store with a full barrier, and one load per batch; no fence stands
 * alone, which the thread sanitizer would not understand. */
#include "dnsd/zone/publish.h"

#include "common/mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum { CACHE_LINE = 64 };

/* A line of its own, so that readers do not slow each other down. */
struct reader {
    _Alignas(CACHE_LINE) _Atomic uint64_t epoch;
};

struct retired {
    struct retired *next;
    const void *value;
    uint64_t epoch; /* readers that entered at this epoch or later do not have it */
};

struct publish {
    _Atomic(const void *) current;
    _Atomic uint64_t epoch;
    struct reader *readers;
    size_t reader_count;
    void (*destroy)(const void *value);
    struct retired *retired; /* the writer's */
};

struct publish *publish_new(size_t readers, void (*destroy)(const void *), const void *first)
{
    struct publish *publish = mem_zalloc(sizeof *publish);
    const size_t bytes = (readers ? readers : 1) * sizeof *publish->readers;
    publish->readers = aligned_alloc(CACHE_LINE, bytes);
    if (!publish->readers)
        abort();
    for (size_t i = 0; i < readers; i++)
        atomic_init(&publish->readers[i].epoch, 0);
    publish->reader_count = readers;
    publish->destroy = destroy;
    atomic_init(&publish->current, first);
    atomic_init(&publish->epoch, 1);
    return publish;
}

static void retired_destroy(struct publish *publish, struct retired *old)
{
    publish->destroy(old->value);
    free(old);
}

void publish_free(struct publish *publish)
{
    if (!publish)
        return;
    while (publish->retired) {
        struct retired *old = publish->retired;
        publish->retired = old->next;
        retired_destroy(publish, old);
    }
    publish->destroy(publish_current(publish));
    free(publish->readers);
    free(publish);
}

const void *publish_enter(struct publish *publish, size_t reader)
{
    const uint64_t epoch = atomic_load_explicit(&publish->epoch, memory_order_acquire);
    atomic_store(&publish->readers[reader].epoch, epoch);
    return atomic_load(&publish->current);
}

void publish_leave(struct publish *publish, size_t reader)
{
    atomic_store_explicit(&publish->readers[reader].epoch, 0, memory_order_release);
}

void publish_set(struct publish *publish, const void *value)
{
    struct retired *old = mem_alloc(sizeof *old);
    old->value = atomic_exchange(&publish->current, value);
    old->epoch = atomic_fetch_add_explicit(&publish->epoch, 1, memory_order_acq_rel) + 1;
    old->next = publish->retired;
    publish->retired = old;
}

/* The earliest epoch at which a reader that is inside entered. */
static uint64_t oldest_reader(struct publish *publish)
{
    uint64_t oldest = UINT64_MAX;
    for (size_t i = 0; i < publish->reader_count; i++) {
        const uint64_t epoch = atomic_load(&publish->readers[i].epoch);
        if (epoch && epoch < oldest)
            oldest = epoch;
    }
    return oldest;
}

size_t publish_collect(struct publish *publish)
{
    const uint64_t oldest = oldest_reader(publish);
    size_t waiting = 0;
    struct retired **link = &publish->retired;
    while (*link) {
        struct retired *old = *link;
        if (old->epoch <= oldest) {
            *link = old->next;
            retired_destroy(publish, old);
        } else {
            link = &old->next;
            waiting++;
        }
    }
    return waiting;
}

const void *publish_current(const struct publish *publish)
{
    return atomic_load_explicit(&publish->current, memory_order_relaxed);
}
