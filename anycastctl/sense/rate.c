/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rate.c - a window over the counters. */
#include "anycastctl/sense/rate.h"

#include <string.h>

enum {
    WINDOW_MS = 1000,
    SPAN_MIN_MS = 300,                        /* shorter, and a rate is noise */
    SPACING_MS = REPORT_INTERVAL_MS * 9 / 10, /* timers are not exact */
};

void rate_reset(struct rate *rate)
{
    rate->count = 0;
}

static const struct rate_sample *newest(const struct rate *rate)
{
    return &rate->sample[rate->count - 1];
}

static void forget_oldest(struct rate *rate)
{
    rate->count--;
    memmove(rate->sample, rate->sample + 1, rate->count * sizeof rate->sample[0]);
}

static uint64_t all_queries(const struct rate_sample *sample)
{
    return sample->queries[FAMILY_4] + sample->queries[FAMILY_6];
}

struct rate_sample rate_sample_of(const struct report *report)
{
    const struct report_counters *c = &report->counters;
    return (struct rate_sample){
        .at = report->sent,
        .queries = { [FAMILY_4] = c->queries_udp4 + c->queries_tcp4,
                     [FAMILY_6] = c->queries_udp6 + c->queries_tcp6 },
        .drops = c->receive_drops,
    };
}

void rate_add(struct rate *rate, const struct rate_sample *sample)
{
    if (rate->count && mono_diff_ms(sample->at, newest(rate)->at) < SPACING_MS)
        return;
    if (rate->count && all_queries(sample) < all_queries(newest(rate)))
        rate_reset(rate);
    while (rate->count && (rate->count == RATE_SAMPLES ||
                           mono_diff_ms(sample->at, rate->sample[0].at) > WINDOW_MS + SPACING_MS))
        forget_oldest(rate);
    rate->sample[rate->count++] = *sample;
}

static bool is_known(const struct rate *rate, struct mono now)
{
    return rate->count >= 2 && mono_diff_ms(now, newest(rate)->at) <= WINDOW_MS &&
           mono_diff_ms(newest(rate)->at, rate->sample[0].at) >= SPAN_MIN_MS;
}

static double per_second(const struct rate *rate, uint64_t queries, uint64_t probes)
{
    const double others = queries > probes ? (double)(queries - probes) : 0;
    return others / mono_diff_s(newest(rate)->at, rate->sample[0].at);
}

static uint64_t all_probes(const struct rate_sample *sample)
{
    return sample->probes[FAMILY_4] + sample->probes[FAMILY_6];
}

double rate_queries(const struct rate *rate, struct mono now)
{
    if (!is_known(rate, now))
        return -1;
    const struct rate_sample *last = newest(rate), *first = &rate->sample[0];
    return per_second(rate, all_queries(last) - all_queries(first),
                      all_probes(last) - all_probes(first));
}

double rate_probes(const struct rate *rate, struct mono now)
{
    if (!is_known(rate, now))
        return -1;
    return per_second(rate, all_probes(newest(rate)) - all_probes(&rate->sample[0]), 0);
}

double rate_queries_of(const struct rate *rate, enum family family, struct mono now)
{
    if (!is_known(rate, now))
        return -1;
    const struct rate_sample *last = newest(rate), *first = &rate->sample[0];
    return per_second(rate, last->queries[family] - first->queries[family],
                      last->probes[family] - first->probes[family]);
}

double rate_drop_share(const struct rate *rate)
{
    if (rate->count < 2 || newest(rate)->drops <= rate->sample[0].drops)
        return 0;
    const double drops = (double)(newest(rate)->drops - rate->sample[0].drops);
    return drops / (drops + (double)(all_queries(newest(rate)) - all_queries(&rate->sample[0])));
}
