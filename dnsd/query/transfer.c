/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transfer.c - whether a zone may be had whole (RFC 5936, RFC 1995). Knows who may ask for what
 * over which transport; the transfer itself is xfr's. */
#include "dnsd/query/internal.h"

/* RFC 1982 3.2: `a` is as new as `b`, or newer. */
static bool serial_reaches(uint32_t a, uint32_t b)
{
    return a - b < 0x80000000u;
}

/* RFC 1995 2 and 4: the current SOA alone says "you have it already", and over UDP "take TCP". We
 * keep no differences: all else gets the whole zone. */
static bool soa_suffices(const struct query *query, const struct zone *zone)
{
    if (query->question.type != DNS_TYPE_IXFR)
        return false;
    return query->request.transport == QUERY_UDP ||
           serial_reaches(query->serial, zone_serial(zone));
}

static void put_soa(const struct query *query, const struct zone_set *zones,
                    struct answer_response *response)
{
    struct answer_question soa = query->question;
    soa.type = DNS_TYPE_SOA;
    soa.dnssec_ok = false; /* exactly one record */
    answer(zones, &soa, response);
}

static bool refuse(struct answer_response *response, enum dns_rcode rcode, enum dns_ede ede)
{
    response->rcode = rcode;
    response->extended_error = ede;
    return false;
}

bool transfer_respond(const struct query *query, const struct zone_set *zones,
                      struct answer_response *response, struct query_result *result)
{
    const struct name_key *key = &query->question.key;
    const struct zone_entry *entry = zone_set_find(zones, key, 0);
    if (query->question.type == DNS_TYPE_IXFR && !query->has_serial)
        return refuse(response, DNS_FORMERR, DNS_EDE_NONE); /* RFC 1995 3 */
    if (query->question.type == DNS_TYPE_AXFR && query->request.transport == QUERY_UDP)
        return refuse(response, DNS_NOTIMP, DNS_EDE_NOT_SUPPORTED); /* RFC 5936 4.2 */
    if (!entry || dname_labels(entry->apex) != key->labels)
        return refuse(response, DNS_NOTAUTH, DNS_EDE_NOT_AUTHORITATIVE); /* RFC 5936 2.2.1 */
    if (query->request.anycast) /* who asks for a site's zone shall know whose it is */
        return refuse(response, DNS_REFUSED, DNS_EDE_PROHIBITED);
    if (!prefixes_contain(entry->allow_transfer, entry->allow_transfer_count,
                          query->request.client))
        return refuse(response, DNS_REFUSED, DNS_EDE_PROHIBITED);
    response->entry = entry;
    if (!entry->zone)
        return refuse(response, DNS_SERVFAIL, DNS_EDE_NONE); /* its state tells why */
    if (soa_suffices(query, entry->zone)) {
        put_soa(query, zones, response);
        return false;
    }
    result->transfer = entry;
    return true;
}
