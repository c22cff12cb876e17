/* SPDX-License-Identifier: GPL-3.0-or-later */
/* admit.c - what guard/ has to say to a query, and to its response. Knows which response code a
 * cookie leads to, and what kind of response counts as what; hides where the option stood. */
#include "dnsd/query/internal.h"

static void judge_cookie(struct query *query, const struct query_settings *settings)
{
    struct cookie_request request = {
        .data = query->request.bytes + query->cookie_at,
        .len = query->cookie_bytes,
        .client = query->request.client,
        .unix_s = query->request.unix_s,
    };
    guard_judge_cookie(settings->guard, &request, &query->cookie);
}

/* RFC 7873 5.4: no question, but a cookie: it asks for ours, or whether the one it has is good. */
static enum dns_rcode admit_cookie_alone(enum cookie_state state)
{
    if (state == COOKIE_NONE)
        return DNS_FORMERR;
    return state == COOKIE_BAD ? DNS_BADCOOKIE : DNS_NOERROR;
}

enum dns_rcode admit_cookie(struct query *query, const struct query_settings *settings)
{
    if (query->cookie_at && settings->guard)
        judge_cookie(query, settings);
    enum cookie_state state = query->cookie.state;
    if (query->rcode != DNS_NOERROR)
        return query->rcode;
    if (state == COOKIE_MALFORMED)
        return DNS_FORMERR; /* RFC 7873 5.2.2 */
    if (!query->question_end)
        return admit_cookie_alone(state);
    bool lacks = state == COOKIE_NEW || state == COOKIE_BAD;
    if (lacks && query->request.transport == QUERY_UDP && guard_requires_cookies(settings->guard))
        return DNS_BADCOOKIE; /* RFC 7873 5.2.3 and 5.2.4: with the one to come back with */
    return DNS_NOERROR;
}

/* A chain is data, wherever it ends. What has no source is not from a zone: a cookie alone. */
static enum rrl_class class_of(const struct answer_response *response)
{
    if (response->ancount)
        return RRL_DATA;
    if (response->rcode == DNS_NXDOMAIN)
        return RRL_NXDOMAIN;
    if (response->rcode != DNS_NOERROR || !response->source)
        return RRL_ERROR;
    if (!response->aa)
        return RRL_REFERRAL;
    return response->truncated ? RRL_DATA : RRL_NODATA;
}

enum rrl_verdict admit_response(const struct query *query, const struct query_settings *settings,
                                const struct answer_response *response)
{
    if (query->request.transport != QUERY_UDP || query->cookie.state == COOKIE_VALID)
        return RRL_PASS;
    const struct rrl_response judged = {
        .client = query->request.client,
        .class = class_of(response),
        .type = query->question.type,
        .source = response->source,
        .now = query->request.now,
    };
    return guard_judge_response(settings->guard, &judged);
}

/* Who speaks cookies comes back with the one that goes along, over UDP; all others over TCP. */
void admit_slip(const struct query *query, struct answer_response *response)
{
    size_t question_end = query->question_end ? query->question_end : DNS_HEADER_BYTES;
    bool takes_cookie = query->cookie.state == COOKIE_NEW || query->cookie.state == COOKIE_BAD;
    *response = (struct answer_response){ .w = response->w };
    response->w.pos = question_end;
    response->rcode = takes_cookie ? DNS_BADCOOKIE : DNS_NOERROR;
    response->truncated = !takes_cookie;
}
