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

void rate_add(struct rate *rate, const struct report *report, uint64_t probes)
{
    const struct report_counters *c = &report->counters;
    const struct rate_sample sample = {
        .at = report->sent,
        .queries = c->queries_udp4 + c->queries_udp6 + c->queries_tcp4 + c->queries_tcp6,
        .probes = probes,
        .drops = c->receive_drops,
    };

    if (rate->count && mono_diff_ms(sample.at, newest(rate)->at) < SPACING_MS)
        return;
    if (rate->count && sample.queries < newest(rate)->queries)
        rate_reset(rate);
    while (rate->count && (rate->count == RATE_SAMPLES ||
                           mono_diff_ms(sample.at, rate->sample[0].at) > WINDOW_MS + SPACING_MS))
        forget_oldest(rate);
    rate->sample[rate->count++] = sample;
}

double rate_queries(const struct rate *rate, struct mono now)
{
    if (rate->count < 2 || mono_diff_ms(now, newest(rate)->at) > WINDOW_MS ||
        mono_diff_ms(newest(rate)->at, rate->sample[0].at) < SPAN_MIN_MS)
        return -1;
    const double queries = (double)(newest(rate)->queries - rate->sample[0].queries);
    const double probes = (double)(newest(rate)->probes - rate->sample[0].probes);
    const double others = queries > probes ? queries - probes : 0;
    return others / mono_diff_s(newest(rate)->at, rate->sample[0].at);
}

double rate_drop_share(const struct rate *rate)
{
    if (rate->count < 2 || newest(rate)->drops <= rate->sample[0].drops)
        return 0;
    const double drops = (double)(newest(rate)->drops - rate->sample[0].drops);
    return drops / (drops + (double)(newest(rate)->queries - rate->sample[0].queries));
}
