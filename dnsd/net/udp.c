/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udp.c - queries and responses. Each step is done for the whole batch before the next one, so that
 * the memory that one query waits for is fetched while others are parsed. */
#include "dnsd/net/udp.h"

#include "common/mem.h"
#include "dnsd/net/listen.h"
#include "dnsd/net/udp_batch.h"

#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    /* Datagrams that are received one by one before we look whether several are there: asking for
     * many and getting one costs more than asking for one. */
    LONE_MAX = 8,
    BATCHES_OF_DRAIN = 1024, /* a 4 MiB receive buffer holds some 80 of them */
};

struct udp {
    struct reader reader; /* first, so that a reader is its udp */
    int fd;
    bool v6;
    bool anycast; /* bound to an address that other sites have, too */
    atomic_bool stopping;
    unsigned lone;                  /* datagrams received one by one */
    uint32_t drops_seen;            /* the kernel's count, modulo 2^32 */
    struct mono looked;             /* when */
    struct query_settings settings; /* for its family */
    struct udp_batch *batch;
    struct query query[UDP_BATCH_MAX];
};

/* The smallest MTU of IPv6 is 1,280 (RFC 8200 5). On anycast, a "packet too big" about more than
 * that may reach another site: so responses over IPv6 never need one. */
static struct query_settings settings_for(const struct query_settings *settings, bool v6)
{
    struct query_settings own = *settings;
    if (v6 && own.udp_payload_max > DNS_UDP_DEFAULT)
        own.udp_payload_max = DNS_UDP_DEFAULT;
    return own;
}

static struct addr bound_to(int fd)
{
    struct addr addr = { .len = sizeof addr.in6 };
    (void)getsockname(fd, &addr.sa, &addr.len);
    return addr;
}

struct udp *udp_new(int fd, size_t index, const char *name, const struct query_settings *settings)
{
    struct addr addr = bound_to(fd);
    struct udp *udp = aligned_alloc(alignof(struct udp), sizeof *udp);
    if (!udp)
        abort();
    memset(udp, 0, sizeof *udp);
    udp->fd = fd;
    udp->v6 = addr_family(&addr) == 6;
    udp->anycast = query_is_anycast(settings, &addr);
    udp->settings = settings_for(settings, udp->v6);
    udp->batch = udp_batch_new(fd, addr_is_any(&addr));
    reader_init(&udp->reader, index, &udp->settings);
    strncpy(udp->reader.name, name, READER_NAME_MAX - 1);
    return udp;
}

void udp_free(struct udp *udp)
{
    reader_join(&udp->reader);
    close(udp->fd);
    udp_batch_free(udp->batch);
    free(udp);
}

/* What the kernel dropped because the receive buffer was full. It could tell with each datagram
 * (SO_RXQ_OVFL), which costs some at each; so we ask, now and then. */
static void count_drops(struct udp *udp)
{
    uint32_t info[SK_MEMINFO_VARS];
    socklen_t len = sizeof info;
    udp->looked = udp->reader.context.now;
    if (getsockopt(udp->fd, SOL_SOCKET, SO_MEMINFO, info, &len))
        return;
    counter_add(&udp->reader.context.counters.receive_drops,
                info[SK_MEMINFO_DROPS] - udp->drops_seen);
    udp->drops_seen = info[SK_MEMINFO_DROPS];
}

static size_t receive(struct udp *udp)
{
    if (udp->lone < LONE_MAX) {
        udp->lone++;
        return udp_batch_receive_one(udp->batch);
    }
    size_t count = udp_batch_receive(udp->batch, MSG_WAITFORONE);
    if (count <= 1)
        udp->lone = 0;
    return count;
}

static void parse(struct udp *udp, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct udp_datagram datagram = udp_batch_at(udp->batch, i);
        struct query_request request = {
            .bytes = datagram.bytes,
            .len = datagram.len,
            .client = datagram.client,
            .transport = QUERY_UDP,
            .unix_s = udp->reader.context.unix_s,
            .now = udp->reader.context.now,
            .anycast = udp->anycast,
        };
        query_parse(&udp->query[i], &request);
        /* What was cut is longer than what we say that we take (RFC 6891 6.2.3); and nobody can be
         * reached at port 0. */
        udp->query[i].drop |= datagram.cut || addr_port(datagram.client) == 0;
    }
    query_prefetch(udp->query, count, udp->reader.context.zones);
}

/* Answers query `i`, or drops it. */
static void respond(struct udp *udp, size_t i)
{
    struct net_context *context = &udp->reader.context;
    struct query_result result = query_respond(&udp->query[i], context->zones, context->query,
                                               udp_batch_room(udp->batch, i), UDP_BYTES_MAX);
    counters_query(&context->counters, &result);
    if (result.kind == QUERY_ANSWERED)
        udp_batch_reply(udp->batch, i, result.len);
}

/* What the kernel does not take at once is dropped and counted: clients ask again, and a worker
 * never waits. */
static void answer_batch(struct udp *udp, size_t count)
{
    struct net_counters *counters = &udp->reader.context.counters;
    counter_add(udp->v6 ? &counters->queries_udp6 : &counters->queries_udp4, count);
    parse(udp, count);
    for (size_t i = 0; i < count; i++)
        respond(udp, i);
    size_t failed = udp_batch_send(udp->batch);
    if (failed)
        counter_add(&counters->send_failed, failed);
}

static void drain(struct udp *udp)
{
    size_t count;
    for (int i = 0; i < BATCHES_OF_DRAIN && (count = udp_batch_receive(udp->batch, MSG_DONTWAIT));
         i++)
        answer_batch(udp, count);
    count_drops(udp);
}

static void run(struct reader *reader)
{
    struct udp *udp = (struct udp *)reader;
    while (!atomic_load_explicit(&udp->stopping, memory_order_relaxed)) {
        reader_leave(reader);
        size_t count = receive(udp);
        reader_enter(reader);
        if (count)
            answer_batch(udp, count);
        if (mono_diff_ms(reader->context.now, udp->looked) >= LISTEN_UDP_WAIT_MS)
            count_drops(udp);
    }
    drain(udp);
}

int udp_start(struct udp *udp, struct publish *zones, struct err *err)
{
    return reader_start(&udp->reader, zones, run, err);
}

void udp_stop(struct udp *udp)
{
    atomic_store_explicit(&udp->stopping, true, memory_order_relaxed);
}

struct reader *udp_reader(struct udp *udp)
{
    return &udp->reader;
}
