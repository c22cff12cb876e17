/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_rdata.c - the shape of RDATA: what is refused, what is equal, where hosts stand. */
#include "common/dnsmsg.h"
#include "dnsd/zone/rdata.h"
#include "dnsd/zone/rrtype.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static const char too_short[] = "RDATA is too short";
static const char too_long[] = "RDATA is too long";
static const char bad_name[] = "a domain name in the RDATA is malformed or compressed";
static const char bad_string[] = "a character-string runs over the end of the RDATA";

static const struct {
    uint16_t type;
    const char *rdata;
    size_t len;
    const char *problem;
} shapes[] = {
#define SHAPE(type, text, problem)                                                                 \
    {                                                                                              \
        type, text, sizeof(text) - 1, problem                                                      \
    }
    SHAPE(DNS_TYPE_A, "\1\2\3\4", NULL),
    SHAPE(DNS_TYPE_A, "\1\2\3", too_short),
    SHAPE(DNS_TYPE_A, "\1\2\3\4\5", too_long),
    SHAPE(DNS_TYPE_A, "", too_short),
    SHAPE(DNS_TYPE_AAAA, "0123456789abcdef", NULL),
    SHAPE(DNS_TYPE_AAAA, "0123456789abcde", too_short),
    SHAPE(DNS_TYPE_NS, "\1a\0", NULL),
    SHAPE(DNS_TYPE_NS, "\0", NULL),
    SHAPE(DNS_TYPE_NS, "", bad_name),
    SHAPE(DNS_TYPE_NS, "\1a", bad_name),
    SHAPE(DNS_TYPE_NS, "\5a\0", bad_name),
    SHAPE(DNS_TYPE_NS, "\1a\xc0\x0c", bad_name),
    SHAPE(DNS_TYPE_NS, "\100aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0",
          bad_name),
    SHAPE(DNS_TYPE_NS, "\1a\0x", too_long),
    SHAPE(DNS_TYPE_MX, "\0\12\1a\0", NULL),
    SHAPE(DNS_TYPE_MX, "\0\12", bad_name),
    SHAPE(DNS_TYPE_MX, "\0", too_short),
    SHAPE(DNS_TYPE_SOA,
          "\1a\0\1b\0"
          "01234567890123456789",
          NULL),
    SHAPE(DNS_TYPE_SOA,
          "\1a\0\1b\0"
          "0123456789012345678",
          too_short),
    SHAPE(DNS_TYPE_SOA, "\1a\0", bad_name),
    SHAPE(DNS_TYPE_TXT, "\1a\2bc", NULL),
    SHAPE(DNS_TYPE_TXT, "\0", NULL),
    SHAPE(DNS_TYPE_TXT, "", bad_string),
    SHAPE(DNS_TYPE_TXT, "\3ab", bad_string),
    SHAPE(13 /* HINFO */, "\1a\1b", NULL),
    SHAPE(13, "\1a", bad_string),
    SHAPE(35 /* NAPTR */, "\0\1\0\2\1u\1s\1r\0", NULL),
    SHAPE(35, "\0\1\0\2\1u\1s\1r", bad_name),
    SHAPE(DNS_TYPE_SRV, "\0\1\0\2\0\3\1a\0", NULL),
    SHAPE(DNS_TYPE_SRV, "\0\1\0\2\0\3", bad_name),
    SHAPE(DNS_TYPE_HTTPS, "\0\1\0\0\1\0\3\2h2", NULL),
    SHAPE(DNS_TYPE_RRSIG, "\0\1\10\2\0\0\0\1\0\0\0\2\0\0\0\3\0\4\1a\0sig", NULL),
    SHAPE(DNS_TYPE_RRSIG, "\0\1\10\2\0\0\0\1\0\0\0\2\0\0\0\3\0\4\1a\0", too_short),
    SHAPE(DNS_TYPE_DS, "\0\1\10\2d", NULL),
    SHAPE(DNS_TYPE_DS, "\0\1\10\2", too_short),
    SHAPE(65280, "", NULL),
    SHAPE(65280, "anything", NULL),
#undef SHAPE
};

static void test_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        char type[RRTYPE_TEXT_MAX];
        const char *got = rdata_problem(shapes[i].type, (const uint8_t *)shapes[i].rdata,
                                        shapes[i].len);
        const char *want = shapes[i].problem;
        if (!got != !want || (got && strcmp(got, want) != 0))
            fail_msg("row %zu, %s: got %s, want %s", i, rrtype_text(shapes[i].type, type),
                     got ? got : "none", want ? want : "none");
    }
}

static void test_equal_but_for_case_of_names(void **state)
{
    (void)state;
    assert_int_equal(rdata_cmp(DNS_TYPE_NS, BYTES("\1a\1B\0"), BYTES("\1A\1b\0")), 0);
    assert_int_equal(rdata_cmp(DNS_TYPE_MX, BYTES("\0\1\1a\0"), BYTES("\0\1\1A\0")), 0);
    assert_int_equal(
        rdata_cmp(35, BYTES("\0\1\0\2\1u\1s\1r\1A\0"), BYTES("\0\1\0\2\1u\1s\1r\1a\0")), 0);
    assert_int_equal(rdata_cmp(DNS_TYPE_SOA,
                               BYTES("\1a\0\1B\0"
                                     "01234567890123456789"),
                               BYTES("\1A\0\1b\0"
                                     "01234567890123456789")),
                     0);
    /* No names in these. */
    assert_int_not_equal(rdata_cmp(DNS_TYPE_TXT, BYTES("\1a"), BYTES("\1A")), 0);
    assert_int_not_equal(rdata_cmp(65280, BYTES("a"), BYTES("A")), 0);
    assert_int_not_equal(rdata_cmp(35, BYTES("\0\1\0\2\1u\1s\1r\0"), BYTES("\0\1\0\2\1U\1s\1r\0")),
                         0);
}

static void test_order(void **state)
{
    (void)state;
    assert_true(rdata_cmp(DNS_TYPE_A, BYTES("\1\2\3\4"), BYTES("\1\2\3\5")) < 0);
    assert_true(rdata_cmp(DNS_TYPE_A, BYTES("\200\2\3\4"), BYTES("\1\2\3\5")) > 0);
    assert_true(rdata_cmp(65280, BYTES("a"), BYTES("ab")) < 0);
    assert_true(rdata_cmp(65280, BYTES(""), BYTES("a")) < 0);
    assert_true(rdata_cmp(DNS_TYPE_MX, BYTES("\0\1\1b\0"), BYTES("\0\2\1a\0")) < 0);
    assert_true(rdata_cmp(DNS_TYPE_NS, BYTES("\1B\0"), BYTES("\1a\0")) > 0);
    assert_true(rdata_cmp(DNS_TYPE_NS, BYTES("\1z\0"), BYTES("\2aa\0")) < 0);
    assert_true(rdata_cmp(DNS_TYPE_HTTPS, BYTES("\0\1\1A\0x"), BYTES("\0\1\1a\0y")) < 0);
}

static void test_hosts(void **state)
{
    (void)state;
    const uint8_t mx[] = "\0\1\4host", srv[] = "\0\1\0\2\0\3\4host", ns[] = "\4host";
    assert_ptr_equal(rdata_host(DNS_TYPE_MX, mx), mx + 2);
    assert_ptr_equal(rdata_host(DNS_TYPE_SRV, srv), srv + 6);
    assert_ptr_equal(rdata_host(DNS_TYPE_NS, ns), ns);
    assert_null(rdata_host(DNS_TYPE_CNAME, ns));
    const uint8_t to_srv[] = "\0\1\0\2\1S\0\0\4host", to_a[] = "\0\1\0\2\1a\3SIP\1x\4host";
    const uint8_t rule[] = "\0\1\0\2\1u\0\0\4host", more[] = "\0\1\0\2\0\0\0\4host";
    assert_ptr_equal(rdata_host(DNS_TYPE_NAPTR, to_srv), to_srv + 8);
    assert_ptr_equal(rdata_host(DNS_TYPE_NAPTR, to_a), to_a + 12);
    assert_null(rdata_host(DNS_TYPE_NAPTR, rule));
    assert_null(rdata_host(DNS_TYPE_NAPTR, more));
    assert_null(rdata_host(65280, ns));
}

static void test_type_names(void **state)
{
    (void)state;
    char text[RRTYPE_TEXT_MAX];
    assert_string_equal(rrtype_text(DNS_TYPE_NSEC3PARAM, text), "NSEC3PARAM");
    assert_string_equal(rrtype_text(65280, text), "TYPE65280");
    assert_string_equal(rrtype_text(DNS_TYPE_ANY, text), "ANY");
    assert_int_equal(rrtype_from_text("aaaa"), DNS_TYPE_AAAA);
    assert_int_equal(rrtype_from_text("hip"), 55);
    assert_int_equal(rrtype_from_text("TYPE65280"), 65280);
    assert_int_equal(rrtype_from_text("ANY"), 0);
    assert_int_equal(rrtype_from_text("FOO"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),     cmocka_unit_test(test_equal_but_for_case_of_names),
        cmocka_unit_test(test_order),      cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_type_names),
    };
    return cmocka_run_group_tests_name("zone_rdata", tests, NULL, NULL);
}
