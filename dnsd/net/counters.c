/* SPDX-License-Identifier: GPL-3.0-or-later */
/* counters.c - counting what became of queries, and summing workers up. Knows which RCODE counts
 * where. */
#include "dnsd/net/counters.h"

#include "common/dnsmsg.h"

static _Atomic uint64_t *by_rcode(struct net_counters *counters, unsigned rcode)
{
    switch (rcode) {
    case DNS_NOERROR:
        return &counters->noerror;
    case DNS_NXDOMAIN:
        return &counters->nxdomain;
    case DNS_REFUSED:
        return &counters->refused;
    case DNS_SERVFAIL:
        return &counters->servfail;
    case DNS_FORMERR:
        return &counters->formerr;
    case DNS_NOTIMP:
        return &counters->notimp;
    case DNS_BADCOOKIE:
        return &counters->badcookie;
    default:
        return NULL; /* BADVERS and the like: seldom, counted in `responses` only */
    }
}

static void count_cookie(struct net_counters *counters, enum cookie_state state)
{
    if (state == COOKIE_VALID)
        counter_add(&counters->cookies_valid, 1);
    else if (state != COOKIE_NEW)
        counter_add(&counters->cookies_bad, 1);
}

static void count_limit(struct net_counters *counters, enum rrl_verdict verdict)
{
    if (verdict == RRL_DROP)
        counter_add(&counters->rate_dropped, 1);
    else if (verdict == RRL_SLIP)
        counter_add(&counters->rate_slipped, 1);
    else
        counter_add(&counters->rate_matched, 1);
}

static void count_answer(struct net_counters *counters, const struct query_result *result)
{
    _Atomic uint64_t *counter = by_rcode(counters, result->rcode);
    counter_add(&counters->responses, 1);
    if (counter)
        counter_add(counter, 1);
    if (result->truncated)
        counter_add(&counters->truncated, 1);
}

void counters_query(struct net_counters *counters, const struct query_result *result)
{
    if (result->kind == QUERY_ANSWERED)
        count_answer(counters, result);
    else if (result->kind == QUERY_DROPPED)
        counter_add(&counters->dropped, 1);
    if (result->cookie != COOKIE_NONE)
        count_cookie(counters, result->cookie);
    if (result->limit != RRL_PASS)
        count_limit(counters, result->limit);
}

void counters_sum(const struct net_counters *from, struct report_counters *sum)
{
#define NET_COUNTER_SUM(name) sum->name += atomic_load_explicit(&from->name, memory_order_relaxed);
    REPORT_COUNTERS(NET_COUNTER_SUM)
#undef NET_COUNTER_SUM
}
