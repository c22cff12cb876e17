/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dnsmsg.c - reading DNS messages. Knows headers, compressed names and records; hides where a name
 * jumps. Every byte comes from the network: nothing here trusts one. */
#include "common/dnsmsg.h"

#include <string.h>

enum {
    LABEL_KIND_MASK = 0xc0, /* RFC 1035 4.1.4: 00 label, 11 pointer; 01 and 10 are not in use */
    LABEL_KIND_POINTER = 0xc0,
    POINTER_OFFSET_MASK = 0x3fff,
};

const char *dns_rcode_name(unsigned rcode)
{
    switch (rcode) {
#define DNS_RCODE_NAME(id, value, name)                                                            \
    case value:                                                                                    \
        return name;
        DNS_RCODES(DNS_RCODE_NAME)
#undef DNS_RCODE_NAME
    default:
        return "?";
    }
}

struct dns_header dns_get_header(struct wire_reader *r)
{
    const uint8_t *p = wire_take(r, DNS_HEADER_BYTES);
    if (!p)
        return (struct dns_header){ 0 };
    return (struct dns_header){
        .id = wire_peek_u16(p),
        .flags = wire_peek_u16(p + 2),
        .qdcount = wire_peek_u16(p + 4),
        .ancount = wire_peek_u16(p + 6),
        .nscount = wire_peek_u16(p + 8),
        .arcount = wire_peek_u16(p + 10),
    };
}

void dns_put_header(struct wire_writer *w, const struct dns_header *header)
{
    uint8_t *p = wire_reserve(w, DNS_HEADER_BYTES);
    if (!p)
        return;
    wire_set_u16(p, header->id);
    wire_set_u16(p + 2, header->flags);
    wire_set_u16(p + 4, header->qdcount);
    wire_set_u16(p + 6, header->ancount);
    wire_set_u16(p + 8, header->nscount);
    wire_set_u16(p + 10, header->arcount);
}

/* Appends the label whose length byte is `count`; false if the label or the name gets too long. */
static bool append_label(struct wire_reader *at, uint8_t count, struct dname *out, size_t *len)
{
    const uint8_t *label = wire_take(at, count);
    if (!label || *len + count + 2u > DNAME_MAX)
        return false;
    out->wire[(*len)++] = count;
    memcpy(out->wire + *len, label, count);
    *len += count;
    return true;
}

/* Walks the name at `at`. `*end` becomes the place behind it in the message: behind its first
 * pointer, or behind the root. A pointer must lead to before the run of labels that it ends, so the
 * walk ends however the bytes lie. */
static bool walk_name(struct wire_reader *at, struct dname *out, size_t *end)
{
    size_t len = 0, run_start = at->pos;
    bool jumped = false;
    for (;;) {
        uint8_t count = wire_get_u8(at);
        if (at->overflow)
            return false;
        if ((count & LABEL_KIND_MASK) == LABEL_KIND_POINTER) {
            size_t target = (size_t)(count << 8 | wire_get_u8(at)) & POINTER_OFFSET_MASK;
            if (at->overflow || target < DNS_HEADER_BYTES || target >= run_start)
                return false;
            if (!jumped)
                *end = at->pos;
            jumped = true;
            at->pos = run_start = target;
        } else if (count & LABEL_KIND_MASK) {
            return false;
        } else if (count == 0) {
            out->wire[len] = 0;
            out->len = (uint8_t)(len + 1);
            if (!jumped)
                *end = at->pos;
            return true;
        } else if (!append_label(at, count, out, &len)) {
            return false;
        }
    }
}

int dns_get_name(struct wire_reader *r, struct dname *out)
{
    struct wire_reader at = *r;
    if (!r->overflow && walk_name(&at, out, &r->pos))
        return 0;
    r->overflow = true;
    return -1;
}

int dns_get_record(struct wire_reader *r, struct dns_record *out)
{
    if (dns_get_name(r, &out->owner))
        return -1;
    out->type = wire_get_u16(r);
    out->class = wire_get_u16(r);
    out->ttl = wire_get_u32(r);
    out->rdlength = wire_get_u16(r);
    out->rdata_offset = r->pos;
    out->rdata = wire_take(r, out->rdlength);
    return r->overflow ? -1 : 0;
}
