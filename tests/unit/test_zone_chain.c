/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_chain.c - which chain of NSEC or NSEC3 a zone uses, what is found in it, and the
 * warnings. The chains are made here, from names. */
#include "dnsd/zone/denial.h"
#include "dnsd/zone/nsec3.h"
#include "tests/unit/zonefiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START "$TTL 3600\n@ SOA a.x. b.x. 1 2 3 4 5\n@ NS a.x.\n"
#define NAMES "a A 192.0.2.1\nb.c A 192.0.2.1\n*.w A 192.0.2.1\n"
#define NSEC                                                                                       \
    "@ NSEC a NS SOA RRSIG NSEC\na NSEC b.c A RRSIG NSEC\nb.c NSEC *.w A RRSIG NSEC\n"             \
    "*.w NSEC @ A RRSIG NSEC\n"

static const char *const names[] = { "example.",     "a.example.", "c.example.",
                                     "b.c.example.", "w.example.", "*.w.example." };
enum { NAMES_COUNT = sizeof names / sizeof names[0], HASH_TEXT = NSEC3_LABEL_BYTES + 1 };

static struct loaded loaded;

static const struct zone *load(const char *text)
{
    files_write("zone", text);
    files_load("example", "zone", &loaded);
    if (!loaded.zone)
        fail_msg("%s", loaded.error);
    return loaded.zone;
}

static void hash_text(const char *name, unsigned iterations, char out[HASH_TEXT])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
    const struct nsec3_params params = { NULL, 0, NSEC3_SHA1, (uint16_t)iterations };
    struct dname wire;
    uint8_t hash[NSEC3_HASH_BYTES + 1] = { 0 };
    assert_int_equal(dname_from_text(name, &wire, NULL), 0);
    nsec3_hash(&params, wire.wire, wire.len, hash);
    for (unsigned i = 0; i < NSEC3_LABEL_BYTES; i++) {
        const unsigned bit = i * 5, pair = hash[bit / 8] * 256u + hash[bit / 8 + 1];
        out[i] = digits[pair >> (11 - bit % 8) & 31];
    }
    out[NSEC3_LABEL_BYTES] = '\0';
}

static int text_cmp(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Appends the chain over `names` to a zone's text, without its first `skip` links. */
static void add_chain(char *text, unsigned iterations, unsigned skip)
{
    char hashes[NAMES_COUNT][HASH_TEXT];
    for (unsigned i = 0; i < NAMES_COUNT; i++)
        hash_text(names[i], iterations, hashes[i]);
    qsort(hashes, NAMES_COUNT, sizeof hashes[0], text_cmp);
    for (unsigned i = skip; i < NAMES_COUNT; i++)
        sprintf(text + strlen(text), "%s NSEC3 1 0 %u - %s A RRSIG\n", hashes[i], iterations,
                hashes[(i + 1) % NAMES_COUNT]);
}

/* A chain to be made, and whether the apex offers it. */
struct chain {
    const char *param; /* of NSEC3PARAM, or NULL */
    unsigned iterations, skip;
    bool is_there;
};

static const struct one_case {
    const char *title, *more;
    struct chain chains[2];
    enum zone_denial kind;
    uint32_t links;
    const char *said;
} cases[] = {
    { "no chain", "", { { 0 } }, ZONE_DENIAL_NONE, 0, "" },
    { "NSEC", NSEC, { { 0 } }, ZONE_DENIAL_NSEC, 4, "" },
    { "NSEC3", "", { { "1 0 0 -", 0, 0, true } }, ZONE_DENIAL_NSEC3, 6, "" },
    { "both, NSEC3 whole", NSEC, { { "1 0 0 -", 0, 0, true } }, ZONE_DENIAL_NSEC3, 6, "" },
    { "both, a link of NSEC3 missing",
      NSEC,
      { { "1 0 0 -", 0, 1, true } },
      ZONE_DENIAL_NSEC,
      4,
      "" },
    { "NSEC3 alone, a link missing", "", { { "1 0 0 -", 0, 1, true } }, ZONE_DENIAL_NSEC3, 5, "" },
    { "both, NSEC3 not offered", NSEC, { { NULL, 0, 0, true } }, ZONE_DENIAL_NSEC, 4, "" },
    { "NSEC3 not offered", "", { { NULL, 0, 0, true } }, ZONE_DENIAL_NONE, 0, "" },
    { "NSEC3 offered with flags", "", { { "1 1 0 -", 0, 0, true } }, ZONE_DENIAL_NONE, 0, "" },
    { "NSEC3 offered, and not there", "", { { "1 0 0 -", 0, 0, false } }, ZONE_DENIAL_NONE, 0, "" },
    { "two of NSEC3, one of them whole",
      "",
      { { "1 0 0 -", 0, 2, true }, { "1 0 3 -", 3, 0, true } },
      ZONE_DENIAL_NSEC3,
      6,
      "zone:5: warning: example. NSEC3PARAM: 3 iterations: there should be none, they cost and "
      "protect nobody (RFC 9276 3.1) [nsec3-iterations]\n" },
    { "as many iterations as may be",
      "",
      { { "1 0 150 -", 150, 0, true } },
      ZONE_DENIAL_NSEC3,
      6,
      "zone:4: warning: example. NSEC3PARAM: 150 iterations: there should be none, they cost and "
      "protect nobody (RFC 9276 3.1) [nsec3-iterations]\n" },
    { "more iterations",
      "",
      { { "1 0 151 -", 151, 0, true } },
      ZONE_DENIAL_NONE,
      0,
      "zone:4: warning: example. NSEC3PARAM: 151 iterations, more than 150: this chain is not used "
      "(RFC 9276 3.2) [nsec3-unusable]\n" },
    { "a hash that is not known",
      NSEC,
      { { "2 0 0 -", 0, 0, true } },
      ZONE_DENIAL_NSEC,
      4,
      "zone:4: warning: example. NSEC3PARAM: hash algorithm 2 is not known: this chain is not used "
      "(RFC 5155 4.1) [nsec3-unusable]\n" },
    { "signed, and no chain",
      "@ DNSKEY 256 3 13 AAAA\n"
      "@ RRSIG SOA 13 1 3600 20370101000000 20200101000000 1 example. AAAA\n",
      { { 0 } },
      ZONE_DENIAL_NONE,
      0,
      "zone:7: warning: example. DNSKEY: the zone is signed, but there is no chain of NSEC or NSEC3 "
      "that can be used: what is not there is not proven (RFC 4035 2.3) [missing-chain]\n" },
};

/* What was said of the chain as a whole: its links are for test_zone_signed.c. */
static const char *said_of_the_whole(void)
{
    static char said[sizeof loaded.said];
    char *state = NULL;
    said[0] = '\0';
    for (char *line = strtok_r(loaded.said, "\n", &state); line;
         line = strtok_r(NULL, "\n", &state))
        if (!strstr(line, " [chain-") && !strstr(line, "-signature]"))
            strcat(strcat(said, line), "\n");
    return said;
}

static void the_chain_that_is_used(void **state)
{
    const struct one_case *one = *state;
    char text[8192] = START;
    for (unsigned i = 0; i < 2; i++)
        if (one->chains[i].param)
            sprintf(text + strlen(text), "@ NSEC3PARAM %s\n", one->chains[i].param);
    strcat(strcat(text, NAMES), one->more);
    for (unsigned i = 0; i < 2; i++)
        if (one->chains[i].is_there)
            add_chain(text, one->chains[i].iterations, one->chains[i].skip);
    const struct zone *zone = load(text);
    assert_string_equal(said_of_the_whole(), one->said);
    assert_int_equal(zone_denial(zone), one->kind);
    assert_int_equal(zone_chain_links(zone), one->links);
    for (uint32_t i = 1; i < one->links; i++)
        assert_true(dname_cmp(zone_node_name(zone, zone_chain_link(zone, i - 1)),
                              zone_node_name(zone, zone_chain_link(zone, i))) < 0);
    zone_release(zone);
}

static struct zone_match match_of(const struct zone *zone, const char *name)
{
    struct dname wire;
    struct name_key key;
    struct zone_match match;
    assert_int_equal(dname_from_text(name, &wire, NULL), 0);
    name_key_init(&key, wire.wire);
    zone_match(zone, &key, &match);
    return match;
}

/* RFC 5155 7.2.8 */
static void who_owns_nsec3_alone_is_no_name(void **state)
{
    (void)state;
    char text[8192] = START "@ NSEC3PARAM 1 0 0 -\n" NAMES, hash[HASH_TEXT], name[64];
    add_chain(text, 0, 0);
    hash_text("a.example.", 0, hash);
    snprintf(name, sizeof name, "%s.example.", hash);
    const struct zone *zone = load(text);
    struct zone_match match = match_of(zone, name);
    assert_null(match.node);
    assert_ptr_equal(match.encloser, zone_apex(zone));
    unsigned all = 0, nsec3 = 0;
    for (const struct zone_node *node = NULL; (node = zone_next_node(zone, node)); all++)
        nsec3 += zone_node_rrset(zone, node, 50) != NULL;
    assert_int_equal(all, 2 * NAMES_COUNT);
    assert_int_equal(nsec3, NAMES_COUNT);
    zone_release(zone);

    sprintf(text + strlen(text), "below.%s A 192.0.2.1\n", hash);
    zone = load(text);
    assert_non_null(match_of(zone, name).node);
    zone_release(zone);
}

/* What was found when the zone was built is what a search finds. */
static void each_name_knows_its_links(void **state)
{
    (void)state;
    char text[8192] = START "@ NSEC3PARAM 1 0 0 -\n" NAMES;
    add_chain(text, 0, 0);
    const struct zone *zone = load(text);
    for (unsigned i = 0; i < NAMES_COUNT; i++) {
        const struct zone_node *node = match_of(zone, names[i]).node;
        const struct zone_proof proof = zone_nsec3_proof(zone, node);
        const uint8_t *name = zone_node_name(zone, node);
        uint8_t wildcard[DNAME_MAX + 2] = { 1, '*' };
        memcpy(wildcard + 2, name, dname_len(name));
        assert_ptr_equal(proof.match, zone_nsec3_find(zone, name, dname_len(name)));
        assert_ptr_equal(proof.other, zone_nsec3_find(zone, wildcard, dname_len(wildcard)));
    }
    zone_release(zone);
}

static void without_a_link_the_next_closer_name_is_known(void **state)
{
    (void)state;
    char text[8192] = START "@ NSEC3PARAM 1 0 0 -\nb.c NS a.x.\nd.b.c NS a.x.\n", apex[HASH_TEXT];
    hash_text("example.", 0, apex);
    sprintf(text + strlen(text), "%s NSEC3 1 1 0 - %s NS SOA RRSIG NSEC3PARAM\n", apex, apex);
    const struct zone *zone = load(text);
    const struct zone_node *link = zone_chain_link(zone, 0);
    struct dname wire;
    struct name_key key;
    assert_int_equal(dname_from_text("b.c.example.", &wire, NULL), 0);
    name_key_init(&key, wire.wire);
    const struct zone_node *cut = match_of(zone, "b.c.example.").node;
    const struct zone_proof proof = zone_nsec3_proof(zone, cut);
    assert_null(proof.match);
    assert_ptr_equal(proof.other, link);
    assert_ptr_equal(zone_nsec3_encloser(zone, &key, cut).match, link);
    assert_null(zone_nsec3_proof(zone, match_of(zone, "d.b.c.example.").node).match); /* hidden */
    zone_release(zone);
}

/* A zone of many names, whose NSEC point anywhere: only the owners count here. */
static void nsec_before_a_name_is_found(void **state)
{
    (void)state;
    enum { OWNERS = 500, ASKED = 2000 };
    static char text[65536];
    strcpy(text, START "@ NSEC a\n");
    srand(7);
    for (unsigned i = 0; i < OWNERS; i++)
        sprintf(text + strlen(text), "%c%s\\%03d%s NSEC a\n", 'a' + rand() % 3,
                rand() % 2 ? "abcdefgh" : "", rand() % 4, rand() % 2 ? ".x" : "");
    const struct zone *zone = load(text);
    for (unsigned i = 0; i < ASKED; i++) {
        char name[64];
        struct dname wire;
        snprintf(name, sizeof name, "%s%c%s\\%03d%s.example.", rand() % 2 ? "q." : "",
                 'a' + rand() % 4, rand() % 2 ? "abcdefgh" : "", rand() % 4,
                 rand() % 2 ? ".x" : "");
        assert_int_equal(dname_from_text(name, &wire, NULL), 0);
        const struct zone_node *expected = NULL;
        for (uint32_t link = 0; link < zone_chain_links(zone); link++) {
            const struct zone_node *node = zone_chain_link(zone, link);
            if (dname_cmp(zone_node_name(zone, node), wire.wire) <= 0)
                expected = node;
        }
        assert_ptr_equal(zone_nsec_find(zone, wire.wire), expected);
    }
    zone_release(zone);
}

int main(void)
{
    enum { CASES = sizeof cases / sizeof cases[0] };
    struct CMUnitTest tests[CASES + 4];
    for (size_t i = 0; i < CASES; i++)
        tests[i] = (struct CMUnitTest){ cases[i].title, the_chain_that_is_used, NULL, NULL,
                                        (void *)&cases[i] };
    tests[CASES] = (struct CMUnitTest)cmocka_unit_test(who_owns_nsec3_alone_is_no_name);
    tests[CASES + 1] = (struct CMUnitTest)cmocka_unit_test(each_name_knows_its_links);
    tests[CASES + 2] =
        (struct CMUnitTest)cmocka_unit_test(without_a_link_the_next_closer_name_is_known);
    tests[CASES + 3] = (struct CMUnitTest)cmocka_unit_test(nsec_before_a_name_is_found);
    return cmocka_run_group_tests(tests, files_setup, files_teardown);
}
