/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_match.c - what is known about a name after one look-up: RFC 4592's zone, cuts and glue,
 * DNAME, empty non-terminals, wildcards at several depths, the root zone, the longest names. */
#include "common/dnsmsg.h"
#include "tests/unit/dnametext.h"
#include "tests/unit/zonefiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START "$TTL 60\n@ SOA a.x. b.x. 1 2 3 4 5\n@ NS a.x.\n"

static const struct zone *zone_of(const char *apex, const char *text)
{
    struct loaded loaded;
    files_write("zone", text);
    files_load(apex, "zone", &loaded);
    if (!loaded.zone)
        fail_msg("%s", loaded.error);
    return loaded.zone;
}

static struct name_key key_of(const char *text)
{
    const struct dname name = dname_of(text);
    struct name_key key;
    name_key_init(&key, name.wire);
    return key;
}

/* The name of a node as text, or "-". */
static const char *text_of(const struct zone *zone, const struct zone_node *node)
{
    static char text[8][DNAME_TEXT_MAX];
    static unsigned next;
    return node ? dname_to_text(zone_node_name(zone, node), text[next++ % 8]) : "-";
}

/* "node encloser cut dname wildcard", each as text or "-". */
struct row {
    const char *name, *want;
};

static void assert_matches(const struct zone *zone, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct name_key key = key_of(rows[i].name);
        struct zone_match match;
        char got[512];
        zone_prefetch(zone, &key);
        zone_match(zone, &key, &match);
        snprintf(got, sizeof got, "%.90s %.90s %.90s %.90s %.90s", text_of(zone, match.node),
                 text_of(zone, match.encloser), text_of(zone, match.cut),
                 text_of(zone, match.dname), text_of(zone, match.wildcard));
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s\ngot:  %s\nwant: %s", rows[i].name, got, rows[i].want);
        const unsigned labels = dname_labels(zone_node_name(zone, match.encloser));
        assert_int_equal(match.encloser_skip, key.labels - labels);
    }
}

#define ASSERT_MATCHES(zone, rows) assert_matches(zone, rows, sizeof rows / sizeof rows[0])

/* RFC 4592 2.2.1, and the closest enclosers that 2.2.2 and 3.3.1 tell. */
static void test_rfc4592(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "example.", "example. example. - - -" },
        { "*.example.", "*.example. *.example. - - -" },
        { "sub.*.example.", "sub.*.example. sub.*.example. - - -" },
        { "host1.example.", "host1.example. host1.example. - - -" },
        { "HOST1.Example.", "host1.example. host1.example. - - -" },
        { "host3.example.", "- example. - - *.example." },
        { "foo.bar.example.", "- example. - - *.example." },
        { "_telnet._tcp.host1.example.", "- _tcp.host1.example. - - -" },
        { "_tcp.host1.example.", "_tcp.host1.example. _tcp.host1.example. - - -" },
        { "_ssh._tcp.host1.example.", "_ssh._tcp.host1.example. _ssh._tcp.host1.example. - - -" },
        { "host.subdel.example.", "- subdel.example. subdel.example. - -" },
        { "ghost.*.example.", "- *.example. - - -" },
        { "_foo.host1.example.", "- host1.example. - - -" },
    };
    const struct zone *zone = zone_of("example.", "$TTL 3600\n"
                                                  "@ SOA a.x. b.x. 1 2 3 4 5\n"
                                                  "@ NS ns.example.com.\n"
                                                  "@ NS ns.example.net.\n"
                                                  "* TXT \"this is a wildcard\"\n"
                                                  "* MX 10 host1.example.\n"
                                                  "sub.* TXT \"this is not a wildcard\"\n"
                                                  "host1 A 192.0.2.1\n"
                                                  "_ssh._tcp.host1 SRV 0 0 22 host1\n"
                                                  "_ssh._tcp.host2 SRV 0 0 22 host2\n"
                                                  "subdel NS ns.example.com.\n"
                                                  "subdel NS ns.example.net.\n");
    ASSERT_MATCHES(zone, rows);
    const struct name_key ent = key_of("_tcp.host1.example."), host2 = key_of("host2.example.");
    struct zone_match match;
    zone_match(zone, &ent, &match);
    assert_int_equal(zone_node_flags(match.node), NODE_EMPTY);
    assert_null(zone_node_next_rrset(zone, match.node, NULL));
    zone_match(zone, &host2, &match);
    assert_int_equal(zone_node_flags(match.node), NODE_EMPTY);
    assert_int_equal(zone_node_flags(zone_apex(zone)), NODE_APEX | NODE_HAS_WILDCARD);
    zone_release(zone);
}

static void test_cuts(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "sub.example.", "sub.example. sub.example. sub.example. - -" },
        { "ns.sub.example.", "ns.sub.example. ns.sub.example. sub.example. - -" },
        { "www.sub.example.", "- sub.example. sub.example. - -" },
        { "a.b.ns.sub.example.", "- ns.sub.example. sub.example. - -" },
        { "deep.sub.example.", "deep.sub.example. deep.sub.example. sub.example. - -" },
        { "x.deep.sub.example.", "- deep.sub.example. sub.example. - -" },
        { "d.sub.example.", "d.sub.example. d.sub.example. sub.example. - -" },
        { "x.d.sub.example.", "- d.sub.example. sub.example. - -" },
        { "x.w.sub.example.", "- w.sub.example. sub.example. - *.w.sub.example." },
        { "a.b.c.example.", "a.b.c.example. a.b.c.example. a.b.c.example. - -" },
        { "b.c.example.", "b.c.example. b.c.example. - - -" },
    };
    const struct zone *zone = zone_of("example.", START "sub NS ns.sub\n"
                                                        "ns.sub A 192.0.2.1\n"
                                                        "deep.sub NS x.\n"
                                                        "d.sub DNAME x.\n"
                                                        "*.w.sub TXT x\n"
                                                        "a.b.c NS x.\n");
    ASSERT_MATCHES(zone, rows);
    const struct name_key key = key_of("ns.sub.example.");
    struct zone_match match;
    zone_match(zone, &key, &match);
    assert_int_equal(zone_node_flags(match.node), NODE_BELOW_CUT);
    assert_int_equal(zone_node_flags(match.cut), NODE_CUT);
    zone_release(zone);
}

static void test_dnames(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "d.example.", "d.example. d.example. - - -" }, /* the owner itself is not redirected */
        { "x.d.example.", "- d.example. - d.example. -" },
        { "x.y.d.example.", "- d.example. - d.example. -" },
        { "hidden.d.example.", "hidden.d.example. hidden.d.example. - d.example. -" },
        { "cut.d.example.", "cut.d.example. cut.d.example. - d.example. -" },
        { "x.cut.d.example.", "- cut.d.example. - d.example. -" },
        { "e.d.example.", "e.d.example. e.d.example. - d.example. -" },
        { "x.e.d.example.", "- e.d.example. - d.example. -" },
    };
    const struct zone *zone = zone_of("example.", START "d DNAME x.\n"
                                                        "d A 192.0.2.1\n"
                                                        "hidden.d A 192.0.2.1\n"
                                                        "cut.d NS x.\n"
                                                        "e.d DNAME y.\n");
    ASSERT_MATCHES(zone, rows);
    zone_release(zone);

    static const struct row at_apex[] = {
        { "example.", "example. example. - - -" },
        { "x.example.", "- example. - example. -" },
        { "a.example.", "a.example. a.example. - example. -" },
    };
    const struct zone *apex = zone_of("example.", START "@ DNAME x.\na A 192.0.2.1\n");
    ASSERT_MATCHES(apex, at_apex);
    assert_int_equal(zone_node_flags(zone_apex(apex)), NODE_APEX | NODE_DNAME);
    zone_release(apex);
}

static void test_wildcards_at_several_depths(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "x.example.", "- example. - - *.example." },
        { "x.a.example.", "- a.example. - - *.a.example." },
        { "x.y.z.a.example.", "- a.example. - - *.a.example." },
        { "x.b.example.", "- b.example. - - -" }, /* exists, has no wildcard: RFC 4592 3.3.1 */
        { "x.*.a.example.", "- *.a.example. - - *.*.a.example." },
        { "*.a.example.", "*.a.example. *.a.example. - - -" },
        { "x.ent.example.", "- ent.example. - - *.ent.example." },
        { "ent.example.", "ent.example. ent.example. - - -" },
    };
    const struct zone *zone = zone_of("example.", START "* TXT x\n"
                                                        "*.a TXT x\n"
                                                        "b TXT x\n"
                                                        "*.*.a TXT x\n"
                                                        "*.ent TXT x\n");
    ASSERT_MATCHES(zone, rows);
    zone_release(zone);
}

static void test_root_zone(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { ".", ". . - - -" },
        { "com.", "com. com. com. - -" },
        { "www.example.com.", "- com. com. - -" },
        { "nothing.", "- . - - -" },
        { "a.b.nothing.", "- . - - -" },
        { "ns.com.", "ns.com. ns.com. com. - -" },
    };
    const struct zone *zone = zone_of(".", START "com NS ns.com.\nns.com A 192.0.2.1\n");
    ASSERT_MATCHES(zone, rows);
    zone_release(zone);

    static const struct row wild[] = { { "a.b.", "- . - - *." }, { "*.", "*. *. - - -" } };
    zone = zone_of(".", START "* TXT x\n");
    ASSERT_MATCHES(zone, wild);
    zone_release(zone);
}

/* 127 labels, 255 bytes: as owner, as what is missing, and with a wildcard on the way. */
static void test_longest_names(void **state)
{
    (void)state;
    char name[512] = "", text[1024], missing[512] = "b.";
    for (int i = 0; i < 123; i++)
        strcat(name, "a.");
    strcat(name, "example."); /* 246 + 9 = 255 bytes */
    snprintf(text, sizeof text, START "%s TXT x\n*.a TXT x\n", name);
    const struct zone *zone = zone_of("example.", text);
    assert_int_equal(zone_size(zone).names, 125);

    const struct name_key there = key_of(name);
    struct zone_match match;
    zone_match(zone, &there, &match);
    assert_ptr_equal(match.node, match.encloser);
    assert_memory_equal(zone_node_name(zone, match.node), there.wire, there.len);

    strcat(missing, name + 2);
    const struct name_key absent = key_of(missing);
    zone_match(zone, &absent, &match);
    assert_null(match.node);
    assert_int_equal(match.encloser_skip, 1);
    assert_null(match.wildcard);

    missing[(size_t)2 * 121] = 'b';
    const struct name_key wild = key_of(missing);
    zone_match(zone, &wild, &match);
    assert_int_equal(match.encloser_skip, 122);
    assert_string_equal(text_of(zone, match.wildcard), "*.a.example.");
    zone_release(zone);
}

/* Targets of the additional section. */

static const char *target_of(const struct zone *zone, const char *name, uint16_t type, unsigned i)
{
    const struct name_key key = key_of(name);
    struct zone_match match;
    zone_match(zone, &key, &match);
    return text_of(zone, zone_rrset_target(zone, zone_node_rrset(zone, match.node, type), i));
}

static void test_targets(void **state)
{
    (void)state;
    const struct zone *zone = zone_of("example.", START "m MX 1 a\n"
                                                        "m MX 2 aaaa\n"
                                                        "m MX 3 txt\n"
                                                        "m MX 4 missing\n"
                                                        "m MX 5 a.example.net.\n"
                                                        "m MX 6 ns.sub\n"
                                                        "m MX 7 hidden.d\n"
                                                        "none MX 1 a.example.net.\n"
                                                        "a A 192.0.2.1\n"
                                                        "aaaa AAAA ::1\n"
                                                        "txt TXT x\n"
                                                        "sub NS ns.sub\n"
                                                        "sub NS NS.sub2\n"
                                                        "ns.sub A 192.0.2.1\n"
                                                        "sub2 NS x.\n"
                                                        "ns.sub2 A 192.0.2.1\n"
                                                        "d DNAME x.\n"
                                                        "hidden.d A 192.0.2.1\n"
                                                        "s SRV 0 0 1 a\n"
                                                        "h HTTPS 1 .\n"
                                                        "h A 192.0.2.1\n"
                                                        "i HTTPS 0 .\n"
                                                        "i A 192.0.2.1\n"
                                                        "j HTTPS 0 a\n"
                                                        "c CNAME a\n");
    assert_string_equal(target_of(zone, "m.example.", DNS_TYPE_MX, 0), "a.example.");
    assert_string_equal(target_of(zone, "m.example.", DNS_TYPE_MX, 1), "aaaa.example.");
    for (unsigned i = 2; i < 5; i++)
        assert_string_equal(target_of(zone, "m.example.", DNS_TYPE_MX, i), "-");
    assert_string_equal(target_of(zone, "m.example.", DNS_TYPE_MX, 5), "ns.sub.example.");
    assert_string_equal(target_of(zone, "m.example.", DNS_TYPE_MX, 6), "-");
    assert_string_equal(target_of(zone, "m.example.", DNS_TYPE_MX, 7), "-"); /* no such record */
    assert_string_equal(target_of(zone, "none.example.", DNS_TYPE_MX, 0), "-");
    assert_string_equal(target_of(zone, "sub.example.", DNS_TYPE_NS, 0), "ns.sub.example.");
    assert_string_equal(target_of(zone, "sub.example.", DNS_TYPE_NS, 1), "ns.sub2.example.");
    assert_string_equal(target_of(zone, "s.example.", DNS_TYPE_SRV, 0), "a.example.");
    assert_string_equal(target_of(zone, "h.example.", DNS_TYPE_HTTPS, 0), "h.example.");
    assert_string_equal(target_of(zone, "i.example.", DNS_TYPE_HTTPS, 0), "-");
    assert_string_equal(target_of(zone, "j.example.", DNS_TYPE_HTTPS, 0), "a.example.");
    assert_string_equal(target_of(zone, "c.example.", DNS_TYPE_CNAME, 0), "-");
    zone_release(zone);
}

/* Canonical order (RFC 4034 6.1, its own example), empty non-terminals included. */
static void test_order(void **state)
{
    (void)state;
    static const char *const order[] = {
        "example.",         "a.example.",      "yljkjljk.a.example.", "Z.a.example.",
        "zABC.a.EXAMPLE.",  "z.example.",      "\\001.z.example.",    "*.z.example.",
        "\\200.z.example.", "z\\000.example.", "ent.z0.example.",
    };
    const size_t count = sizeof order / sizeof order[0];
    char text[1024] = START, want[DNAME_TEXT_MAX];
    for (size_t i = count; i-- > 1;)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s TXT x\n", order[i]);
    const struct zone *zone = zone_of("example.", text);
    const struct zone_node *node = NULL;
    for (size_t i = 0; i < count; i++) {
        struct dname name;
        node = zone_next_node(zone, node);
        if (i == count - 1) { /* the empty non-terminal in front of the last */
            assert_string_equal(text_of(zone, node), "z0.example.");
            node = zone_next_node(zone, node);
        }
        assert_non_null(node);
        assert_int_equal(dname_from_text(order[i], &name, NULL), 0);
        dname_lower(name.wire, name.wire);
        assert_string_equal(text_of(zone, node), dname_to_text(name.wire, want));
    }
    assert_null(zone_next_node(zone, node));
    zone_release(zone);
}

static void test_references_are_counted(void **state)
{
    (void)state;
    const struct zone *zone = zone_of("example.", START);
    assert_ptr_equal(zone_hold(zone), zone);
    zone_release(zone);
    assert_int_equal(zone_serial(zone), 1); /* still there */
    zone_release(zone);
    zone_release(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_setup, files_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rfc4592),
        TEST(test_cuts),
        TEST(test_dnames),
        TEST(test_wildcards_at_several_depths),
        TEST(test_root_zone),
        TEST(test_longest_names),
        TEST(test_targets),
        TEST(test_order),
        TEST(test_references_are_counted),
    };
    return cmocka_run_group_tests_name("zone_match", tests, NULL, NULL);
}
