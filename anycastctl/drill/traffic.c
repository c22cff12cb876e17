/* SPDX-License-Identifier: GPL-3.0-or-later */
/* traffic.c - arithmetic over samples. */
#include "anycastctl/drill/traffic.h"

#include "common/mem.h"

#include <math.h>
#include <stdlib.h>

static const double QUEUE_BYTES_EACH = 768; /* what the kernel charges for a small datagram */
static const double PROBE_ROUNDS_S = 0.4;   /* probes come in rounds; two may fall together */
static const double QUIET_SHARE = 0.05;     /* that is gone which is as little as that */
static const double WINDOW_MIN_S = 0.02, WINDOW_MAX_S = 2;

void samples_add(struct samples *samples, const struct sample *sample)
{
    if (samples->count == samples->cap) {
        samples->cap = samples->cap ? 2 * samples->cap : 1024;
        samples->of = mem_realloc(samples->of, samples->cap * sizeof *samples->of);
    }
    samples->of[samples->count++] = *sample;
}

void samples_free(struct samples *samples)
{
    free(samples->of);
    *samples = (struct samples){ 0 };
}

/* Counters of a process that has ended begin anew. */
static double grown(uint64_t later, uint64_t earlier)
{
    return later > earlier ? (double)(later - earlier) : 0;
}

static double answered(const struct sample *later, const struct sample *earlier)
{
    return grown(later->queries, earlier->queries);
}

static double unanswered(const struct sample *later, const struct sample *earlier)
{
    return grown(later->unheard, earlier->unheard) + grown(later->dropped, earlier->dropped) +
           grown(later->queue_bytes, earlier->queue_bytes) / QUEUE_BYTES_EACH;
}

struct traffic_before traffic_before(const struct samples *samples, double queries_per_s,
                                     double probes_per_s)
{
    struct traffic_before before = { queries_per_s < 0 ? NAN : queries_per_s,
                                     probes_per_s < 0 ? 0 : probes_per_s, 0 };
    if (samples->count < 2)
        return before;
    const struct sample *first = &samples->of[0], *last = &samples->of[samples->count - 1];
    double s = mono_diff_s(last->at, first->at);
    before.unheard_per_s = s > 0 ? grown(last->unheard, first->unheard) / s : 0;
    return before;
}

/* --- gone ------------------------------------------------------------------------------------- */

/* As short as it can be for traffic to stand out from two rounds of probes; NaN: never. */
static double window_s(const struct traffic_before *before)
{
    double noise = before->probes_per_s * PROBE_ROUNDS_S;
    double margin = (1 - QUIET_SHARE) / 2 * before->queries_per_s - before->probes_per_s;
    if (isnan(before->queries_per_s) || margin <= 0 || noise / margin > WINDOW_MAX_S ||
        before->queries_per_s * WINDOW_MAX_S < 10)
        return NAN;
    return fmax(WINDOW_MIN_S, fmax(noise / margin, 5 / before->queries_per_s));
}

static double arrived(const struct samples *samples, size_t i)
{
    const struct sample *now = &samples->of[i], *then = &samples->of[i - 1];
    return answered(now, then) + unanswered(now, then);
}

/* What arrived in the window that ends with sample `i`. */
static double in_window(const struct samples *samples, size_t i, double window)
{
    double sum = 0;
    struct mono end = samples->of[i].at;
    for (; i > 0 && mono_diff_s(end, samples->of[i - 1].at) < window; i--)
        sum += arrived(samples, i);
    return sum + (i > 0 ? arrived(samples, i) : 0);
}

double traffic_gone_ms(const struct samples *samples, const struct traffic_before *before,
                       struct mono from, struct mono to)
{
    double window = window_s(before), quiet_since = NAN, last_ms = 0;
    double limit = before->probes_per_s * (window + PROBE_ROUNDS_S) +
                   QUIET_SHARE * before->queries_per_s * window;
    if (isnan(window))
        return NAN;
    for (size_t i = 1; i < samples->count; i++) {
        struct mono at = samples->of[i].at;
        if (mono_before(at, from) || mono_before(to, at))
            continue;
        last_ms = mono_diff_s(at, from) * 1000;
        if (in_window(samples, i, window) <= limit)
            continue;
        size_t grew = i; /* the latest growth in this window is the last that was seen of it */
        while (grew > 1 && arrived(samples, grew) <= 0)
            grew--;
        quiet_since = fmax(0, mono_diff_s(samples->of[grew].at, from) * 1000);
    }
    bool still_comes = last_ms - quiet_since < window * 1000;
    return still_comes ? NAN : isnan(quiet_since) ? 0 : quiet_since;
}

/* --- lost ------------------------------------------------------------------------------------- */

static double at_least_none(double n)
{
    return fmax(0, round(n));
}

/* What came to closed ports until `to`. */
static double unheard_until(const struct samples *samples, const struct sample *first,
                            struct mono to)
{
    uint64_t last = first->unheard;
    for (size_t i = 0; i < samples->count && !mono_before(to, samples->of[i].at); i++)
        if (samples->of[i].unheard > last)
            last = samples->of[i].unheard;
    return grown(last, first->unheard);
}

static double lost_by_port(const struct samples *samples, const struct traffic_before *before,
                           const struct lost_span *span)
{
    bool gone = !isnan(span->gone_ms);
    double s = gone ? span->gone_ms / 1000 : mono_diff_s(span->over, span->from);
    struct mono to = { span->from.ns + (int64_t)((s + 0.05) * 1e9) }; /* the next samples */
    double noise = (before->unheard_per_s + before->probes_per_s) * s;
    return at_least_none(unheard_until(samples, &span->first, to) - noise);
}

struct lost traffic_lost(const struct scenario *scenario, const struct samples *samples,
                         const struct traffic_before *before, const struct lost_span *span)
{
    struct lost lost = { NAN, NAN, NAN, NAN, NAN, 0 };
    double probes = before->probes_per_s * mono_diff_s(span->last.at, span->from);
    double until_begun = (before->queries_per_s + before->probes_per_s) *
                         mono_diff_s(span->from, span->first.at);
    if (scenario->loses_by_port)
        lost.unheard = lost_by_port(samples, before, span);
    if (scenario->loses_by_port)
        lost.in_flight = round(before->queries_per_s * span->closed_ms / 1000);
    lost.dropped = grown(span->last.dropped, span->first.dropped);
    if (scenario->loses_in_queue && !isnan(span->gone_ms))
        lost.waited = at_least_none(answered(&span->last, &span->first) - until_begun - probes);
    if (scenario->loses_by_rcode)
        lost.wrong = at_least_none(grown(span->last.servfail, span->first.servfail) - probes);
    const double parts[] = { lost.unheard, lost.in_flight, lost.dropped, lost.waited, lost.wrong };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        lost.total += isnan(parts[i]) ? 0 : parts[i];
    if (scenario->loses_in_queue && isnan(span->gone_ms))
        lost.total = NAN; /* what waited cannot be told from what came later */
    return lost;
}

static json_t *number(double n)
{
    return isnan(n) ? json_null() : json_real(n);
}

json_t *lost_json(const struct lost *lost)
{
    json_t *out = json_object();
    json_object_set_new(out, "unheard", number(lost->unheard));
    json_object_set_new(out, "in_flight", number(lost->in_flight));
    json_object_set_new(out, "dropped", number(lost->dropped));
    json_object_set_new(out, "waited", number(lost->waited));
    json_object_set_new(out, "wrong", number(lost->wrong));
    return out;
}

json_t *traffic_json(const struct samples *samples, struct mono from, int64_t step_ms)
{
    json_t *out = json_array();
    for (size_t i = 0, last = 0; i < samples->count; i++) {
        const struct sample *then = &samples->of[last], *now = &samples->of[i];
        if (mono_diff_ms(now->at, then->at) < step_ms)
            continue;
        double s = mono_diff_s(now->at, then->at);
        double lost = 0;
        for (size_t j = last + 1; j <= i; j++)
            lost += unanswered(&samples->of[j], &samples->of[j - 1]);
        json_array_append_new(out, json_pack("[f, f, f]", mono_diff_s(now->at, from) * 1000,
                                             answered(now, then) / s, lost / s));
        last = i;
    }
    return out;
}
