/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worker.c - the thread and its loop. Knows when the zones may be looked at, and how to leave;
 * hides the watchers. The loop turns at least every 50 ms, and each turn leaves a stamp: the tick.
 */
#include "dnsd/net/worker.h"

#include "common/loop.h"
#include "common/mem.h"
#include "dnsd/net/tcp.h"
#include "dnsd/net/thread.h"
#include "dnsd/net/udp.h"

#include <stdio.h>
#include <stdlib.h>

static const double TICK_S = 0.05;         /* half the interval of reports */
static const double LEAVING_TICK_S = 0.01; /* while leaving: look often if all is sent */

enum { LEAVE_WITHIN_MS = 1000 }; /* for TCP clients to take what waits for them */

enum worker_phase { WORKER_IDLE, WORKER_RUNNING, WORKER_ENDED };

struct worker {
    struct net_context context; /* first: it is aligned to a cache line */
    size_t index;
    struct publish *zones;
    struct ev_loop *loop;
    struct udp *udp;
    struct tcp *tcp;
    ev_timer tick;
    ev_async stop;
    struct mono leave_by; /* never, while it does not leave */
    pthread_t thread;
    atomic_int phase; /* enum worker_phase */
    _Atomic int64_t tick_ns;
};

/* The loop is about to wait: without the zones, so that old ones can be freed meanwhile. */
static void on_wait(struct ev_loop *loop)
{
    struct worker *worker = ev_userdata(loop);
    worker->context.zones = NULL;
    publish_leave(worker->zones, worker->index);
}

/* The loop woke: the zones and the time for all that this turn handles. */
static void on_wake(struct ev_loop *loop)
{
    struct worker *worker = ev_userdata(loop);
    worker->context.zones = publish_enter(worker->zones, worker->index);
    worker->context.now = mono_now();
    worker->context.unix_s = (uint32_t)time(NULL);
    atomic_store_explicit(&worker->tick_ns, worker->context.now.ns, memory_order_relaxed);
}

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct worker *worker = timer->data;
    tcp_tick(worker->tcp);
    if (mono_is_never(worker->leave_by))
        return;
    if (tcp_open(worker->tcp) == 0 || !mono_before(worker->context.now, worker->leave_by))
        ev_break(loop, EVBREAK_ALL);
}

static void on_stop(struct ev_loop *loop, ev_async *async, int events)
{
    (void)events;
    struct worker *worker = async->data;
    udp_drain(worker->udp);
    tcp_drain(worker->tcp);
    worker->leave_by = mono_add_ms(worker->context.now, LEAVE_WITHIN_MS);
    worker->tick.repeat = LEAVING_TICK_S;
    ev_timer_again(loop, &worker->tick);
}

struct worker *worker_new(size_t index, const struct net_settings *settings)
{
    struct worker *worker = aligned_alloc(alignof(struct worker), sizeof *worker);
    if (!worker)
        abort();
    *worker = (struct worker){ .index = index, .loop = ev_loop_new(EVFLAG_NOENV) };
    worker->context.query = &settings->query;
    worker->udp = udp_new(worker->loop, &worker->context, settings->listen_count);
    worker->tcp = tcp_new(worker->loop, &worker->context, &settings->tcp, settings->listen_count);
    ev_set_userdata(worker->loop, worker);
    ev_set_loop_release_cb(worker->loop, on_wait, on_wake);
    ev_timer_init(&worker->tick, on_tick, TICK_S, TICK_S);
    worker->tick.data = worker;
    ev_async_init(&worker->stop, on_stop);
    worker->stop.data = worker;
    return worker;
}

void worker_add_udp(struct worker *worker, int fd)
{
    udp_add(worker->udp, fd);
}

void worker_add_tcp(struct worker *worker, int fd)
{
    tcp_add(worker->tcp, fd);
}

static void run(void *arg)
{
    struct worker *worker = arg;
    on_wake(worker->loop); /* ev_run begins with a wait */
    ev_run(worker->loop, 0);
    on_wait(worker->loop);
    atomic_store(&worker->phase, WORKER_ENDED);
}

int worker_start(struct worker *worker, struct publish *zones, struct err *err)
{
    char name[16];
    snprintf(name, sizeof name, "worker-%u", (unsigned)(worker->index % 1000));
    worker->zones = zones;
    ev_timer_start(worker->loop, &worker->tick);
    ev_async_start(worker->loop, &worker->stop);
    udp_start(worker->udp);
    tcp_start(worker->tcp);
    atomic_store(&worker->tick_ns, mono_now().ns); /* or it would count as hung until it runs */
    atomic_store(&worker->phase, WORKER_RUNNING);
    if (thread_start(&worker->thread, name, run, worker, err)) {
        atomic_store(&worker->phase, WORKER_IDLE);
        return -1;
    }
    return 0;
}

void worker_stop(struct worker *worker)
{
    ev_async_send(worker->loop, &worker->stop);
}

bool worker_ended(const struct worker *worker)
{
    return atomic_load(&worker->phase) != WORKER_RUNNING;
}

void worker_free(struct worker *worker)
{
    if (atomic_load(&worker->phase) != WORKER_IDLE)
        pthread_join(worker->thread, NULL);
    tcp_free(worker->tcp);
    udp_free(worker->udp);
    ev_loop_destroy(worker->loop);
    free(worker);
}

struct mono worker_tick(const struct worker *worker)
{
    return (struct mono){ atomic_load_explicit(&worker->tick_ns, memory_order_relaxed) };
}

void worker_counters(const struct worker *worker, struct report_counters *sum)
{
    counters_sum(&worker->context.counters, sum);
}
