/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_query.c - CPU nanoseconds per query from bytes to bytes, for kinds of answers, over a large
 * zone: in batches as the network does it (parse all, prefetch all, answer all), names in random
 * order. bench_query [NAMES [ROUNDS]]: prints the least of ROUNDS per kind. */
#include "common/mem.h"
#include "dnsd/query/query.h"
#include "dnsd/zone/builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { QUERIES = 1 << 17, BATCH = 64, QUERY_BYTES = 64, NAME_TEXT = 64 };

struct bench {
    unsigned names;
    const struct zone_set *zones;
    uint8_t (*queries)[QUERY_BYTES];
    size_t lengths[QUERIES];
    struct query batch[BATCH];
    uint8_t out[BATCH][DNS_UDP_DEFAULT];
};

static struct query_settings settings = { .nsid = "node-1", .udp_payload_max = DNS_UDP_DEFAULT };

/* As by default: no query of ours has a cookie. */
static const struct guard_rules rules = { .cookies = GUARD_COOKIES_ON, .secrets = { .count = 1 } };

/* What to ask for; "#" is a number below the count of names. */
static const struct kind {
    const char *title, *name;
    uint16_t type;
    bool edns;
} kinds[] = {
    { "A, hit", "host#.example.", DNS_TYPE_A, false },
    { "A, hit, EDNS", "host#.example.", DNS_TYPE_A, true },
    { "MX, with an address", "mx#.example.", DNS_TYPE_MX, true },
    { "CNAME to A", "alias#.example.", DNS_TYPE_A, true },
    { "wildcard", "x#.wild.example.", DNS_TYPE_A, true },
    { "NODATA", "host#.example.", DNS_TYPE_AAAA, true },
    { "NXDOMAIN", "nope#.example.", DNS_TYPE_A, true },
    { "referral, 4 NS, glue", "www.child#.example.", DNS_TYPE_A, true },
    { "REFUSED", "host#.test.", DNS_TYPE_A, true },
};

static void die(const struct err *err)
{
    fprintf(stderr, "bench_query: %s\n", err->msg);
    exit(1);
}

/* `pattern` with `i` in place of "#". */
static struct dname name_of(const char *pattern, unsigned i)
{
    char text[NAME_TEXT];
    struct dname name;
    struct err err;
    size_t before = strcspn(pattern, "#");
    if (pattern[before])
        snprintf(text, sizeof(text), "%.*s%u%s", (int)before, pattern, i, pattern + before + 1);
    else
        snprintf(text, sizeof(text), "%s", pattern);
    if (dname_from_text(text, &name, &err))
        die(&err);
    return name;
}

static void add(struct zone_builder *builder, const struct dname *owner, uint16_t type,
                const struct wire_writer *rdata)
{
    struct err err;
    struct zone_record record = { .owner = owner->wire,
                                  .type = type,
                                  .ttl = 3600,
                                  .rdlength = (uint16_t)rdata->pos,
                                  .rdata = rdata->start };
    if (zone_builder_add(builder, &record, &err))
        die(&err);
}

static void add_bytes(struct zone_builder *builder, const char *owner, unsigned i, uint16_t type,
                      uint32_t number, const char *target)
{
    uint8_t bytes[2 * DNAME_MAX + 20];
    struct wire_writer w = wire_writer(bytes, sizeof(bytes));
    struct dname name = name_of(owner, i), to = name_of(target, i);
    if (type == DNS_TYPE_MX)
        wire_put_u16(&w, (uint16_t)number);
    if (type == DNS_TYPE_A)
        wire_put_u32(&w, number);
    else
        wire_put(&w, to.wire, to.len);
    if (type == DNS_TYPE_SOA) {
        wire_put(&w, to.wire, to.len);
        for (int n = 0; n < 5; n++)
            wire_put_u32(&w, number);
    }
    add(builder, &name, type, &w);
}

/* A share of each kind; most are hosts. */
static const struct zone *build_zone(unsigned names)
{
    struct err err;
    struct dname apex = name_of("example.", 0);
    struct zone_builder *builder = zone_builder_new(apex.wire);
    add_bytes(builder, "example.", 0, DNS_TYPE_SOA, 1, "ns.example.");
    add_bytes(builder, "example.", 0, DNS_TYPE_NS, 0, "ns.example.");
    add_bytes(builder, "ns.example.", 0, DNS_TYPE_A, 1, ".");
    add_bytes(builder, "*.wild.example.", 0, DNS_TYPE_A, 1, ".");
    for (unsigned i = 0; i < names; i++) {
        add_bytes(builder, "host#.example.", i, DNS_TYPE_A, i, ".");
        if (i % 10)
            continue;
        add_bytes(builder, "mx#.example.", i, DNS_TYPE_MX, i, "host#.example.");
        add_bytes(builder, "alias#.example.", i, DNS_TYPE_CNAME, 0, "host#.example.");
        add_bytes(builder, "child#.example.", i, DNS_TYPE_NS, 0, "ns1.child#.example.");
        add_bytes(builder, "child#.example.", i, DNS_TYPE_NS, 0, "ns2.child#.example.");
        add_bytes(builder, "child#.example.", i, DNS_TYPE_NS, 0, "ns3.child#.example.");
        add_bytes(builder, "child#.example.", i, DNS_TYPE_NS, 0, "ns.example.");
        add_bytes(builder, "ns1.child#.example.", i, DNS_TYPE_A, i, ".");
        add_bytes(builder, "ns2.child#.example.", i, DNS_TYPE_A, i, ".");
        add_bytes(builder, "ns3.child#.example.", i, DNS_TYPE_A, i, ".");
    }
    const struct zone *zone = zone_builder_finish(builder, NULL, &err);
    if (!zone)
        die(&err);
    zone_builder_free(builder);
    return zone;
}

static void write_queries(struct bench *bench, const struct kind *kind)
{
    unsigned seed = 1;
    for (size_t i = 0; i < QUERIES; i++) {
        struct wire_writer w = wire_writer(bench->queries[i], QUERY_BYTES);
        unsigned number = (unsigned)rand_r(&seed) % bench->names / 10 * 10;
        struct dname name = name_of(kind->name, number);
        dns_put_header(&w, &(struct dns_header){ .qdcount = 1, .arcount = kind->edns });
        wire_put(&w, name.wire, name.len);
        wire_put_u16(&w, kind->type);
        wire_put_u16(&w, DNS_CLASS_IN);
        if (kind->edns)
            wire_put(&w, "\0\0\x29\x04\xd0\0\0\0\0\0\0", 11);
        bench->lengths[i] = w.pos;
    }
}

static size_t answer_batch(struct bench *bench, size_t first)
{
    size_t bytes = 0;
    for (size_t i = 0; i < BATCH; i++) {
        struct query_request request = { bench->queries[first + i], bench->lengths[first + i], NULL,
                                         QUERY_UDP };
        query_parse(&bench->batch[i], &request);
    }
    query_prefetch(bench->batch, BATCH, bench->zones);
    for (size_t i = 0; i < BATCH; i++)
        bytes += query_respond(&bench->batch[i], bench->zones, &settings, bench->out[i],
                               sizeof(bench->out[i]))
                     .len;
    return bytes;
}

static double cpu_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void run(struct bench *bench, const struct kind *kind, unsigned rounds)
{
    double least = 1e9;
    size_t bytes = 0;
    write_queries(bench, kind);
    for (; rounds; rounds--) {
        double start = cpu_ns();
        bytes = 0;
        for (size_t i = 0; i < QUERIES; i += BATCH)
            bytes += answer_batch(bench, i);
        double ns = (cpu_ns() - start) / QUERIES;
        least = ns < least ? ns : least;
    }
    printf("%-22s %7.1f ns   %4zu bytes\n", kind->title, least, bytes / QUERIES);
}

int main(int argc, char **argv)
{
    unsigned names = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 1000000;
    unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 10;
    const char *only = argc > 3 ? argv[3] : "";
    struct bench *bench = mem_zalloc(sizeof(*bench));
    struct dname apex = name_of("example.", 0);
    struct zone_entry entry = { .zone = build_zone(names), .apex = apex.wire };
    bench->names = names;
    bench->queries = mem_calloc(QUERIES, QUERY_BYTES);
    bench->zones = zone_set_new(&entry, 1);
    settings.guard = guard_new(&rules);
    zone_release(entry.zone);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strncmp(kinds[i].title, only, strlen(only)) == 0)
            run(bench, &kinds[i], rounds);
    guard_free(settings.guard);
    zone_set_free(bench->zones);
    free(bench->queries);
    free(bench);
    return 0;
}
