/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parse.c - a query's bytes to its meaning. Knows what is malformed (FORMERR), what is from the
 * future (NOTIMP, BADVERS) and what gets no reply. A message is exactly what its header counts:
 * bytes behind the last record are malformed too, for they would be read differently by others. */
#include "dnsd/query/internal.h"

/* Reads the question's name, which stands first: so there is nothing yet that a compression pointer
 * could point to (RFC 1035 4.1.4). */
static bool parse_name(struct wire_reader *r)
{
    const uint8_t *name = r->start + r->pos;
    const size_t left = wire_left(r), most = left < DNAME_MAX ? left : DNAME_MAX;
    size_t at = 0;
    while (at < most && name[at]) {
        if (name[at] > DNAME_LABEL_MAX)
            return false;
        at += name[at] + 1u;
    }
    r->pos += at + 1;
    return at < most;
}

static bool parse_question(struct query *query, struct wire_reader *r)
{
    query->question.name = r->start + r->pos;
    if (!parse_name(r))
        return false;
    query->question.type = wire_get_u16(r);
    query->qclass = wire_get_u16(r);
    if (r->overflow)
        return false;
    query->question_end = (uint16_t)r->pos;
    return true;
}

/* Steps over a name: owners matter only where they are the root, one zero byte. */
static void skip_name(struct wire_reader *r)
{
    uint8_t label;
    while ((label = wire_get_u8(r))) {
        if (label >= 0xc0) {
            wire_get_u8(r);
            return;
        }
        if (label > DNAME_LABEL_MAX)
            r->overflow = true;
        wire_take(r, label);
    }
}

static bool parse_record(struct wire_reader *r, struct parsed_record *record)
{
    record->start = r->pos;
    skip_name(r);
    const uint8_t *fixed = wire_take(r, 10);
    if (!fixed)
        return false;
    record->type = wire_peek_u16(fixed);
    record->class = wire_peek_u16(fixed + 2);
    record->ttl = wire_peek_u32(fixed + 4);
    record->rdlength = wire_peek_u16(fixed + 8);
    record->rdata = wire_take(r, record->rdlength);
    return !r->overflow;
}

enum section { ANSWER, AUTHORITY, ADDITIONAL };

/* RFC 6891 6.1.1: one OPT, in the additional section, owned by the root. */
static bool parse_opt(struct query *query, const struct wire_reader *r, enum section section,
                      const struct parsed_record *record)
{
    bool root = r->start[record->start] == 0;
    if (section != ADDITIONAL || !root || query->has_edns)
        return false;
    return edns_parse(query, record);
}

/* RFC 1995 3: what the client has; the serial is the first of the five numbers at the end. */
static void parse_soa(struct query *query, const struct parsed_record *record)
{
    enum { SMALLEST = 2 + 20, FROM_END = 20 };
    if (query->question.type != DNS_TYPE_IXFR || record->rdlength < SMALLEST)
        return;
    query->has_serial = true;
    query->serial = wire_peek_u32(record->rdata + record->rdlength - FROM_END);
}

static bool parse_section(struct query *query, struct wire_reader *r, enum section section,
                          unsigned count)
{
    for (; count; count--) {
        struct parsed_record record;
        if (query->tsig || !parse_record(r, &record)) /* RFC 8945 5.1: TSIG is the last */
            return false;
        if (record.type == DNS_TYPE_OPT && !parse_opt(query, r, section, &record))
            return false;
        if (record.type == DNS_TYPE_SOA && section == AUTHORITY)
            parse_soa(query, &record);
        if (record.type != DNS_TYPE_TSIG)
            continue;
        if (section != ADDITIONAL)
            return false;
        query->tsig = (uint16_t)record.start;
    }
    return true;
}

static bool parse_records(struct query *query, struct wire_reader *r)
{
    const struct dns_header *header = &query->header;
    return parse_section(query, r, ANSWER, header->ancount) &&
           parse_section(query, r, AUTHORITY, header->nscount) &&
           parse_section(query, r, ADDITIONAL, header->arcount) && wire_left(r) == 0;
}

/* Everything behind the header of a QUERY. */
static enum dns_rcode parse_body(struct query *query, struct wire_reader *r)
{
    if (query->header.qdcount > 1) /* RFC 9619 */
        return DNS_FORMERR;
    if (query->header.qdcount == 1 && !parse_question(query, r))
        return DNS_FORMERR;
    if (!parse_records(query, r) || (query->tsig && !tsig_valid(query)))
        return DNS_FORMERR;
    if (query->header.qdcount == 0 && !query->cookie_at)
        return DNS_FORMERR;
    if (query->edns_version > 0)
        return DNS_BADVERS; /* RFC 6891 6.1.3 */
    return query->tsig ? DNS_NOTAUTH : DNS_NOERROR;
}

/* All but the key, which is large, and written only where it is read. */
static void clear(struct query *query, const struct query_request *request)
{
    query->request = *request;
    query->header = (struct dns_header){ 0 };
    query->question.name = NULL;
    query->question.type = query->qclass = 0;
    query->question.dnssec_ok = false;
    query->question.found_in = NULL;
    query->question_end = query->tsig = query->cookie_at = 0;
    query->cookie.state = COOKIE_NONE;
    query->drop = query->has_edns = query->has_serial = false;
    query->wants = query->opcode = query->edns_version = 0;
    query->rcode = DNS_NOERROR;
    query->payload = DNS_UDP_MIN;
    query->serial = 0;
}

void query_parse(struct query *query, const struct query_request *request)
{
    struct wire_reader r = wire_reader(request->bytes, request->len);
    clear(query, request);
    query->header = dns_get_header(&r);
    query->drop = r.overflow || query->header.flags & DNS_FLAG_QR;
    if (query->drop)
        return;
    query->opcode = (query->header.flags & DNS_OPCODE_MASK) >> DNS_OPCODE_SHIFT;
    if (query->opcode != DNS_OPCODE_QUERY) {
        query->rcode = DNS_NOTIMP; /* what follows the header is for those who know the opcode */
        return;
    }
    query->rcode = parse_body(query, &r);
    if (query->rcode == DNS_NOERROR && query->question_end)
        name_key_init(&query->question.key, query->question.name);
}
