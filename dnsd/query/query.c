/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query.c - dispatch: which questions there are, and who answers them. Knows the order of checks;
 * hides the response under construction. */
#include "dnsd/query/edns.h"
#include "dnsd/query/internal.h"

#include <assert.h>

/* Meta types that cannot be asked for (RFC 6895 3.1): OPT, TSIG and NXNAME (RFC 9824 3.4) mean
 * nothing in a question; the others would ask for something that we do not do: TKEY, MAILA, MAILB,
 * and what is not assigned yet. */
static enum dns_rcode check_type(uint16_t type)
{
    if (type == DNS_TYPE_OPT || type == DNS_TYPE_TSIG || type == DNS_TYPE_NXNAME)
        return DNS_FORMERR;
    if (type >= DNS_TYPE_META_MIN && type <= DNS_TYPE_META_MAX && type != DNS_TYPE_ANY)
        return DNS_NOTIMP;
    return DNS_NOERROR;
}

/* Class IN. True: a transfer, and xfr/ does the rest. */
static bool respond_internet(const struct query *query, const struct zone_set *zones,
                             struct answer_response *response, struct query_result *result)
{
    uint16_t type = query->question.type;
    if (type == DNS_TYPE_AXFR || type == DNS_TYPE_IXFR)
        return transfer_respond(query, zones, response, result);
    response->rcode = check_type(type);
    if (response->rcode == DNS_NOERROR)
        answer(zones, &query->question, response);
    else if (response->rcode == DNS_NOTIMP)
        response->extended_error = DNS_EDE_NOT_SUPPORTED;
    return false;
}

static bool respond_class(const struct query *query, const struct zone_set *zones,
                          const struct query_settings *settings, struct answer_response *response,
                          struct query_result *result)
{
    switch (query->qclass) {
    case DNS_CLASS_IN:
        return respond_internet(query, zones, response, result);
    case DNS_CLASS_CH:
        chaos_respond(query, settings, response);
        return false;
    default: /* other classes have no zones here, and ANY would need an answer from all of them */
        response->rcode = DNS_REFUSED;
        response->extended_error = DNS_EDE_NOT_AUTHORITATIVE;
        return false;
    }
}

/* What the client takes, and what `cap` allows. */
static size_t response_limit(const struct query *query, const struct query_settings *settings,
                             size_t cap)
{
    size_t limit = DNS_MESSAGE_MAX;
    if (query->request.transport == QUERY_UDP) {
        size_t ours = settings->udp_payload_max;
        limit = query->payload < ours ? query->payload : ours;
    }
    return limit < cap ? limit : cap;
}

/* With what code to answer; most queries have a question and no cookie. */
static inline enum dns_rcode admit(struct query *query, const struct query_settings *settings)
{
    if (query->cookie_at || !query->question_end)
        return admit_cookie(query, settings);
    return query->rcode;
}

/* Room for the header, which is written last, and the question as it came. */
static void begin(const struct query *query, struct answer_response *response, uint8_t *out,
                  size_t cap)
{
    *response = (struct answer_response){ .w = wire_writer(out, cap) };
    wire_reserve(&response->w, DNS_HEADER_BYTES);
    if (query->question_end)
        wire_put(&response->w, query->request.bytes + DNS_HEADER_BYTES,
                 query->question_end - (size_t)DNS_HEADER_BYTES);
}

/* ID, opcode, RD and CD are the client's (RFC 1035 4.1.1, RFC 4035 3.1.6); RA, AD and Z are 0. */
static uint16_t response_flags(const struct query *query, const struct answer_response *response)
{
    unsigned flags = DNS_FLAG_QR | (response->rcode & DNS_RCODE_MASK);
    flags |= query->header.flags & (DNS_OPCODE_MASK | DNS_FLAG_RD | DNS_FLAG_CD);
    if (response->aa)
        flags |= DNS_FLAG_AA;
    if (response->truncated)
        flags |= DNS_FLAG_TC;
    return (uint16_t)flags;
}

static void put_header(const struct query *query, const struct answer_response *response)
{
    struct wire_writer w = wire_writer(response->w.start, DNS_HEADER_BYTES);
    dns_put_header(&w, &(struct dns_header){
                           .id = query->header.id,
                           .flags = response_flags(query, response),
                           .qdcount = query->question_end ? 1 : 0,
                           .ancount = response->ancount,
                           .nscount = response->nscount,
                           .arcount = response->arcount,
                       });
}

/* The records about the message itself, for which begin() kept room, and the header. */
static void finish(const struct query *query, const struct query_settings *settings,
                   struct answer_response *response, size_t limit)
{
    response->w.cap = limit;
    struct edns_reply reply = { response->rcode, response->extended_error, response->entry };
    if (query->has_edns && edns_put(&response->w, query, settings, &reply))
        response->arcount++;
    if (query->tsig)
        tsig_put_badkey(query, response);
    put_header(query, response);
}

struct query_result query_respond(struct query *query, const struct zone_set *zones,
                                  const struct query_settings *settings, uint8_t *out, size_t cap)
{
    assert(cap >= DNS_UDP_MIN);
    struct query_result result = { .kind = QUERY_DROPPED };
    if (query->drop)
        return result;
    size_t limit = response_limit(query, settings, cap);
    struct answer_response response;
    enum dns_rcode rcode = admit(query, settings);
    begin(query, &response, out, limit - edns_reserve(query, settings, limit));
    response.rcode = rcode;
    bool is_question = response.rcode == DNS_NOERROR && query->question_end;
    result.cookie = query->cookie.state;
    if (is_question && respond_class(query, zones, settings, &response, &result)) {
        result.kind = QUERY_TRANSFER;
        return result;
    }
    if (settings->guard && guard_limits(settings->guard))
        result.limit = admit_response(query, settings, &response);
    if (result.limit == RRL_DROP) {
        result.kind = QUERY_LIMITED;
        return result;
    }
    if (result.limit == RRL_SLIP)
        admit_slip(query, &response);
    finish(query, settings, &response, limit);
    result.kind = QUERY_ANSWERED;
    result.rcode = response.rcode;
    result.truncated = response.truncated;
    result.len = response.w.pos;
    return result;
}

/* Finds the zone to which a question belongs; NULL: there is none, or none is asked for. */
static const struct zone *find_zone(struct query *query, const struct zone_set *zones)
{
    struct answer_question *question = &query->question;
    question->entry = NULL;
    question->found_in = zones;
    if (!query->drop && query->rcode == DNS_NOERROR && query->question_end)
        question->entry = zone_set_find(zones, &question->key, 0);
    return question->entry ? question->entry->zone : NULL;
}

void query_prefetch(struct query *queries, size_t count, const struct zone_set *zones)
{
    if (count < 2) /* nothing to overlap with */
        return;
    for (size_t i = 0; i < count; i++) {
        const struct zone *zone = find_zone(&queries[i], zones);
        if (zone)
            zone_prefetch(zone, &queries[i].question.key);
    }
    for (size_t i = 0; i < count; i++) {
        const struct answer_question *question = &queries[i].question;
        if (question->entry && question->entry->zone)
            zone_prefetch_node(question->entry->zone, &question->key);
    }
}

bool query_is_anycast(const struct query_settings *settings, const struct addr *local)
{
    return prefixes_contain(settings->anycast, settings->anycast_count, local);
}
