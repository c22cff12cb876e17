/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_zone.c - how long a zone of many names takes to load, how much memory it needs, and how
 * long a look-up takes. usage: bench_zone [NAMES]   (default 1,000,000; the file goes to $TMPDIR)
 * Single runs vary; take the minimum of several. */
#include "common/err.h"
#include "common/mem.h"
#include "common/mono.h"
#include "dnsd/zone/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 32, QUERIES = 1 << 20, LABEL_MAX = 16 };

static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static uint64_t random_state = 42;

static uint32_t random_u32(void)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(random_state >> 32);
}

/* 5 to 16 letters and digits; the number `n` of the name is among them, so that none comes twice.
 */
static void make_label(char *to, uint32_t n)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    const size_t noise = random_u32() % 12;
    for (size_t i = 0; i < noise; i++)
        *to++ = digits[random_u32() % 26];
    for (int i = 0; i < 4; i++, n /= 36)
        *to++ = digits[n % 36];
    *to++ = digits[n % 36];
    *to = '\0';
}

/* A leaf zone: one A record for each name, in random order of names. */
static char (*write_zone(const char *path, uint32_t count))[LABEL_MAX + 1]
{
    char(*labels)[LABEL_MAX + 1] = mem_calloc(count, sizeof *labels);
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        exit(1);
    }
    fputs(
        "$ORIGIN leaf.test.\n$TTL 3600\n@ SOA ns h 1 3600 900 604800 300\n@ NS ns\nns A 192.0.2.1\n",
        file);
    for (uint32_t i = 0; i < count; i++) {
        make_label(labels[i], i);
        fprintf(file, "%s.leaf.test. 3600 IN A 10.%u.%u.%u\n", labels[i], random_u32() % 256,
                random_u32() % 256, random_u32() % 256);
    }
    fclose(file);
    return labels;
}

/* Names to ask for, packed behind each other in wire form: `miss_percent` of them do not exist. */
static uint8_t *make_queries(char (*labels)[LABEL_MAX + 1], uint32_t count, unsigned miss_percent)
{
    uint8_t *queries = mem_alloc((size_t)QUERIES * 64), *to = queries;
    for (size_t i = 0; i < QUERIES; i++) {
        char text[64];
        struct dname name;
        const char *miss = random_u32() % 100 < miss_percent ? "-" : "";
        snprintf(text, sizeof text, "%s%s.leaf.test.", labels[random_u32() % count], miss);
        dname_from_text(text, &name, NULL);
        memcpy(to, name.wire, name.len);
        to += name.len;
    }
    return queries;
}

/* Nanoseconds a query; names hashed and slots prefetched for a batch first, as the server does. */
static double time_matches(const struct zone *zone, const uint8_t *queries, size_t batch)
{
    static struct name_key keys[BATCH];
    size_t found = 0;
    const double start = cpu_ns();
    for (size_t i = 0; i < QUERIES; i += batch) {
        for (size_t j = 0; j < batch; j++) {
            name_key_init(&keys[j], queries);
            queries += keys[j].len;
            zone_prefetch(zone, &keys[j]);
        }
        for (size_t j = 0; j < batch; j++) {
            struct zone_match match;
            zone_match(zone, &keys[j], &match);
            found += (match.node && zone_node_rrset(zone, match.node, 1)) || match.encloser_skip;
        }
    }
    if (found != QUERIES)
        printf("%zu of %d found\n", found, QUERIES);
    return (cpu_ns() - start) / QUERIES;
}

static double time_keys(const uint8_t *queries)
{
    static struct name_key key;
    uint64_t sum = 0;
    const double start = cpu_ns();
    for (size_t i = 0; i < QUERIES; i++) {
        name_key_init(&key, queries);
        queries += key.len;
        sum ^= key.hash[0];
    }
    return sum ? (cpu_ns() - start) / QUERIES : 0;
}

/* The most memory that the process ever had, in MB. */
static double peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024 / 1e6;
}

int main(int argc, char **argv)
{
    const uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;
    static const uint8_t apex[] = "\4leaf\4test";
    const char *folder = getenv("TMPDIR");
    char path[256];
    struct err err = { "" };
    snprintf(path, sizeof path, "%s/bench_zone.%d", folder ? folder : "/tmp", (int)getpid());
    char(*labels)[LABEL_MAX + 1] = write_zone(path, count);
    const double before_mb = peak_mb();
    const double start = cpu_ns();
    const struct zone *zone = zone_load(apex, path, NULL, NULL, &err);
    const double load_s = (cpu_ns() - start) / 1e9;
    unlink(path);
    if (!zone) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    const struct zone_size size = zone_size(zone);
    const double records = (double)size.records;
    printf("load     %.3f s, %.3f us a record\n", load_s, load_s * 1e6 / records);
    printf("memory   %.1f bytes a record, %.1f MB; loading takes up to %.1f MB\n",
           (double)size.bytes / records, (double)size.bytes / 1e6, peak_mb() - before_mb);
    for (unsigned miss = 0; miss <= 100; miss += miss == 0 ? 10 : 90) {
        uint8_t *queries = make_queries(labels, count, miss);
        printf(
            "match    %3u %% misses: key %.1f ns, key and match %.1f ns alone, %.1f ns in batches of %d\n",
            miss, time_keys(queries), time_matches(zone, queries, 1),
            time_matches(zone, queries, BATCH), BATCH);
        free(queries);
    }
    zone_release(zone);
    free(labels);
    return 0;
}
