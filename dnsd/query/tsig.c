/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tsig.c - signed queries, for a server that shares no key: every key is unknown (RFC 8945 5.2.1).
 * Knows how to say so in the TSIG record of an unsigned error response. */
#include "dnsd/query/internal.h"

enum { TIME_FUDGE_BYTES = 8, BADKEY = 17 };

/* The parts of a TSIG record that go back (RFC 8945 4.2). */
struct tsig {
    struct dname key;
    const uint8_t *algorithm; /* wire name */
    size_t algorithm_bytes;
    const uint8_t *time_fudge;
    uint16_t original_id;
};

static bool read_algorithm(struct wire_reader *r, struct tsig *tsig)
{
    size_t len = 0;
    while (len < r->len && r->start[len])
        len += r->start[len] + 1u;
    tsig->algorithm_bytes = len + 1;
    tsig->algorithm = wire_take(r, len + 1);
    return tsig->algorithm && dname_valid(tsig->algorithm, len + 1);
}

static bool read_tsig(const struct query *query, struct tsig *tsig)
{
    struct wire_reader message = wire_reader(query->request.bytes, query->request.len);
    struct dns_record record;
    wire_take(&message, query->tsig);
    if (dns_get_record(&message, &record) || record.class != DNS_CLASS_ANY || record.ttl != 0)
        return false;
    tsig->key = record.owner;
    struct wire_reader r = wire_reader(record.rdata, record.rdlength);
    if (!read_algorithm(&r, tsig))
        return false;
    tsig->time_fudge = wire_take(&r, TIME_FUDGE_BYTES);
    wire_take(&r, wire_get_u16(&r)); /* the MAC */
    tsig->original_id = wire_get_u16(&r);
    wire_get_u16(&r);                /* error */
    wire_take(&r, wire_get_u16(&r)); /* other data */
    return !r.overflow && wire_left(&r) == 0;
}

bool tsig_valid(const struct query *query)
{
    struct tsig tsig;
    return read_tsig(query, &tsig);
}

/* RFC 8945 5.3.2: no MAC, the error, and what the client needs to find its request again. */
void tsig_put_badkey(const struct query *query, struct answer_response *response)
{
    struct wire_writer *w = &response->w;
    struct tsig tsig;
    if (query->rcode != DNS_NOTAUTH || !read_tsig(query, &tsig))
        return;
    size_t mark = w->pos;
    wire_put(w, tsig.key.wire, tsig.key.len);
    wire_put_u16(w, DNS_TYPE_TSIG);
    wire_put_u16(w, DNS_CLASS_ANY);
    wire_put_u32(w, 0);
    wire_put_u16(w, (uint16_t)(tsig.algorithm_bytes + TIME_FUDGE_BYTES + 8));
    wire_put(w, tsig.algorithm, tsig.algorithm_bytes);
    wire_put(w, tsig.time_fudge, TIME_FUDGE_BYTES);
    wire_put_u16(w, 0); /* MAC size */
    wire_put_u16(w, tsig.original_id);
    wire_put_u16(w, BADKEY);
    wire_put_u16(w, 0); /* other length */
    if (w->overflow) {
        w->pos = mark; /* names far beyond what anybody uses: the response code must do */
        w->overflow = false;
        return;
    }
    response->arcount++;
}
