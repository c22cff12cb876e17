/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.c - the question, and the answer read and judged. Knows DNS messages; every byte of an
 * answer comes from the network. */
#include "anycastctl/sense/check.h"

#include "common/dnsmsg.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SOA_NUMBERS_BYTES = 20, /* serial, refresh, retry, expire, minimum: RFC 1035 3.3.13 */
    SOA_REFRESH_AND_RETRY_BYTES = 8,
};

size_t check_build(const struct check_query *query, uint8_t out[CHECK_QUERY_MAX])
{
    struct wire_writer w = wire_writer(out, CHECK_QUERY_MAX);
    const struct dns_header header = { .id = query->id, .qdcount = 1, .arcount = 1 };

    dns_put_header(&w, &header);
    wire_put(&w, query->zone.wire, query->zone.len);
    wire_put_u16(&w, DNS_TYPE_SOA);
    wire_put_u16(&w, DNS_CLASS_IN);
    wire_put_u8(&w, 0); /* OPT: RFC 6891 6.1.2 */
    wire_put_u16(&w, DNS_TYPE_OPT);
    wire_put_u16(&w, DNS_UDP_DEFAULT);
    wire_put_u32(&w, DNS_EDNS_FLAG_DO);
    wire_put_u16(&w, 4);
    wire_put_u16(&w, DNS_OPT_NSID); /* empty: asks for it, RFC 5001 2.1 */
    wire_put_u16(&w, 0);
    return w.pos;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The numbers stand behind two names in the SOA's data. */
static void take_soa(const struct wire_reader *message, const struct dns_record *record,
                     struct check_answer *out)
{
    struct wire_reader r = *message;
    struct dname skipped;

    r.pos = record->rdata_offset;
    r.len = record->rdata_offset + record->rdlength;
    dns_get_name(&r, &skipped);
    dns_get_name(&r, &skipped);
    if (wire_left(&r) != SOA_NUMBERS_BYTES) { /* which it is not either when a name is malformed */
        out->malformed = true;
        return;
    }
    out->serial = wire_get_u32(&r);
    wire_take(&r, SOA_REFRESH_AND_RETRY_BYTES);
    out->expire_s = wire_get_u32(&r);
    out->has_serial = true;
}

static void take_nsid(const uint8_t *bytes, size_t len, struct check_answer *out)
{
    size_t i = 0;

    for (; i < len && i < CHECK_NSID_MAX; i++)
        out->nsid[i] = isprint(bytes[i]) ? (char)bytes[i] : '?';
    out->nsid[i] = '\0';
    out->has_nsid = true;
}

static void take_opt(const struct dns_record *record, struct check_answer *out)
{
    struct wire_reader r = wire_reader(record->rdata, record->rdlength);

    out->rcode |= (uint16_t)(record->ttl >> 24 << 4); /* RFC 6891 6.1.3 */
    while (wire_left(&r)) {
        const uint16_t option = wire_get_u16(&r);
        const uint16_t len = wire_get_u16(&r);
        const uint8_t *data = wire_take(&r, len);
        if (r.overflow) {
            out->malformed = true;
            return;
        }
        if (option == DNS_OPT_NSID)
            take_nsid(data, len, out);
    }
}

static void take_answer(const struct wire_reader *message, const struct dns_record *record,
                        struct check_answer *out)
{
    if (record->type == DNS_TYPE_SOA)
        take_soa(message, record, out);
    else if (record->type == DNS_TYPE_RRSIG &&
             !signatures_add(&out->signatures, record->rdata, record->rdlength, DNS_TYPE_SOA))
        out->malformed = true;
}

static void take_records(struct wire_reader *r, const struct dns_header *header,
                         const struct dname *zone, struct check_answer *out)
{
    const unsigned count = (unsigned)header->ancount + header->nscount + header->arcount;
    struct dns_record record;

    for (unsigned i = 0; i < count && !out->malformed; i++) {
        if (dns_get_record(r, &record))
            out->malformed = true;
        else if (record.type == DNS_TYPE_OPT)
            take_opt(&record, out);
        else if (i < header->ancount && dname_equal(record.owner.wire, zone->wire))
            take_answer(r, &record, out);
    }
}

/* An error may come without the question (RFC 1035 leaves it open); any other question than ours
 * belongs to somebody else. */
static bool is_our_question(struct wire_reader *r, const struct dns_header *header,
                            const struct check_query *query)
{
    struct dname name;

    if (header->qdcount == 0)
        return (header->flags & DNS_RCODE_MASK) != DNS_NOERROR;
    return header->qdcount == 1 && dns_get_name(r, &name) == 0 &&
           dname_equal(name.wire, query->zone.wire) && wire_get_u16(r) == DNS_TYPE_SOA &&
           wire_get_u16(r) == DNS_CLASS_IN && !r->overflow;
}

bool check_parse(const struct check_query *query, const uint8_t *message, size_t len,
                 struct check_answer *out)
{
    struct wire_reader r = wire_reader(message, len);
    const struct dns_header header = dns_get_header(&r);

    memset(out, 0, sizeof *out);
    if (r.overflow || header.id != query->id || !(header.flags & DNS_FLAG_QR) ||
        !is_our_question(&r, &header, query))
        return false;
    out->rcode = header.flags & DNS_RCODE_MASK;
    out->authoritative = header.flags & DNS_FLAG_AA;
    out->truncated = header.flags & DNS_FLAG_TC;
    take_records(&r, &header, &query->zone, out);
    if (wire_left(&r))
        out->malformed = true;
    return true;
}

/* --- judging ---------------------------------------------------------------------------------- */

static bool wrong(char *why, size_t cap, const char *text)
{
    snprintf(why, cap, "%s", text);
    return false;
}

bool check_is_ours(const struct check_answer *answer, const char *node, char *why, size_t cap)
{
    if (answer->malformed)
        return wrong(why, cap, "malformed answer");
    if (!answer->has_nsid)
        return wrong(why, cap, "answer without NSID: does another name server hold the port?");
    if (strcmp(answer->nsid, node) != 0) {
        snprintf(why, cap,
                 "this address is not on this host, or another host took it: answered by node "
                 "\"%.63s\"",
                 answer->nsid);
        return false;
    }
    return true;
}

bool check_agrees(const struct check_answer *answer, const struct check_said *said, char *why,
                  size_t cap)
{
    if (said->known && (said->state == ZONE_EXPIRED || said->state == ZONE_FAILED))
        return true;
    if (answer->rcode != DNS_NOERROR)
        return wrong(why, cap, dns_rcode_name(answer->rcode));
    if (!answer->authoritative)
        return wrong(why, cap, "not authoritative");
    if (!answer->has_serial)
        return answer->truncated || wrong(why, cap, "no SOA");
    if (said->known && (!said->has_serial || said->serial != answer->serial)) {
        snprintf(why, cap, "serial %" PRIu32 ", but dnsd reports %" PRIu32, answer->serial,
                 said->serial);
        return false;
    }
    return true;
}

struct check_said check_said(const struct report *report, const struct dname *zone)
{
    for (size_t i = 0; report && i < report->watched_count; i++) {
        const struct report_zone *said = &report->watched[i];
        if (dname_equal(said->name.wire, zone->wire))
            return (struct check_said){ .known = true,
                                        .state = said->state,
                                        .has_serial = said->has_serial,
                                        .serial = said->serial,
                                        .expires_s = said->expires_s,
                                        .signed_until_unix = said->signed_until_unix };
    }
    return (struct check_said){ .known = false };
}
