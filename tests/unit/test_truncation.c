/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_truncation.c - every response at every size from 512 to 4096 bytes, against the whole one:
 * what is there is whole RRsets and in order, and TC says exactly whether something needed is
 * missing. */
#include "dnsd/query/query.h"

#include "tests/unit/ask.h"
#include "tests/unit/reply.h"
#include "tests/unit/zonetext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { RECORDS_MAX = 4096, PAYLOAD_MIN = 512, PAYLOAD_MAX = 4096 };

static const struct query_settings settings = { .nsid = "n", .udp_payload_max = PAYLOAD_MAX };

/* The records of a message, OPT left out. */
struct reply {
    struct dns_header header;
    size_t len, count;
    unsigned section[RECORDS_MAX];
    struct dns_record record[RECORDS_MAX];
};

static void read_reply(struct reply *reply, const uint8_t *message, size_t len)
{
    struct wire_reader r = wire_reader(message, len);
    struct dname name;
    reply->header = dns_get_header(&r);
    reply->len = len;
    reply->count = 0;
    dns_get_name(&r, &name);
    wire_take(&r, 4);
    const unsigned counts[] = { reply->header.ancount, reply->header.nscount,
                                reply->header.arcount };
    for (unsigned section = 0; section < 3; section++) {
        for (unsigned i = 0; i < counts[section]; i++) {
            struct dns_record *record = &reply->record[reply->count];
            assert_int_equal(dns_get_record(&r, record), 0);
            reply->section[reply->count] = section;
            reply->count += record->type != DNS_TYPE_OPT;
            assert_true(reply->count < RECORDS_MAX);
        }
    }
}

static void respond(const struct zone_set *zones, struct ask *ask, struct reply *reply)
{
    static uint8_t out[DNS_MESSAGE_MAX];
    struct query_request request = {
        .bytes = ask->bytes,
        .len = ask->len,
        .client = &ask->client,
        .transport = ask->tcp ? QUERY_TCP : QUERY_UDP,
    };
    struct query query;
    query_parse(&query, &request);
    struct query_result result = query_respond(&query, zones, &settings, out, sizeof(out));
    assert_int_equal(result.kind, QUERY_ANSWERED);
    assert_true(reply_well_formed(out, result.len));
    read_reply(reply, out, result.len);
    assert_int_equal(result.truncated, !!(reply->header.flags & DNS_FLAG_TC));
}

static bool same_rrset(const struct reply *reply, size_t a, size_t b)
{
    return reply->section[a] == reply->section[b] &&
           reply->record[a].type == reply->record[b].type &&
           dname_equal(reply->record[a].owner.wire, reply->record[b].owner.wire);
}

/* Record `a` of the whole reply, and `b` of the cut one. Lengths of RDATA may differ by
 * compression. */
static void assert_same_record(const struct reply *whole, size_t a, const struct reply *cut,
                               size_t b)
{
    assert_int_equal(whole->section[a], cut->section[b]);
    assert_int_equal(whole->record[a].type, cut->record[b].type);
    assert_int_equal(whole->record[a].ttl, cut->record[b].ttl);
    assert_true(dname_equal(whole->record[a].owner.wire, cut->record[b].owner.wire));
}

/* RFC 9471: the glue of a name server at or below the delegated name. */
static bool is_needed(const struct reply *whole, size_t i)
{
    if (whole->section[i] < 2)
        return true;
    for (size_t j = 0; j < whole->count; j++)
        if (whole->section[j] == 1 && whole->record[j].type == DNS_TYPE_NS &&
            dname_is_at_or_below(whole->record[i].owner.wire, whole->record[j].owner.wire))
            return true;
    return false;
}

static void check_cut(const struct reply *whole, const struct reply *cut)
{
    bool missing = false;
    assert_true(cut->count <= whole->count);
    for (size_t i = 0; i < cut->count; i++)
        assert_same_record(whole, i, cut, i);
    if (cut->count && cut->count < whole->count)
        assert_false(same_rrset(whole, cut->count - 1, cut->count)); /* not in the middle of one */
    for (size_t i = cut->count; i < whole->count; i++)
        missing |= is_needed(whole, i);
    assert_int_equal(missing, !!(cut->header.flags & DNS_FLAG_TC));
    assert_int_equal(whole->header.flags & 0xfdff, cut->header.flags & 0xfdff);
}

static char *big_zone(void)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    fputs("$ORIGIN example.\n$TTL 3600\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\n",
          out);
    for (int i = 0; i < 200; i++)
        fprintf(out, "addresses A 198.51.%d.%d\n", i / 100, i);
    for (int i = 0; i < 12; i++)
        fprintf(out, "texts TXT \"%d %0200d\"\n", i, i);
    for (int i = 0; i < 40; i++)
        fprintf(out, "mx MX %d host%d\nhost%d A 203.0.113.%d\nhost%d AAAA 2001:db8::%d\n", i, i, i,
                i, i, i);
    for (int i = 0; i < 30; i++) /* all glue is needed; some of it is the sibling's */
        fprintf(out,
                "child NS ns%d.child\nns%d.child A 203.0.113.%d\nns%d.child AAAA 2001:db8::%d\n", i,
                i, i, i, i);
    for (int i = 0; i < 20; i++)
        fprintf(out, "mixed NS ns%d.mixed\nmixed NS ns%d.child\nns%d.mixed A 203.0.113.%d\n", i, i,
                i, i);
    for (int i = 0; i < 1000; i++) /* beyond what compression pointers reach */
        fprintf(out, "large NS ns%d.large\nns%d.large A 203.0.113.%d\n", i, i, i % 250);
    for (int i = 0; i < 2000; i++) /* beyond what a message can be */
        fprintf(out, "huge NS ns%d.huge\nns%d.huge AAAA 2001:db8::%d\n", i, i, i);
    fputs("alias0 CNAME alias1\nalias1 CNAME alias2\nalias2 CNAME addresses\n", out);
    fputs("d DNAME example.\n* 60 TXT \"wild\"\n", out);
    fclose(out);
    return text;
}

static int setup(void **state)
{
    char *text = big_zone();
    struct dname apex;
    dname_from_text("example.", &apex, NULL);
    struct zone_entry entry = { .zone = zone_from_text("example.", text), .apex = apex.wire };
    *state = (void *)zone_set_new(&entry, 1);
    zone_release(entry.zone);
    free(text);
    return 0;
}

static int teardown(void **state)
{
    zone_set_free(*state);
    return 0;
}

static void sweep(void **state, const char *name_and_type)
{
    static struct reply whole, cut;
    char line[256];
    struct ask ask;
    size_t previous = 0;
    snprintf(line, sizeof(line), "%s +edns=4096 +tcp", name_and_type);
    ask_from_text(&ask, line);
    respond(*state, &ask, &whole);
    assert_false(whole.header.flags & DNS_FLAG_TC);
    for (unsigned payload = PAYLOAD_MIN; payload <= PAYLOAD_MAX; payload++) {
        snprintf(line, sizeof(line), "%s +edns=%u", name_and_type, payload);
        ask_from_text(&ask, line);
        respond(*state, &ask, &cut);
        assert_true(cut.len <= payload);
        assert_true(cut.len >= previous); /* more room is never less answer */
        previous = cut.len;
        check_cut(&whole, &cut);
    }
}

#define SWEEP(name, question)                                                                      \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        sweep(state, question);                                                                    \
    }
SWEEP(addresses, "addresses.example. A")
SWEEP(texts, "texts.example. TXT")
SWEEP(mx, "mx.example. MX")
SWEEP(referral_with_needed_glue, "www.child.example. A")
SWEEP(referral_with_sibling_glue, "www.mixed.example. A")
SWEEP(chain, "alias0.example. A")
SWEEP(dname, "alias1.d.example. A")
SWEEP(wildcard, "nothing.example. TXT")
SWEEP(nodata, "ns.example. TXT")

static void test_names_beyond_pointers(void **state)
{
    static struct reply reply;
    struct ask ask;
    ask_from_text(&ask, "www.large.example. A +tcp");
    respond(*state, &ask, &reply);
    assert_true(reply.len > 2 * 0x3fff);
    assert_int_equal(reply.header.nscount, 1000);
    assert_int_equal(reply.header.arcount, 1000);
    assert_false(reply.header.flags & DNS_FLAG_TC);
}

/* TCP has its end too. */
static void test_more_than_a_message(void **state)
{
    static struct reply reply;
    struct ask ask;
    ask_from_text(&ask, "www.huge.example. A +tcp");
    respond(*state, &ask, &reply);
    assert_int_equal(reply.header.nscount, 2000);
    assert_true(reply.header.arcount < 2000);
    assert_true(reply.header.flags & DNS_FLAG_TC);
}

/* Without EDNS, 512 bytes, whatever the server would do. */
static void test_without_edns(void **state)
{
    static struct reply reply;
    struct ask ask;
    ask_from_text(&ask, "mx.example. MX");
    respond(*state, &ask, &reply);
    assert_true(reply.len <= DNS_UDP_MIN);
    assert_true(reply.header.flags & DNS_FLAG_TC);
}

/* What the client takes does not move the server's own limit. */
static void test_our_limit(void **state)
{
    static struct reply reply;
    struct ask ask;
    ask_from_text(&ask, "mx.example. MX +edns=65535");
    respond(*state, &ask, &reply);
    assert_true(reply.len <= PAYLOAD_MAX);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_mx),
        cmocka_unit_test(test_referral_with_needed_glue),
        cmocka_unit_test(test_referral_with_sibling_glue),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_dname),
        cmocka_unit_test(test_wildcard),
        cmocka_unit_test(test_nodata),
        cmocka_unit_test(test_names_beyond_pointers),
        cmocka_unit_test(test_more_than_a_message),
        cmocka_unit_test(test_without_edns),
        cmocka_unit_test(test_our_limit),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
