/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_dnsmsg.c - messages: the header, compressed names and their traps, records. */
#include "common/dnsmsg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A message: twelve bytes of header, then `bytes`. */
struct message {
    uint8_t bytes[600];
    size_t len;
};

static struct message message(const char *bytes, size_t len)
{
    struct message m = { .len = DNS_HEADER_BYTES + len };
    memcpy(m.bytes + DNS_HEADER_BYTES, bytes, len);
    return m;
}

/* A reader of the message that stands at `at`. */
static struct wire_reader reader_at(const struct message *m, size_t at)
{
    struct wire_reader r = wire_reader(m->bytes, m->len);
    r.pos = at;
    return r;
}

static void test_header(void **state)
{
    static const uint8_t wire[] = { 0x12, 0x34, 0x84, 0x03, 0, 1, 0, 2, 0, 3, 0, 4 };
    struct wire_reader r = wire_reader(wire, sizeof wire);
    struct dns_header h = dns_get_header(&r);
    uint8_t out[DNS_HEADER_BYTES];
    struct wire_writer w = wire_writer(out, sizeof out);
    (void)state;
    assert_int_equal(h.id, 0x1234);
    assert_int_equal(h.flags, DNS_FLAG_QR | DNS_FLAG_AA | DNS_NXDOMAIN);
    assert_int_equal(h.qdcount, 1);
    assert_int_equal(h.ancount, 2);
    assert_int_equal(h.nscount, 3);
    assert_int_equal(h.arcount, 4);
    dns_put_header(&w, &h);
    assert_false(w.overflow);
    assert_memory_equal(out, wire, sizeof wire);
    r = wire_reader(wire, 11);
    dns_get_header(&r);
    assert_true(r.overflow);
}

static void test_rcode_names(void **state)
{
    (void)state;
    assert_string_equal(dns_rcode_name(DNS_NXDOMAIN), "NXDOMAIN");
    assert_string_equal(dns_rcode_name(DNS_BADCOOKIE), "BADCOOKIE");
    assert_string_equal(dns_rcode_name(4095), "?");
}

/* RFC 1035 4.1.4: F.ISI.ARPA, FOO.F.ISI.ARPA, ARPA and the root, at 20, 40, 64 and 92. */
static void test_rfc1035_example(void **state)
{
    static const struct {
        size_t at, end;
        const char *name;
    } rows[] = { { 20, 32, "F.ISI.ARPA." },
                 { 40, 46, "FOO.F.ISI.ARPA." },
                 { 64, 66, "ARPA." },
                 { 92, 93, "." } };
    struct message m = { .len = 93 };
    char text[DNAME_TEXT_MAX];
    (void)state;
    memcpy(m.bytes + 20, "\1F\3ISI\4ARPA\0", 12);
    memcpy(m.bytes + 40, "\3FOO\xc0\x14", 6);
    memcpy(m.bytes + 64, "\xc0\x1a", 2);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct wire_reader r = reader_at(&m, rows[i].at);
        struct dname name;
        assert_int_equal(dns_get_name(&r, &name), 0);
        assert_string_equal(dname_to_text(name.wire, text), rows[i].name);
        assert_int_equal(name.len, dname_len(name.wire));
        assert_int_equal(r.pos, rows[i].end);
    }
}

static void test_bad_names(void **state)
{
    static const struct {
        const char *what, *bytes;
        size_t len, at;
    } rows[] = {
        { "nothing", "", 0, 12 },
        { "no end", "\1a", 2, 12 },
        { "label cut", "\5abc", 4, 12 },
        { "pointer cut", "\xc0", 1, 12 },
        { "to itself", "\xc0\x0c", 2, 12 },
        { "forwards", "\xc0\x0e\1a\0", 5, 12 },
        { "behind the end", "\xc0\xff", 2, 12 },
        { "into the header", "\1a\xc0\x00", 4, 12 },
        { "into its own labels", "\1a\xc0\x0c", 4, 12 },
        { "a loop of two", "\xc0\x0e\xc0\x0c", 4, 14 },
        { "back and forth", "\1a\xc0\x10\1b\xc0\x0c", 8, 16 },
        { "label type 01", "\x41\1", 2, 12 },
        { "label type 10", "\x81\1", 2, 12 },
        { "EDNS0 bit label", "\x41\x08\0", 3, 12 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct message m = message(rows[i].bytes, rows[i].len);
        struct wire_reader r = reader_at(&m, rows[i].at);
        struct dname name;
        if (dns_get_name(&r, &name) != -1 || !r.overflow)
            fail_msg("%s is taken for a name", rows[i].what);
    }
}

/* Labels of 63, 63, 63 and `last` bytes, the last one reached by a pointer. */
static int long_name(unsigned last, struct dname *out)
{
    struct message m = { .len = 400 };
    m.bytes[12] = (uint8_t)last;
    for (size_t i = 0; i < 3; i++)
        m.bytes[100 + 64 * i] = 63;
    memcpy(m.bytes + 292, "\xc0\x0c", 2);
    struct wire_reader r = reader_at(&m, 100);
    return dns_get_name(&r, out);
}

static void test_length_limit(void **state)
{
    struct dname name;
    (void)state;
    assert_int_equal(long_name(61, &name), 0);
    assert_int_equal(name.len, 255);
    assert_true(dname_valid(name.wire, name.len));
    assert_int_equal(long_name(62, &name), -1);
    assert_int_equal(long_name(63, &name), -1);
}

/* Each pointer leads one step back, as far as the message is long: legal, and no stack is used. */
static void test_long_chain_of_pointers(void **state)
{
    struct message m = { .len = 500 };
    (void)state;
    for (size_t at = 13; at + 1 < m.len; at += 2) {
        m.bytes[at] = (uint8_t)(0xc0 | (at - (at > 13 ? 2 : 1)) >> 8);
        m.bytes[at + 1] = (uint8_t)(at - (at > 13 ? 2 : 1));
    }
    struct wire_reader r = reader_at(&m, 497);
    struct dname name;
    assert_int_equal(dns_get_name(&r, &name), 0);
    assert_int_equal(name.len, 1);
    assert_int_equal(r.pos, 499);
}

static void test_latched_reader_stays_latched(void **state)
{
    struct message m = message("\1a\0", 3);
    struct wire_reader r = reader_at(&m, 12);
    struct dname name;
    (void)state;
    r.overflow = true;
    assert_int_equal(dns_get_name(&r, &name), -1);
    assert_int_equal(r.pos, 12);
}

static const char record_bytes[] = "\1a\0\xc0\x0c\0\x0f\0\1\0\0\x0e\x10\0\4\0\x0a\xc0\x0c";

static void test_record(void **state)
{
    struct message m = message(record_bytes, sizeof record_bytes - 1);
    struct wire_reader r = reader_at(&m, 15);
    struct dns_record record;
    (void)state;
    assert_int_equal(dns_get_record(&r, &record), 0);
    assert_memory_equal(record.owner.wire, "\1a\0", 3);
    assert_int_equal(record.type, DNS_TYPE_MX);
    assert_int_equal(record.class, DNS_CLASS_IN);
    assert_int_equal(record.ttl, 3600);
    assert_int_equal(record.rdlength, 4);
    assert_int_equal(record.rdata_offset, 27);
    assert_ptr_equal(record.rdata, m.bytes + 27);
    assert_int_equal(wire_left(&r), 0);
}

static void test_record_cut_anywhere(void **state)
{
    (void)state;
    for (size_t len = 15; len < 12 + sizeof record_bytes - 1; len++) {
        struct message m = message(record_bytes, sizeof record_bytes - 1);
        m.len = len;
        struct wire_reader r = reader_at(&m, 15);
        struct dns_record record;
        assert_int_equal(dns_get_record(&r, &record), -1);
        assert_true(r.overflow);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_rcode_names),
        cmocka_unit_test(test_rfc1035_example),
        cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_length_limit),
        cmocka_unit_test(test_long_chain_of_pointers),
        cmocka_unit_test(test_latched_reader_stays_latched),
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_record_cut_anywhere),
    };
    return cmocka_run_group_tests_name("dnsmsg", tests, NULL, NULL);
}
