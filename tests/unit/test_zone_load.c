/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_load.c - master files: what RFC 1035 files use in practice, $INCLUDE, TTLs, and every
 * error with its exact message. */
#include "dnsd/zone/load.h"
#include "tests/unit/zonefiles.h"

#include <fcntl.h>
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

#define START "$TTL 3600\n@ SOA a.x. b.x. 1 2 3 4 5\n@ NS a.x.\n"

/* What a zone's other records are: the dump without the SOA and NS of START. */
static const char *records(const struct zone *zone)
{
    static char dump[16384], rest[16384];
    rest[0] = '\0';
    zone_dump(zone, dump, sizeof dump);
    char *state = NULL;
    for (char *line = strtok_r(dump, "\n", &state); line; line = strtok_r(NULL, "\n", &state))
        if (!strstr(line, " SOA a.x.") && !strstr(line, " NS a.x."))
            strcat(strcat(rest, line), "\n");
    return rest;
}

static const struct feature {
    const char *title, *text, *want;
} features[] = {
    { "relative and absolute owners", START "a A 192.0.2.1\nb.example. A 192.0.2.2\n",
      "a.example. 3600 A 192.0.2.1\nb.example. 3600 A 192.0.2.2\n" },
    { "a blank owner is the last one", START "a A 192.0.2.1\n  A 192.0.2.2\n\tTXT x\n",
      "a.example. 3600 A 192.0.2.1\na.example. 3600 A 192.0.2.2\na.example. 3600 TXT \"x\"\n" },
    { "@ as owner and in the data", START "@ A 192.0.2.1\nc CNAME @\n",
      "example. 3600 A 192.0.2.1\nc.example. 3600 CNAME example.\n" },
    { "TTL and class in either order",
      START "a 60 IN A 192.0.2.1\nb IN 61 A 192.0.2.1\nc IN A 192.0.2.1\nd 62 A 192.0.2.1\n",
      "a.example. 60 A 192.0.2.1\nb.example. 61 A 192.0.2.1\nc.example. 3600 A 192.0.2.1\n"
      "d.example. 62 A 192.0.2.1\n" },
    { "time units", START "a 1h30m A 192.0.2.1\nb 1w1D1s A 192.0.2.1\nc 2M A 192.0.2.1\n",
      "a.example. 5400 A 192.0.2.1\nb.example. 691201 A 192.0.2.1\nc.example. 120 A 192.0.2.1\n" },
    { "words in any case",
      "$ttl 3600\n@ soa a.x. b.x. 1 2 3 4 5\n@ in ns a.x.\n$origin Sub.EXAMPLE.\nWwW a 192.0.2.1\n",
      "www.sub.example. 3600 A 192.0.2.1\n" },
    { "the case of names in the data stays", START "a CNAME WwW.Example.\n",
      "a.example. 3600 CNAME WwW.Example.\n" },
    { "parentheses over lines, with comments",
      START "a ( ; owner (\n 60 ; TTL\n IN A 192.0.2.1 ) ; end\nb MX (10\n\tm\n)\n",
      "a.example. 60 A 192.0.2.1\nb.example. 3600 MX 10 m.example.\n" },
    { "$ORIGIN, absolute", START "$ORIGIN sub.example.\na A 192.0.2.1\n@ A 192.0.2.2\n",
      "sub.example. 3600 A 192.0.2.2\na.sub.example. 3600 A 192.0.2.1\n" },
    { "$ORIGIN, relative", START "$ORIGIN sub\n@ A 192.0.2.1\n$ORIGIN a.b ; c\n@ A 192.0.2.2\n",
      "sub.example. 3600 A 192.0.2.1\na.b.sub.example. 3600 A 192.0.2.2\n" },
    { "$ORIGIN, relative to one just before",
      START "$ORIGIN y.example.\n\n; nothing between\n$ORIGIN longer.label\n$ORIGIN z\n"
            "a A 192.0.2.1\n",
      "a.z.longer.label.y.example. 3600 A 192.0.2.1\n" },
    { "$ORIGIN @, and a blank owner behind it", START "a A 192.0.2.1\n$ORIGIN @\n A 192.0.2.2\n",
      "a.example. 3600 A 192.0.2.1\na.example. 3600 A 192.0.2.2\n" },
    { "$TTL counts from there on",
      START "a A 192.0.2.1\n$TTL 1m\nb A 192.0.2.1\nc 5 A 192.0.2.1\nd A 192.0.2.1\n",
      "a.example. 3600 A 192.0.2.1\nb.example. 60 A 192.0.2.1\nc.example. 5 A 192.0.2.1\n"
      "d.example. 60 A 192.0.2.1\n" },
    { "$TTL that equals the TTL stated last",
      START "a 60 A 192.0.2.1\n$TTL 60\nb 7 A 192.0.2.1\nc A 192.0.2.1\n",
      "a.example. 60 A 192.0.2.1\nb.example. 7 A 192.0.2.1\nc.example. 60 A 192.0.2.1\n" },
    { "without $TTL, the TTL stated last",
      "@ 30 SOA a.x. b.x. 1 2 3 4 5\n@ NS a.x.\na A 192.0.2.1\nb 40 A 192.0.2.1\nc A 192.0.2.1\n",
      "a.example. 30 A 192.0.2.1\nb.example. 40 A 192.0.2.1\nc.example. 40 A 192.0.2.1\n" },
    { "without any TTL, the SOA's minimum", "@ SOA a.x. b.x. 1 2 3 4 5\n@ NS a.x.\na A 192.0.2.1\n",
      "a.example. 5 A 192.0.2.1\n" },
    { "TTL 0 and the largest", START "a 0 A 192.0.2.1\nb 2147483647 A 192.0.2.1\n",
      "a.example. 0 A 192.0.2.1\nb.example. 2147483647 A 192.0.2.1\n" },
    { "escapes in names", START "a\\.b A 192.0.2.1\n\\097\\032\\000 A 192.0.2.2\n\\@ A 192.0.2.3\n",
      "\\@.example. 3600 A 192.0.2.3\na\\032\\000.example. 3600 A 192.0.2.2\n"
      "a\\.b.example. 3600 A 192.0.2.1\n" },
    { "character-strings", START "a TXT abc \"d e;f\" \"g\\\"h\" \\105 \"\"\n",
      "a.example. 3600 TXT \"abc\" \"d e;f\" \"g\\\"h\" \"i\" \"\"\n" },
    { "a quoted text over lines", START "a TXT ( \"b\n\nc\" )\nb A 192.0.2.1\n",
      "a.example. 3600 TXT \"b\\010\\010c\"\nb.example. 3600 A 192.0.2.1\n" },
    { "unknown types (RFC 3597)",
      START "a TYPE65280 \\# 3 0102 03\nb TYPE1 \\# 4 c0000201\nc TXT \\# 2 0178\n"
            "d TYPE65281 \\# 0\n",
      "a.example. 3600 TYPE65280 \\# 3 010203\nb.example. 3600 A 192.0.2.1\n"
      "c.example. 3600 TXT \"x\"\nd.example. 3600 TYPE65281 \\# 0\n" },
    { "types with a grammar of their own",
      START "a HTTPS 1 . port=443\nb TLSA 3 1 1 ab\nc SSHFP 1 1 ab\nd NAPTR 1 2 u s r .\n"
            "e SRV 0 0 0 .\nf DS 1 13 2 ab\n",
      "a.example. 3600 HTTPS 1 . port=443\nb.example. 3600 TLSA 3 1 1 AB\n"
      "c.example. 3600 SSHFP 1 1 AB\nd.example. 3600 NAPTR 1 2 \"u\" \"s\" \"r\" .\n"
      "e.example. 3600 SRV 0 0 0 .\nf.example. 3600 DS 1 13 2 AB\n" },
    { "no newline at the end", START "a A 192.0.2.1", "a.example. 3600 A 192.0.2.1\n" },
    { "a comment without newline at the end", START "a A 192.0.2.1 ; x",
      "a.example. 3600 A 192.0.2.1\n" },
    { "a directive without newline at the end", START "a A 192.0.2.1\n$ORIGIN b",
      "a.example. 3600 A 192.0.2.1\n" },
    { "lines of DOS",
      "$TTL 3600\r\n@ SOA a.x. b.x. 1 2 3 4 5\r\n@ NS a.x.\r\na A 192.0.2.1\r\n\r\n",
      "a.example. 3600 A 192.0.2.1\n" },
    { "parentheses right behind words",
      START "a TXT(b c)\nb TXT (d\ne)f\nc A(192.0.2.1)\nd HINFO(p q)\n",
      "a.example. 3600 TXT \"b\" \"c\"\nb.example. 3600 TXT \"d\" \"e\" \"f\"\n"
      "c.example. 3600 A 192.0.2.1\nd.example. 3600 HINFO \"p\" \"q\"\n" },
    { "parentheses that are text or comment",
      START "a TXT ( b\\) \"c)\" ; d)\n\"e(\nf)\" \\\\) ; g(\nb A 192.0.2.1 ; h)\n",
      "a.example. 3600 TXT \"b)\" \"c)\" \"e(\\010f)\" \"\\\\\"\nb.example. 3600 A 192.0.2.1\n" },
    { "a byte order mark", "\xef\xbb\xbf" START "a A 192.0.2.1\n",
      "a.example. 3600 A 192.0.2.1\n" },
    { "duplicates are dropped", START "a A 192.0.2.1\na A 192.0.2.1\nb NS N.x.\nb NS n.X.\n",
      "a.example. 3600 A 192.0.2.1\nb.example. 3600 NS N.x.\n" },
    { "one name in several places", START "a A 192.0.2.2\nb A 192.0.2.1\nA A 192.0.2.1\n",
      "a.example. 3600 A 192.0.2.1\na.example. 3600 A 192.0.2.2\nb.example. 3600 A 192.0.2.1\n" },
    { "nothing but the minimum", START, "" },
};

static void test_features(void **state)
{
    (void)state;
    struct loaded loaded;
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
        files_write("zone", features[i].text);
        files_load("example.", "zone", &loaded);
        if (!loaded.zone)
            fail_msg("%s: %s", features[i].title, loaded.error);
        const char *got = records(loaded.zone);
        if (strcmp(got, features[i].want) != 0)
            fail_msg("%s\ngot:\n%s want:\n%s", features[i].title, got, features[i].want);
        zone_release(loaded.zone);
    }
}

/* 122 labels of one byte and "example.": 253 bytes. */
static void test_long_name(void **state)
{
    (void)state;
    char name[512] = "", text[1024], want[1024];
    struct loaded loaded;
    for (int i = 0; i < 122; i++)
        strcat(name, "a.");
    snprintf(text, sizeof text, START "%sexample. A 192.0.2.1\n", name);
    snprintf(want, sizeof want, "%sexample. 3600 A 192.0.2.1\n", name);
    files_write("zone", text);
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error, "");
    assert_string_equal(records(loaded.zone), want);
    assert_int_equal(zone_size(loaded.zone).names, 123);
    zone_release(loaded.zone);
}

static void test_long_text_is_split(void **state)
{
    (void)state;
    char text[1024] = START "a TXT ", x[301] = "";
    struct loaded loaded;
    memset(x, 'x', 300);
    strcat(strcat(text, x), "\n");
    files_write("zone", text);
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error, "");
    char want[512];
    snprintf(want, sizeof want, "a.example. 3600 TXT \"%.255s\" \"%.45s\"\n", x, x);
    assert_string_equal(records(loaded.zone), want);
    zone_release(loaded.zone);
}

/* One problem each, in line 4. */
static const struct bad {
    const char *line, *message;
} bad[] = {
    { "a 1hh A 192.0.2.1", "TTL \"1hh\" is not a time" },
    { "a IN 1hh A 192.0.2.1", "TTL \"1hh\" is not a time" },
    { "a 5x A 192.0.2.1", "TTL \"5x\" is not a time" },
    { "a 2147483648 A 192.0.2.1", "TTL 2147483648 is larger than 2147483647 seconds (RFC 2181 8)" },
    { "a 4294967295 A 192.0.2.1", "TTL 4294967295 is larger than 2147483647 seconds (RFC 2181 8)" },
    { "a 4294967296 A 192.0.2.1", "TTL 4294967296 is larger than 2147483647 seconds (RFC 2181 8)" },
    { "a CH TXT x", "class CH: only zones of class IN can be served" },
    { "a CLASS3 TXT x", "class CLASS3: only zones of class IN can be served" },
    { "a Class1 TXT x", "class Class1 is only known as IN" },
    { "a 60 CH TXT x", "class CH: only zones of class IN can be served" },
    { "a IN HS TXT x", "class HS: only zones of class IN can be served" },
    { "a FOO x", "unknown record type \"FOO\"" },
    { "a IN FOO x", "unknown record type \"FOO\"" },
    { "a 1h IN AA 192.0.2.1", "unknown record type \"AA\"" },
    { "a TYPE65536 \\# 0", "unknown record type \"TYPE65536\"" },
    { "a MG b", "type MG is only known in the form of RFC 3597: TYPE8 \\# …" },
    { "a IN amtrelay 10 0 2 ::1",
      "type amtrelay is only known in the form of RFC 3597: TYPE260 \\# …" },
    { "a TYPE65280 x", "this type is only known in the form of RFC 3597 at \"x\"" },
    { "a TYPE65280 \\# 3 0102", "not as many bytes as stated at \"0102\"" },
    { "a TYPE65280 \\# 1 0102", "not as many bytes as stated at \"0102\"" },
    { "a OPT \\# 0", "unknown record type \"OPT\"" },
    { "a TYPE41 \\# 0", "type OPT cannot stand in a zone (RFC 6895 3.1)" },
    { "a TYPE255 \\# 0", "type ANY cannot stand in a zone (RFC 6895 3.1)" },
    { "a TYPE0 \\# 0", "type TYPE0 cannot stand in a zone (RFC 6895 3.1)" },
    { "a A \\# 3 010203", "A record: RDATA is too short" },
    { "a NS \\# 2 c00c", "NS record: a domain name in the RDATA is malformed or compressed" },
    { "a TXT \\# 2 0561", "TXT record: a character-string runs over the end of the RDATA" },
    { "a A 192.0.2.300", "invalid IPv4 address at \"192.0.2.300\"" },
    { "a A 192.0.2", "invalid IPv4 address at \"192.0.2\"" },
    { "a A x", "not an address at \"x\"" },
    { "a AAAA 2001:db8::g", "not an address at \"2001:db8::g\"" },
    { "a AAAA 1::2::3", "invalid IPv6 address at \"1::2::3\"" },
    { "a A 192.0.2.1 x", "unexpected text at \"x\"" },
    { "a MX mail", "not a number at \"mail\"" },
    { "a MX 65536 mail", "larger than 65535 at \"65536\"" },
    { "a MX 10", "the record ends too early, after \"10\"" },
    { "a MX 10 ; mail", "the record ends too early, after \"10\"" },
    { "a A", "the record ends too early, after \"A\"" },
    { "a IN", "the record ends too early, after \"IN\"" },
    { "a 60", "the record ends too early, after \"60\"" },
    { "a SOA a b 1 2 3", "the record ends too early, after \"3\"" },
    { "a", "the record ends too early, after \"a\"" },
    { "a TXT \"b", "quotes that are not closed, or a byte to be escaped, at \"'b\"" },
    { "a..b A 192.0.2.1", "empty label, or a byte to be escaped, at \"a..b\"" },
    { "a+b A 192.0.2.1", "empty label, or a byte to be escaped, at \"a+b\"" },
    { "a CNAME b..c", "empty label, or a byte to be escaped, at \"b..c\"" },
    { "a\\256 A 192.0.2.1", "\"\\256\" is no byte: escapes end with \\255" },
    { "a CNAME b\\999", "\"\\999\" is no byte: escapes end with \\255" },
    { "a TXT \"\\256\"", "larger than 255 at \"'\\256'\"" },
    { "a\\2 A 192.0.2.1", "not a number at \"a\\2\"" },
    { "a.example.net. A 192.0.2.1", "a.example.net. is not in the zone example. [out-of-zone]" },
    { "a A 192.0.2.1 )", "closing parenthesis without an opening one at \"192.0.2.1\"" },
    { "a ( ( A 192.0.2.1", "parenthesis within parentheses at \"a\"" },
    { "a A 192.0.2.1 (", "the parenthesis opened here is never closed" },
    { "a\rb A 192.0.2.1", "a CR within the line at \"a\"" },
    { "$TTL 1hh", "$TTL \"1hh\" is not a time" },
    { "$TTL 60 60", "$TTL \"60\" is not a time" },
    { "$TTL", "$TTL ends too early" },
    { "$ORIGIN", "$ORIGIN ends too early" },
    { "$ORIGIN a b", "$ORIGIN takes one domain name: wrong at \"a\"" },
    { "$ORIGIN a..b.", "$ORIGIN takes one domain name: wrong at \"a..b.\"" },
    { "$ORIGIN a+b", "$ORIGIN takes one domain name: wrong at \"a+b\"" },
    { "$ORIGIN (a)", "$ORIGIN takes one domain name: wrong at \"a\"" },
    { "$INCLUDE", "$INCLUDE ends too early" },
    { "$INCLUDE zone a..b", "$INCLUDE takes a file and one domain name: wrong at \"a..b\"" },
    { "$INCLUDE zone a+b", "$INCLUDE takes a file and one domain name: wrong at \"a+b\"" },
    { "$INCLUDE zone a b", "$INCLUDE takes a file and one domain name: wrong at \"a\"" },
    { "$INCLUDE zone ( a )", "$INCLUDE takes a file and one domain name: wrong at \"a\"" },
    { "$INCLUDE x y", "$INCLUDE x: No such file or directory" },
    { "$INCLUDE x y. z", "unexpected text at \"z\"" },
    { "$INCLUDE missing", "$INCLUDE missing: No such file or directory" },
    { "$INCLUDE zone", "$INCLUDE zone: includes itself" },
    { "$GENERATE 1-3 a$ A 192.0.2.$", "$GENERATE is not part of RFC 1035: write the records out" },
    { "$FOO 1", "unknown directive \"$FOO\"" },
};

static void test_errors(void **state)
{
    (void)state;
    struct loaded loaded;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[1024], want[512];
        snprintf(text, sizeof text, START "%s\n", bad[i].line);
        snprintf(want, sizeof want, "zone:4: %s", bad[i].message);
        files_write("zone", text);
        files_load("example.", "zone", &loaded);
        if (loaded.zone || strcmp(loaded.error, want) != 0)
            fail_msg("%s\ngot:  %s\nwant: %s", bad[i].line, loaded.error, want);
        snprintf(want, sizeof want, "zone:4: %s\n", bad[i].message);
        assert_string_equal(loaded.said, want);
    }
}

static void test_label_and_name_too_long(void **state)
{
    (void)state;
    char text[1024] = START, x[65] = "";
    struct loaded loaded;
    memset(x, 'x', 64);
    snprintf(text + strlen(text), 512, "%s A 192.0.2.1\n%.63s.%.63s.%.63s.%.63s. A 192.0.2.1\n", x,
             x, x, x, x);
    files_write("zone", text);
    files_load("example.", "zone", &loaded);
    char want[512];
    snprintf(want, sizeof want,
             "zone:4: label longer than 63 bytes at \"%.63s\"\n"
             "zone:5: name longer than 255 bytes at \"%.63s\"\n",
             x, x);
    assert_string_equal(loaded.said, want);
}

static void test_goes_on_behind_errors(void **state)
{
    (void)state;
    struct loaded loaded;
    files_write("zone", "  A 192.0.2.1\n"           /* 1 */
                        "a A 192.0.2.1\n"           /* 2 */
                        "$TTL x\n"                  /* 3 */
                        "b 60 MX (\n\n"             /* 4 */
                        " ten mail )\n"             /* 6 */
                        "c 60 A 192.0.2.1\n"        /* 7: well */
                        "$INCLUDE\n"                /* 8 */
                        "  FOO x\n"                 /* 9 */
                        "d 60 TXT ( \"x\n\ny\" )\n" /* 10 to 12: well */
                        "e 60 A 1\n");              /* 13 */
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error, "zone:1: no owner, neither here nor before "
                                      "(and 6 more)");
    assert_string_equal(loaded.said,
                        "zone:1: no owner, neither here nor before\n"
                        "zone:2: the record has no TTL: state one, or begin the file with $TTL\n"
                        "zone:3: $TTL \"x\" is not a time\n"
                        "zone:6: not a number at \"ten\"\n"
                        "zone:8: $INCLUDE ends too early\n"
                        "zone:9: unknown record type \"FOO\"\n"
                        "zone:13: invalid IPv4 address at \"1\"\n");
}

/* An $ORIGIN that goes on in the next line has half overwritten the one in force: names behind it
 * would be no names. */
static void test_wrong_origin_over_two_lines(void **state)
{
    (void)state;
    struct loaded loaded;
    files_write("zone",
                START "$ORIGIN aaaaaaaaaaaaa\\\n$INCLUDE x y\nb A 192.0.2.1\n$INCLUDE x y\n");
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.said, "zone:5: $INCLUDE ends too early\n");
    files_write("zone", START
                "$ORIGIN a\\\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.\n"
                "b A 192.0.2.1\n$INCLUDE x y\n");
    files_load("example.", "zone", &loaded);
    assert_non_null(strstr(loaded.said, "zone:5: label longer than 63 bytes"));
    assert_null(strstr(loaded.said, "zone:6: "));
}

/* What is wrong with a record as a whole is told with the line in which it begins, and that is not
 * where the search for it began. */
static void test_line_in_which_a_record_begins(void **state)
{
    (void)state;
    struct loaded loaded;
    files_write("zone", "\n; comment ( \n\n"            /* 1 to 3 */
                        "a TXT ( \"x\n\ny\"\n)\n"       /* 4 to 7: without a TTL */
                        " ( ; comment )\n\n ) ; a\n"    /* 8 to 10 */
                        "$TTL ( ; comment (\n 60\n )\n" /* 11 to 13 */
                        "$ORIGIN a\\(\\;.example.\n"    /* 14 */
                        "$ORIGIN b.example. ; $ (\n"    /* 15 */
                        "x.net. A (\n192.0.2.1\n)\n"    /* 16 to 18 */
                        " TXT y\n"                      /* 19 */
                        "$ORIGIN net.\n"                /* 20 */
                        "$INCLUDE inner\n\n"            /* 21 */
                        "$INCLUDE inner example\n\n"    /* 23 */
                        "z A 192.0.2.1 ; and no more"); /* 25 */
    files_write("inner", "\n\ni A 192.0.2.1");
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.said,
                        "zone:4: the record has no TTL: state one, or begin the file with $TTL\n"
                        "zone:16: x.net. is not in the zone example. [out-of-zone]\n"
                        "zone:19: x.net. is not in the zone example. [out-of-zone]\n"
                        "inner:3: i.net. is not in the zone example. [out-of-zone]\n"
                        "inner:3: i.example.net. is not in the zone example. [out-of-zone]\n"
                        "zone:25: z.net. is not in the zone example. [out-of-zone]\n");
}

static void test_stops_after_twenty_problems(void **state)
{
    (void)state;
    char text[2048] = START;
    struct loaded loaded;
    for (int i = 0; i < 30; i++)
        strcat(text, "a A x\n");
    files_write("zone", text);
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error, "zone:4: not an address at \"x\" (and at least 19 more)");
    assert_non_null(strstr(loaded.said, "zone:23: "));
    assert_null(strstr(loaded.said, "zone:24: "));
}

static void test_opened_parenthesis_is_found(void **state)
{
    (void)state;
    struct loaded loaded;
    files_write("zone", START "a TXT ( b ) \"(\" ; (\nb A (\n 192.0.2.1\n\n");
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error, "zone:5: the parenthesis opened here is never closed");
}

/* Files that cannot be read. */

static void assert_unreadable(const char *name, const char *message)
{
    struct loaded loaded;
    char want[256];
    snprintf(want, sizeof want, "%s: %s", name, message);
    files_load("example.", name, &loaded);
    assert_string_equal(loaded.error, want);
    files_write("outer", START "a A 192.0.2.1\n$INCLUDE inner\n");
    unlink(files_path("inner"));
    assert_int_equal(symlink(files_path(name), files_path("inner")), 0);
    snprintf(want, sizeof want, "outer:5: $INCLUDE inner: %s", message);
    files_load("example.", "outer", &loaded);
    assert_string_equal(loaded.error, want);
}

static void test_unreadable_files(void **state)
{
    (void)state;
    assert_unreadable("missing", "No such file or directory");
    assert_int_equal(mkdir(files_path("folder"), 0700), 0);
    assert_unreadable("folder", "is a directory, not a zone file");
    assert_int_equal(mkfifo(files_path("fifo"), 0600), 0);
    assert_unreadable("fifo", "is not a regular file");
    assert_int_equal(symlink("loop", files_path("loop")), 0);
    assert_unreadable("loop", "Too many levels of symbolic links");
    files_write("vast", "");
    if (truncate(files_path("vast"), (off_t)1 << 42) == 0)
        assert_unreadable("vast", "is larger than this machine's memory");
    files_write("secret", START);
    assert_int_equal(chmod(files_path("secret"), 0), 0);
    if (geteuid() != 0)
        assert_unreadable("secret", "Permission denied");
}

/* A file whose size is not what was read: here one of the kernel's, which say that they are empty.
 */
static void test_file_that_changes_while_it_is_read(void **state)
{
    (void)state;
    static const uint8_t example[] = "\7example";
    struct err err = { "" };
    assert_null(zone_load(example, "/proc/self/status", NULL, NULL, &err));
    assert_string_equal(err.msg, "/proc/self/status: changed while it was read: write the new "
                                 "version beside it and rename it");
}

static void test_empty_file(void **state)
{
    (void)state;
    struct loaded loaded;
    files_write("zone", "");
    files_load("example.", "zone", &loaded);
    assert_string_equal(
        loaded.said,
        "zone: example. SOA: missing: a zone begins with a SOA record (RFC 1035 5.2) [missing-soa]\n"
        "zone: example. NS: missing: a zone names its name servers (RFC 1034 4.2.1) [missing-ns]\n");
    assert_string_equal(loaded.error,
                        "zone: example. SOA: missing: a zone begins with a SOA record "
                        "(RFC 1035 5.2) [missing-soa] (and 1 more)");
}

/* $INCLUDE */

static void test_include_takes_over_and_gives_nothing_back(void **state)
{
    (void)state;
    struct loaded loaded;
    files_write("zone", "@ 10 SOA a.x. b.x. 1 2 3 4 5\n@ NS a.x.\n"
                        "$ORIGIN sub\n"
                        "o A 192.0.2.1\n"
                        "$INCLUDE \"inner\" ; relative to this file\n"
                        " A 192.0.2.2\n"
                        "$INCLUDE inner else.example.\n"
                        "p A 192.0.2.3\n");
    files_write("inner", "i A 192.0.2.4\n$ORIGIN deep\nj 20 A 192.0.2.5\n$TTL 30\nk A 192.0.2.6");
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error, "");
    assert_string_equal(records(loaded.zone), "j.deep.else.example. 20 A 192.0.2.5\n"
                                              "k.deep.else.example. 30 A 192.0.2.6\n"
                                              "i.else.example. 10 A 192.0.2.4\n"
                                              "j.deep.sub.example. 20 A 192.0.2.5\n"
                                              "k.deep.sub.example. 30 A 192.0.2.6\n"
                                              "i.sub.example. 10 A 192.0.2.4\n"
                                              "o.sub.example. 10 A 192.0.2.1\n"
                                              "o.sub.example. 10 A 192.0.2.2\n"
                                              "p.sub.example. 10 A 192.0.2.3\n");
    zone_release(loaded.zone);
}

/* RFC 1035 5.1: the origin of an $INCLUDE is a domain name, and those may be relative. */
static void test_include_with_relative_origin(void **state)
{
    (void)state;
    struct loaded loaded;
    char text[512];
    files_write("i n", "@ A 192.0.2.1\n");
    snprintf(text, sizeof text,
             START "$INCLUDE \"i n\" one\n"
                   "x A 192.0.2.2\n"
                   "$ORIGIN sub\n$TTL 60\n"
                   "$INCLUDE i\\ n a.b;c\n"
                   "$INCLUDE i\\032n @ ; itself\n"
                   "$INCLUDE \"%s\" \\@\\;\n"
                   "y A 192.0.2.3\n"
                   "$INCLUDE \"i n\" last",
             files_path("i n"));
    files_write("zone", text);
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error, "");
    assert_string_equal(records(loaded.zone), "one.example. 3600 A 192.0.2.1\n"
                                              "sub.example. 60 A 192.0.2.1\n"
                                              "\\@\\;.sub.example. 60 A 192.0.2.1\n"
                                              "a.b.sub.example. 60 A 192.0.2.1\n"
                                              "last.sub.example. 60 A 192.0.2.1\n"
                                              "y.sub.example. 60 A 192.0.2.3\n"
                                              "x.example. 3600 A 192.0.2.2\n");
    zone_release(loaded.zone);
}

static void test_include_is_relative_to_its_own_file(void **state)
{
    (void)state;
    struct loaded loaded;
    assert_int_equal(mkdir(files_path("d"), 0700), 0);
    files_write("zone", START "$INCLUDE d/one\n");
    files_write("d/one", "a A 192.0.2.1\n$INCLUDE two\n");
    files_write("d/two", "b A 192.0.2.2\n$INCLUDE ../three\n");
    files_write("three", "c A 192.0.2.300\n");
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error, "d/../three:1: invalid IPv4 address at \"192.0.2.300\"");
    files_write("three", "c A 192.0.2.3\n");
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error, "");
    assert_int_equal(zone_size(loaded.zone).records, 5);
    zone_release(loaded.zone);
}

static void test_include_loops_are_found(void **state)
{
    (void)state;
    struct loaded loaded;
    files_write("zone", START "$INCLUDE b\n");
    files_write("b", "$INCLUDE c\n");
    files_write("c", "\n$INCLUDE ./b\n");
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error, "c:2: $INCLUDE ./b: includes itself");
}

static void test_include_depth_is_limited(void **state)
{
    (void)state;
    struct loaded loaded;
    files_write("zone", START "$INCLUDE 1\n");
    for (int i = 1; i <= 17; i++) {
        char name[16], text[32];
        snprintf(name, sizeof name, "%d", i);
        snprintf(text, sizeof text, "$INCLUDE %d\n", i + 1);
        files_write(name, i < 17 ? text : "");
    }
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error,
                        "16:1: $INCLUDE 17: files include each other more than 16 deep");
}

static void test_included_files_are_limited(void **state)
{
    (void)state;
    static char text[20000] = START;
    struct loaded loaded;
    for (int i = 0; i < 1000; i++)
        strcat(text, "$INCLUDE e\n");
    files_write("zone", text);
    files_write("e", "");
    files_load("example.", "zone", &loaded);
    assert_string_equal(loaded.error, "zone:1003: $INCLUDE e: more than 1000 files");
}

/* The list of files that the store watches. */

static void test_list_of_files(void **state)
{
    (void)state;
    struct err err;
    static const uint8_t example[] = "\7example";
    struct zone_load load = { .apex = example, .path = files_path("zone") };
    files_write("zone", START "$INCLUDE a\n$INCLUDE b\n");
    files_write("a", "a A 192.0.2.1\n");
    assert_null(zone_load_run(&load, &err));
    assert_int_equal(load.files.count, 3);
    assert_string_equal(load.files.entries[0].path, files_path("zone"));
    assert_string_equal(load.files.entries[2].path, files_path("b"));
    assert_null(file_list_changed(&load.files));
    files_write("b", "");
    assert_string_equal(file_list_changed(&load.files), files_path("b"));
    file_list_free(&load.files);
    assert_int_equal(load.files.count, 0);
}

/* A real zone, counted by others: 22,094 records (its archive's own count). */
static void test_root_zone(void **state)
{
    (void)state;
    const char *source = getenv("PROXIMA_SRCDIR");
    char path[512];
    struct err err = { "" };
    static const uint8_t root[] = { 0 };
    snprintf(path, sizeof path, "%s/tests/data/zones/root.zone", source ? source : ".");
    const struct zone *zone = zone_load(root, path, NULL, NULL, &err);
    assert_string_equal(err.msg, "");
    assert_int_equal(zone_serial(zone), 2026082201);
    assert_int_equal(zone_size(zone).records, 22094);
    assert_int_equal(zone_negative_ttl(zone), 86400);
    zone_release(zone);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_setup, files_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_features),
        TEST(test_long_name),
        TEST(test_long_text_is_split),
        TEST(test_errors),
        TEST(test_label_and_name_too_long),
        TEST(test_goes_on_behind_errors),
        TEST(test_wrong_origin_over_two_lines),
        TEST(test_line_in_which_a_record_begins),
        TEST(test_stops_after_twenty_problems),
        TEST(test_opened_parenthesis_is_found),
        TEST(test_unreadable_files),
        TEST(test_file_that_changes_while_it_is_read),
        TEST(test_empty_file),
        TEST(test_include_takes_over_and_gives_nothing_back),
        TEST(test_include_with_relative_origin),
        TEST(test_include_is_relative_to_its_own_file),
        TEST(test_include_loops_are_found),
        TEST(test_include_depth_is_limited),
        TEST(test_included_files_are_limited),
        TEST(test_list_of_files),
        TEST(test_root_zone),
    };
    return cmocka_run_group_tests_name("zone_load", tests, NULL, NULL);
}
