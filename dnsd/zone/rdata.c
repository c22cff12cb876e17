/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rdata.c - the shape of RDATA. Knows one row per type; hides the walking. */
#include "dnsd/zone/rdata.h"

#include "common/dname.h"
#include "common/dnsmsg.h"
#include "common/wire.h"

#include <string.h>

const struct rdata_layout rdata_layouts[RDATA_TYPES] = {
    [1] = { .exact = true, .head = 4 },                                              /* A */
    [2] = { .exact = true, .names = 1, .compress = true, .host = true },             /* NS */
    [3] = { .exact = true, .names = 1, .compress = true, .host = true },             /* MD */
    [4] = { .exact = true, .names = 1, .compress = true, .host = true },             /* MF */
    [5] = { .exact = true, .names = 1, .compress = true },                           /* CNAME */
    [6] = { .exact = true, .names = 2, .compress = true, .tail = 20 },               /* SOA */
    [7] = { .exact = true, .names = 1, .compress = true, .host = true },             /* MB */
    [8] = { .exact = true, .names = 1, .compress = true },                           /* MG */
    [9] = { .exact = true, .names = 1, .compress = true },                           /* MR */
    [11] = { .tail = 5 },                                                            /* WKS */
    [12] = { .exact = true, .names = 1, .compress = true },                          /* PTR */
    [13] = { .exact = true, .strings = 2 },                                          /* HINFO */
    [14] = { .exact = true, .names = 2, .compress = true },                          /* MINFO */
    [15] = { .exact = true, .head = 2, .names = 1, .compress = true, .host = true }, /* MX */
    [16] = { .strings = 1 },                                                         /* TXT */
    [17] = { .exact = true, .names = 2 },                                            /* RP */
    [18] = { .exact = true, .head = 2, .names = 1, .host = true },                   /* AFSDB */
    [19] = { .exact = true, .strings = 1 },                                          /* X25 */
    [20] = { .strings = 1 },                                                         /* ISDN */
    [21] = { .exact = true, .head = 2, .names = 1, .host = true },                   /* RT */
    [24] = { .head = 18, .names = 1 },                                               /* SIG */
    [25] = { .tail = 4 },                                                            /* KEY */
    [26] = { .exact = true, .head = 2, .names = 2 },                                 /* PX */
    [28] = { .exact = true, .head = 16 },                                            /* AAAA */
    [29] = { .exact = true, .head = 16 },                                            /* LOC */
    [30] = { .names = 1 },                                                           /* NXT */
    [33] = { .exact = true, .head = 6, .names = 1, .host = true },                   /* SRV */
    [35] = { .exact = true,
             .head = 4,
             .strings = 3,
             .names = 1,
             .host = true,
             .next = 33 },                                         /* NAPTR
                                                                    */
    [36] = { .exact = true, .head = 2, .names = 1, .host = true }, /* KX */
    [39] = { .exact = true, .names = 1 },                          /* DNAME */
    [43] = { .tail = 5 },                                          /* DS */
    [44] = { .tail = 3 },                                          /* SSHFP */
    [46] = { .head = 18, .names = 1, .tail = 1 },                  /* RRSIG */
    [47] = { .names = 1 },                                         /* NSEC */
    [48] = { .tail = 5 },                                          /* DNSKEY */
    [50] = { .head = 4, .strings = 2 },                            /* NSEC3: salt, next hash */
    [51] = { .exact = true, .head = 4, .strings = 1 },             /* NSEC3PARAM */
    [52] = { .tail = 4 },                                          /* TLSA */
    [53] = { .tail = 4 },                                          /* SMIMEA */
    [58] = { .exact = true, .names = 2 },                          /* TALINK */
    [59] = { .tail = 5 },                                          /* CDS */
    [60] = { .tail = 5 },                                          /* CDNSKEY */
    [62] = { .tail = 6 },                                          /* CSYNC */
    [63] = { .tail = 18 },                                         /* ZONEMD */
    [64] = { .head = 2, .names = 1, .host = true, .next = 64 },    /* SVCB */
    [65] = { .head = 2, .names = 1, .host = true, .next = 65 },    /* HTTPS */
    [99] = { .strings = 1 },                                       /* SPF */
    [104] = { .exact = true, .head = 10 },                         /* NID */
    [105] = { .exact = true, .head = 6 },                          /* L32 */
    [106] = { .exact = true, .head = 10 },                         /* L64 */
    [107] = { .exact = true, .head = 2, .names = 1 },              /* LP */
    [108] = { .exact = true, .head = 6 },                          /* EUI48 */
    [109] = { .exact = true, .head = 8 },                          /* EUI64 */
};

/* Bytes of the name at the start of `len` bytes, or 0 if there is none. */
static size_t name_within(const uint8_t *p, size_t len)
{
    size_t pos = 0;
    while (pos < len && pos < DNAME_MAX && p[pos] && p[pos] <= DNAME_LABEL_MAX)
        pos += p[pos] + 1u;
    return pos < len && pos < DNAME_MAX && p[pos] == 0 ? pos + 1 : 0;
}

const char *rdata_problem(uint16_t type, const uint8_t *rdata, size_t len)
{
    const struct rdata_layout layout = rdata_layout(type);
    if (len < layout.head)
        return "RDATA is too short";
    size_t pos = layout.head;
    for (unsigned i = 0; i < layout.strings; i++) {
        if (pos >= len || rdata[pos] + 1u > len - pos)
            return "a character-string runs over the end of the RDATA";
        pos += rdata[pos] + 1u;
    }
    for (unsigned i = 0; i < layout.names; i++) {
        const size_t name = name_within(rdata + pos, len - pos);
        if (!name)
            return "a domain name in the RDATA is malformed or compressed";
        pos += name;
    }
    if (len - pos < layout.tail)
        return "RDATA is too short";
    return layout.exact && len - pos > layout.tail ? "RDATA is too long" : NULL;
}

/* Where the names of well-formed RDATA begin. */
static size_t names_offset(const struct rdata_layout *layout, const uint8_t *rdata)
{
    size_t pos = layout->head;
    for (unsigned i = 0; i < layout->strings; i++)
        pos += rdata[pos] + 1u;
    return pos;
}

/* Copies the names, which begin at `from`, in lower case; returns their length. */
static size_t lower_names(const struct rdata_layout *layout, const uint8_t *rdata, size_t from,
                          uint8_t *out)
{
    size_t len = 0;
    for (unsigned i = 0; i < layout->names; i++)
        len += dname_lower(out + len, rdata + from + len);
    return len;
}

static int bytes_cmp(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    const int d = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return d ? d : (a_len > b_len) - (a_len < b_len);
}

int rdata_cmp(uint16_t type, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    const struct rdata_layout layout = rdata_layout(type);
    if (!layout.names)
        return bytes_cmp(a, a_len, b, b_len);
    const size_t a_names = names_offset(&layout, a), b_names = names_offset(&layout, b);
    const int before = bytes_cmp(a, a_names, b, b_names);
    if (before)
        return before;
    uint8_t a_lower[2 * DNAME_MAX], b_lower[2 * DNAME_MAX];
    const size_t a_tail = a_names + lower_names(&layout, a, a_names, a_lower);
    const size_t b_tail = b_names + lower_names(&layout, b, b_names, b_lower);
    const int names = bytes_cmp(a_lower, a_tail - a_names, b_lower, b_tail - b_names);
    return names ? names : bytes_cmp(a + a_tail, a_len - a_tail, b + b_tail, b_len - b_tail);
}

/* RFC 3403 4.1: flags are one character-string behind order and preference. */
static bool naptr_is_terminal(const uint8_t *rdata)
{
    const uint8_t *flags = rdata + 4;
    return flags[0] == 1 && flags[1] && strchr("SsAa", flags[1]);
}

const uint8_t *rdata_host(uint16_t type, const uint8_t *rdata)
{
    const struct rdata_layout layout = rdata_layout(type);
    if (!layout.host || (type == DNS_TYPE_NAPTR && !naptr_is_terminal(rdata)))
        return NULL;
    return rdata + names_offset(&layout, rdata);
}

const uint8_t *rdata_target(const uint8_t *owner, uint16_t type, const uint8_t *rdata)
{
    const uint8_t *host = rdata_host(type, rdata);
    const bool service = type == DNS_TYPE_SVCB || type == DNS_TYPE_HTTPS;
    return service && *host == 0 && wire_peek_u16(rdata) ? owner : host;
}
