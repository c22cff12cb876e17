/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally.h - what a load generator counts: answers by kind and rcode, wrong ones, latencies; and the
 * one line of JSON that it prints at the end. */
#ifndef PROXIMA_BENCH_TALLY_H
#define PROXIMA_BENCH_TALLY_H

#include "tests/bench/cputime.h"
#include "tests/bench/queries.h"

#include <stdint.h>

enum {
    TALLY_STEPS = 64, /* histogram: so many steps between powers of two, so within 1.6 % */
    TALLY_BUCKETS = TALLY_STEPS * 40,
};

struct tally {
    uint64_t sent, answered, lost, wrong, stray, bytes;
    uint64_t rcodes[16], kinds[KINDS];
    uint64_t latencies[TALLY_BUCKETS], latency_max_ns;
    uint64_t late_max_ns; /* how much later than due the generator itself sent at worst */
    uint64_t idle_ns;     /* of the generator: time in which there was nothing to do */
    uint64_t begin_ns, end_ns;
    uint64_t own_cpu_ns, server_cpu_ns; /* between begin and end */
};

/* Empties it, and reads clock and CPU times. `server` may have no processes. */
void tally_begin(struct tally *tally, const struct cputime_pids *server);
void tally_end(struct tally *tally, const struct cputime_pids *server);

/* One response, `length` >= 12, to a query marked `expected`. */
void tally_response(struct tally *tally, const uint8_t *message, size_t length, uint8_t expected,
                    uint64_t latency_ns);

/* The latency that the share `quantile` (0 to 1) of the answers did not exceed. */
uint64_t tally_quantile_ns(const struct tally *tally, double quantile);

void tally_print(const struct tally *tally);

/* CLOCK_MONOTONIC. */
uint64_t clock_ns(void);

#endif
