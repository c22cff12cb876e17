/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ask.c - a query from text. Knows how to write what a sane client never would. */
#include "tests/unit/ask.h"

#include "common/dnsmsg.h"

#include <libknot/libknot.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* What the line says. */
struct wish {
    struct dname name;
    uint16_t type, class, flags, opcode, questions;
    bool edns, dnssec_ok, nsid, expire, keepalive, zoneversion, bad_option, opt_owner, opt_answer,
        trail, has_soa;
    unsigned payload, version, edns_flags, option, opts, cut, zoneversion_bytes;
    const char *tsig, *cookie; /* NULL: none */
    uint32_t serial;
};

struct word {
    const char *name; /* "+edns=" takes a number, "+do" does not */
    void (*apply)(struct wish *wish, struct ask *ask, const char *value);
};

static unsigned number(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 0);
    if (*text == '\0' || *end)
        fail_msg("\"%s\" is not a number", text);
    return (unsigned)value;
}

#define WORD(id, statement)                                                                        \
    static void apply_##id(struct wish *wish, struct ask *ask, const char *value)                  \
    {                                                                                              \
        (void)wish, (void)ask, (void)value;                                                        \
        statement;                                                                                 \
    }
WORD(rd, wish->flags |= DNS_FLAG_RD)
WORD(cd, wish->flags |= DNS_FLAG_CD)
WORD(ad, wish->flags |= DNS_FLAG_AD)
WORD(z, wish->flags |= 0x0040)
WORD(qr, wish->flags |= DNS_FLAG_QR)
WORD(opcode, wish->opcode = (uint16_t)number(value))
WORD(class, wish->class = (uint16_t)number(value))
WORD(questions, wish->questions = (uint16_t)number(value))
WORD(edns, wish->edns = true; wish->payload = number(value))
WORD(do, wish->edns = wish->dnssec_ok = true)
WORD(nsid, wish->edns = wish->nsid = true)
WORD(expire, wish->edns = wish->expire = true)
WORD(cookie, wish->edns = true; wish->cookie = value)
WORD(keepalive, wish->edns = wish->keepalive = true)
WORD(zoneversion, wish->edns = wish->zoneversion = true;
     wish->zoneversion_bytes = *value ? number(value) : 0)
WORD(version, wish->edns = true; wish->version = number(value))
WORD(flags, wish->edns = true; wish->edns_flags = number(value))
WORD(option, wish->edns = true; wish->option = number(value))
WORD(badoption, wish->edns = wish->bad_option = true)
WORD(opts, wish->edns = true; wish->opts = number(value))
WORD(optowner, wish->edns = wish->opt_owner = true)
WORD(optanswer, wish->edns = wish->opt_answer = true)
WORD(soa, wish->has_soa = true; wish->serial = number(value))
WORD(tsig, wish->tsig = value)
WORD(trail, wish->trail = true)
WORD(cut, wish->cut = number(value))
WORD(tcp, ask->tcp = true)
WORD(anycast, ask->anycast = true)
WORD(client, assert_int_equal(addr_parse(value, 53000, &ask->client, NULL), 0))
WORD(cap, ask->cap = number(value))

static const struct word words[] = {
#define ROW(id)                                                                                    \
    {                                                                                              \
        "+" #id, apply_##id                                                                        \
    }
    ROW(rd),        ROW(cd),        ROW(ad),          ROW(z),         ROW(qr),    ROW(opcode),
    ROW(class),     ROW(questions), ROW(edns),        ROW(do),        ROW(nsid),  ROW(expire),
    ROW(cookie),    ROW(keepalive), ROW(zoneversion), ROW(version),   ROW(flags), ROW(option),
    ROW(badoption), ROW(opts),      ROW(optowner),    ROW(optanswer), ROW(soa),   ROW(tsig),
    ROW(trail),     ROW(cut),       ROW(tcp),         ROW(client),    ROW(cap),   ROW(anycast),
};

static void apply_word(struct wish *wish, struct ask *ask, char *text)
{
    char *value = strchr(text, '=');
    if (value)
        *value++ = '\0';
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (strcmp(text, words[i].name) == 0) {
            words[i].apply(wish, ask, value ? value : "");
            return;
        }
    }
    fail_msg("%s: no such word", text);
}

static void put_question(struct wire_writer *w, const struct wish *wish)
{
    wire_put(w, wish->name.wire, wish->name.len);
    wire_put_u16(w, wish->type);
    wire_put_u16(w, wish->class);
}

/* Hexadecimal digits; blanks are skipped. Returns the bytes. */
static size_t unhex(const char *hex, uint8_t *out)
{
    size_t len = 0;
    while (*(hex += strspn(hex, " "))) {
        const char byte[3] = { hex[0], hex[1], '\0' };
        out[len++] = (uint8_t)strtoul(byte, NULL, 16);
        hex += 2;
    }
    return len;
}

static void put_cookie(struct wire_writer *w, const char *hex)
{
    uint8_t bytes[64];
    size_t len = unhex(hex, bytes);
    wire_put_u16(w, DNS_OPT_COOKIE);
    wire_put_u16(w, (uint16_t)len);
    wire_put(w, bytes, len);
}

static void put_options(struct wire_writer *w, const struct wish *wish)
{
    if (wish->nsid)
        wire_put_u32(w, DNS_OPT_NSID << 16);
    if (wish->expire)
        wire_put_u32(w, DNS_OPT_EXPIRE << 16);
    if (wish->cookie)
        put_cookie(w, wish->cookie);
    if (wish->keepalive)
        wire_put_u32(w, DNS_OPT_TCP_KEEPALIVE << 16);
    if (wish->zoneversion) {
        wire_put_u32(w, DNS_OPT_ZONEVERSION << 16 | wish->zoneversion_bytes);
        wire_put(w, "\1\2\3\4\5\6\7", wish->zoneversion_bytes % 8);
    }
    if (wish->option) {
        wire_put_u16(w, (uint16_t)wish->option);
        wire_put_u16(w, 4);
        wire_put(w, "data", 4);
    }
    if (wish->bad_option) {
        wire_put_u16(w, 9);
        wire_put_u16(w, 100);
        wire_put(w, "short", 5);
    }
}

static void put_opt(struct wire_writer *w, const struct wish *wish)
{
    if (wish->opt_owner)
        wire_put(w, "\3opt", 4);
    wire_put_u8(w, 0);
    wire_put_u16(w, DNS_TYPE_OPT);
    wire_put_u16(w, (uint16_t)wish->payload);
    wire_put_u32(w,
                 wish->version << 16 | wish->edns_flags | (wish->dnssec_ok ? DNS_EDNS_FLAG_DO : 0));
    uint8_t *length = wire_reserve(w, 2);
    size_t start = w->pos;
    put_options(w, wish);
    wire_set_u16(length, (uint16_t)(w->pos - start));
}

static void put_soa(struct wire_writer *w, const struct wish *wish)
{
    wire_put_u16(w, 0xc00c);
    wire_put_u16(w, DNS_TYPE_SOA);
    wire_put_u16(w, DNS_CLASS_IN);
    wire_put_u32(w, 0);
    wire_put_u16(w, 2 + 20);
    wire_put_u16(w, 0); /* both names are the root */
    wire_put_u32(w, wish->serial);
    for (int i = 0; i < 4; i++)
        wire_put_u32(w, 0);
}

static bool tsig_is(const struct wish *wish, const char *kind)
{
    return wish->tsig && strcmp(wish->tsig, kind) == 0;
}

static void put_tsig(struct wire_writer *w, const struct wish *wish)
{
    static const uint8_t algorithm[] = "\13hmac-sha256";
    if (tsig_is(wish, "key"))
        wire_put_u16(w, 0xc00c);
    else
        wire_put(w, "\3key", 5);
    wire_put_u16(w, DNS_TYPE_TSIG);
    wire_put_u16(w, tsig_is(wish, "class") ? DNS_CLASS_IN : DNS_CLASS_ANY);
    wire_put_u32(w, 0);
    wire_put_u16(w, sizeof(algorithm) + 8 + 2 + 4 + 6);
    wire_put(w, algorithm, sizeof(algorithm));
    wire_put(w, "\0\0\x66\x77\x88\x99\x01\x2c", 8); /* time, fudge 300 */
    wire_put_u16(w, tsig_is(wish, "mac") ? 400 : 4);
    wire_put(w, "mac!", 4);
    wire_put_u16(w, 0x1234); /* original ID */
    wire_put_u32(w, 0);      /* error, other length */
}

static void write_message(struct ask *ask, const struct wish *wish)
{
    struct wire_writer w = wire_writer(ask->bytes, sizeof(ask->bytes));
    unsigned opts = wish->edns ? wish->opts : 0;
    unsigned tsigs = !wish->tsig ? 0 : tsig_is(wish, "twice") ? 2 : 1;
    unsigned answers = wish->opt_answer || tsig_is(wish, "answer") ? 1 : 0;
    dns_put_header(&w, &(struct dns_header){
                           .id = 0x1234,
                           .flags = (uint16_t)(wish->flags | wish->opcode << DNS_OPCODE_SHIFT),
                           .qdcount = wish->questions,
                           .ancount = (uint16_t)answers,
                           .nscount = wish->has_soa,
                           .arcount = (uint16_t)(opts + tsigs - answers),
                       });
    for (unsigned i = 0; i < wish->questions; i++)
        put_question(&w, wish);
    if (wish->has_soa)
        put_soa(&w, wish);
    for (unsigned i = 0; i < opts; i++)
        put_opt(&w, wish);
    for (unsigned i = 0; i < tsigs; i++)
        put_tsig(&w, wish);
    if (wish->trail)
        wire_put(&w, "junk", 4);
    assert_false(w.overflow);
    ask->len = wish->cut && wish->cut < w.pos ? wish->cut : w.pos;
}

void ask_from_text(struct ask *ask, const char *line)
{
    char text[1024], *rest;
    struct err err = { "" };
    struct wish wish = {
        .type = DNS_TYPE_A, .class = DNS_CLASS_IN, .questions = 1, .payload = 1232, .opts = 1
    };
    *ask = (struct ask){ .cap = DNS_MESSAGE_MAX };
    assert_int_equal(addr_parse("192.0.2.99", 53000, &ask->client, &err), 0);
    assert_true((size_t)snprintf(text, sizeof(text), "%s", line) < sizeof(text));
    if (strncmp(text, "raw ", 4) == 0) {
        ask->len = unhex(text + 4, ask->bytes);
        return;
    }
    char *word = strtok_r(text, " ", &rest);
    if (dname_from_text(word, &wish.name, &err))
        fail_msg("%s", err.msg);
    while ((word = strtok_r(NULL, " ", &rest))) {
        if (*word == '+')
            apply_word(&wish, ask, word);
        else if (knot_rrtype_from_string(word, &wish.type))
            fail_msg("%s: no such type", word);
    }
    write_message(ask, &wish);
}
