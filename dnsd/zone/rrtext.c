/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rrtext.c - records as text. Knows libknot's dump, and where it does not write what libzscanner
 * reads; hides both. */
#include "dnsd/zone/rrtext.h"

#include "common/dnsmsg.h"
#include "common/mem.h"
#include "common/wire.h"
#include "dnsd/zone/rrtype.h"

#include <ctype.h>
#include <inttypes.h>
#include <libknot/descriptor.h>
#include <libknot/rrset-dump.h>
#include <libknot/rrset.h>
#include <stdlib.h>
#include <string.h>

/* The form that fits any type (RFC 3597 5). */
static void put_generic(uint16_t type, const uint8_t *rdata, size_t len, char *out)
{
    char *to = out + sprintf(out, "TYPE%u \\# %zu%s", type, len, len ? " " : "");
    for (size_t i = 0; i < len; i++)
        to += sprintf(to, "%02X", rdata[i]);
}

/* libknot gives these a name of which libzscanner does not know: NULL, SIG, and no types of data.
 */
static bool is_named_by_number(uint16_t type)
{
    enum { TYPE_NULL = 10, TYPE_SIG = 24 };
    return type == TYPE_NULL || type == TYPE_SIG || type == DNS_TYPE_OPT || type == 0 ||
           (type >= DNS_TYPE_TKEY && type <= DNS_TYPE_ANY);
}

/* Types in one window of a bitmap. */
static bool is_plain_window(const uint8_t *window)
{
    for (unsigned bit = 0; bit < 8u * window[1]; bit++)
        if (window[2 + bit / 8] & 0x80 >> bit % 8 &&
            is_named_by_number((uint16_t)(window[0] << 8 | bit)))
            return false;
    return window[1 + window[1]] != 0;
}

/* Windows in the form that everybody writes (RFC 4034 4.1.2), from `p` to the end. */
static bool is_plain_bitmap(const uint8_t *p, const uint8_t *end)
{
    for (int before = -1; p < end; p += 2 + p[1]) {
        if (end - p < 3 || p[0] <= before || p[1] < 1 || p[1] > 32 || p[1] > end - p - 2 ||
            !is_plain_window(p))
            return false;
        before = p[0];
    }
    return true;
}

static bool is_plain_nsec(const uint8_t *rdata, size_t len)
{
    return is_plain_bitmap(rdata + dname_len(rdata), rdata + len);
}

static bool is_plain_nsec3(const uint8_t *rdata, size_t len)
{
    const uint8_t *hash = rdata + 5 + rdata[4];
    return hash[0] && is_plain_bitmap(hash + 1 + hash[0], rdata + len);
}

static bool is_plain_csync(const uint8_t *rdata, size_t len)
{
    return is_plain_bitmap(rdata + 6, rdata + len);
}

/* Times are written as dates, which end in 2038 for some. */
static bool is_plain_rrsig(const uint8_t *rdata, size_t len)
{
    (void)len;
    return !is_named_by_number(wire_peek_u16(rdata)) && rdata[8] < 0x80 && rdata[12] < 0x80;
}

/* RFC 8659 4.1: the tag is letters and digits. */
static bool is_plain_caa(const uint8_t *rdata, size_t len)
{
    size_t tag = len > 1 ? rdata[1] : 0;
    if (tag == 0 || tag > len - 2)
        return false;
    while (tag && isalnum(rdata[1 + tag]))
        tag--;
    return tag == 0;
}

/* RFC 1876 2: at most 90 degrees of latitude and 180 of longitude, and sizes are a digit and a
 * power of ten. */
static bool is_plain_loc(const uint8_t *rdata, size_t len)
{
    const int64_t equator = INT64_C(1) << 31, degree = 3600 * 1000;
    if (len != 16 || rdata[0] != 0)
        return false;
    for (int i = 1; i <= 3; i++)
        if (rdata[i] >> 4 > 9 || (rdata[i] & 15) > 9 || rdata[i] >> 4 == 0)
            return false;
    return llabs(wire_peek_u32(rdata + 4) - equator) <= 90 * degree &&
           llabs(wire_peek_u32(rdata + 8) - equator) <= 180 * degree;
}

/* Types that have bytes of which the text is none, or another's, when they come from elsewhere. The
 * bytes are well-formed (rdata.h). */
static const struct {
    uint16_t type;
    bool (*is_plain)(const uint8_t *rdata, size_t len);
} careful[] = {
    { 29, is_plain_loc },   { 46, is_plain_rrsig }, { 47, is_plain_nsec },
    { 50, is_plain_nsec3 }, { 62, is_plain_csync }, { 257, is_plain_caa },
};

static bool is_plain(uint16_t type, const uint8_t *rdata, size_t len)
{
    for (size_t i = 0; i < sizeof(careful) / sizeof(*careful); i++)
        if (careful[i].type == type)
            return careful[i].is_plain(rdata, len);
    return true;
}

/* False: libknot has no text for it. */
static bool put_named(uint16_t type, const uint8_t *rdata, size_t len, char *out)
{
    uint8_t owner[] = { 0 };
    knot_rrset_t rrset;
    if (is_named_by_number(type) || !knot_get_rdata_descriptor(type)->type_name ||
        !is_plain(type, rdata, len))
        return false;
    knot_rrset_init(&rrset, owner, type, KNOT_CLASS_IN, 0);
    if (knot_rrset_add_rdata(&rrset, rdata, (uint16_t)len, NULL) != KNOT_EOK)
        return false;
    rrtype_text(type, out);
    const size_t at = strlen(out);
    out[at] = ' ';
    const int written = knot_rrset_txt_dump_data(&rrset, 0, out + at + 1, RRTEXT_MAX - at - 1,
                                                 &KNOT_DUMP_STYLE_DEFAULT);
    knot_rdataset_clear(&rrset.rrs, NULL);
    return written >= 0;
}

char *rrtext(uint16_t type, const uint8_t *rdata, size_t len, char *out)
{
    if (!put_named(type, rdata, len, out))
        put_generic(type, rdata, len, out);
    return out;
}

static void put_rrset(const struct zone *zone, const struct zone_node *node,
                      const struct zone_rrset *rrset, char *text, FILE *file)
{
    char owner[DNAME_TEXT_MAX];
    dname_to_text(zone_node_name(zone, node), owner);
    const uint8_t *rdata = rrset->rdata;
    for (unsigned i = 0; i < rrset->count; i++) {
        const size_t len = wire_peek_u16(rdata);
        fprintf(file, "%s %" PRIu32 " IN %s\n", owner, zone_record_ttl(zone, node, rrset, rdata),
                rrtext(rrset->type, rdata + 2, len, text));
        rdata += 2 + len;
    }
}

int rrtext_zone(const struct zone *zone, FILE *file)
{
    char *text = mem_alloc(RRTEXT_MAX);
    for (const struct zone_node *node = NULL; (node = zone_next_node(zone, node));)
        for (const struct zone_rrset *rrset = NULL;
             (rrset = zone_node_next_rrset(zone, node, rrset));)
            put_rrset(zone, node, rrset, text, file);
    free(text);
    return fflush(file) || ferror(file) ? -1 : 0;
}
