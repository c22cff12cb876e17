/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query_laws.c - the laws of responses, and zones to ask for. Knows nothing of what is asked; hides
 * the fence behind the response. */
#include "tests/unit/query_laws.h"

#include "tests/unit/cases.h"
#include "tests/unit/reply.h"
#include "tests/unit/signedzone.h"

#include "common/mem.h"

#include <stdlib.h>

enum { PAYLOAD_MAX = 1400 };

static const struct guard_rules usual = { .cookies = GUARD_COOKIES_REQUIRE,
                                          .secrets = { .count = 1 } };

/* What of a kind comes again is limited. */
static const struct guard_rules strict = {
    .cookies = GUARD_COOKIES_ON,
    .secrets = { .count = 1 },
    .rrl = { .mode = RRL_ON,
             .size = { { 1 << 29, 0 }, { 1 << 29, 0 }, { 1 << 29, 0 } },
             .slip = 2,
             .ipv4_bits = 24,
             .ipv6_bits = 56 },
};

static bool is_limited(const struct query_request *request)
{
    return request->len && request->bytes[request->len - 1] % 8 == 0;
}

static struct query_settings settings_for(const struct query_request *request)
{
    static struct guard *guards[2];
    if (!guards[0]) {
        guards[0] = guard_new(&usual);
        guards[1] = guard_new(&strict);
    }
    return (struct query_settings){
        .nsid = "node-1",
        .version = "1",
        .udp_payload_max = PAYLOAD_MAX,
        .report_channel = (const uint8_t *)"\5agent\7example",
        .guard = guards[is_limited(request)],
    };
}

enum { FENCE = 0x5a, RESERVED_FLAGS = DNS_FLAG_RA | 0x0040 | DNS_FLAG_AD };

/* Whether the header goes with the query's and with what is said of the response. */
static const char *check_header(const struct query *query, const struct query_result *result,
                                const uint8_t *out)
{
    unsigned flags = wire_peek_u16(out + 2), asked = query->header.flags;
    if (memcmp(out, query->request.bytes, 2) != 0)
        return "the ID is the query's";
    if (!(flags & DNS_FLAG_QR) || flags & RESERVED_FLAGS)
        return "QR is set; RA, Z and AD are not";
    if ((flags ^ asked) & (DNS_OPCODE_MASK | DNS_FLAG_RD | DNS_FLAG_CD))
        return "opcode, RD and CD are the query's";
    if ((flags & DNS_RCODE_MASK) != (result->rcode & DNS_RCODE_MASK))
        return "the result has the response's code";
    if (!!(flags & DNS_FLAG_TC) != result->truncated)
        return "the result knows of TC";
    if (flags & DNS_FLAG_AA && result->rcode != DNS_NOERROR && result->rcode != DNS_NXDOMAIN &&
        result->rcode != DNS_YXDOMAIN)
        return "no authority in errors";
    return NULL;
}

static const char *check_question(const struct query *query, const uint8_t *out)
{
    unsigned questions = wire_peek_u16(out + 4);
    if (questions != (query->question_end ? 1 : 0))
        return "the question comes back if it could be read";
    if (questions && memcmp(out + DNS_HEADER_BYTES, query->request.bytes + DNS_HEADER_BYTES,
                            query->question_end - (size_t)DNS_HEADER_BYTES) != 0)
        return "the question comes back byte for byte";
    return NULL;
}

static const char *check_size(const struct query *query, const struct query_result *result,
                              size_t cap)
{
    if (result->len > cap)
        return "never more than the caller's room";
    if (query->request.transport == QUERY_TCP)
        return NULL;
    if (result->len > (query->has_edns ? PAYLOAD_MAX : DNS_UDP_MIN))
        return "never more than our limit over UDP";
    return result->len > query->payload ? "never more than the client takes" : NULL;
}

static const char *check_response(const struct query *query, const struct query_result *result,
                                  const uint8_t *out, size_t cap)
{
    const char *broken = check_size(query, result, cap);
    if (!broken && out[cap] != FENCE)
        broken = "nothing is written behind the caller's room";
    if (!broken && !reply_well_formed(out, result->len))
        broken = "the response is well-formed";
    if (!broken)
        broken = check_header(query, result, out);
    return broken ? broken : check_question(query, out);
}

/* RFC 7873 5.2.3, 5.2.4: what we gave is good when it comes back, and who needs one and has none
 * gets no data. */
static const char *check_cookie(const struct query *query, const struct query_settings *settings,
                                const struct query_result *result, const uint8_t *out)
{
    if (result->cookie == COOKIE_NONE || result->cookie == COOKIE_MALFORMED)
        return NULL;
    const struct cookie_request back = { query->cookie.reply, COOKIE_BYTES, query->request.client,
                                         query->request.unix_s };
    struct cookie again;
    guard_judge_cookie(settings->guard, &back, &again);
    if (again.state != COOKIE_VALID)
        return "who comes back with our cookie has a valid one";
    if (result->cookie == COOKIE_VALID)
        return result->limit == RRL_PASS ? NULL : "who has a valid cookie is not limited";
    const bool must_have_one = query->request.transport == QUERY_UDP &&
                               guard_requires_cookies(settings->guard);
    return must_have_one && wire_peek_u16(out + 6) ? "no answer before the cookie" : NULL;
}

const char *query_laws(const struct zone_set *zones, const struct query_request *request,
                       size_t cap)
{
    static uint8_t out[DNS_MESSAGE_MAX + 1];
    struct query query, batch[2];
    struct query_settings settings = settings_for(request);
    memset(out, FENCE, sizeof(out));
    query_parse(&query, request);
    batch[0] = batch[1] = query;
    query_prefetch(batch, 2, zones);
    struct query_result result = query_respond(&query, zones, &settings, out, cap);
    bool is_query = request->len >= DNS_HEADER_BYTES && !(request->bytes[2] & 0x80);
    const char *broken = check_cookie(&query, &settings, &result, out);
    if (broken)
        return broken;
    switch (result.kind) {
    case QUERY_DROPPED:
        return is_query ? "every query gets a reply" : NULL;
    case QUERY_LIMITED:
        return is_limited(request) && request->transport == QUERY_UDP ? NULL : "no limit here";
    case QUERY_TRANSFER:
        return result.transfer && result.transfer->zone ? NULL : "a transfer has its zone";
    default:
        return is_query ? check_response(&query, &result, out, cap) : "no reply to a response";
    }
}

const struct zone_set *query_laws_zones(void)
{
    static const char *const signed_ones[] = { "nsec.test", "nsec3.test", "optout.test" };
    enum { SIGNED = sizeof signed_ones / sizeof *signed_ones };
    const struct zone_set *others = cases_zones("laws.cases");
    const size_t count = zone_set_count(others);
    struct zone_entry *entries = mem_calloc(SIGNED + count, sizeof *entries);
    for (size_t i = 0; i < SIGNED; i++) {
        const struct zone *zone = signed_zone(signed_ones[i]);
        entries[i] =
            (struct zone_entry){ .zone = zone, .state = ZONE_SERVING, .apex = zone_name(zone) };
    }
    for (size_t i = 0; i < count; i++)
        entries[SIGNED + i] = *zone_set_at(others, i);
    const struct zone_set *zones = zone_set_new(entries, SIGNED + count);
    for (size_t i = 0; i < SIGNED; i++)
        zone_release(entries[i].zone);
    zone_set_free(others);
    free(entries);
    return zones;
}
