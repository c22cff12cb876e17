/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reply.c - a message as text. Knows libknot's packet; hides its quirks: OPT is a record there as
 * any other, RDATA has tabs, and parsing writes into the message. */
#include "tests/unit/reply.h"

#include "common/dnsmsg.h"

#include <libknot/libknot.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 256 * 1024 }; /* an RDATA of 64 KB, all of it escaped */

static void put_flags(FILE *out, unsigned flags, unsigned rcode)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {
        { DNS_FLAG_AA, " aa" }, { DNS_FLAG_TC, " tc" }, { DNS_FLAG_RD, " rd" },
        { DNS_FLAG_RA, " ra" }, { 0x0040, " z" },       { DNS_FLAG_AD, " ad" },
        { DNS_FLAG_CD, " cd" },
    };
    fprintf(out, "%s%s", dns_rcode_name(rcode), flags & DNS_FLAG_QR ? "" : " QUERY");
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (flags & names[i].bit)
            fputs(names[i].name, out);
    unsigned opcode = (flags & DNS_OPCODE_MASK) >> DNS_OPCODE_SHIFT;
    if (opcode != DNS_OPCODE_QUERY)
        fprintf(out, " opcode=%u", opcode);
}

static void put_header(FILE *out, const knot_pkt_t *packet)
{
    unsigned flags = wire_peek_u16(packet->wire + 2);
    unsigned rcode = flags & DNS_RCODE_MASK;
    if (packet->opt_rr)
        rcode |= (unsigned)knot_edns_get_ext_rcode(packet->opt_rr) << 4;
    put_flags(out, flags, rcode);
    if (knot_wire_get_qdcount(packet->wire) != 1)
        fprintf(out, " questions=%u", knot_wire_get_qdcount(packet->wire));
    fputc('\n', out);
}

static void put_hex(FILE *out, const char *name, const uint8_t *data, unsigned length)
{
    fprintf(out, " %s=", name);
    for (unsigned i = 0; i < length; i++)
        fprintf(out, "%02x", data[i]);
}

static void put_option(FILE *out, unsigned option, const uint8_t *data, unsigned length)
{
    if (option == DNS_OPT_NSID)
        fprintf(out, " nsid=%.*s", (int)length, (const char *)data);
    else if (option == DNS_OPT_EDE && length == 2)
        fprintf(out, " ede=%u", wire_peek_u16(data));
    else if (option == DNS_OPT_COOKIE)
        put_hex(out, "cookie", data, length);
    else if (option == DNS_OPT_EXPIRE && length == 4)
        fprintf(out, " expire=%u", (unsigned)wire_peek_u32(data));
    else if (option == DNS_OPT_TCP_KEEPALIVE && length == 2)
        fprintf(out, " keepalive=%u", wire_peek_u16(data));
    else if (option == DNS_OPT_ZONEVERSION && length == 6)
        fprintf(out, " zoneversion=%u/%u/%u", data[0], data[1], (unsigned)wire_peek_u32(data + 2));
    else if (option == DNS_OPT_REPORT_CHANNEL && dname_valid(data, length))
        fprintf(out, " report=%s", dname_to_text(data, (char[DNAME_TEXT_MAX]){ 0 }));
    else
        fprintf(out, " option%u[%u]", option, length);
}

static void put_edns(FILE *out, const knot_rrset_t *opt)
{
    fprintf(out, "edns %u", knot_edns_get_payload(opt));
    if (knot_edns_get_version(opt))
        fprintf(out, " version=%u", knot_edns_get_version(opt));
    if (opt->ttl & DNS_EDNS_FLAG_DO)
        fputs(" do", out);
    if (opt->ttl & 0x7fff)
        fprintf(out, " z=%04x", (unsigned)opt->ttl & 0x7fff);
    struct wire_reader r = wire_reader(opt->rrs.rdata->data, opt->rrs.rdata->len);
    while (wire_left(&r)) {
        unsigned option = wire_get_u16(&r), length = wire_get_u16(&r);
        const uint8_t *data = wire_take(&r, length);
        if (!data)
            break;
        put_option(out, option, data, length);
    }
    fputc('\n', out);
}

/* RDATA as text, with single blanks. */
static void put_rdata(FILE *out, const knot_rrset_t *rrset)
{
    static char text[TEXT_MAX];
    if (knot_rrset_txt_dump_data(rrset, 0, text, sizeof(text), &KNOT_DUMP_STYLE_DEFAULT) < 0)
        strcpy(text, "?");
    bool blank = false;
    for (const char *p = text; *p; p++) {
        bool is_blank = *p == ' ' || *p == '\t';
        if (blank && !is_blank)
            fputc(' ', out);
        if (!is_blank)
            fputc(*p, out);
        blank = is_blank;
    }
    fputc('\n', out);
}

static void put_record(FILE *out, const char *section, const knot_rrset_t *rrset)
{
    char type[32], owner[DNAME_TEXT_MAX];
    if (rrset->type == KNOT_RRTYPE_OPT)
        return;
    knot_rrtype_to_string(rrset->type, type, sizeof(type));
    fprintf(out, "%s %s %u ", section, dname_to_text(rrset->owner, owner), (unsigned)rrset->ttl);
    if (rrset->rclass != KNOT_CLASS_IN)
        fprintf(out, "CLASS%u ", rrset->rclass);
    fprintf(out, "%s ", type);
    put_rdata(out, rrset);
}

static void put_sections(FILE *out, const knot_pkt_t *packet)
{
    static const char *const names[] = { "an", "ns", "ar" };
    for (int section = KNOT_ANSWER; section <= KNOT_ADDITIONAL; section++) {
        const knot_pktsection_t *records = knot_pkt_section(packet, (knot_section_t)section);
        for (uint16_t i = 0; i < records->count; i++)
            put_record(out, names[section], knot_pkt_rr(records, i));
    }
}

char *reply_text(const uint8_t *message, size_t len)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    uint8_t *copy = malloc(len + 1);
    memcpy(copy, message, len);
    knot_pkt_t *packet = knot_pkt_new(copy, (uint16_t)len, NULL);
    int rc = knot_pkt_parse(packet, KNOT_PF_KEEPWIRE | KNOT_PF_NOCANON);
    if (rc != KNOT_EOK) {
        fprintf(out, "malformed: %s\n", knot_strerror(rc));
    } else {
        put_header(out, packet);
        if (packet->opt_rr)
            put_edns(out, packet->opt_rr);
        put_sections(out, packet);
    }
    knot_pkt_free(packet);
    free(copy);
    fclose(out);
    return text;
}

bool reply_well_formed(const uint8_t *message, size_t len)
{
    struct wire_reader r = wire_reader(message, len);
    struct dns_header header = dns_get_header(&r);
    struct dname name;
    for (unsigned i = 0; i < header.qdcount; i++) {
        if (dns_get_name(&r, &name))
            return false;
        wire_take(&r, 4);
    }
    struct dns_record record;
    for (unsigned i = header.ancount + header.nscount + header.arcount; i; i--)
        if (dns_get_record(&r, &record))
            return false;
    return !r.overflow && wire_left(&r) == 0;
}
