/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chaos.c - class CH: which node this is (RFC 4892), and which software. Knows four names. */
#include "dnsd/query/internal.h"

enum { TEXT_MAX = 255 }; /* of one character-string (RFC 1035 3.3) */

static const uint8_t id_server[] = "\2id\6server";
static const uint8_t hostname_bind[] = "\10hostname\4bind";
static const uint8_t version_bind[] = "\7version\4bind";
static const uint8_t version_server[] = "\7version\6server";

/* The text that the name stands for; NULL: none, or it is not told. */
static const char *find_text(const uint8_t *name, const struct query_settings *settings)
{
    if (dname_equal(name, id_server) || dname_equal(name, hostname_bind))
        return settings->nsid;
    if (dname_equal(name, version_bind) || dname_equal(name, version_server))
        return settings->version;
    return NULL;
}

static void put_text(struct answer_response *response, const char *text)
{
    struct wire_writer *w = &response->w;
    size_t length = strnlen(text, TEXT_MAX), mark = w->pos;
    wire_put_u16(w, names_pointer(DNS_HEADER_BYTES));
    wire_put_u16(w, DNS_TYPE_TXT);
    wire_put_u16(w, DNS_CLASS_CH);
    wire_put_u32(w, 0); /* true now, and not to be cached */
    wire_put_u16(w, (uint16_t)(length + 1));
    wire_put_u8(w, (uint8_t)length);
    wire_put(w, text, length);
    response->truncated = w->overflow;
    response->ancount = w->overflow ? 0 : 1;
    if (w->overflow) {
        w->pos = mark;
        w->overflow = false;
    }
}

void chaos_respond(const struct query *query, const struct query_settings *settings,
                   struct answer_response *response)
{
    const char *text = find_text(query->question.name, settings);
    uint16_t type = query->question.type;
    if (!text || (type != DNS_TYPE_TXT && type != DNS_TYPE_ANY)) {
        response->rcode = DNS_REFUSED;
        response->extended_error = DNS_EDE_NOT_AUTHORITATIVE;
        return;
    }
    response->aa = true;
    put_text(response, text);
}
