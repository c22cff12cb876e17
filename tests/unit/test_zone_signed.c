/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_signed.c - what is found in signed zones: those that an independent signer has signed
 * are good, and each thing that is put wrong in them is told. Time is passed in. */
#include "common/mem.h"
#include "dnsd/zone/check.h"
#include "dnsd/zone/load.h"
#include "tests/unit/zonefiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    BEGIN = 1577836800, /* 2020-01-01, of all signatures */
    END = 2114380800,   /* 2037-01-01 */
    BETWEEN = 1767225600,
    DAY = 86400,
    TEXT_MAX = 256 << 10,
    SAID_MAX = 64 << 10,
};

static struct zone_verdict verdict;
static char text[TEXT_MAX], said[SAID_MAX], error[ERR_MAX];

/* Text that is put in the place of another; NULL: the rest of the line goes, too. */
struct edit {
    const char *from, *to;
    bool all;
};

static void splice(char *at, size_t bytes, const char *with)
{
    memmove(at + strlen(with), at + bytes, strlen(at + bytes) + 1);
    memcpy(at, with, strlen(with));
}

static void apply(const struct edit *edit)
{
    unsigned count = 0;
    for (char *at = text; (at = strstr(at, edit->from)) && (edit->all || !count); count++)
        if (edit->to)
            splice(at, strlen(edit->from), edit->to);
        else
            splice(at, strcspn(at + 1, "\n") + 1, "");
    if (!count)
        fail_msg("no \"%s\"", edit->from);
}

static void read_text(const char *name)
{
    const char *source = getenv("PROXIMA_SRCDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/tests/data/zones/signed/%s.zone", source ? source : ".", name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("no %s: PROXIMA_SRCDIR names the source folder", path);
    text[0] = '\n';
    text[1 + fread(text + 1, 1, sizeof text - 4096, file)] = '\0';
    fclose(file);
}

static void hear(void *arg, const char *what)
{
    const size_t len = strlen(said);
    (void)arg;
    snprintf(said + len, sizeof said - len, "%s\n", what);
}

static const struct zone *load(const char *name, int64_t now, const struct check_policy *policy)
{
    struct dname apex;
    struct err err = { "" };
    files_write("zone", text);
    dname_from_text(name, &apex, NULL);
    struct zone_load load = {
        .apex = apex.wire, .path = files_path("zone"), .warn = hear, .policy = policy, .now = now
    };
    said[0] = '\0';
    const struct zone *zone = zone_load_run(&load, &err);
    snprintf(error, sizeof error, "%s", err.msg);
    verdict = load.verdict;
    file_list_free(&load.files);
    return zone;
}

static void assert_said(const char *what)
{
    if (!strstr(said, what))
        fail_msg("not said: %s\nbut:\n%s", what, said);
}

static unsigned lines_said(void)
{
    unsigned lines = 0;
    for (const char *at = said; (at = strchr(at, '\n')); at++)
        lines++;
    return lines;
}

static const struct wrong {
    const char *title, *zone;
    struct edit edits[2];
    const char *want[2]; /* all that is said, in parts; the last may be there for several lines */
} wrongs[] = {
    { "NSEC", "nsec.test", { { 0 } }, { NULL } },
    { "NSEC3", "nsec3.test", { { 0 } }, { NULL } },
    { "a name without NSEC",
      "nsec.test",
      { { "\nwww.nsec.test. 300 IN NSEC ", NULL, false },
        { "\nwww.nsec.test. 300 IN RRSIG NSEC ", NULL, false } },
      { "www.nsec.test. NSEC: missing: this name is not in the chain (RFC 4035 2.3) [chain-broken]",
        " NSEC: leads to www.nsec.test., but the next name is nsec.test. (RFC 4034 4.1.1) "
        "[chain-broken]" } },
    { "a link that leads too far",
      "nsec.test",
      { { " NSEC mail.nsec.test. ", " NSEC www.nsec.test. ", false } },
      { "insecure.nsec.test. NSEC: leads to www.nsec.test., but the next name is mail.nsec.test. "
        "(RFC 4034 4.1.1) [chain-broken]" } },
    { "two NSEC at a name",
      "nsec.test",
      { { "\nwww.nsec.test. 300 IN NSEC ",
          "\nwww.nsec.test. 300 IN NSEC zzz.nsec.test. A TXT RRSIG NSEC\n"
          "www.nsec.test. 300 IN NSEC ",
          false } },
      { "www.nsec.test. NSEC: more than one at this name (RFC 4035 2.3) [chain-broken]",
        "www.nsec.test. NSEC: leads to zzz.nsec.test., but the next name is nsec.test. " } },
    { "a type that is not listed",
      "nsec.test",
      { { " NSEC nsec.test. A TXT RRSIG NSEC", " NSEC nsec.test. A RRSIG NSEC", false } },
      { "www.nsec.test. NSEC: does not list TXT, which www.nsec.test. has (RFC 4034 4.1.2) "
        "[chain-wrong-types]" } },
    { "a type that is not there",
      "nsec.test",
      { { " NSEC nsec.test. A TXT RRSIG NSEC", " NSEC nsec.test. A TXT RRSIG NSEC TYPE1000",
          false } },
      { "www.nsec.test. NSEC: lists TYPE1000, which www.nsec.test. has not (RFC 4034 4.1.2) "
        "[chain-wrong-types]" } },
    { "glue that is listed",
      "nsec.test",
      { { "\ninsecure.nsec.test. 3600 IN NS ns.insecure.nsec.test.",
          "\ninsecure.nsec.test. 3600 IN NS insecure.nsec.test.\n"
          "insecure.nsec.test. 3600 IN A 192.0.2.1",
          false },
        { " NSEC mail.nsec.test. NS RRSIG NSEC", " NSEC mail.nsec.test. A NS RRSIG NSEC", false } },
      { "insecure.nsec.test. NSEC: lists A, which insecure.nsec.test. has not (RFC 4034 4.1.2) "
        "[chain-wrong-types]" } },
    { "a name without NSEC3",
      "nsec3.test",
      { { "\n35JTMRQEFFGOH561OJGVUN7V8EPBQV8B.nsec3.test. 300 IN NSEC3", NULL, false },
        { "\n35JTMRQEFFGOH561OJGVUN7V8EPBQV8B.nsec3.test. 300 IN RRSIG", NULL, true } },
      { "www.nsec3.test. NSEC3: missing: this name is not in the chain (RFC 5155 7.1) "
        "[chain-broken]",
        "2ej4qftqoau0qh4p6siv4d0ofa1m5gqm.nsec3.test. NSEC3: does not lead to the next one, "
        "36fqgs5kr2lsa4ilh2uaieco3ol42rsf.nsec3.test. (RFC 5155 7.1) [chain-broken]" } },
    { "a link of NSEC3 that leads too far",
      "nsec3.test",
      { { "36FQGS5KR2LSA4ILH2UAIECO3OL42RSF A TXT RRSIG",
          "46FQGS5KR2LSA4ILH2UAIECO3OL42RSF A TXT RRSIG", false } },
      { "35jtmrqeffgoh561ojgvun7v8epbqv8b.nsec3.test. NSEC3: does not lead to the next one, "
        "36fqgs5kr2lsa4ilh2uaieco3ol42rsf.nsec3.test. (RFC 5155 7.1) [chain-broken]" } },
    { "an NSEC3 of no name",
      "nsec3.test",
      { { "\nwww.nsec3.test. ", NULL, true } },
      { "35jtmrqeffgoh561ojgvun7v8epbqv8b.nsec3.test. NSEC3: is the hash of no name in the zone "
        "(RFC 5155 7.1) [chain-broken]" } },
    { "a type that an NSEC3 does not list",
      "nsec3.test",
      { { "36FQGS5KR2LSA4ILH2UAIECO3OL42RSF A TXT RRSIG",
          "36FQGS5KR2LSA4ILH2UAIECO3OL42RSF TXT RRSIG", false } },
      { "35jtmrqeffgoh561ojgvun7v8epbqv8b.nsec3.test. NSEC3: does not list A, which www.nsec3.test. "
        "has (RFC 4034 4.1.2) [chain-wrong-types]" } },
    { "an RRset without signature",
      "nsec.test",
      { { "\nwww.nsec.test. 3600 IN RRSIG A ", NULL, false } },
      { "www.nsec.test. A: is not signed (RFC 4035 2.2) [missing-signature]" } },
    { "one of two algorithms is enough",
      "nsec3.test",
      { { "\nwww.nsec3.test. 3600 IN RRSIG A 13 ", NULL, false } },
      { NULL } },
    { "a signature with the labels of a wildcard",
      "nsec.test",
      { { "www.nsec.test. 3600 IN RRSIG A 13 3 ", "www.nsec.test. 3600 IN RRSIG A 13 2 ", false } },
      { "www.nsec.test. A: no signature is by a key of the zone (RFC 4035 5.3.1) "
        "[missing-signature]" } },
    { "a signature by another algorithm",
      "nsec.test",
      { { "www.nsec.test. 3600 IN RRSIG A 13 ", "www.nsec.test. 3600 IN RRSIG A 8 ", false } },
      { "www.nsec.test. A: no signature is by a key of the zone (RFC 4035 5.3.1) "
        "[missing-signature]" } },
    { "a signature of what is not there",
      "nsec.test",
      { { "\nwww.nsec.test. 3600 IN TXT ", NULL, false },
        { " NSEC nsec.test. A TXT RRSIG NSEC", " NSEC nsec.test. A RRSIG NSEC", false } },
      { "www.nsec.test. RRSIG: signs TXT, which is not there [needless-signature]" } },
    { "a signature of a delegation",
      "nsec.test",
      { { "\ninsecure.nsec.test. 300 IN RRSIG NSEC ",
          "\ninsecure.nsec.test. 300 IN RRSIG NS 13 3 300 20370101000000 20200101000000 1 x. AAAA\n"
          "insecure.nsec.test. 300 IN RRSIG NSEC ",
          false } },
      { "insecure.nsec.test. RRSIG: signs NS, which must not be signed here (RFC 4035 2.2) "
        "[needless-signature]" } },
};

static void what_is_wrong(void **state)
{
    const struct wrong *wrong = *state;
    unsigned wanted = 0;
    read_text(wrong->zone);
    for (unsigned i = 0; i < 2 && wrong->edits[i].from; i++)
        apply(&wrong->edits[i]);
    const struct zone *zone = load(wrong->zone, BETWEEN, NULL);
    if (!zone)
        fail_msg("%s", error);
    zone_release(zone);
    for (unsigned i = 0; i < 2 && wrong->want[i]; i++, wanted++)
        assert_said(wrong->want[i]);
    if (lines_said() != wanted)
        fail_msg("%u lines said, %u wanted:\n%s", lines_said(), wanted, said);
    assert_int_equal(verdict.warnings, wanted);
}

static const char optout_usual[] = "NSEC3PARAM: 2 iterations: there should be none";

/* RFC 5155 6: without the flag, insecure delegations and what is above them are to be there. */
static void opt_out(void **state)
{
    (void)state;
    read_text("optout.test");
    zone_release(load("optout.test", BETWEEN, NULL));
    assert_said(optout_usual);
    assert_int_equal(lines_said(), 1);
    apply(&(struct edit){ " NSEC3 1 1 2 AABB ", " NSEC3 1 0 2 AABB ", true });
    zone_release(load("optout.test", BETWEEN, NULL));
    assert_said("insecure.optout.test. NSEC3: missing: this name is not in the chain");
    assert_said("only.optout.test. NSEC3: missing: this name is not in the chain");
    assert_null(strstr(said, " secure.optout.test. NSEC3: missing"));
    apply(&(struct edit){ " NSEC3 1 0 2 AABB ", " NSEC3 1 1 2 AABB ", true });
    apply(&(struct edit){ "\n98PIA88DFGS2DCMKT2RQNE3JMC8Q3K0Q.optout.test. ", NULL, true });
    zone_release(load("optout.test", BETWEEN, NULL));
    assert_said("www.optout.test. NSEC3: missing: this name is not in the chain");
}

/* A second set of parameters has a chain of its own. */
static void a_second_chain(void **state)
{
    (void)state;
    read_text("nsec3.test");
    apply(&(struct edit){ " IN NSEC3PARAM 1 0 0 -",
                          " IN NSEC3PARAM 1 0 0 -\nnsec3.test. 0 IN NSEC3PARAM 1 0 0 CC", false });
    zone_release(load("nsec3.test", BETWEEN, NULL));
    assert_said("nsec3.test. NSEC3PARAM: there is no chain with these parameters (RFC 5155 7.1) "
                "[chain-broken]");
    assert_int_equal(lines_said(), 1);
    strcat(text, "98PIA88DFGS2DCMKT2RQNE3JMC8Q3K0Q.nsec3.test. 300 IN NSEC3 1 0 0 CC "
                 "A8PIA88DFGS2DCMKT2RQNE3JMC8Q3K0Q A\n");
    zone_release(load("nsec3.test", BETWEEN, NULL));
    assert_said("NSEC3PARAM: the apex is not in the chain with these parameters");
    assert_said(
        "98pia88dfgs2dcmkt2rqne3jmc8q3k0q.nsec3.test. NSEC3: does not lead to the next one, "
        "98pia88dfgs2dcmkt2rqne3jmc8q3k0q.nsec3.test.");
}

static void signatures_without_keys(void **state)
{
    (void)state;
    read_text("nsec.test");
    apply(&(struct edit){ "\nnsec.test. 3600 IN DNSKEY ", NULL, true });
    zone_release(load("nsec.test", BETWEEN, NULL));
    assert_said("nsec.test. DNSKEY: missing: there are signatures, and no key to check them "
                "(RFC 4035 2.1) [missing-dnskey]");
}

/* --- time ------------------------------------------------------------------------------------- */

static const struct moment {
    const char *title;
    int64_t now;
    const char *want;
} moments[] = {
    { "the time is not known", 0, NULL },
    { "before", BEGIN - 1,
      "that of SOA is not valid before 2020-01-01T00:00:00Z; 90 of 90 RRsets have none that is valid "
      "yet (RFC 4035 5.3.1) [signature-not-yet-valid]" },
    { "the first second", BEGIN, NULL },
    { "long before the end", END - 3 * DAY, NULL },
    { "near the end", END - 3 * DAY + 1,
      "that of SOA expires at 2037-01-01T00:00:00Z; 90 of 90 RRsets have none for longer than 3d "
      "[signature-near-expiry]" },
    { "the last second", END, "[signature-near-expiry]" },
    { "behind", END + 1,
      "nsec.test. RRSIG: that of SOA has expired at 2037-01-01T00:00:00Z; 90 of 90 RRsets have none "
      "that is still valid (RFC 4035 5.3.1) [signature-expired]" },
};

static void at_a_time(void **state)
{
    const struct moment *moment = *state;
    read_text("nsec.test");
    const struct zone *zone = load("nsec.test", moment->now, NULL);
    assert_non_null(zone);
    assert_int_equal(lines_said(), moment->want != NULL);
    if (moment->want)
        assert_said(moment->want);
    assert_int_equal(verdict.signed_from, moment->now ? BEGIN : 0);
    assert_int_equal(verdict.signed_until, moment->now ? END : 0);
    const struct check_policy policy = check_policy_usual();
    assert_int_equal(zone_verdict_times(&verdict, &policy, moment->now), verdict.found);
    zone_release(zone);
}

/* The signature that is valid for longest counts, and the RRset that is left without one first. */
static void old_signatures_beside_new_ones(void **state)
{
    (void)state;
    const struct edit old_one = { "\nwww.nsec.test. 3600 IN RRSIG A 13 3 3600 20370101000000 ",
                                  "\nwww.nsec.test. 3600 IN RRSIG A 13 3 3600 20260201000000 ",
                                  false };
    read_text("nsec3.test");
    apply(&(struct edit){ "\nwww.nsec3.test. 3600 IN RRSIG A 13 3 3600 20370101000000 ",
                          "\nwww.nsec3.test. 3600 IN RRSIG A 13 3 3600 20210101000000 ", false });
    zone_release(load("nsec3.test", BETWEEN, NULL));
    assert_string_equal(said, "");
    read_text("nsec.test");
    apply(&old_one);
    zone_release(load("nsec.test", BETWEEN, NULL));
    assert_int_equal(verdict.signed_until, 1769904000);
    zone_release(load("nsec.test", 1769904001, NULL));
    assert_said("www.nsec.test. RRSIG: that of A has expired at 2026-02-01T00:00:00Z; 1 of 90 "
                "RRsets have none");
}

static void an_error_if_the_policy_says_so(void **state)
{
    (void)state;
    struct check_policy policy = check_policy_usual();
    assert_int_equal(check_policy_set(&policy, "signature-expired=error", NULL), 0);
    read_text("nsec.test");
    assert_null(load("nsec.test", END + 1, &policy));
    assert_non_null(strstr(error, "[signature-expired]"));
    policy = check_policy_usual();
    assert_int_equal(check_policy_set(&policy, "signature-expired=off", NULL), 0);
    zone_release(load("nsec.test", END + 1, &policy));
    assert_string_equal(said, "");
}

static void note(void *arg, const struct zone_finding *finding)
{
    unsigned *count = arg;
    *count += finding->check == CHECK_SIGNATURE_EXPIRED;
}

/* What is asked of a zone that comes from its image. */
static void the_times_alone(void **state)
{
    (void)state;
    const struct check_policy policy = check_policy_usual();
    unsigned count = 0;
    struct findings findings = { .policy = &policy, .now = END + 1, .find = note, .arg = &count };
    read_text("nsec.test");
    apply(&(struct edit){ "\nwww.nsec.test. 3600 IN RRSIG A ", NULL, false });
    const struct zone *zone = load("nsec.test", BETWEEN, NULL);
    assert_int_equal(zone_check_times(zone, &findings), 0);
    assert_int_equal(count, 1);
    assert_int_equal(findings.verdict.found, check_bit(CHECK_SIGNATURE_EXPIRED));
    assert_int_equal(findings.verdict.signed_until, END);
    zone_release(zone);
}

enum { WRONGS = sizeof wrongs / sizeof wrongs[0], MOMENTS = sizeof moments / sizeof moments[0] };

#define TEST(name)                                                                                 \
    {                                                                                              \
#name, name, files_setup, files_teardown, NULL                                             \
    }

int main(void)
{
    static const struct CMUnitTest others[] = {
        TEST(opt_out),
        TEST(a_second_chain),
        TEST(signatures_without_keys),
        TEST(old_signatures_beside_new_ones),
        TEST(an_error_if_the_policy_says_so),
        TEST(the_times_alone),
    };
    struct CMUnitTest tests[WRONGS + MOMENTS + sizeof others / sizeof others[0]];
    for (size_t i = 0; i < WRONGS; i++)
        tests[i] = (struct CMUnitTest){ wrongs[i].title, what_is_wrong, files_setup, files_teardown,
                                        (void *)&wrongs[i] };
    for (size_t i = 0; i < MOMENTS; i++)
        tests[WRONGS + i] = (struct CMUnitTest){ moments[i].title, at_a_time, files_setup,
                                                 files_teardown, (void *)&moments[i] };
    memcpy(tests + WRONGS + MOMENTS, others, sizeof others);
    return cmocka_run_group_tests_name("zone_signed", tests, NULL, NULL);
}
