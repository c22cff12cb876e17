/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options.c - what a response's OPT says: the options that the client asked for, and those that we
 * add by ourselves. Knows the bytes of each, and which goes first where room is short. */
#include "dnsd/query/edns.h"
#include "dnsd/query/internal.h"

enum {
    HEAD_BYTES = 4, /* code and length of an option */
    EXPIRE_BYTES = 4,
    KEEPALIVE_BYTES = 2,
    ZONEVERSION_BYTES = 6,
    EDE_BYTES = 2,
    SOA_SERIAL = 0, /* RFC 9660 2.1: the one type of version that there is */
};

/* Seconds after which secondaries give the zone up; it stands before the last number of an SOA. */
static uint32_t expire_of(const struct zone *zone)
{
    enum { FROM_END = 8 };
    const struct zone_rrset *soa = zone_soa(zone);
    return wire_peek_u32(soa->rdata + 2 + wire_peek_u16(soa->rdata) - FROM_END);
}

/* RFC 7314 3: for those who keep copies of the zone: they ask for its SOA, or for all of it. */
static bool wants_expire(const struct query *query)
{
    uint16_t type = query->question.type;
    return query->wants & EDNS_WANTS_EXPIRE &&
           (type == DNS_TYPE_SOA || type == DNS_TYPE_AXFR || type == DNS_TYPE_IXFR);
}

/* RFC 7828 3.3.1: over UDP it means nothing. */
static bool wants_keepalive(const struct query *query)
{
    return query->wants & EDNS_WANTS_TCP_KEEPALIVE && query->request.tcp_idle_timeout;
}

static bool has_cookie(const struct query *query)
{
    return query->cookie.state > COOKIE_MALFORMED;
}

size_t options_needed(const struct query *query)
{
    return has_cookie(query) ? HEAD_BYTES + COOKIE_BYTES : 0;
}

size_t options_wanted(const struct query *query, const struct query_settings *settings)
{
    size_t bytes = 0;
    if (query->wants & EDNS_WANTS_NSID)
        bytes += HEAD_BYTES + strlen(settings->nsid);
    if (wants_keepalive(query))
        bytes += HEAD_BYTES + KEEPALIVE_BYTES;
    if (wants_expire(query))
        bytes += HEAD_BYTES + EXPIRE_BYTES;
    if (query->wants & EDNS_WANTS_ZONEVERSION)
        bytes += HEAD_BYTES + ZONEVERSION_BYTES;
    return bytes;
}

static void put_option(struct wire_writer *w, uint16_t option, const void *data, size_t length)
{
    if (wire_room(w) < HEAD_BYTES + length)
        return;
    wire_put_u16(w, option);
    wire_put_u16(w, (uint16_t)length);
    wire_put(w, data, length);
}

static void put_keepalive(struct wire_writer *w, const struct query *query)
{
    uint8_t timeout[KEEPALIVE_BYTES];
    wire_set_u16(timeout, query->request.tcp_idle_timeout);
    put_option(w, DNS_OPT_TCP_KEEPALIVE, timeout, sizeof(timeout));
}

/* RFC 7314 3.2: what comes from a file is a primary's. */
static void put_expire(struct wire_writer *w, const struct query *query, const struct zone *zone)
{
    uint8_t expire[EXPIRE_BYTES];
    if (!dname_equal(query->question.name, zone_name(zone)))
        return;
    wire_set_u32(expire, expire_of(zone));
    put_option(w, DNS_OPT_EXPIRE, expire, sizeof(expire));
}

/* RFC 9660 3.2: of the zone that encloses the name, in a referral too: the labels tell which. */
static void put_zoneversion(struct wire_writer *w, const struct zone *zone)
{
    uint8_t version[ZONEVERSION_BYTES] = { (uint8_t)dname_labels(zone_name(zone)), SOA_SERIAL };
    wire_set_u32(version + 2, zone_serial(zone));
    put_option(w, DNS_OPT_ZONEVERSION, version, sizeof(version));
}

static void put_wanted(struct wire_writer *w, const struct query *query,
                       const struct query_settings *settings, const struct zone *zone)
{
    if (wants_keepalive(query))
        put_keepalive(w, query);
    if (query->wants & EDNS_WANTS_NSID)
        put_option(w, DNS_OPT_NSID, settings->nsid, strlen(settings->nsid));
    if (zone && wants_expire(query))
        put_expire(w, query, zone);
    if (zone && query->wants & EDNS_WANTS_ZONEVERSION)
        put_zoneversion(w, zone);
}

/* What the zone's state adds to a response. */
static enum dns_ede extended_error(const struct edns_reply *reply)
{
    static const enum dns_ede of_state[REPORT_ZONE_STATE_COUNT] = {
        [ZONE_STALE] = DNS_EDE_STALE_ANSWER,
        [ZONE_EXPIRED] = DNS_EDE_INVALID_DATA,
        [ZONE_FAILED] = DNS_EDE_NOT_READY,
    };
    if (reply->extended_error || !reply->entry)
        return reply->extended_error;
    return of_state[reply->entry->state];
}

static void put_extended_error(struct wire_writer *w, enum dns_ede error)
{
    uint8_t code[EDE_BYTES];
    wire_set_u16(code, (uint16_t)error);
    put_option(w, DNS_OPT_EDE, code, sizeof(code));
}

/* RFC 9567 6.2: unasked, with what our zones say; not to those who are reporting. */
static void put_report_channel(struct wire_writer *w, const struct query *query,
                               const uint8_t *agent)
{
    if (!dname_is_at_or_below(query->question.name, agent))
        put_option(w, DNS_OPT_REPORT_CHANNEL, agent, dname_len(agent));
}

void options_put(struct wire_writer *w, const struct query *query,
                 const struct query_settings *settings, const struct edns_reply *reply)
{
    enum dns_ede error = extended_error(reply);
    if (has_cookie(query))
        put_option(w, DNS_OPT_COOKIE, query->cookie.reply, COOKIE_BYTES);
    if (query->wants)
        put_wanted(w, query, settings, reply->entry ? reply->entry->zone : NULL);
    if (error)
        put_extended_error(w, error);
    if (settings->report_channel && reply->entry)
        put_report_channel(w, query, settings->report_channel);
}
