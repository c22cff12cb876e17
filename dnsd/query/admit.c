/* SPDX-License-Identifier: GPL-3.0-or-later */
/* admit.c - what guard/ has to say to a query before it is answered. Knows which response code a
 * cookie leads to; hides where the option stood. */
#include "dnsd/query/internal.h"

void admit_judge_cookie(struct query *query, const struct query_settings *settings)
{
    if (!query->cookie_at || !settings->guard)
        return;
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

enum dns_rcode admit(const struct query *query, const struct query_settings *settings)
{
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
