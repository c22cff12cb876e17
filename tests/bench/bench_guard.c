/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_guard.c - CPU nanoseconds of what guard/ adds to a query: a rate limit that is kept, by few
 * networks and by very many; one that is not; a cookie. bench_guard [ROUNDS]: prints the least of
 * ROUNDS for each. */
#include "common/mem.h"
#include "dnsd/guard/guard.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CALLS = 1 << 18, NAMES = 1000, STEP_NS = 1000 }; /* a million responses a second */

struct bench {
    struct guard *guard;
    struct addr client[CALLS];
    uint64_t names[NAMES]; /* sources */
    struct mono now;
    unsigned counts[RRL_DROP + 1];
};

static double cpu_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* Clients of so many networks, in random order. */
static void make_clients(struct bench *bench, unsigned networks)
{
    unsigned seed = 1;
    for (size_t i = 0; i < CALLS; i++) {
        struct addr *client = &bench->client[i];
        *client = (struct addr){ .len = sizeof(client->in4) };
        client->in4.sin_family = AF_INET;
        client->in4.sin_addr.s_addr = htonl((unsigned)rand_r(&seed) % networks << 8);
    }
}

static void judge_all(struct bench *bench)
{
    for (size_t i = 0; i < CALLS; i++, bench->now.ns += STEP_NS) {
        struct rrl_response response = {
            .client = &bench->client[i],
            .class = RRL_DATA,
            .type = 1,
            .source = &bench->names[i % NAMES],
            .now = bench->now,
        };
        bench->counts[guard_judge_response(bench->guard, &response)]++;
    }
}

static void look_all(struct bench *bench)
{
    for (size_t i = 0; i < CALLS; i++)
        bench->counts[guard_limits(bench->guard)]++;
}

static void cookie_all(struct bench *bench, const uint8_t *data, uint16_t len)
{
    for (size_t i = 0; i < CALLS; i++) {
        struct cookie_request request = { data, len, &bench->client[i], 1559731985 };
        struct cookie cookie;
        guard_judge_cookie(bench->guard, &request, &cookie);
        bench->counts[RRL_PASS] += cookie.state;
    }
}

static void client_cookies(struct bench *bench)
{
    cookie_all(bench, (const uint8_t *)"12345678", 8);
}

/* Of one client, which is the worst case: found with the last of three secrets, and made anew. */
static void shown_cookies(struct bench *bench)
{
    static const uint8_t shown[COOKIE_BYTES] = "12345678\1\0\0\0\x5c\xf7\x9f\x11";
    cookie_all(bench, shown, sizeof(shown));
}

static const struct kind {
    const char *title;
    enum rrl_mode mode;
    unsigned networks, rate;
    void (*run)(struct bench *bench);
} kinds[] = {
    { "limits off", RRL_OFF, 1, 0, look_all },
    { "kept, 50,000 buckets", RRL_ON, 50, 50, judge_all },
    { "kept, 1,000,000 networks", RRL_ON, 1000000, 50, judge_all },
    { "exceeded, 1 network", RRL_ON, 1, 1, judge_all },
    { "cookie, client's part", RRL_OFF, 1000, 0, client_cookies },
    { "cookie, forged, 3 secrets", RRL_OFF, 1000, 0, shown_cookies },
};

static void run(struct bench *bench, const struct kind *kind, unsigned rounds)
{
    struct guard_rules rules = {
        .cookies = GUARD_COOKIES_ON,
        .secrets = { .count = 3 },
        .rrl = { .mode = kind->mode, .slip = 2, .ipv4_bits = 24, .ipv6_bits = 56 },
    };
    double least = 1e9;
    rules.rrl.size[RRL_DATA] = bucket_size(kind->rate, 2000);
    bench->guard = guard_new(&rules);
    make_clients(bench, kind->networks);
    for (; rounds; rounds--) {
        double start = cpu_ns();
        memset(bench->counts, 0, sizeof(bench->counts));
        kind->run(bench);
        double ns = (cpu_ns() - start) / CALLS;
        least = ns < least ? ns : least;
    }
    printf("%-26s %6.1f ns\n", kind->title, least);
    guard_free(bench->guard);
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 10;
    struct bench *bench = mem_zalloc(sizeof(*bench));
    bench->now.ns = 1;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        run(bench, &kinds[i], rounds);
    free(bench);
    return 0;
}
