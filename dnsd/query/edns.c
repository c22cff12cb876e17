/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edns.c - the OPT record, read and written (RFC 6891, RFC 5001, RFC 8914). Knows its options; what
 * it does not know it ignores, and never gives back (RFC 6891 6.1.2). */
#include "dnsd/query/edns.h"

#include "dnsd/query/internal.h"

enum { OPT_BYTES = 11, OPTION_HEAD_BYTES = 4, EDE_BYTES = 2 };

bool edns_parse(struct query *query, const struct parsed_record *opt)
{
    struct wire_reader r = wire_reader(opt->rdata, opt->rdlength);
    query->has_edns = true;
    query->edns_version = (uint8_t)(opt->ttl >> 16);
    query->question.dnssec_ok = opt->ttl & DNS_EDNS_FLAG_DO;
    query->payload = opt->class < DNS_UDP_MIN ? DNS_UDP_MIN : opt->class; /* RFC 6891 6.2.3 */
    while (wire_left(&r)) {
        uint16_t option = wire_get_u16(&r), length = wire_get_u16(&r);
        wire_take(&r, length);
        query->wants_nsid |= !r.overflow && option == DNS_OPT_NSID;
    }
    return !r.overflow;
}

static size_t nsid_bytes(const struct query *query, const struct query_settings *settings)
{
    return query->wants_nsid ? OPTION_HEAD_BYTES + strlen(settings->nsid) : 0;
}

/* NSID comes along only where it cannot crowd out the question. */
size_t edns_reserve(const struct query *query, const struct query_settings *settings, size_t limit)
{
    if (!query->has_edns)
        return 0;
    size_t wanted = OPT_BYTES + nsid_bytes(query, settings);
    return query->question_end + wanted <= limit ? wanted : OPT_BYTES;
}

static void put_option(struct wire_writer *w, uint16_t option, const void *data, size_t length)
{
    if (wire_room(w) < OPTION_HEAD_BYTES + length)
        return;
    wire_put_u16(w, option);
    wire_put_u16(w, (uint16_t)length);
    wire_put(w, data, length);
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
    if (query->wants_nsid)
        put_option(w, DNS_OPT_NSID, settings->nsid, strlen(settings->nsid));
    if (reply->extended_error) {
        uint8_t code[EDE_BYTES];
        wire_set_u16(code, reply->extended_error);
        put_option(w, DNS_OPT_EDE, code, sizeof(code));
    }
    wire_set_u16(opt + 9, (uint16_t)(w->pos - options));
    return true;
}
