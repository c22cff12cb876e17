/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader.c - the life of an answering thread. Knows when the zones may be looked at. */
#include "dnsd/net/reader.h"

#include "dnsd/net/thread.h"

#include <unistd.h>

enum reader_phase { READER_IDLE, READER_RUNNING, READER_ENDED };

enum { LATE_MS = 75 }; /* more than it waits for the network */

void reader_init(struct reader *reader, size_t index, const struct query_settings *settings)
{
    *reader = (struct reader){ .index = index, .context.query = settings };
}

/* Without the zones, old ones can be freed while it waits. */
void reader_leave(struct reader *reader)
{
    reader->context.zones = NULL;
    publish_leave(reader->publish, reader->index);
}

void reader_enter(struct reader *reader)
{
    reader->context.zones = publish_enter(reader->publish, reader->index);
    reader->context.now = mono_now();
    reader->context.unix_s = (uint32_t)time(NULL);
    atomic_store_explicit(&reader->tick_ns, reader->context.now.ns, memory_order_relaxed);
}

static void reader_main(void *arg)
{
    struct reader *reader = arg;
    atomic_store(&reader->tid, gettid());
    reader_enter(reader);
    reader->run(reader);
    reader_leave(reader);
    atomic_store(&reader->phase, READER_ENDED);
}

int reader_start(struct reader *reader, struct publish *publish, void (*run)(struct reader *),
                 struct err *err)
{
    reader->publish = publish;
    reader->run = run;
    atomic_store(&reader->tick_ns, mono_now().ns); /* or it would count as hung until it runs */
    atomic_store(&reader->phase, READER_RUNNING);
    if (thread_start(&reader->thread, reader->name, reader_main, reader, err)) {
        atomic_store(&reader->phase, READER_IDLE);
        return -1;
    }
    return 0;
}

bool reader_ended(const struct reader *reader)
{
    return atomic_load(&reader->phase) != READER_RUNNING;
}

void reader_join(struct reader *reader)
{
    if (atomic_load(&reader->phase) != READER_IDLE)
        pthread_join(reader->thread, NULL);
}

struct mono reader_tick(const struct reader *reader)
{
    return (struct mono){ atomic_load_explicit(&reader->tick_ns, memory_order_relaxed) };
}

enum vigil_verdict reader_watch(struct reader *reader, struct mono now)
{
    const struct mono tick = reader_tick(reader);
    if (mono_diff_ms(now, tick) < LATE_MS)
        return VIGIL_EARLY;
    if (!reader->vigil.thread)
        reader->vigil = vigil_over_thread(atomic_load(&reader->tid), reader->thread);
    return vigil_look(&reader->vigil, tick, now);
}
