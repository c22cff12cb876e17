/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edns.c - the OPT record, read and written (RFC 6891). Knows which options there are in queries;
 * what it does not know it ignores, and never gives back (RFC 6891 6.1.2). */
#include "dnsd/query/edns.h"

#include "dnsd/query/internal.h"

enum { OPT_BYTES = 11 };

/* RFC 7873 5.2: of several, the first counts. */
static void note_cookie(struct query *query, const uint8_t *data, uint16_t length)
{
    if (query->cookie_at)
        return;
    query->cookie_at = (uint16_t)(data - query->request.bytes);
    query->cookie_bytes = length;
}

/* What a query says with these is that it wants them: only ZONEVERSION's sender is told where that
 * is malformed (RFC 9660 3.1). */
static bool note_option(struct query *query, uint16_t option, const uint8_t *data, uint16_t length)
{
    switch (option) {
    case DNS_OPT_NSID:
        query->wants |= EDNS_WANTS_NSID;
        return true;
    case DNS_OPT_EXPIRE:
        query->wants |= EDNS_WANTS_EXPIRE;
        return true;
    case DNS_OPT_COOKIE:
        note_cookie(query, data, length);
        return true;
    case DNS_OPT_TCP_KEEPALIVE:
        query->wants |= EDNS_WANTS_TCP_KEEPALIVE;
        return true;
    case DNS_OPT_ZONEVERSION:
        query->wants |= EDNS_WANTS_ZONEVERSION;
        return length == 0;
    default:
        return true;
    }
}

static bool parse_options(struct query *query, const struct parsed_record *opt)
{
    struct wire_reader r = wire_reader(opt->rdata, opt->rdlength);
    bool good = true;
    while (wire_left(&r)) {
        uint16_t option = wire_get_u16(&r), length = wire_get_u16(&r);
        const uint8_t *data = wire_take(&r, length);
        if (!data)
            return false;
        good &= note_option(query, option, data, length);
    }
    return good;
}

bool edns_parse(struct query *query, const struct parsed_record *opt)
{
    query->has_edns = true;
    query->edns_version = (uint8_t)(opt->ttl >> 16);
    query->question.dnssec_ok = opt->ttl & DNS_EDNS_FLAG_DO;
    query->payload = opt->class < DNS_UDP_MIN ? DNS_UDP_MIN : opt->class; /* RFC 6891 6.2.3 */
    bool good = !opt->rdlength || parse_options(query, opt);
    return good || query->edns_version > 0; /* then BADVERS says all: options may be new, too */
}

static inline bool asks_for_options(const struct query *query)
{
    return query->wants || query->cookie_at;
}

/* Options come along only where they cannot crowd out the question; but for the cookie, without
 * which the client would not believe the response, and which always fits (RFC 7873 5.3). */
size_t edns_reserve(const struct query *query, const struct query_settings *settings, size_t limit)
{
    if (!query->has_edns)
        return 0;
    if (!asks_for_options(query))
        return OPT_BYTES;
    size_t needed = OPT_BYTES + options_needed(query);
    size_t wanted = needed + options_wanted(query, settings);
    return query->question_end + wanted <= limit ? wanted : needed;
}

/* Most responses have none. */
static inline bool has_options(const struct query *query, const struct query_settings *settings,
                               const struct edns_reply *reply)
{
    bool of_zone = reply->entry &&
                   (settings->report_channel || reply->entry->state != ZONE_SERVING);
    return asks_for_options(query) || reply->extended_error || of_zone;
}

bool edns_put(struct wire_writer *w, const struct query *query,
              const struct query_settings *settings, const struct edns_reply *reply)
{
    uint8_t *opt = wire_reserve(w, OPT_BYTES);
    if (!opt)
        return false;
    opt[0] = 0; /* the root */
    wire_set_u16(opt + 1, DNS_TYPE_OPT);
    wire_set_u16(opt + 3, settings->udp_payload_max);
    opt[5] = (uint8_t)(reply->rcode >> 4);
    opt[6] = 0; /* the version that we speak */
    /* RFC 3225 3: DO is given back. All other flags are 0. */
    wire_set_u16(opt + 7, query->question.dnssec_ok ? DNS_EDNS_FLAG_DO : 0);
    size_t options = w->pos;
    if (has_options(query, settings, reply))
        options_put(w, query, settings, reply);
    wire_set_u16(opt + 9, (uint16_t)(w->pos - options));
    return true;
}
