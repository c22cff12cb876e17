/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_axfr.c - a transfer, message by message, against the zone that it came from. */
#include "dnsd/xfr/axfr.h"

#include "tests/unit/ask.h"
#include "tests/unit/reply.h"
#include "tests/unit/zonetext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct query_settings settings = { .nsid = "node-1", .udp_payload_max = 1232 };

static const char small_zone[] = "$ORIGIN example.\n"
                                 "$TTL 3600\n"
                                 "@ NS Ns1\n"
                                 "@ MX 10 Mail.example.\n"
                                 "@ SOA ns1 hostmaster 42 7200 900 1209600 300\n"
                                 "ns1 A 192.0.2.53\n"
                                 "a.b.ent TXT \"x\"\n"
                                 "*.w A 192.0.2.1\n"
                                 "child NS ns.child\n"
                                 "ns.child A 198.51.100.1\n"
                                 "d DNAME e\n"
                                 "below.d A 192.0.2.9\n";

/* A transfer under test. */
struct transfer {
    struct ask ask;
    struct query query;
    struct zone_entry entry;
    struct axfr axfr;
    uint8_t out[DNS_MESSAGE_MAX];
};

static struct transfer *begin(const char *zone, const char *question)
{
    static struct transfer t;
    ask_from_text(&t.ask, question);
    t.entry = (struct zone_entry){ .zone = zone_from_text("example.", zone) };
    struct query_request request = { t.ask.bytes, t.ask.len, &t.ask.client, QUERY_TCP };
    query_parse(&t.query, &request);
    assert_int_equal(t.query.rcode, DNS_NOERROR);
    axfr_begin(&t.axfr, &t.entry, &t.query, &settings);
    zone_release(t.entry.zone); /* the transfer holds it */
    memset(&t.query, 0xa5, sizeof(t.query));
    memset(&t.ask, 0xa5, sizeof(t.ask));
    return &t;
}

static void end(struct transfer *t)
{
    assert_int_equal(axfr_next(&t->axfr, t->out, sizeof(t->out)), 0);
    assert_false(axfr_failed(&t->axfr));
    axfr_end(&t->axfr);
}

static void assert_next(struct transfer *t, const char *expected)
{
    size_t len = axfr_next(&t->axfr, t->out, sizeof(t->out));
    assert_true(reply_well_formed(t->out, len));
    char *text = reply_text(t->out, len);
    assert_string_equal(text, expected);
    free(text);
}

#define SMALL_RECORDS                                                                              \
    "an example. 3600 SOA ns1.example. hostmaster.example. 42 7200 900 1209600 300\n"              \
    "an example. 3600 NS Ns1.example.\n"                                                           \
    "an example. 3600 MX 10 Mail.example.\n"                                                       \
    "an child.example. 3600 NS ns.child.example.\n"                                                \
    "an ns.child.example. 3600 A 198.51.100.1\n"                                                   \
    "an d.example. 3600 DNAME e.example.\n"                                                        \
    "an below.d.example. 3600 A 192.0.2.9\n"                                                       \
    "an a.b.ent.example. 3600 TXT \"x\"\n"                                                         \
    "an ns1.example. 3600 A 192.0.2.53\n"                                                          \
    "an *.w.example. 3600 A 192.0.2.1\n"                                                           \
    "an example. 3600 SOA ns1.example. hostmaster.example. 42 7200 900 1209600 300\n"

/* SOA first and last; glue and occluded data too; names in RDATA in the case of the file. */
static void test_small(void **state)
{
    (void)state;
    struct transfer *t = begin(small_zone, "EXAMPLE. AXFR +tcp +rd");
    assert_next(t, "NOERROR aa rd\n" SMALL_RECORDS);
    assert_memory_equal(t->out + DNS_HEADER_BYTES, "\7EXAMPLE", 9);
    end(t);
}

/* RFC 4034 3: or the digest of the zone (RFC 8976) would not be that of the file. */
static void test_signatures_keep_their_ttls(void **state)
{
    (void)state;
    static const char zone[] =
        "@ 60 SOA ns1.test. host.test. 1 7200 900 1209600 300\n"
        "@ 60 RRSIG SOA 13 1 60 20300101000000 20260101000000 1 example. AAAA\n"
        "@ 7200 NS ns1.test.\n"
        "@ 7200 RRSIG NS 13 1 7200 20300101000000 20260101000000 1 example. BBBB\n";
    struct transfer *t = begin(zone, "example. AXFR +tcp");
    assert_next(t, "NOERROR aa\n"
                   "an example. 60 SOA ns1.test. host.test. 1 7200 900 1209600 300\n"
                   "an example. 7200 NS ns1.test.\n"
                   "an example. 7200 RRSIG NS 13 1 7200 20300101000000 20260101000000 1 "
                   "example. BBBB\n"
                   "an example. 60 RRSIG SOA 13 1 60 20300101000000 20260101000000 1 "
                   "example. AAAA\n"
                   "an example. 60 SOA ns1.test. host.test. 1 7200 900 1209600 300\n");
    end(t);
}

static void test_edns(void **state)
{
    (void)state;
    struct transfer *t = begin(small_zone, "example. AXFR +tcp +nsid +do");
    assert_next(t, "NOERROR aa\nedns 1232 do nsid=node-1\n" SMALL_RECORDS);
    end(t);
}

static void test_abandoned(void **state)
{
    (void)state;
    struct transfer *t = begin(small_zone, "example. AXFR +tcp");
    axfr_end(&t->axfr); /* the address sanitizer sees what is left */
}

static void test_record_that_does_not_fit(void **state)
{
    (void)state;
    struct transfer *t = begin(small_zone, "example. AXFR +tcp");
    assert_int_equal(axfr_next(&t->axfr, t->out, 60), 0);
    assert_true(axfr_failed(&t->axfr));
    assert_int_equal(axfr_next(&t->axfr, t->out, sizeof(t->out)), 0);
    axfr_end(&t->axfr);
}

/* Many names, and an RRset that is larger than a message. */
static char *large_zone(void)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    fputs("$ORIGIN example.\n$TTL 3600\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\n",
          out);
    for (int i = 0; i < 3000; i++)
        fprintf(out, "host%d.sub%d %d A 10.0.%d.%d\nhost%d.sub%d MX 10 mail.sub%d\n", i, i % 17, i,
                i / 250, i % 250, i, i % 17, i % 17);
    for (int i = 0; i < 500; i++)
        fprintf(out, "texts TXT \"%0100d\"\n", i);
    fclose(out);
    return text;
}

/* Where we are in the zone itself, record by record. */
struct position {
    const struct zone *zone;
    const struct zone_node *node;
    const struct zone_rrset *rrset;
    unsigned record;
};

static void advance(struct position *at)
{
    if (at->rrset && ++at->record < at->rrset->count)
        return;
    at->record = 0;
    at->rrset = zone_node_next_rrset(at->zone, at->node, at->rrset);
    while (!at->rrset && (at->node = zone_next_node(at->zone, at->node)))
        at->rrset = zone_node_next_rrset(at->zone, at->node, NULL);
}

static void check_records(struct position *at, struct wire_reader *r, unsigned count)
{
    struct dns_record record;
    for (; count && at->node; count--) {
        assert_int_equal(dns_get_record(r, &record), 0);
        assert_true(dname_equal(record.owner.wire, zone_node_name(at->zone, at->node)));
        assert_int_equal(record.type, at->rrset->type);
        assert_int_equal(record.ttl, at->rrset->ttl);
        advance(at);
    }
    if (count) { /* the last one */
        assert_int_equal(count, 1);
        assert_int_equal(dns_get_record(r, &record), 0);
        assert_int_equal(record.type, DNS_TYPE_SOA);
    }
    assert_int_equal(wire_left(r), 0);
}

static void test_large(void **state)
{
    (void)state;
    char *text = large_zone();
    struct transfer *t = begin(text, "example. AXFR +tcp");
    struct position at = { .zone = t->axfr.zone, .node = zone_apex(t->axfr.zone) };
    size_t len, messages = 0, records = 0, bytes = 0;
    advance(&at);
    while ((len = axfr_next(&t->axfr, t->out, sizeof(t->out)))) {
        struct wire_reader r = wire_reader(t->out, len);
        struct dns_header header = dns_get_header(&r);
        struct dname name;
        assert_int_equal(header.id, 0x1234);
        assert_int_equal(header.flags, DNS_FLAG_QR | DNS_FLAG_AA);
        assert_int_equal(header.qdcount, messages == 0); /* RFC 5936 2.2.2 */
        if (header.qdcount) {
            dns_get_name(&r, &name);
            wire_take(&r, 4);
        }
        check_records(&at, &r, header.ancount);
        assert_true(len < AXFR_MESSAGE_BYTES + 512);
        messages++;
        records += header.ancount;
        bytes += len;
    }
    assert_null(at.node);
    assert_int_equal(records, zone_size(t->axfr.zone).records + 1);
    assert_true(messages == bytes / AXFR_MESSAGE_BYTES + 1); /* all are full but the last */
    end(t);
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_signatures_keep_their_ttls),
        cmocka_unit_test(test_edns),
        cmocka_unit_test(test_abandoned),
        cmocka_unit_test(test_record_that_does_not_fit),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
