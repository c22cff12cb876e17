/* SPDX-License-Identifier: GPL-3.0-or-later */
/* steady.c - a client of the anycast service that never stops asking: so many queries a second,
 * each once, without a retry, to the service addresses in turn; and notes who answered when.
 *
 *   steady RECORDS RATE SECONDS NAME ADDRESS[@PORT]...
 *
 * RECORDS is a file that is mapped and shared: a header, then one fixed record per query in the
 * order of sending, which another process may read while this one runs. An unanswered query has
 * received_ns 0. Ends after SECONDS or at SIGTERM, once late answers have had half a second. Times
 * are CLOCK_MONOTONIC. */
#include "common/addr.h"
#include "common/dnsmsg.h"
#include "common/err.h"
#include "common/mono.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    SOCKETS_PER_ADDRESS = 8, /* source ports, so that every SO_REUSEPORT worker is asked */
    ADDRESSES_MAX = 4,
    LATE_MS = 500,
    NODE_MAX = 24,
    QUERY_MAX = 512,
};

/* The file's layout; tests/lab/steady.py reads it. */
struct header {
    char magic[8]; /* "steady1" */
    _Atomic uint64_t sent;
};

struct record {
    int64_t sent_ns;
    _Atomic int64_t received_ns; /* written last */
    uint8_t address;             /* which of the addresses was asked */
    uint8_t rcode;
    char node[NODE_MAX - 2]; /* NSID of the one that answered */
};

struct steady {
    struct header *header;
    struct record *records;
    size_t capacity;
    size_t bytes;
    int64_t interval_ns;
    struct mono end;
    unsigned address_count;
    struct pollfd sockets[ADDRESSES_MAX * SOCKETS_PER_ADDRESS];
    unsigned socket_count;
    uint8_t query[QUERY_MAX];
    size_t query_len;
};

static volatile sig_atomic_t stopping;

static void on_signal(int number)
{
    (void)number;
    stopping = 1;
}

static int map_records(struct steady *s, const char *path, struct err *err)
{
    s->bytes = sizeof *s->header + s->capacity * sizeof *s->records;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return err_sys(err, "%s", path);
    if (ftruncate(fd, (off_t)s->bytes)) {
        err_sys(err, "%s", path);
        close(fd);
        return -1;
    }
    void *map = mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return err_sys(err, "%s: mmap", path);
    s->header = map;
    s->records = (struct record *)(s->header + 1);
    memcpy(s->header->magic, "steady1", 8);
    return 0;
}

static int open_sockets(struct steady *s, char **addresses, struct err *err)
{
    for (unsigned i = 0; i < s->address_count * SOCKETS_PER_ADDRESS; i++) {
        struct addr to;
        if (addr_parse(addresses[i % s->address_count], DNS_PORT, &to, err))
            return -1;
        int fd = socket(to.sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, &to.sa, to.len))
            return err_sys(err, "%s", addresses[i % s->address_count]);
        s->sockets[s->socket_count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
    }
    return 0;
}

static int build_query(struct steady *s, const char *name, struct err *err)
{
    struct dname qname;
    if (dname_from_text(name, &qname, err))
        return -1;
    struct wire_writer w = wire_writer(s->query, sizeof s->query);
    struct dns_header header = { .qdcount = 1, .arcount = 1 };
    dns_put_header(&w, &header);
    wire_put(&w, qname.wire, qname.len);
    wire_put_u16(&w, DNS_TYPE_SOA);
    wire_put_u16(&w, DNS_CLASS_IN);
    wire_put_u8(&w, 0); /* OPT with an empty NSID: tell me who you are */
    wire_put_u16(&w, DNS_TYPE_OPT);
    wire_put_u16(&w, DNS_UDP_DEFAULT);
    wire_put_u32(&w, 0);
    wire_put_u16(&w, 4);
    wire_put_u16(&w, DNS_OPT_NSID);
    wire_put_u16(&w, 0);
    s->query_len = w.pos;
    return 0;
}

/* The message id is the record's number modulo 65,536: unambiguous for a minute at 1,000 q/s. */
static void send_query(struct steady *s)
{
    uint64_t n = s->header->sent;
    struct record *record = &s->records[n];
    record->address = (uint8_t)(n % s->address_count);
    wire_set_u16(s->query, (uint16_t)n);
    record->sent_ns = mono_now().ns;
    atomic_store(&s->header->sent, n + 1);
    /* A refused or unroutable query is a lost one: its record stays unanswered. */
    if (send(s->sockets[n % s->socket_count].fd, s->query, s->query_len, 0) < 0 && errno == EBADF)
        abort();
}

static void note_node(struct wire_reader *r, const struct dns_header *header, struct record *record)
{
    struct dname name;
    struct dns_record rr;
    unsigned count = header->ancount + header->nscount + header->arcount;
    dns_get_name(r, &name);
    wire_take(r, 4);
    for (unsigned i = 0; i < count && dns_get_record(r, &rr) == 0; i++) {
        if (rr.type != DNS_TYPE_OPT)
            continue;
        struct wire_reader options = wire_reader(rr.rdata, rr.rdlength);
        while (wire_left(&options) >= 4) {
            uint16_t code = wire_get_u16(&options), len = wire_get_u16(&options);
            const uint8_t *value = wire_take(&options, len);
            if (value && code == DNS_OPT_NSID && len < sizeof record->node)
                memcpy(record->node, value, len);
        }
    }
}

static void receive(struct steady *s, int fd)
{
    uint8_t bytes[4096];
    ssize_t len;
    while ((len = recv(fd, bytes, sizeof bytes, 0)) >= 0) {
        int64_t now_ns = mono_now().ns;
        struct wire_reader r = wire_reader(bytes, (size_t)len);
        struct dns_header header = dns_get_header(&r);
        uint64_t sent = s->header->sent;
        uint64_t age = (uint16_t)(sent - 1 - header.id); /* how many were sent after it */
        if (r.overflow || age >= sent)
            continue;
        struct record *record = &s->records[sent - 1 - age];
        if (record->received_ns)
            continue;
        record->rcode = header.flags & DNS_RCODE_MASK;
        note_node(&r, &header, record);
        atomic_store(&record->received_ns, now_ns);
    }
}

static void wait_until(struct steady *s, struct mono until)
{
    int64_t left = until.ns - mono_now().ns;
    struct timespec wait = { .tv_sec = left > 0 ? left / 1000000000 : 0,
                             .tv_nsec = left > 0 ? left % 1000000000 : 0 };
    if (ppoll(s->sockets, s->socket_count, &wait, NULL) <= 0)
        return;
    for (unsigned i = 0; i < s->socket_count; i++)
        if (s->sockets[i].revents)
            receive(s, s->sockets[i].fd);
}

static void run(struct steady *s)
{
    struct mono next = mono_now();
    while (!stopping && mono_before(next, s->end) && s->header->sent < s->capacity) {
        if (mono_now().ns >= next.ns) {
            send_query(s);
            next.ns += s->interval_ns;
        }
        wait_until(s, next);
    }
    for (struct mono late = mono_add_ms(mono_now(), LATE_MS); mono_now().ns < late.ns;)
        wait_until(s, late);
}

static int set_up(struct steady *s, int argc, char **argv, struct err *err)
{
    if (argc < 6 || argc - 5 > ADDRESSES_MAX)
        return err_set(err, "usage: steady RECORDS RATE SECONDS NAME ADDRESS[@PORT]...");
    long rate = strtol(argv[2], NULL, 10), seconds = strtol(argv[3], NULL, 10);
    if (rate < 1 || rate > 100000 || seconds < 1 || seconds > 3600)
        return err_set(err, "RATE is 1..100000 per second, SECONDS 1..3600");
    s->interval_ns = 1000000000 / rate;
    s->capacity = (size_t)(rate * seconds);
    s->end = mono_add_ms(mono_now(), seconds * 1000);
    s->address_count = (unsigned)argc - 5;
    if (build_query(s, argv[4], err) || open_sockets(s, argv + 5, err))
        return -1;
    return map_records(s, argv[1], err);
}

int main(int argc, char **argv)
{
    static struct steady s;
    struct err err;
    if (set_up(&s, argc, argv, &err)) {
        fprintf(stderr, "steady: %s\n", err.msg);
        return 2;
    }
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    run(&s);
    return 0;
}
