/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_check.c - which answers are ours, which are right, and that no bytes do harm. */
#include "anycastctl/sense/check.h"

#include "common/dnsmsg.h"
#include "tests/unit/soa_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct soa_answer good = { .serial = 7, .nsid = "n1" };

static struct check_query query_for(const char *zone)
{
    struct check_query query = { .id = 0x1234 };
    struct err err;

    assert_int_equal(dname_from_text(zone, &query.zone, &err), 0);
    return query;
}

static bool parse(const struct soa_answer *how, struct check_answer *out)
{
    const struct check_query query = query_for("example.com");
    uint8_t question[CHECK_QUERY_MAX], message[SOA_MESSAGE_MAX];
    const size_t len = check_build(&query, question);

    return check_parse(&query, message, soa_answer(how, question, len, message), out);
}

static struct check_answer answer_of(const struct soa_answer *how)
{
    struct check_answer answer;

    assert_true(parse(how, &answer));
    return answer;
}

static void the_query_asks_for_soa_and_nsid(void **unused)
{
    (void)unused;
    static const uint8_t expected[] = {
        0x12, 0x34, 0,   0,    0,    1,   0,   0,    0, 0,   0,   1, /* header */
        7,    'e',  'x', 'a',  'm',  'p', 'l', 'e',  3, 'c', 'o', 'm', 0, 0, 6, 0, 1,
        0,    0,    41,  0x04, 0xd0, 0,   0,   0x80, 0, 0,   4,   0,   3, 0, 0, /* OPT: 1232, DO,
                                                                                   NSID */
    };
    const struct check_query query = query_for("example.com");
    uint8_t out[CHECK_QUERY_MAX];

    assert_int_equal(check_build(&query, out), sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
}

static void the_longest_name_fits(void **unused)
{
    (void)unused;
    struct check_query query = { .zone.len = DNAME_MAX };
    uint8_t out[CHECK_QUERY_MAX];

    for (int i = 0; i < 127; i++) {
        query.zone.wire[2 * i] = 1;
        query.zone.wire[2 * i + 1] = 'a';
    }
    query.zone.wire[254] = 0;
    assert_int_equal(check_build(&query, out), CHECK_QUERY_MAX);
}

static void a_right_answer_is_read(void **unused)
{
    (void)unused;
    const struct check_answer answer = answer_of(&good);

    assert_false(answer.malformed);
    assert_true(answer.authoritative);
    assert_int_equal(answer.rcode, DNS_NOERROR);
    assert_true(answer.has_serial);
    assert_int_equal(answer.serial, 7);
    assert_true(answer.has_nsid);
    assert_string_equal(answer.nsid, "n1");
}

static void what_the_zone_says_of_its_future_is_read(void **unused)
{
    (void)unused;
    const struct soa_answer how = { .serial = 7,
                                    .nsid = "n1",
                                    .expire_s = 604800,
                                    .signed_from = 1799990000,
                                    .signed_until = 1800010000 };
    const struct check_answer answer = answer_of(&how);

    assert_false(answer.malformed);
    assert_int_equal(answer.expire_s, 604800);
    assert_int_equal(answer.signatures.count, 1);
    assert_int_equal(signatures_until(&answer.signatures, 1800000000), 1800010000);
    assert_int_equal(signatures_from(&answer.signatures, 1800000000), 1799990000);
    assert_int_equal(answer_of(&good).signatures.count, 0);
}

static void what_belongs_to_others_is_ignored(void **unused)
{
    (void)unused;
    static const struct soa_answer others[] = {
        { .nsid = "n1", .other_id = true },
        { .nsid = "n1", .other_question = true },
        { .nsid = "n1", .is_query = true },
    };
    struct check_answer answer;

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(parse(&others[i], &answer));
}

static void the_extended_rcode_is_read(void **unused)
{
    (void)unused;
    const struct soa_answer badvers = { .rcode = DNS_BADVERS, .nsid = "n1" };

    assert_int_equal(answer_of(&badvers).rcode, DNS_BADVERS);
}

static void an_error_without_question_is_an_answer(void **unused)
{
    (void)unused;
    const struct check_query query = query_for("example.com");
    const uint8_t formerr[] = { 0x12, 0x34, 0x80, 0x01, 0, 0, 0, 0, 0, 0, 0, 0 };
    const uint8_t noerror[] = { 0x12, 0x34, 0x80, 0x00, 0, 0, 0, 0, 0, 0, 0, 0 };
    struct check_answer answer;

    assert_true(check_parse(&query, formerr, sizeof formerr, &answer));
    assert_int_equal(answer.rcode, DNS_FORMERR);
    assert_false(check_parse(&query, noerror, sizeof noerror, &answer));
}

/* Cut anywhere, an answer is either not one, or malformed. Each length has a buffer of its own, so
 * that the sanitizer sees a read behind its end. */
static void a_cut_answer_is_never_right(void **unused)
{
    (void)unused;
    const struct check_query query = query_for("example.com");
    uint8_t question[CHECK_QUERY_MAX], message[SOA_MESSAGE_MAX];
    const size_t len = soa_answer(&good, question, check_build(&query, question), message);

    for (size_t cut = 0; cut < len; cut++) {
        struct check_answer answer;
        uint8_t *part = malloc(cut + 1);
        assert_non_null(part);
        memcpy(part, message, cut);
        if (check_parse(&query, part, cut, &answer))
            assert_true(answer.malformed);
        free(part);
    }
}

static void bytes_behind_the_end_are_malformed(void **unused)
{
    (void)unused;
    const struct check_query query = query_for("example.com");
    uint8_t question[CHECK_QUERY_MAX], message[SOA_MESSAGE_MAX] = { 0 };
    const size_t len = soa_answer(&good, question, check_build(&query, question), message);
    struct check_answer answer;

    assert_true(check_parse(&query, message, len + 1, &answer));
    assert_true(answer.malformed);
}

static void any_changed_byte_does_no_harm(void **unused)
{
    (void)unused;
    const struct soa_answer signed_one = {
        .serial = 7, .nsid = "n1", .signed_from = 1799990000, .signed_until = 1800010000
    };
    const struct check_query query = query_for("example.com");
    uint8_t question[CHECK_QUERY_MAX], message[SOA_MESSAGE_MAX];
    const size_t len = soa_answer(&signed_one, question, check_build(&query, question), message);
    unsigned right = 0;

    for (size_t at = 0; at < len; at++) {
        const uint8_t kept = message[at];
        for (int value = 0; value < 256; value++) {
            struct check_answer answer;
            char why[160];
            message[at] = (uint8_t)value;
            right += check_parse(&query, message, len, &answer) &&
                     check_is_ours(&answer, "n1", why, sizeof why);
        }
        message[at] = kept;
    }
    assert_true(right >= len); /* the unchanged ones at least */
}

static void assert_not_ours(const struct soa_answer *how, const char *complaint)
{
    const struct check_answer answer = answer_of(how);
    char why[160];

    assert_false(check_is_ours(&answer, "n1", why, sizeof why));
    if (!strstr(why, complaint))
        fail_msg("\"%s\" does not say \"%s\"", why, complaint);
}

static void only_our_node_is_ours(void **unused)
{
    (void)unused;
    const struct check_answer ours = answer_of(&good);
    char why[160];

    assert_true(check_is_ours(&ours, "n1", why, sizeof why));
    assert_not_ours(&(struct soa_answer){ .nsid = "n2" },
                    "another host took it: answered by node \"n2\"");
    assert_not_ours(&(struct soa_answer){ .nsid = "n1x" }, "n1x");
    assert_not_ours(&(struct soa_answer){ .nsid = NULL }, "without NSID");
    assert_not_ours(&(struct soa_answer){ .nsid = "n1", .cut = true }, "malformed");
    assert_not_ours(&(struct soa_answer){ .nsid = "a\nb" }, "\"a?b\"");
}

static void assert_agrees(const struct soa_answer *how, struct check_said said)
{
    const struct check_answer answer = answer_of(how);
    char why[160] = "";

    if (!check_agrees(&answer, &said, why, sizeof why))
        fail_msg("%s", why);
}

static void assert_disagrees(const struct soa_answer *how, struct check_said said,
                             const char *complaint)
{
    const struct check_answer answer = answer_of(how);
    char why[160];

    assert_false(check_agrees(&answer, &said, why, sizeof why));
    if (!strstr(why, complaint))
        fail_msg("\"%s\" does not say \"%s\"", why, complaint);
}

static void the_serial_must_be_the_reported_one(void **unused)
{
    (void)unused;
    const struct check_said unknown = { 0 };
    const struct check_said same = { true, ZONE_SERVING, true, 7 };
    const struct check_said stale = { true, ZONE_STALE, true, 7 };
    const struct check_said newer = { true, ZONE_SERVING, true, 8 };

    assert_agrees(&good, unknown);
    assert_agrees(&good, same);
    assert_agrees(&good, stale);
    assert_disagrees(&good, newer, "serial 7, but dnsd reports 8");
}

static void an_own_zone_is_answered_with_authority(void **unused)
{
    (void)unused;
    const struct check_said said = { true, ZONE_SERVING, true, 7 };
    const struct soa_answer servfail = { .rcode = DNS_SERVFAIL, .nsid = "n1" };
    const struct soa_answer refused = { .rcode = DNS_REFUSED, .nsid = "n1" };
    const struct soa_answer cached = { .not_authoritative = true, .serial = 7, .nsid = "n1" };
    const struct soa_answer empty = { .no_soa = true, .nsid = "n1" };

    assert_disagrees(&servfail, said, "SERVFAIL");
    assert_disagrees(&refused, said, "REFUSED");
    assert_disagrees(&refused, (struct check_said){ 0 }, "REFUSED");
    assert_disagrees(&cached, said, "not authoritative");
    assert_disagrees(&empty, said, "no SOA");
    assert_agrees(&(struct soa_answer){ .truncated = true, .no_soa = true, .nsid = "n1" }, said);
    assert_disagrees(&(struct soa_answer){ .truncated = true, .nsid = "n1", .rcode = DNS_REFUSED },
                     said, "REFUSED");
}

static void an_expired_zone_may_fail(void **unused)
{
    (void)unused;
    const struct soa_answer servfail = { .rcode = DNS_SERVFAIL, .nsid = "n1" };

    assert_agrees(&servfail, (struct check_said){ true, ZONE_EXPIRED, true, 7 });
    assert_agrees(&servfail, (struct check_said){ true, ZONE_FAILED, false, 0 });
    assert_disagrees(&servfail, (struct check_said){ true, ZONE_STALE, true, 7 }, "SERVFAIL");
}

static void what_the_report_says_is_found_by_name(void **unused)
{
    (void)unused;
    struct report *report = calloc(1, sizeof *report);
    const struct check_query com = query_for("EXAMPLE.com"), org = query_for("example.org");
    assert_non_null(report);
    report->watched_count = 1;
    report->watched[0] =
        (struct report_zone){ .state = ZONE_STALE, .has_serial = true, .serial = 3 };
    report->watched[0].name = query_for("example.com").zone;

    assert_false(check_said(NULL, &com.zone).known);
    assert_false(check_said(report, &org.zone).known);
    assert_true(check_said(report, &com.zone).known);
    assert_int_equal(check_said(report, &com.zone).state, ZONE_STALE);
    assert_int_equal(check_said(report, &com.zone).serial, 3);
    free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_query_asks_for_soa_and_nsid),
        cmocka_unit_test(the_longest_name_fits),
        cmocka_unit_test(a_right_answer_is_read),
        cmocka_unit_test(what_the_zone_says_of_its_future_is_read),
        cmocka_unit_test(what_belongs_to_others_is_ignored),
        cmocka_unit_test(the_extended_rcode_is_read),
        cmocka_unit_test(an_error_without_question_is_an_answer),
        cmocka_unit_test(a_cut_answer_is_never_right),
        cmocka_unit_test(bytes_behind_the_end_are_malformed),
        cmocka_unit_test(any_changed_byte_does_no_harm),
        cmocka_unit_test(only_our_node_is_ours),
        cmocka_unit_test(the_serial_must_be_the_reported_one),
        cmocka_unit_test(an_own_zone_is_answered_with_authority),
        cmocka_unit_test(an_expired_zone_may_fail),
        cmocka_unit_test(what_the_report_says_is_found_by_name),
    };
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
