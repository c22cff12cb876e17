/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worker.c - the threads of one worker, and the loop of the one that serves TCP. Knows when a loop
 * looks at the zones, and how to leave; hides the watchers. */
#include "dnsd/net/worker.h"

#include "common/loop.h"
#include "common/mem.h"
#include "dnsd/net/tcp.h"
#include "dnsd/net/udp.h"

#include <stdio.h>
#include <stdlib.h>

static const double TICK_S = 0.05;         /* half the interval of reports */
static const double LEAVING_TICK_S = 0.01; /* while leaving: look often if all is sent */

enum { LEAVE_WITHIN_MS = 1000 }; /* for TCP clients to take what waits for them */

struct worker {
    struct reader reader; /* of TCP; first, so that a reader is its worker */
    size_t index;
    const struct net_settings *settings;
    struct ev_loop *loop;
    struct tcp *tcp;
    ev_timer tick;
    ev_async stop;
    struct mono leave_by; /* never, while it does not leave */
    size_t udp_count;
    struct udp **udp;
};

/* The loop is about to wait. */
static void on_wait(struct ev_loop *loop)
{
    struct worker *worker = ev_userdata(loop);
    reader_leave(&worker->reader);
}

/* The loop woke. */
static void on_wake(struct ev_loop *loop)
{
    struct worker *worker = ev_userdata(loop);
    reader_enter(&worker->reader);
}

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct worker *worker = timer->data;
    tcp_tick(worker->tcp);
    if (mono_is_never(worker->leave_by))
        return;
    if (tcp_open(worker->tcp) == 0 || !mono_before(worker->reader.context.now, worker->leave_by))
        ev_break(loop, EVBREAK_ALL);
}

static void on_stop(struct ev_loop *loop, ev_async *async, int events)
{
    (void)events;
    struct worker *worker = async->data;
    tcp_drain(worker->tcp);
    worker->leave_by = mono_add_ms(worker->reader.context.now, LEAVE_WITHIN_MS);
    worker->tick.repeat = LEAVING_TICK_S;
    ev_timer_again(loop, &worker->tick);
}

/* Each has a thread for TCP, and one for each UDP socket. */
static size_t threads_of(const struct net_settings *settings)
{
    return 1 + settings->listen_count;
}

size_t worker_readers(const struct net_settings *settings)
{
    return settings->workers * threads_of(settings);
}

struct worker *worker_new(size_t index, const struct net_settings *settings)
{
    struct worker *worker = aligned_alloc(alignof(struct worker), sizeof *worker);
    if (!worker)
        abort();
    *worker =
        (struct worker){ .index = index, .settings = settings, .loop = ev_loop_new(EVFLAG_NOENV) };
    reader_init(&worker->reader, index * threads_of(settings), &settings->query);
    snprintf(worker->reader.name, READER_NAME_MAX, "tcp-%u", (unsigned)(index % 1000));
    worker->udp = mem_calloc(settings->listen_count, sizeof(struct udp *));
    worker->tcp = tcp_new(worker->loop, &worker->reader.context, &settings->tcp,
                          settings->listen_count);
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
    char name[READER_NAME_MAX];
    size_t number = worker->udp_count++;
    snprintf(name, sizeof name, "udp-%u.%u", (unsigned)(worker->index % 1000),
             (unsigned)(number % 1000));
    worker->udp[number] = udp_new(fd, worker->reader.index + 1 + number, name,
                                  &worker->settings->query);
}

void worker_add_tcp(struct worker *worker, int fd)
{
    tcp_add(worker->tcp, fd);
}

/* ev_run begins with a wait. */
static void run(struct reader *reader)
{
    struct worker *worker = (struct worker *)reader;
    ev_run(worker->loop, 0);
}

int worker_start(struct worker *worker, struct publish *zones, struct err *err)
{
    for (size_t i = 0; i < worker->udp_count; i++)
        if (udp_start(worker->udp[i], zones, err))
            return -1;
    ev_timer_start(worker->loop, &worker->tick);
    ev_async_start(worker->loop, &worker->stop);
    tcp_start(worker->tcp);
    return reader_start(&worker->reader, zones, run, err);
}

void worker_stop(struct worker *worker)
{
    for (size_t i = 0; i < worker->udp_count; i++)
        udp_stop(worker->udp[i]);
    ev_async_send(worker->loop, &worker->stop);
}

bool worker_ended(const struct worker *worker)
{
    for (size_t i = 0; i < worker->udp_count; i++)
        if (!reader_ended(udp_reader(worker->udp[i])))
            return false;
    return reader_ended(&worker->reader);
}

void worker_free(struct worker *worker)
{
    for (size_t i = 0; i < worker->udp_count; i++)
        udp_free(worker->udp[i]);
    reader_join(&worker->reader);
    tcp_free(worker->tcp);
    ev_loop_destroy(worker->loop);
    free(worker->udp);
    free(worker);
}

struct mono worker_tick(const struct worker *worker)
{
    struct mono oldest = reader_tick(&worker->reader);
    for (size_t i = 0; i < worker->udp_count; i++) {
        struct mono tick = reader_tick(udp_reader(worker->udp[i]));
        if (mono_before(tick, oldest))
            oldest = tick;
    }
    return oldest;
}

/* One thread that hangs is enough, whatever the others lack. */
bool worker_is_starved(struct worker *worker, struct mono now)
{
    enum vigil_verdict worst = reader_watch(&worker->reader, now);
    for (size_t i = 0; i < worker->udp_count; i++) {
        const enum vigil_verdict verdict = reader_watch(udp_reader(worker->udp[i]), now);
        if (verdict > worst)
            worst = verdict;
    }
    return worst == VIGIL_STARVED;
}

void worker_counters(const struct worker *worker, struct report_counters *sum)
{
    counters_sum(&worker->reader.context.counters, sum);
    for (size_t i = 0; i < worker->udp_count; i++)
        counters_sum(&udp_reader(worker->udp[i])->context.counters, sum);
}

/* A UDP socket has counters of its own anyway: so counting by address costs a query nothing. */
uint64_t worker_queries_at(const struct worker *worker, size_t i)
{
    const struct net_counters *udp = &udp_reader(worker->udp[i])->context.counters;
    return atomic_load_explicit(&udp->queries_udp4, memory_order_relaxed) +
           atomic_load_explicit(&udp->queries_udp6, memory_order_relaxed) +
           tcp_queries(worker->tcp, i);
}
