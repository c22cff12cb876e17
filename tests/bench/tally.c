/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally.c - counts what came back. Hides the histogram of latencies (steps that grow with the
 * value). */
#include "tests/bench/tally.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t clock_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void tally_begin(struct tally *tally, const struct cputime_pids *server)
{
    memset(tally, 0, sizeof(*tally));
    tally->server_cpu_ns = cputime_ns(server);
    tally->own_cpu_ns = cputime_self_ns();
    tally->begin_ns = clock_ns();
}

void tally_end(struct tally *tally, const struct cputime_pids *server)
{
    tally->end_ns = clock_ns();
    tally->server_cpu_ns = cputime_ns(server) - tally->server_cpu_ns;
    tally->own_cpu_ns = cputime_self_ns() - tally->own_cpu_ns;
}

/* --- latencies -------------------------------------------------------------------------------- */

static unsigned bucket_of(uint64_t ns)
{
    if (ns < TALLY_STEPS)
        return (unsigned)ns;
    unsigned shift = 63 - (unsigned)__builtin_clzll(ns) - 6; /* 2^6 = TALLY_STEPS */
    unsigned bucket = shift * TALLY_STEPS + (unsigned)(ns >> shift);
    return bucket < TALLY_BUCKETS ? bucket : TALLY_BUCKETS - 1;
}

/* The upper end of a bucket. */
static uint64_t bucket_ns(unsigned bucket)
{
    if (bucket < 2 * TALLY_STEPS)
        return bucket;
    unsigned shift = bucket / TALLY_STEPS - 1;
    return ((uint64_t)(bucket - shift * TALLY_STEPS + 1) << shift) - 1;
}

uint64_t tally_quantile_ns(const struct tally *tally, double quantile)
{
    uint64_t seen = 0, wanted = (uint64_t)((double)tally->answered * quantile);
    for (unsigned i = 0; i < TALLY_BUCKETS; i++) {
        seen += tally->latencies[i];
        if (seen > wanted)
            return bucket_ns(i);
    }
    return tally->latency_max_ns;
}

/* --- responses -------------------------------------------------------------------------------- */

void tally_response(struct tally *tally, const uint8_t *message, size_t length, uint8_t expected,
                    uint64_t latency_ns)
{
    enum kind is = kind_of_response(message, length);
    tally->answered++;
    tally->bytes += length;
    tally->rcodes[message[3] & 15]++;
    tally->kinds[is]++;
    tally->wrong += !kind_is_right(is, expected, message);
    tally->latencies[bucket_of(latency_ns)]++;
    if (latency_ns > tally->latency_max_ns)
        tally->latency_max_ns = latency_ns;
}

/* --- the report ------------------------------------------------------------------------------- */

static double per_answer(const struct tally *t, uint64_t total)
{
    return t->answered ? (double)total / (double)t->answered : 0;
}

static void print_counts(const struct tally *t)
{
    const char *comma = "";
    printf("\"kinds\": {");
    for (unsigned i = 0; i < KINDS; i++, comma = ", ")
        printf("%s\"%s\": %llu", comma, kind_names[i], (unsigned long long)t->kinds[i]);
    printf("}, \"rcodes\": {");
    comma = "";
    for (unsigned i = 0; i < 16; i++) {
        if (!t->rcodes[i])
            continue;
        printf("%s\"%u\": %llu", comma, i, (unsigned long long)t->rcodes[i]);
        comma = ", ";
    }
    printf("}, ");
}

static void print_latencies(const struct tally *t)
{
    static const struct {
        const char *name;
        double quantile;
    } quantiles[] = { { "p50", 0.5 }, { "p99", 0.99 }, { "p999", 0.999 } };
    printf("\"latency_us\": {");
    for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++)
        printf("\"%s\": %.1f, ", quantiles[i].name,
               (double)tally_quantile_ns(t, quantiles[i].quantile) / 1e3);
    printf("\"max\": %.1f}, ", (double)t->latency_max_ns / 1e3);
}

void tally_print(const struct tally *t)
{
    double ns = (double)(t->end_ns - t->begin_ns);
    printf(
        "{\"seconds\": %.3f, \"sent\": %llu, \"answered\": %llu, \"lost\": %llu, \"wrong\": %llu, "
        "\"stray\": %llu, ",
        ns / 1e9, (unsigned long long)t->sent, (unsigned long long)t->answered,
        (unsigned long long)t->lost, (unsigned long long)t->wrong, (unsigned long long)t->stray);
    print_counts(t);
    print_latencies(t);
    printf(
        "\"qps\": %.0f, \"response_bytes\": %.1f, \"server_cpu_us\": %.4f, \"server_busy\": %.3f, "
        "\"generator_cpu\": %.3f, \"generator_busy\": %.3f, \"late_max_us\": %.1f}\n",
        (double)t->answered / ns * 1e9, per_answer(t, t->bytes),
        per_answer(t, t->server_cpu_ns) / 1e3, (double)t->server_cpu_ns / ns,
        (double)t->own_cpu_ns / ns, 1 - (double)t->idle_ns / ns, (double)t->late_max_ns / 1e3);
}
