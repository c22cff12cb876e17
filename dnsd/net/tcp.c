/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp.c - accepting connections and ending them. Knows the limits; hides the table. */
#include "dnsd/net/tcp.h"

#include "common/mem.h"
#include "dnsd/net/tcp_conn.h"
#include "dnsd/net/tcp_timeout.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ACCEPTS_PER_TURN = 16, /* so that a flood of connections leaves time for the others */
};

struct listener {
    ev_io io;                 /* first, so that a watcher is its listener */
    _Atomic uint64_t queries; /* that came over its connections */
};

struct tcp {
    struct ev_loop *loop;
    struct net_context *context;
    const struct tcp_settings *settings;
    size_t listener_count;
    struct listener *listeners;
    bool paused; /* no descriptors are left, and no connection to give one up */
    struct tcp_table table;
    struct tcp_scratch *scratch;
    struct tcp_shared shared;
};

struct tcp *tcp_new(struct ev_loop *loop, struct net_context *context,
                    const struct tcp_settings *settings, size_t listeners_max)
{
    struct tcp *tcp = mem_zalloc(sizeof *tcp);
    tcp->loop = loop;
    tcp->context = context;
    tcp->settings = settings;
    tcp->listeners = mem_calloc(listeners_max, sizeof *tcp->listeners);
    tcp->scratch = mem_alloc(sizeof *tcp->scratch);
    tcp->shared = (struct tcp_shared){ loop, context, &tcp->table, tcp->scratch, settings };
    return tcp;
}

void tcp_free(struct tcp *tcp)
{
    while (tcp->table.oldest)
        tcp_conn_close(tcp->table.oldest);
    for (size_t i = 0; i < tcp->listener_count; i++) {
        ev_io_stop(tcp->loop, &tcp->listeners[i].io);
        close(tcp->listeners[i].io.fd);
    }
    free(tcp->scratch);
    free(tcp->listeners);
    free(tcp);
}

static void watch_listeners(struct tcp *tcp, bool on)
{
    for (size_t i = 0; i < tcp->listener_count; i++) {
        if (on)
            ev_io_start(tcp->loop, &tcp->listeners[i].io);
        else
            ev_io_stop(tcp->loop, &tcp->listeners[i].io);
    }
}

/* Makes place for one more connection of `network`. RFC 7766 6.2.3: the idle ones go first. */
static void make_place(struct tcp *tcp, uint64_t network)
{
    struct tcp_entry *oldest;
    if (tcp_table_of_network(&tcp->table, network, &oldest) >= tcp->settings->per_network_max)
        tcp_conn_close(oldest);
    else if (tcp->table.count >= tcp->settings->connections_max)
        tcp_conn_close(tcp->table.oldest);
}

/* What accept4 could not do. Returns true if another try may go better. */
static bool recover(struct tcp *tcp, int error)
{
    if (error == EAGAIN)
        return false;
    if (error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM)
        return true; /* of this one connection: it was reset while it waited */
    if (tcp->table.oldest) {
        tcp_conn_close(tcp->table.oldest);
        return true;
    }
    watch_listeners(tcp, false);
    tcp->paused = true;
    return false;
}

/* Accepts one connection. Returns false if there is none. */
static bool accept_one(struct tcp *tcp, struct listener *listener)
{
    struct tcp_accepted accepted = { .client.len = sizeof accepted.client.in6,
                                     .queries = &listener->queries };
    accepted.fd = accept4(listener->io.fd, &accepted.client.sa, &accepted.client.len,
                          SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted.fd < 0)
        return recover(tcp, errno);
    make_place(tcp, tcp_network_of(&accepted.client));
    tcp_conn_open(&tcp->shared, &accepted);
    return true;
}

static void on_acceptable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop, (void)events;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++)
        if (!accept_one(watcher->data, (struct listener *)watcher))
            return;
}

void tcp_add(struct tcp *tcp, int fd)
{
    ev_io *io = &tcp->listeners[tcp->listener_count++].io;
    ev_io_init(io, on_acceptable, fd, EV_READ);
    io->data = tcp;
}

void tcp_start(struct tcp *tcp)
{
    watch_listeners(tcp, true);
}

void tcp_tick(struct tcp *tcp)
{
    struct mono now = tcp->context->now;
    while (tcp->table.oldest && mono_diff_ms(now, tcp->table.oldest->used) >=
                                    tcp_timeout_ms(tcp->settings, tcp->table.count))
        tcp_conn_close(tcp->table.oldest);
    if (tcp->paused) {
        tcp->paused = false;
        watch_listeners(tcp, true);
    }
}

void tcp_drain(struct tcp *tcp)
{
    for (size_t i = 0; i < tcp->listener_count; i++) {
        size_t accepted = 0;
        while (accepted < tcp->settings->connections_max && accept_one(tcp, &tcp->listeners[i]))
            accepted++;
    }
    tcp->paused = false;
    watch_listeners(tcp, false);
    struct tcp_entry *entry = tcp->table.oldest, *last = tcp->table.newest;
    while (entry) {
        struct tcp_entry *next = entry == last ? NULL : entry->newer;
        tcp_conn_finish(entry);
        entry = next;
    }
}

size_t tcp_open(const struct tcp *tcp)
{
    return tcp->table.count;
}

uint64_t tcp_queries(const struct tcp *tcp, size_t listener)
{
    return atomic_load_explicit(&tcp->listeners[listener].queries, memory_order_relaxed);
}
