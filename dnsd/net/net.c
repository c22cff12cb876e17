/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net.c - all workers together. Knows how many there are, and which sockets each gets. */
#include "dnsd/net/net.h"

#include "common/log.h"
#include "common/mem.h"
#include "dnsd/net/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { PORT_TRIES = 50 }; /* to find a port that is free for UDP and for TCP */

struct net {
    const struct net_settings *settings;
    struct addr *listen; /* settings->listen_count of them, with their ports */
    struct worker **workers;
};

/* Gives worker `i` its two sockets on `addr`. */
static int open_pair(struct net *net, size_t i, const struct addr *addr, struct err *err)
{
    int udp = listen_udp(addr, &net->settings->udp, err);
    if (udp < 0)
        return -1;
    int tcp = listen_tcp(addr, net->settings->tcp.segment_max, err);
    if (tcp < 0) {
        close(udp);
        return -1;
    }
    worker_add_udp(net->workers[i], udp);
    worker_add_tcp(net->workers[i], tcp);
    return 0;
}

/* Lets the kernel choose a port that is free for UDP and TCP. */
static int choose_port(const struct net *net, struct addr *addr, struct err *err)
{
    for (int i = 0; i < PORT_TRIES; i++) {
        enum listen_state state;
        struct addr chosen = *addr;
        int fd = listen_udp(addr, &net->settings->udp, err);
        if (fd < 0)
            return -1;
        addr_set_port(&chosen, listen_port(fd));
        close(fd);
        if (listen_probe(&chosen, &state, err) == 0) {
            *addr = chosen;
            return 0;
        }
    }
    return -1;
}

/* Nobody else may listen there; a missing address is worth a word. */
static int examine(const struct addr *addr, struct err *err)
{
    char text[ADDR_TEXT_MAX];
    enum listen_state state;
    if (listen_probe(addr, &state, err))
        return -1;
    if (state == LISTEN_MISSING)
        log_event(LOG_WARN, "listen-address-missing",
                  "address=%s remedy=\"give it to an interface, e.g. ip address add %s dev lo\"",
                  addr_text(addr, text), addr_text_host(addr, (char[ADDR_TEXT_MAX]){ 0 }));
    return 0;
}

static int open_all(struct net *net, struct err *err)
{
    size_t count = net->settings->listen_count;
    for (size_t l = 0; l < count; l++) {
        struct addr *addr = &net->listen[l];
        if (addr_port(addr) == 0 && choose_port(net, addr, err))
            return -1;
        if (examine(addr, err))
            return -1;
    }
    for (size_t w = 0; w < net->settings->workers; w++)
        for (size_t l = 0; l < count; l++)
            if (open_pair(net, w, &net->listen[l], err))
                return -1;
    return 0;
}

struct net *net_open(const struct net_settings *settings, struct err *err)
{
    struct net *net = mem_zalloc(sizeof *net);
    net->settings = settings;
    net->listen = mem_dup(settings->listen, settings->listen_count * sizeof *net->listen);
    net->workers = mem_calloc(settings->workers, sizeof(struct worker *));
    for (size_t i = 0; i < settings->workers; i++)
        net->workers[i] = worker_new(i, settings);
    if (open_all(net, err)) {
        net_close(net);
        return NULL;
    }
    return net;
}

int net_start(struct net *net, struct publish *zones, struct err *err)
{
    for (size_t i = 0; i < net->settings->workers; i++) {
        if (worker_start(net->workers[i], zones, err)) {
            net_stop(net);
            return -1;
        }
    }
    return 0;
}

void net_stop(struct net *net)
{
    for (size_t i = 0; i < net->settings->workers; i++)
        worker_stop(net->workers[i]);
}

bool net_stopped(const struct net *net)
{
    for (size_t i = 0; i < net->settings->workers; i++)
        if (!worker_ended(net->workers[i]))
            return false;
    return true;
}

void net_close(struct net *net)
{
    for (size_t i = 0; i < net->settings->workers; i++)
        worker_free(net->workers[i]);
    free(net->workers);
    free(net->listen);
    free(net);
}

size_t net_readers(const struct net *net)
{
    return worker_readers(net->settings);
}

size_t net_workers(const struct net *net)
{
    return net->settings->workers;
}

struct mono net_worker_tick(const struct net *net, size_t worker)
{
    return worker_tick(net->workers[worker]);
}

bool net_worker_is_starved(const struct net *net, size_t worker, struct mono now)
{
    return worker_is_starved(net->workers[worker], now);
}

void net_worker_counters(const struct net *net, size_t worker, struct report_counters *out)
{
    *out = (struct report_counters){ 0 };
    worker_counters(net->workers[worker], out);
}

void net_counters(const struct net *net, struct report_counters *out)
{
    *out = (struct report_counters){ 0 };
    for (size_t i = 0; i < net->settings->workers; i++)
        worker_counters(net->workers[i], out);
}

size_t net_listen_count(const struct net *net)
{
    return net->settings->listen_count;
}

const struct addr *net_listen(const struct net *net, size_t i)
{
    return &net->listen[i];
}

uint64_t net_queries_at(const struct net *net, size_t i)
{
    uint64_t queries = 0;
    for (size_t w = 0; w < net->settings->workers; w++)
        queries += worker_queries_at(net->workers[w], i);
    return queries;
}

const struct prefix *net_anycast(const struct net *net, size_t *count)
{
    *count = net->settings->query.anycast_count;
    return net->settings->query.anycast;
}
