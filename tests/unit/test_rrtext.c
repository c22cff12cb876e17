/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rrtext.c - text in, wire out, text out again, and that text in again: for every type that
 * has a text form, and for those that have none. The bytes are the RFCs', not our own. */
#include "dnsd/zone/rrtext.h"

#include "common/dnsmsg.h"
#include "tests/unit/zonefiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A record, and the bytes of its RDATA. */
struct row {
    const char *text, *wire;
};

static const struct row rows[] = {
    { "A 192.0.2.1", "c0000201" },
    { "NS ns.example.", "026e73076578616d706c6500" },
    { "CNAME Host.Example.", "04486f7374074578616d706c6500" },
    { "PTR a.b.example.", "01610162076578616d706c6500" },
    { "HINFO \"PDP-11/70\" \"UNIX\"", "095044502d31312f373004554e4958" },
    { "MINFO r.example. e.example.", "0172076578616d706c65000165076578616d706c6500" },
    { "MX 10 mail.example.", "000a046d61696c076578616d706c6500" },
    { "MX 0 .", "000000" },
    { "TXT \"one\" \"two three\" \"\"", "036f6e650974776f20746872656500" },
    { "TXT plain \"q\\\"uote\" \"back\\\\slash\" \"\\000\\255;()\"",
      "05706c61696e067122756f74650a6261636b5c736c6173680500ff3b2829" },
    { "TXT \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
      "ff787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878" },
    { "RP admin.example. txt.example.",
      "0561646d696e076578616d706c650003747874076578616d706c6500" },
    { "AFSDB 1 afs.example.", "000103616673076578616d706c6500" },
    { "RT 10 relay.example.", "000a0572656c6179076578616d706c6500" },
    { "KEY 256 3 13 AAECAwQ=", "0100030d0001020304" },
    { "AAAA 2001:db8::1", "20010db8000000000000000000000001" },
    { "LOC 42 21 54 N 71 06 18 W -24m 30m", "0033161389172dd070be15f000988d20" },
    { "LOC 52 14 05.123 N 00 08 50.5 E 10.25m 2m 20m 90m", "002223938b3557438008184400989a81" },
    { "SRV 1 2 5060 sip.example.", "0001000213c403736970076578616d706c6500" },
    { "NAPTR 100 50 \"s\" \"http+I2L+I2C+I2R\" \"\" _http._tcp.example.",
      "00640032017310687474702b49324c2b4932432b49325200055f68747470045f746370076578616d706c6500" },
    { "NAPTR 100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:\\\\1@example!\" .",
      "0064000a0175074532552b73697015215e2e2a24217369703a5c31406578616d706c652100" },
    { "KX 1 kx.example.", "0001026b78076578616d706c6500" },
    { "CERT 1 12345 8 AAECAwQ=", "00013039080001020304" },
    { "CERT PKIX 0 RSASHA256 AAEC", "0001000008000102" },
    { "DNAME target.example.", "06746172676574076578616d706c6500" },
    { "APL 1:192.168.32.0/21 !1:192.168.38.0/28 2:FF00:0:0:0:0:0:0:0/8",
      "00011503c0a82000011c83c0a82600020801ff" },
    { "DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
      "ec4505012bb183af5f22588179a53b0a98631fad1a292118" },
    { "SSHFP 2 1 123456789ABCDEF67890123456789ABCDEF67890",
      "0201123456789abcdef67890123456789abcdef67890" },
    { "IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==",
      "0a0102c0000226010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801" },
    { "IPSECKEY 10 0 2 . AQID", "0a0002010203" },
    { "IPSECKEY 10 2 2 2001:db8::2 AQID", "0a020220010db8000000000000000000000002010203" },
    { "IPSECKEY 10 3 2 gw.example. AQID", "0a0302026777076578616d706c6500010203" },
    { "RRSIG A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WN",
      "00010503000151803e7c9dd73e5510d70a52076578616d706c6503636f6d00a090755ba58d" },
    { "NSEC host.example.com. A MX RRSIG NSEC TYPE1234",
      "04686f7374076578616d706c6503636f6d000006400100000003041b000000000000000000000000000000000000000000000000000020" },
    { "DNSKEY 256 3 5 AQPSKmynfzW4", "010003050103d22a6ca77f35b8" },
    { "DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=",
      "000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40" },
    { "NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG",
      "0101000c04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b000722010000000290" },
    { "NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr",
      "010000000014174eb2409fe28bcb4887a1836f957f0a8425e27b" },
    { "NSEC3PARAM 1 0 12 AABBCCDD", "0100000c04aabbccdd" },
    { "NSEC3PARAM 1 0 0 -", "0100000000" },
    { "TLSA 3 1 1 D2ABDE240D7CD3EE6B4B28C54DF034B97983A1D16E8A410E4561CB106618E971",
      "030101d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971" },
    { "SMIMEA 3 0 0 AABBCC", "030000aabbcc" },
    { "CDS 0 0 0 00", "0000000000" },
    { "CDS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
      "ec4505012bb183af5f22588179a53b0a98631fad1a292118" },
    { "CDNSKEY 0 3 0 AA==", "0000030000" },
    { "CDNSKEY 257 3 13 AAECAwQ=", "0101030d0001020304" },
    { "OPENPGPKEY AAECAwQ=", "0001020304" },
    { "CSYNC 66 3 A NS AAAA", "000000420003000460000008" },
    { "ZONEMD 2018031500 1 1 FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E55217057BEE7EB1A7B641A47BA7FED2DD5B97AE499FAFA4F22C6BD647DE",
      "7848b78c0101febe3d4ce2ec2ffa4ba99d46cd69d6d29711e55217057bee7eb1a7b641a47ba7fed2dd5b97ae499fafa4f22c6bd647de" },
    { "SPF \"v=spf1 -all\"", "0b763d73706631202d616c6c" },
    { "NID 10 0014:4fff:ff20:ee64", "000a00144fffff20ee64" },
    { "L32 10 10.1.2.0", "000a0a010200" },
    { "L64 10 2001:0db8:1140:1000", "000a20010db811401000" },
    { "LP 10 l64.example.", "000a036c3634076578616d706c6500" },
    { "EUI48 00-00-5e-00-53-2a", "00005e00532a" },
    { "EUI64 00-00-5e-ef-10-00-00-2a", "00005eef1000002a" },
    { "URI 10 1 \"ftp://ftp1.example.com/public\"",
      "000a00016674703a2f2f667470312e6578616d706c652e636f6d2f7075626c6963" },
    { "CAA 0 issue \"ca.example.net; account=230123\"",
      "0005697373756563612e6578616d706c652e6e65743b206163636f756e743d323330313233" },
    { "CAA 128 tbs \"Unknown\"", "8003746273556e6b6e6f776e" },
    { "CAA 0 issue \";\"", "000569737375653b" },
    { "HTTPS 0 foo.example.com.", "000003666f6f076578616d706c6503636f6d00" },
    { "SVCB 1 .", "000100" },
    { "SVCB 16 foo.example.com. port=53", "001003666f6f076578616d706c6503636f6d00000300020035" },
    { "SVCB 1 foo.example.com. key667=hello",
      "000103666f6f076578616d706c6503636f6d00029b000568656c6c6f" },
    { "SVCB 1 foo.example.com. key667=\"hello\\210qoo\"",
      "000103666f6f076578616d706c6503636f6d00029b000968656c6c6fd2716f6f" },
    { "SVCB 1 foo.example.com. ipv6hint=\"2001:db8::1,2001:db8::53:1\"",
      "000103666f6f076578616d706c6503636f6d000006002020010db800000000000000000000000120010db8000000000000000000530001" },
    { "SVCB 1 example.com. ipv6hint=\"2001:db8:122:344::192.0.2.33\"",
      "0001076578616d706c6503636f6d000006001020010db80122034400000000c0000221" },
    { "SVCB 16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1",
      "001003666f6f076578616d706c65036f7267000000000400010004000100090268320568332d313900040004c0000201" },
    { "SVCB 16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
      "001003666f6f076578616d706c65036f7267000001000c08665c6f6f2c626172026832" },
    { "SVCB 16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2",
      "001003666f6f076578616d706c65036f7267000001000c08665c6f6f2c626172026832" },
    { "HTTPS 1 . alpn=h3,h2 no-default-alpn port=8443 ipv4hint=192.0.2.1,192.0.2.2 ech=AAEC",
      "00010000010006026833026832000200000003000220fb00040008c0000201c000020200050003000102" },
    { "TYPE65280 \\# 4 cafe0001", "cafe0001" },
    { "TYPE65280 \\# 0", "" },
    { "TYPE10 \\# 3 010203", "010203" },
    { "TYPE3 \\# 4 026D6400", "026d6400" },
    { "TYPE4 \\# 4 026D6600", "026d6600" },
    { "TYPE7 \\# 4 026D6200", "026d6200" },
    { "TYPE8 \\# 4 026D6700", "026d6700" },
    { "TYPE9 \\# 4 026D7200", "026d7200" },
    { "TYPE11 \\# 9 0A0000010600000000", "0a0000010600000000" },
    { "TYPE19 \\# 13 0C333131303631373030393536", "0c333131303631373030393536" },
    { "TYPE20 \\# 3 023135", "023135" },
    { "TYPE26 \\# 8 0001 016100 016200", "0001016100016200" },
    { "TYPE55 \\# 8 0001020000AABBCC", "0001020000aabbcc" },
    { "TYPE66 \\# 6 003B01003500", "003b01003500" },
    { "TYPE261 \\# 5 0471303D31", "0471303d31" },
};

/* The wrong texts of RFC 9460 D.3, and others that must not pass for something else. */
static const char *const wrong[] = {
    "SVCB 1 foo.example.com. key123=abc key123=def",
    "SVCB 1 foo.example.com. mandatory",
    "SVCB 1 foo.example.com. alpn",
    "SVCB 1 foo.example.com. port",
    "SVCB 1 foo.example.com. ipv4hint",
    "SVCB 1 foo.example.com. ipv6hint",
    "SVCB 1 foo.example.com. no-default-alpn=abc",
    "SVCB 1 foo.example.com. mandatory=key123",
    "SVCB 1 foo.example.com. mandatory=mandatory",
    "SVCB 1 foo.example.com. mandatory=key123,key123 key123=abc",
    "SVCB 1 foo.example.com. port=65536",
    "SVCB 65536 .",
    "TYPE1 \\# 3 010203",
    "TYPE65280 \\# 2 010203",
    "TYPE65280 \\# 4 010203",
    "CAA 256 issue \"x\"",
    "MX 10",
    "LOC 91 N 0 E 0m",
    "EUI48 00-00-5e-00-53",
    "TLSA 3 1 1 D2A",
    "NSEC3PARAM 1 0 12 abc",
};

static char printed[RRTEXT_MAX], hex[2 * 65536 + 1];

/* A zone with the record at a name of its own. */
static void load(const char *record, struct loaded *loaded)
{
    static char text[RRTEXT_MAX];
    snprintf(text, sizeof(text),
             "@ 60 SOA ns.test. admin.test. 1 2 3 4 5\n@ 60 NS ns.test.\nx 60 %s\n", record);
    remove(files_path("zone")); /* to write over a file takes some file systems long */
    files_write("zone", text);
    files_load("test.", "zone", loaded);
}

/* The RRset of x.test. Found by going through all names: some are not there for look-ups. */
static const struct zone_rrset *only_rrset(const struct zone *zone)
{
    const struct zone_node *node = NULL;
    while ((node = zone_next_node(zone, node)))
        if (zone_node_name_len(node) == 8)
            break;
    assert_non_null(node);
    const struct zone_rrset *rrset = zone_node_next_rrset(zone, node, NULL);
    assert_non_null(rrset);
    assert_int_equal(rrset->count, 1);
    return rrset;
}

static const char *to_hex(const struct zone_rrset *rrset)
{
    hex[0] = '\0';
    for (size_t i = 2; i < rrset->bytes; i++)
        sprintf(hex + 2 * (i - 2), "%02x", rrset->rdata[i]);
    return hex;
}

/* Leaves in `printed` what is printed for `record`, which must be `wire` in bytes. */
static void print(const char *record, const char *wire)
{
    struct loaded loaded;
    load(record, &loaded);
    if (!loaded.zone)
        fail_msg("%s: %s", record, loaded.error);
    const struct zone_rrset *rrset = only_rrset(loaded.zone);
    if (strcmp(to_hex(rrset), wire) != 0)
        fail_msg("%s: %s, not %s", record, hex, wire);
    rrtext(rrset->type, rrset->rdata + 2, rrset->bytes - 2u, printed);
    zone_release(loaded.zone);
}

static void test_every_type_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const bool is_known = strncmp(rows[i].text, "TYPE", 4) != 0;
        print(rows[i].text, rows[i].wire);
        char *again = strdup(printed);
        assert_int_equal(is_known, !strstr(printed, "\\#")); /* in the form that people read */
        print(again, rows[i].wire);
        free(again);
    }
}

/* Any bytes that a type takes, written as an unknown type's. */
static void test_any_bytes_there_and_back(void **state)
{
    (void)state;
    struct loaded loaded;
    unsigned seed = 4711, tried = 0;
    for (unsigned i = 0; i < 1200; i++) {
        char record[128], wire[64];
        unsigned type = 1 + (unsigned)rand_r(&seed) % 262, len = (unsigned)rand_r(&seed) % 24;
        unsigned most = i % 2 ? 4 : 256; /* small numbers: lengths, labels, windows */
        for (unsigned n = 0; n < len; n++)
            sprintf(wire + 2 * (size_t)n, "%02x", (unsigned)rand_r(&seed) % most);
        snprintf(record, sizeof(record), "TYPE%u \\# %u %s", type, len, len ? wire : "");
        load(record, &loaded);
        if (!loaded.zone)
            continue; /* it takes no such bytes */
        zone_release(loaded.zone);
        tried++;
        print(record, len ? wire : "");
        char *again = strdup(printed);
        print(again, len ? wire : "");
        free(again);
    }
    assert_true(tried > 200);
}

/* Of the forms that a type may have, which one is written. */
static void test_what_is_printed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wire, *printed;
    } forms[] = {
        { "MX 10 Mail", "000a044d61696c047465737400", "MX 10 Mail.test." },
        { "TYPE1 \\# 4 c0 00 02 01", "c0000201", "A 192.0.2.1" },
        { "TYPE65280 \\# ( 2 ca\n fe )", "cafe", "TYPE65280 \\# 2 CAFE" },
        { "TYPE65280 \\# 0", "", "TYPE65280 \\# 0" },
        { "TXT a \"b c\" \\100\\034", "016103622063026422", "TXT \"a\" \"b c\" \"d\\\"\"" },
        { "AAAA 2001:DB8:0:0:0:0:0:1", "20010db8000000000000000000000001", "AAAA 2001:db8::1" },
        { "TYPE10 \\# 1 01", "01", "TYPE10 \\# 1 01" },
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        print(forms[i].text, forms[i].wire);
        assert_string_equal(printed, forms[i].printed);
    }
}

static void test_wrong_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct loaded loaded;
        load(wrong[i], &loaded);
        if (loaded.zone)
            fail_msg("%s: loaded", wrong[i]);
        assert_non_null(strstr(loaded.error, "zone:3: "));
    }
}

/* RDATA of a known type that is not of its form. */
static void test_odd_bytes_are_printed_as_bytes(void **state)
{
    (void)state;
    assert_string_equal(rrtext(DNS_TYPE_A, (const uint8_t *)"\1\2\3", 3, printed),
                        "TYPE1 \\# 3 010203");
    assert_string_equal(rrtext(DNS_TYPE_MX, (const uint8_t *)"\0\12\5host", 7, printed),
                        "TYPE15 \\# 7 000A05686F7374");
}

/* The largest RDATA, all of it escaped. */
static void test_room(void **state)
{
    (void)state;
    uint8_t *rdata = calloc(1, 65535);
    rrtext(65280, rdata, 65535, printed);
    assert_int_equal(strlen(printed), strlen("TYPE65280 \\# 65535 ") + 2 * 65535);
    for (size_t i = 0; i < 65535; i += 256)
        rdata[i] = 65535 - i < 256 ? (uint8_t)(65535 - i - 1) : 255;
    rrtext(DNS_TYPE_TXT, rdata, 65535, printed);
    assert_true(strncmp(printed, "TXT \"\\000\\000", 12) == 0);
    free(rdata);
}

/* A zone, printed, and loaded again, is the same zone. */
static void test_zone(void **state)
{
    (void)state;
    static char first[65536], again[65536];
    struct loaded loaded;
    files_write(
        "zone",
        "$TTL 300\n@ SOA Ns Admin 1 2 3 4 5\n@ NS Ns\nns A 192.0.2.1\n"
        "ns 60 TXT \"other TTL\"\na\\.b\\032c A 192.0.2.2\n*.w CNAME ns\n"
        "d.ent A 192.0.2.3\nns 60 RRSIG TXT 13 2 60 20300101000000 20260101000000 1 test. AAAA\n");
    files_load("test.", "zone", &loaded);
    assert_non_null(loaded.zone);
    zone_dump(loaded.zone, first, sizeof(first));
    FILE *out = fopen(files_path("printed"), "w");
    assert_non_null(out);
    assert_int_equal(rrtext_zone(loaded.zone, out), 0);
    fclose(out);
    zone_release(loaded.zone);
    files_load("test.", "printed", &loaded);
    assert_non_null(loaded.zone);
    assert_string_equal(zone_dump(loaded.zone, again, sizeof(again)), first);
    zone_release(loaded.zone);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct loaded loaded;
    load("A 192.0.2.1", &loaded);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_int_equal(rrtext_zone(loaded.zone, full), -1);
    fclose(full);
    zone_release(loaded.zone);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_there_and_back),
        cmocka_unit_test(test_any_bytes_there_and_back),
        cmocka_unit_test(test_what_is_printed),
        cmocka_unit_test(test_wrong_texts),
        cmocka_unit_test(test_odd_bytes_are_printed_as_bytes),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_zone),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, files_setup, files_teardown);
}
