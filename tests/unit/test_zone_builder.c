/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_builder.c - what makes a zone valid, what is worth a warning, and what is made of it.
 */
#include "dnsd/zone/builder.h"

#include "common/dnsmsg.h"
#include "tests/unit/zonefiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SOA   "$TTL 60\n@ SOA a.x. b.x. 1 2 3 4 5\n"
#define START SOA "@ NS a.x.\n"

/* What keeps a zone from being served: the first error behind "zone:". */
static const struct {
    const char *text, *error;
} invalid[] = {
    { "$TTL 60\n@ NS a.x.\n",
      " example. SOA: missing: a zone begins with a SOA record (RFC 1035 5.2) [missing-soa]" },
    { SOA, " example. NS: missing: a zone names its name servers (RFC 1034 4.2.1) [missing-ns]" },
    { START "@ SOA a.x. b.x. 2 2 3 4 5\n",
      "4: example. SOA: more than one (RFC 1035 5.2), see line 2 [several-soas]" },
    { START "sub SOA a.x. b.x. 2 2 3 4 5\n",
      "4: sub.example. SOA: stands below the apex (RFC 1035 5.2) [soa-below-apex]" },
    { START "c CNAME x.\nc A 192.0.2.1\n",
      "5: c.example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 4 [cname-and-other-data]" },
    { START "c TXT x\nc CNAME x.\n",
      "5: c.example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 4 [cname-and-other-data]" },
    { START "c CNAME x.\nc CNAME y.\n",
      "5: c.example. CNAME: more than one at this name (RFC 2181 10.1), see line 4 [several-cnames]" },
    { START "c CNAME x.\nc DNAME y.\n",
      "5: c.example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 4 [cname-and-other-data]" },
    { START "@ CNAME x.\n",
      "4: example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 2 [cname-and-other-data]" },
    { START "d DNAME x.\nd DNAME y.\n",
      "5: d.example. DNAME: more than one at this name (RFC 6672 2.4), see line 4 [several-dnames]" },
    { START "d DNAME x.\nd NS y.\n",
      "5: d.example. DNAME: stands beside the NS of a delegation (RFC 6672 2.3), see line 4 [dname-at-delegation]" },
    { START "*.w NS x.\n",
      "4: *.w.example. NS: a wildcard cannot be delegated (RFC 4592 4.2) [wildcard-delegation]" },
    { START "c CNAME x.\nc A 192.0.2.1\n*.w NS x.\n",
      "5: c.example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 4 [cname-and-other-data] (and 1 more)" },
};

static void test_invalid_zones(void **state)
{
    (void)state;
    struct loaded loaded;
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
        char want[512];
        snprintf(want, sizeof want, "zone:%s", invalid[i].error);
        files_write("zone", invalid[i].text);
        files_load("example.", "zone", &loaded);
        if (loaded.zone || strcmp(loaded.error, want) != 0)
            fail_msg("%sgot:  %s\nwant: %s", invalid[i].text, loaded.error, want);
    }
}

/* What is served, with a word about it behind "zone:"; "" for none. */
static const struct {
    const char *text, *warning;
} doubtful[] = {
    { START "c CNAME x.\nc RRSIG A 8 2 60 20300101000000 20200101000000 1 x. aa==\n"
            "c NSEC d.example. CNAME RRSIG NSEC\n",
      "" },
    { START "@ DNAME x.\n", "" },
    { START "a A 192.0.2.1\nb A 192.0.2.1\nA A 192.0.2.1\na A 192.0.2.1\n",
      "6: warning: a.example. A: stands there more than once (RFC 2181 5), see line 4 [duplicate-record]" },
    { START "a 1 A 192.0.2.1\na 2 A 192.0.2.2\n",
      "5: warning: a.example. A: TTLs differ; the smallest, 1, counts (RFC 2181 5.2), see line 4 [ttl-mismatch]" },
    { START "a RRSIG A 8 2 60 20300101000000 20200101000000 1 x. aa==\n"
            "a 1 RRSIG TXT 8 2 60 20300101000000 20200101000000 1 x. aa==\n",
      "" },
    { START "*.d DNAME x.\n",
      "4: warning: *.d.example. DNAME: at a wildcard should not be used (RFC 6672 3.3) [dname-at-wildcard]" },
    { START "@ DS 1 8 2 ab\n",
      "4: warning: example. DS: belongs into the parent zone (RFC 4035 2.4) [ds-at-apex]" },
    { START "a DS 1 8 2 ab\n",
      "4: warning: a.example. DS: without NS: no delegation here (RFC 4035 2.4) [ds-without-delegation]" },
    { START "a NS x.\na DS 1 8 2 ab\na NSEC b.example. NS DS\n", "" },
    { START "@ NS ns\n",
      "4: warning: example. NS: points at ns.example., which does not exist [missing-host]" },
    { START "@ NS ns\nns TXT x\n",
      "4: warning: example. NS: points at ns.example., which has no A or AAAA record [host-without-address]" },
    { START "@ NS ns\nns CNAME x.\n",
      "4: warning: example. NS: points at ns.example., which is a CNAME (RFC 2181 10.3), see line 5 [host-is-cname]" },
    { START "@ NS ns\nns AAAA ::1\n", "" },
    { START "@ NS ns\n* A 192.0.2.1\n", "" },
    { START "m MX 10 mail\n",
      "4: warning: m.example. MX: points at mail.example., which does not exist [missing-host]" },
    { START "m MX 10 c\nc CNAME x.\n",
      "4: warning: m.example. MX: points at c.example., which is a CNAME (RFC 2181 10.3), see line 5 [host-is-cname]" },
    { START "m MX 10 mail.example.net.\nn MX 0 .\n", "" },
    { START "s SRV 0 0 0 .\nt SRV 0 0 1 a\n",
      "5: warning: t.example. SRV: points at a.example., which does not exist [missing-host]" },
    { START "sub NS ns.sub\n",
      "4: warning: sub.example. NS: glue is missing: an A or AAAA record of ns.sub.example. [missing-glue]" },
    { START "sub NS sub\n",
      "4: warning: sub.example. NS: glue is missing: an A or AAAA record of sub.example. [missing-glue]" },
    { START "sub NS ns.sub\nns.sub A 192.0.2.1\n", "" },
    { START "sub NS sub\nsub A 192.0.2.1\n", "" },
    { START "sub NS ns.other\nother NS x.\n", "" }, /* the sibling's servers know it */
    { START "sub NS ns.other\nother NS x.\nns.other A 192.0.2.1\n", "" },
    { START "@ NS ns.sub\nsub NS x.\n", "" },
    { START "sub NS x.\nsub TXT y\n",
      "5: warning: sub.example. TXT: is never served: this name is delegated, see line 4 [data-below-delegation]" },
    { START "sub NS x.\nsub A 192.0.2.1\n",
      "5: warning: sub.example. A: is never served: this name is delegated, see line 4 [data-below-delegation]" },
    { START "sub NS x.\nwww.sub A 192.0.2.1\n",
      "5: warning: www.sub.example. A: is never served: below the delegation of sub.example., see line 4 [data-below-delegation]" },
    { START "sub NS ns.sub\nns.sub A 192.0.2.1\nns.sub TXT x\n",
      "6: warning: ns.sub.example. TXT: is never served: below the delegation of sub.example., see line 4 [data-below-delegation]" },
    { START "sub NS x.\na.sub NS y.a.sub\n",
      "5: warning: a.sub.example. NS: is never served: below the delegation of sub.example., see line 4 [data-below-delegation]" },
    { START "d DNAME x.\na.d A 192.0.2.1\n",
      "5: warning: a.d.example. A: is never served: below the DNAME at d.example., see line 4 [data-below-dname]" },
    { START "d DNAME x.\na.d NS y.\nb.a.d A 192.0.2.1\n",
      "5: warning: a.d.example. NS: is never served: below the DNAME at d.example., see line 4 [data-below-dname]\n"
      "zone:6: warning: b.a.d.example. A: is never served: below the DNAME at d.example., see line 4 [data-below-dname]" },
    { START "sub NS ns.d\nd DNAME x.\n", "" },
};

static void test_warnings(void **state)
{
    (void)state;
    struct loaded loaded;
    for (size_t i = 0; i < sizeof doubtful / sizeof doubtful[0]; i++) {
        char want[512] = "";
        if (doubtful[i].warning[0])
            snprintf(want, sizeof want, "zone:%s\n", doubtful[i].warning);
        files_write("zone", doubtful[i].text);
        files_load("example.", "zone", &loaded);
        if (!loaded.zone)
            fail_msg("%s%s", doubtful[i].text, loaded.error);
        if (strcmp(loaded.said, want) != 0)
            fail_msg("%sgot:  %s\nwant: %s", doubtful[i].text, loaded.said, want);
        zone_release(loaded.zone);
    }
}

/* The builder alone, without a file. */

static const uint8_t example[] = "\7Example";

static const uint8_t soa_rdata[] = "\1a\0\1b\0\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\144";

static struct zone_builder *builder_with_apex(uint32_t soa_ttl)
{
    struct zone_builder *builder = zone_builder_new(example);
    const struct zone_record soa = { example, DNS_TYPE_SOA, soa_ttl, 26, soa_rdata };
    const struct zone_record ns = { example, DNS_TYPE_NS, 60, 3, soa_rdata };
    assert_int_equal(zone_builder_add(builder, &soa, NULL), 0);
    assert_int_equal(zone_builder_add(builder, &ns, NULL), 0);
    return builder;
}

static const struct zone *finish(struct zone_builder *builder)
{
    struct err err = { "" };
    const struct zone *zone = zone_builder_finish(builder, NULL, &err);
    if (!zone)
        fail_msg("%s", err.msg);
    zone_builder_free(builder);
    return zone;
}

static void test_what_the_soa_says(void **state)
{
    (void)state;
    static const struct {
        uint32_t ttl, negative;
    } rows[] = { { 300, 100 }, { 50, 50 }, { 0, 0 }, { UINT32_C(0x80000000), 0 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct zone *zone = finish(builder_with_apex(rows[i].ttl));
        assert_int_equal(zone_serial(zone), 7);
        assert_int_equal(zone_negative_ttl(zone), rows[i].negative);
        assert_int_equal(zone_soa(zone)->type, DNS_TYPE_SOA);
        assert_string_equal((const char *)zone_name(zone), "\7example");
        assert_int_equal(zone_node_flags(zone_apex(zone)), NODE_APEX);
        zone_release(zone);
    }
}

static void test_smallest_ttl_counts_for_duplicates_too(void **state)
{
    (void)state;
    static const uint8_t owner[] = "\1A\7exAMPLE";
    struct zone_builder *builder = builder_with_apex(1);
    static const uint32_t ttls[] = { 30, 10, 20 };
    for (int i = 0; i < 3; i++) {
        const struct zone_record a = { owner, DNS_TYPE_A, ttls[i], 4, (const uint8_t *)"\1\2\3\4" };
        assert_int_equal(zone_builder_add(builder, &a, NULL), 0);
    }
    const struct zone *zone = finish(builder);
    const struct zone_node *node = zone_next_node(zone, zone_apex(zone));
    const struct zone_rrset *rrset = zone_node_rrset(zone, node, DNS_TYPE_A);
    assert_string_equal((const char *)zone_node_name(zone, node), "\1a\7example");
    assert_int_equal(rrset->ttl, 10);
    assert_int_equal(rrset->count, 1);
    assert_int_equal(rrset->bytes, 6);
    assert_memory_equal(rrset->rdata, "\0\4\1\2\3\4", 6);
    zone_release(zone);
}

static void test_refused_records(void **state)
{
    (void)state;
    static const struct {
        const char *owner;
        uint16_t type, rdlength;
        const char *error;
    } rows[] = {
        { "\1a\3net", DNS_TYPE_A, 4, "a.net. is not in the zone example." },
        { "", DNS_TYPE_A, 4, ". is not in the zone example." },
        { "\10xexample", DNS_TYPE_A, 4, "xexample. is not in the zone example." },
        { "\7example", DNS_TYPE_A, 3, "A record: RDATA is too short" },
        { "\7example", DNS_TYPE_OPT, 0, "type OPT cannot stand in a zone (RFC 6895 3.1)" },
        { "\7example", DNS_TYPE_AXFR, 0, "type AXFR cannot stand in a zone (RFC 6895 3.1)" },
    };
    struct zone_builder *builder = zone_builder_new(example);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = { "" };
        const struct zone_record record = { (const uint8_t *)rows[i].owner, rows[i].type, 60,
                                            rows[i].rdlength, (const uint8_t *)"\1\2\3\4" };
        assert_int_equal(zone_builder_add(builder, &record, &err), -1);
        assert_string_equal(err.msg, rows[i].error);
    }
    zone_builder_free(builder);
}

/* RRsets up to what fits a message are built; the byte more is refused. Beside the RDATA it has a
 * header, the question "example.", and two compressed owners with type, class, TTL and length. */
static void test_largest_rrset(void **state)
{
    (void)state;
    static uint8_t rdata[32768];
    for (int more = 0; more <= 1; more++) {
        struct err err = { "" };
        struct zone_builder *builder = builder_with_apex(1);
        for (int i = 0; i < 2; i++) {
            const uint16_t len = (uint16_t)(i ? 32743 + more : 32743);
            rdata[0] = (uint8_t)i;
            const struct zone_record record = { example, 65280, 1, len, rdata };
            assert_int_equal(zone_builder_add(builder, &record, &err), 0);
        }
        const struct zone *zone = zone_builder_finish(builder, NULL, &err);
        if (more) {
            assert_null(zone);
            assert_string_equal(
                err.msg,
                "example. TYPE65280: too large for a DNS message (64 KiB) [rrset-too-large]");
        } else {
            assert_int_equal(zone_node_rrset(zone, zone_apex(zone), 65280)->bytes, 2 * (2 + 32743));
        }
        zone_release(zone);
        zone_builder_free(builder);
    }
}

/* Names chosen so that all their hashes lead to the same slot: refused, before it slows us down. */
static void test_names_that_collide_on_purpose(void **state)
{
    (void)state;
    struct err err = { "" };
    struct zone_builder *builder = builder_with_apex(1);
    for (unsigned i = 0, added = 0; added < 1100; i++) {
        uint8_t owner[32];
        struct name_key key;
        const int len = snprintf((char *)owner + 1, 16, "%u", i);
        owner[0] = (uint8_t)len;
        memcpy(owner + 1 + len, example, sizeof example);
        name_key_init(&key, owner);
        if (key.hash[0] % 2048)
            continue;
        const struct zone_record record = { owner, DNS_TYPE_A, 1, 4, (const uint8_t *)"\1\2\3\4" };
        assert_int_equal(zone_builder_add(builder, &record, NULL), 0);
        added++;
    }
    assert_null(zone_builder_finish(builder, NULL, &err));
    assert_non_null(strstr(err.msg, ".example.: too many names with the same hash: was this zone "
                                    "made to slow a name server down?"));
    zone_builder_free(builder);
}

static void test_many_records_of_one_name(void **state)
{
    enum { MANY = 4000 }; /* almost what a message has room for */
    (void)state;
    struct zone_builder *builder = builder_with_apex(1);
    for (unsigned i = 0; i < MANY; i++) {
        const unsigned value = i * 7919 % MANY;
        const uint8_t rdata[4] = { 10, 0, (uint8_t)(value >> 8), (uint8_t)value };
        const struct zone_record record = { example, DNS_TYPE_A, 1, 4, rdata };
        assert_int_equal(zone_builder_add(builder, &record, NULL), 0);
    }
    const struct zone *zone = finish(builder);
    const struct zone_rrset *rrset = zone_node_rrset(zone, zone_apex(zone), DNS_TYPE_A);
    assert_int_equal(rrset->count, MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(wire_peek_u16(rrset->rdata + 6 * i + 4), i);
    zone_release(zone);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_setup, files_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_invalid_zones),
        TEST(test_warnings),
        TEST(test_what_the_soa_says),
        TEST(test_smallest_ttl_counts_for_duplicates_too),
        TEST(test_refused_records),
        TEST(test_largest_rrset),
        TEST(test_names_that_collide_on_purpose),
        TEST(test_many_records_of_one_name),
    };
    return cmocka_run_group_tests_name("zone_builder", tests, NULL, NULL);
}
