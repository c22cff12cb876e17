/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_locate.c - the lines of what the builder finds: in which file, of which of several
 * records, up to how many, and none where the files have changed. */
#include "dnsd/zone/locate.h"

#include "common/dnsmsg.h"
#include "tests/unit/zonefiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define START "$TTL 60\n@ SOA a.x. b.x. 1 2 3 4 5\n@ NS a.x.\n"

static struct records_reader *reader;

static int setup(void **state)
{
    (void)state;
    files_begin();
    reader = records_reader_new(1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    files_end();
    records_reader_free(reader);
    return 0;
}

/* What the zone of one file, START and `text`, says. */
static void assert_said(const char *text, const char *want)
{
    struct loaded loaded;
    char whole[1024];
    snprintf(whole, sizeof whole, START "%s", text);
    files_write("zone", whole);
    files_load("example.", "zone", &loaded);
    zone_release(loaded.zone);
    assert_string_equal(loaded.said, want);
}

static void test_a_record_stands_where_it_begins(void **state)
{
    (void)state;
    assert_said(
        "\n; x\nc A 192.0.2.1\n\n$TTL 60 ; CNAME\n\nc ( ; comment\n CNAME\n x. )\n\n",
        "zone:10: c.example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 6 [cname-and-other-data]\n");
}

static void test_names_are_the_same_in_any_case(void **state)
{
    (void)state;
    assert_said(
        "C CNAME X.x.\nc.EXAMPLE. CNAME y.X.\n$ORIGIN exAmple.\n\\099 CNAME x.X.\n",
        "zone:5: c.example. CNAME: more than one at this name (RFC 2181 10.1), see line 4 [several-cnames]\n"
        "zone:7: warning: c.example. CNAME: stands there more than once (RFC 2181 5), see line 4 "
        "[duplicate-record]\n");
}

/* The records of one RRset lie apart: the two that are told clash. */
static void test_two_that_clash(void **state)
{
    (void)state;
    assert_said(
        "a 30 A 192.0.2.1\nb A 192.0.2.1\na 30 A 192.0.2.2\na 10 A 192.0.2.1\n",
        "zone:7: warning: a.example. A: TTLs differ; the smallest, 10, counts "
        "(RFC 2181 5.2), see line 6 [ttl-mismatch]\n"
        "zone:7: warning: a.example. A: stands there more than once (RFC 2181 5), see line 4 "
        "[duplicate-record]\n");
    assert_said(
        "c A 192.0.2.1\nb A 192.0.2.1\nc CNAME x.\nc TXT x\n",
        "zone:6: c.example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 4 [cname-and-other-data]\n");
    assert_said(
        "c CNAME y.\nc CNAME y.\nc CNAME x.\n",
        "zone:5: warning: c.example. CNAME: stands there more than once (RFC 2181 5), see line 4 "
        "[duplicate-record]\n"
        "zone:6: c.example. CNAME: more than one at this name (RFC 2181 10.1), see line 4 "
        "[several-cnames]\n");
}

/* Of several that point somewhere, the one that is told does so. */
static void test_the_record_that_points_there(void **state)
{
    (void)state;
    assert_said(
        "m MX 10 a\nm MX 20 B\nm MX 5 b\nm MX 30 c\na A 192.0.2.1\nc CNAME a\n",
        "zone:5: warning: m.example. MX: points at B.example., which does not exist [missing-host]\n"
        "zone:6: warning: m.example. MX: points at b.example., which does not exist [missing-host]\n"
        "zone:7: warning: m.example. MX: points at c.example., which is a CNAME "
        "(RFC 2181 10.3), see line 9 [host-is-cname]\n");
}

static void test_order_of_the_file(void **state)
{
    (void)state;
    assert_said(
        "z SOA a.x. b.x. 1 2 3 4 5\ny MX 1 x\n@ CNAME x.\nb CNAME x.\n*.a NS x.\nb TXT x\n",
        "zone:4: z.example. SOA: stands below the apex (RFC 1035 5.2) [soa-below-apex]\n"
        "zone:5: warning: y.example. MX: points at x.example., which does not exist [missing-host]\n"
        "zone:6: example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 2 [cname-and-other-data]\n"
        "zone:8: *.a.example. NS: a wildcard cannot be delegated (RFC 4592 4.2) [wildcard-delegation]\n"
        "zone:9: b.example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 7 [cname-and-other-data]\n");
}

static void test_what_is_missing_has_no_line(void **state)
{
    (void)state;
    struct loaded loaded;
    files_write("zone",
                "$TTL 60\na MX 1 b\nsub SOA a.x. b.x. 1 2 3 4 5\nc CNAME x.\nc A 192.0.2.1\n");
    files_load("example.", "zone", &loaded);
    assert_string_equal(
        loaded.said,
        "zone: example. SOA: missing: a zone begins with a SOA record (RFC 1035 5.2) [missing-soa]\n"
        "zone: example. NS: missing: a zone names its name servers (RFC 1034 4.2.1) [missing-ns]\n"
        "zone:2: warning: a.example. MX: points at b.example., which does not exist [missing-host]\n"
        "zone:3: sub.example. SOA: stands below the apex (RFC 1035 5.2) [soa-below-apex]\n"
        "zone:5: c.example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 4 [cname-and-other-data]\n");
    assert_string_equal(loaded.error,
                        "zone: example. SOA: missing: a zone begins with a SOA record "
                        "(RFC 1035 5.2) [missing-soa] (and 3 more)");
}

static void test_too_large_rrset(void **state)
{
    (void)state;
    struct loaded loaded;
    static char text[200000] = START "\n";
    char *to = text + strlen(text);
    for (int i = 0; i < 11000; i++)
        to += sprintf(to, "a A 10.0.%d.%d\n", i >> 8, i & 255);
    files_write("zone", text);
    files_load("example.", "zone", &loaded);
    assert_string_equal(
        loaded.said,
        "zone:5: a.example. A: too large for a DNS message (64 KiB) [rrset-too-large]\n");
}

/* Files within files. */

static void test_included_files(void **state)
{
    (void)state;
    struct loaded loaded;
    assert_int_equal(mkdir(files_path("d"), 0700), 0);
    files_write("zone", START "sub NS x.\n"
                              "$INCLUDE d/inner one\n"
                              "one CNAME x.\n"
                              "$INCLUDE d/inner\n"
                              "$INCLUDE d/inner two\n"
                              "two CNAME x.\n");
    files_write("d/inner", "\n\nx.sub MX 10 y\n\n$INCLUDE deep\n@ TXT x\n");
    files_write("d/deep", "; comment\ny 30 A 192.0.2.1\n  40 A 192.0.2.2\n");
    files_load("example.", "zone", &loaded);
    assert_string_equal(
        loaded.said,
        "d/deep:3: warning: y.one.example. A: TTLs differ; the smallest, 30, counts (RFC 2181 5.2),"
        " see line 2 [ttl-mismatch]\n"
        "zone:6: one.example. CNAME: stands beside other data (RFC 1034 3.6.2), see d/inner:6 [cname-and-other-data]\n"
        "d/inner:3: warning: x.sub.example. MX: is never served: below the delegation of "
        "sub.example., see zone:4 [data-below-delegation]\n"
        "d/deep:3: warning: y.example. A: TTLs differ; the smallest, 30, counts (RFC 2181 5.2),"
        " see line 2 [ttl-mismatch]\n"
        "d/deep:3: warning: y.two.example. A: TTLs differ; the smallest, 30, counts (RFC 2181 5.2),"
        " see line 2 [ttl-mismatch]\n"
        "zone:9: two.example. CNAME: stands beside other data (RFC 1034 3.6.2), see d/inner:6 [cname-and-other-data]\n");
}

/* Up to how many. */

static void test_lines_for_the_first_twenty(void **state)
{
    (void)state;
    struct loaded loaded;
    char text[4096] = START, *to = text + strlen(text), want[128];
    for (int i = 0; i < 30; i++)
        to += sprintf(to, "w%02d MX 1 x\n", i);
    for (int i = 0; i < 3; i++)
        to += sprintf(to, "z%d CNAME x.\nz%d A 192.0.2.1\n", i, i);
    files_write("zone", text);
    files_load("example.", "zone", &loaded);
    char *line = loaded.said;
    for (int i = 0; i < 30; i++) {
        char number[16] = "";
        if (i < 20)
            snprintf(number, sizeof number, "%d:", i + 4);
        snprintf(
            want, sizeof want,
            "zone:%s warning: w%02d.example. MX: points at x.example., which does not exist [missing-host]\n",
            number, i);
        assert_memory_equal(line, want, strlen(want));
        line += strlen(want);
    }
    assert_string_equal(
        line,
        "zone:35: z0.example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 34 [cname-and-other-data]\n"
        "zone:37: z1.example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 36 [cname-and-other-data]\n"
        "zone:39: z2.example. CNAME: stands beside other data (RFC 1034 3.6.2), see line 38 [cname-and-other-data]\n");
    assert_string_equal(loaded.error,
                        "zone:35: z0.example. CNAME: stands beside other data "
                        "(RFC 1034 3.6.2), see line 34 [cname-and-other-data] (and 2 more)");
}

static void test_every_error_has_its_line(void **state)
{
    (void)state;
    struct loaded loaded;
    char text[4096] = START, *to = text + strlen(text);
    for (int i = 0; i < 30; i++)
        to += sprintf(to, "z%02d CNAME x.\nz%02d CNAME y.\n", i, i);
    files_write("zone", text);
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error,
                        "zone:5: z00.example. CNAME: more than one at this name "
                        "(RFC 2181 10.1), see line 4 [several-cnames] (and at least 19 more)");
    assert_non_null(strstr(loaded.said, "zone:43: z19.example. CNAME: more than one at this name "
                                        "(RFC 2181 10.1), see line 42 [several-cnames]\n"));
    assert_null(strstr(loaded.said, "z20"));
}

static void test_lines_without_a_listener(void **state)
{
    (void)state;
    struct err err = { "" };
    char want[256];
    files_write("zone", START "a MX 1 b\n*.w NS x.\n");
    assert_null(zone_load((const uint8_t *)"\7example", files_path("zone"), NULL, NULL, &err));
    snprintf(
        want, sizeof want,
        "%s:5: *.w.example. NS: a wildcard cannot be delegated (RFC 4592 4.2) [wildcard-delegation]",
        files_path("zone"));
    assert_string_equal(err.msg, want);
}

/* Files that change between the first and the second reading. */

static const uint8_t example[] = "\7example", owner[] = "\1a\7example";

static struct file_list loaded_files;
static char told[512];

static void keep(void *arg, bool is_error, const char *text)
{
    (void)arg;
    snprintf(told, sizeof told, "%s%s", is_error ? "error " : "",
             text + strlen(files_folder()) + 1);
}

/* Loads "zone", which includes "inner", as they were before. */
static void load_before(void)
{
    struct err err = { "" };
    files_write("zone", START "\n$INCLUDE inner\n");
    files_write("inner", "\na A 192.0.2.1\n");
    struct zone_load load = { .apex = example, .path = files_path("zone") };
    const struct zone *zone = zone_load_run(&load, &err);
    file_list_free(&loaded_files);
    loaded_files = load.files;
    assert_string_equal(err.msg, "");
    zone_release(zone);
}

/* What is told about the record of "inner". */
static void assert_told(const char *want)
{
    struct locator locator = {
        .apex = example, .files = &loaded_files, .reader = reader, .tell = keep
    };
    const struct zone_finding finding = {
        .check = CHECK_SEVERAL_SOAS,
        .is_error = true,
        .text = "text",
        .about = { owner, DNS_TYPE_A, 60, 4, (const uint8_t *)"\300\0\2\1" },
    };
    told[0] = '\0';
    locate(&locator, &finding);
    assert_string_equal(told, "");
    locate_finish(&locator);
    assert_string_equal(told, want);
    file_list_free(&loaded_files);
}

static void test_changed_files_have_no_lines(void **state)
{
    (void)state;
    load_before();
    assert_told("error inner:2: text [several-soas]");

    load_before();
    files_write("inner", "\n\na A 192.0.2.1\n");
    assert_told("error zone: text [several-soas]");

    load_before();
    files_write("zone", START "\n\n$INCLUDE inner\n");
    assert_told("error zone: text [several-soas]");

    load_before();
    files_write("inner", "a A \\# 1 00\na A 192.0.2\n$INCLUDE inner\n");
    assert_told("error zone: text [several-soas]");

    load_before();
    unlink(files_path("inner"));
    assert_told("error zone: text [several-soas]");

    load_before();
    unlink(files_path("zone"));
    assert_told("error zone: text [several-soas]");
}

/* What was loaded was checked; what is there now was not. */
static void test_malformed_name_in_a_changed_file(void **state)
{
    (void)state;
    struct locator locator = {
        .apex = example, .files = &loaded_files, .reader = reader, .tell = keep
    };
    const struct zone_finding finding = {
        .check = CHECK_MISSING_GLUE,
        .text = "text",
        .about = { owner, DNS_TYPE_NS, 60, 3, (const uint8_t *)"\1x" },
    };
    char text[2048] = START "a NS \\# 640 ", *to = text + strlen(text);
    for (int i = 0; i < 640; i++)
        to += sprintf(to, "%s", i % 64 ? "78" : "3f"); /* labels without end */
    strcpy(to, "\n");
    load_before();
    files_write("zone", text);
    locate(&locator, &finding);
    locate_finish(&locator);
    assert_string_equal(told, "zone: warning: text [missing-glue]");
    file_list_free(&loaded_files);
}

static void test_unknown_record_has_no_line(void **state)
{
    (void)state;
    struct locator locator = {
        .apex = example, .files = &loaded_files, .reader = reader, .tell = keep
    };
    const struct zone_finding finding = {
        .check = CHECK_MISSING_GLUE,
        .text = "text",
        .about = { owner, DNS_TYPE_A, 61, 4, (const uint8_t *)"\300\0\2\1" },
    };
    load_before();
    locate(&locator, &finding);
    locate_finish(&locator);
    assert_string_equal(told, "zone: warning: text [missing-glue]");
    file_list_free(&loaded_files);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_record_stands_where_it_begins),
        TEST(test_names_are_the_same_in_any_case),
        TEST(test_two_that_clash),
        TEST(test_the_record_that_points_there),
        TEST(test_order_of_the_file),
        TEST(test_what_is_missing_has_no_line),
        TEST(test_too_large_rrset),
        TEST(test_included_files),
        TEST(test_lines_for_the_first_twenty),
        TEST(test_every_error_has_its_line),
        TEST(test_lines_without_a_listener),
        TEST(test_changed_files_have_no_lines),
        TEST(test_malformed_name_in_a_changed_file),
        TEST(test_unknown_record_has_no_line),
    };
    return cmocka_run_group_tests_name("zone_locate", tests, NULL, NULL);
}
