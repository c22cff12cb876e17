/* SPDX-License-Identifier: GPL-3.0-or-later */
/* traffic.c - sums over addresses. */
#include "anycastctl/sense/traffic.h"

void traffic_reset(struct traffic *traffic)
{
    *traffic = (struct traffic){ 0 };
}

/* Are all of its addresses counted by themselves? */
static bool is_told_apart(const struct service_family *family, const struct report *report)
{
    uint64_t queries;
    for (unsigned i = 0; i < family->address_count; i++)
        if (!report_queries_at(report, &family->address[i], &queries))
            return false;
    return family->address_count > 0;
}

/* What came to its prefixes: services may have more addresses than are probed. */
static uint64_t sum_queries(const struct service_family *family, const struct report *report)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < report->address_count; i++)
        if (prefixes_contain(family->prefix, family->prefix_count, &report->address[i].addr))
            sum += report->address[i].queries;
    return sum;
}

static void add_part(struct traffic_part *part, const struct service_family *family,
                     enum family number, const struct report *report, uint64_t probes)
{
    struct rate_sample sample = { .at = report->sent };
    sample.queries[number] = sum_queries(family, report);
    sample.probes[number] = probes;
    part->own = is_told_apart(family, report);
    if (part->own)
        rate_add(&part->rate, &sample);
    else
        rate_reset(&part->rate);
}

void traffic_add(struct traffic *traffic, const struct settings *settings,
                 const struct report *report, const uint64_t probes[SERVICES_MAX][FAMILY_COUNT])
{
    struct rate_sample node = rate_sample_of(report);
    for (unsigned s = 0; s < settings->service_count; s++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            node.probes[f] += probes[s][f];
            add_part(&traffic->part[s][f], &settings->service[s].family[f], (enum family)f, report,
                     probes[s][f]);
        }
    rate_add(&traffic->node, &node);
}

struct query_rate traffic_rate(const struct traffic *traffic, unsigned service, enum family family,
                               struct mono now)
{
    const struct traffic_part *part = &traffic->part[service][family];
    const struct rate *rate = part->own ? &part->rate : &traffic->node;
    return (struct query_rate){ rate_queries_of(rate, family, now), part->own };
}
