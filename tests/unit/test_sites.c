/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sites.c - the other sites: from what real BIRDs said of their fleet tables, and from replies
 * with one thing wrong. */
#include "anycastctl/sense/sites.h"
#include "tests/unit/bird_recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct settings settings; /* two services, of which the second has two prefixes in IPv4 */
static const struct mono noon = { 1000000000000 };

static void add_prefix(unsigned service, enum family family, const char *text)
{
    struct service_family *in = &settings.service[service].family[family];
    struct err err;
    in->enabled = true;
    assert_int_equal(prefix_parse(text, &in->prefix[in->prefix_count++], &err), 0);
}

static int set_up(void **state)
{
    (void)state;
    settings = (struct settings){ .node_id = 1,
                                  .asn = 64500,
                                  .service_count = 2,
                                  .service = { { .name = "dns" }, { .name = "tld" } } };
    add_prefix(0, FAMILY_4, "192.0.2.0/24");
    add_prefix(0, FAMILY_6, "2001:db8:53::/48");
    add_prefix(1, FAMILY_4, "198.51.100.0/24");
    add_prefix(1, FAMILY_4, "203.0.113.0/24");
    return 0;
}

/* ---- replies made here ---- */

#define HEAD                "1007-Table fleet4:\n "
#define ROUTE(net, session) net " unicast [" session " 10:11:12.345 from 10.0.0.2] (100) [i]\n"
#define MARKED(node, level)                                                                        \
    "1012-\tsource: BGP\n \tbgp_large_community: (64500, 1, " node ") (64500, 2, " level ")\n"
#define NEXT "1007-"
#define END  "0000 \n"

static int read_text(struct sites *sites, const char *text, struct err *err)
{
    return sites_read(sites, &settings, FAMILY_4, reply_of(text), err);
}

static struct sites sites_of(const char *text)
{
    struct sites sites = { 0 };
    struct err err;
    assert_int_equal(read_text(&sites, text, &err), 0);
    return sites;
}

static struct sites_tally tally(const struct sites *sites, unsigned service)
{
    return sites_count(sites, &settings, service, FAMILY_4, 3000, noon);
}

static void assert_text(const struct sites *sites, unsigned service, const char *wanted)
{
    char text[256];
    assert_string_equal(sites_text(sites, service, FAMILY_4, text, sizeof text), wanted);
}

/* ---- what real ones say ---- */

static void every_version_tells_of_the_other_site(void **state)
{
    (void)state;
    for (int i = 0; i < RECORDINGS; i++)
        for (uint32_t asn = 0; asn <= 64500; asn += 64500) {
            struct sites sites = { 0 };
            struct err err;
            settings.asn = asn; /* without one, what the route says */
            const struct bird_reply *reply = recording_reply(recording_version[i], R_ROUTE_FLEET);
            assert_int_equal(sites_read(&sites, &settings, FAMILY_4, reply, &err), 0);
            assert_int_equal(sites.count, 1);
            assert_int_equal(sites.site[0].node_id, 2);
            assert_false(sites.own_heard); /* our own came by the pipe */
            assert_text(&sites, 0, "node 2 (backup)");
        }
}

static void another_asn_is_another_fleet(void **state)
{
    (void)state;
    settings.asn = 64501;
    for (int i = 0; i < RECORDINGS; i++) {
        struct sites sites = { 0 };
        struct err err;
        const struct bird_reply *reply = recording_reply(recording_version[i], R_ROUTE_FLEET);
        assert_int_equal(sites_read(&sites, &settings, FAMILY_4, reply, &err), 0);
        assert_int_equal(sites.count, 0);
    }
}

static void an_empty_table_is_nobody(void **state)
{
    (void)state;
    struct sites sites = sites_of("8001 Network not found\n");
    assert_int_equal(sites.count, 0);
    assert_text(&sites, 0, "none");
    sites = sites_of("0000 \n");
    assert_int_equal(sites.count, 0);
}

static void no_table_is_said_so(void **state)
{
    (void)state;
    struct sites sites = { 0 };
    struct err err;
    assert_int_equal(read_text(&sites, "9001 syntax error, unexpected CF_SYM_UNDEFINED\n", &err),
                     -1);
    assert_string_equal(err.msg, "BIRD's configuration has no table fleet4");
    assert_int_equal(read_text(&sites, "8002 out of order\n", &err), -1);
    assert_string_equal(err.msg, "table fleet4: BIRD says \"8002 out of order\"");
}

static void sessions_are_counted(void **state)
{
    (void)state;
    struct site_sessions sessions;
    struct err err;
    const char *text = "2002-Name Proto Table State Since Info\n"
                       "1002-fleet_a BGP --- up 10:11:12.345 Established\n"
                       " fleet_b BGP --- start 10:11:12.345 Active\n"
                       " fleet_pipe Pipe --- up 10:11:12.345 fleet4 <=> master4\n0000 \n";
    assert_int_equal(sites_read_sessions(reply_of(text), &sessions, &err), 0);
    assert_int_equal(sessions.count, 2);
    assert_int_equal(sessions.established, 1);
    text = "8003 No protocols match\n";
    assert_int_equal(sites_read_sessions(reply_of(text), &sessions, &err), 0);
    assert_int_equal(sessions.count, 0);
}

/* ---- who counts ---- */

static void all_prefixes_must_be_there(void **state)
{
    (void)state;
    struct sites sites = sites_of(HEAD ROUTE("198.51.100.0/24", "fleet_a") MARKED("2", "1") END);
    assert_int_equal(tally(&sites, 1).normal, 0);
    assert_int_equal(tally(&sites, 1).announced, 1); /* so we are not alone */
    assert_text(&sites, 1, "none");
    sites = sites_of(HEAD ROUTE("198.51.100.0/24", "fleet_a") MARKED("2", "1")
                         NEXT ROUTE("203.0.113.0/24", "fleet_a") MARKED("2", "1") END);
    assert_int_equal(tally(&sites, 1).normal, 1);
    assert_int_equal(tally(&sites, 0).announced, 0);
}

static void the_least_attractive_prefix_counts(void **state)
{
    (void)state;
    const struct sites sites = sites_of(HEAD ROUTE("198.51.100.0/24", "fleet_a") MARKED(
        "2", "1") NEXT ROUTE("203.0.113.0/24", "fleet_a") MARKED("2", "4") END);
    assert_int_equal(sites.site[0].service[1][FAMILY_4].level, LEVEL_LEAVING);
}

static void what_is_not_marked_or_not_ours_is_left_out(void **state)
{
    (void)state;
    static const char *const texts[] = {
        HEAD ROUTE("192.0.2.0/24", "fleet_a") END,
        HEAD ROUTE("192.0.2.0/24", "fleet_a") MARKED("2", "9") END,
        HEAD ROUTE("192.0.2.0/24", "up_example") MARKED("2", "1") END,
        HEAD ROUTE("192.0.2.0/25", "fleet_a") MARKED("2", "1") END,
        HEAD ROUTE("10.0.0.0/8", "fleet_a") MARKED("2", "1") END,
        HEAD ROUTE("192.0.2.0/24",
                   "fleet_a") "1012-\tbgp_large_community: (64500, 1, 2) (64501, 2, 1)\n" END,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int any = 0; any < 2; any++) {
            settings.asn = any ? 0 : 64500;
            assert_int_equal(sites_of(texts[i]).count, 0);
        }
}

static void our_own_id_from_elsewhere_is_noticed(void **state)
{
    (void)state;
    const struct sites sites = sites_of(HEAD ROUTE("192.0.2.0/24", "fleet_a") MARKED("1", "1") END);
    assert_true(sites.own_heard);
    assert_int_equal(sites.count, 0);
}

static void too_many_sites_are_not_counted(void **state)
{
    (void)state;
    struct sites sites = { 0 };
    struct err err;
    for (unsigned id = SITES_MAX + 10; id > 1; id--) {
        char text[512];
        snprintf(text, sizeof text,
                 HEAD ROUTE("192.0.2.0/24", "fleet_a") "1012-\tbgp_large_community: (64500, 1, %u) "
                                                       "(64500, 2, 1)\n" END,
                 id);
        assert_int_equal(read_text(&sites, text, &err), 0);
    }
    assert_int_equal(sites.count, SITES_MAX);
    for (unsigned i = 1; i < sites.count; i++)
        assert_true(sites.site[i - 1].node_id < sites.site[i].node_id);
}

/* ---- over time ---- */

static void since_is_when_we_saw_it_first(void **state)
{
    (void)state;
    const char *normal = HEAD ROUTE("192.0.2.0/24", "fleet_a") MARKED("2", "1") END;
    struct sites first = sites_of(normal), second = sites_of(normal), nobody = { 0 };
    assert_true(sites_date(&first, &nobody, noon));
    assert_false(sites_date(&second, &first, mono_add_ms(noon, 200)));
    assert_int_equal(second.site[0].service[0][FAMILY_4].since.ns, noon.ns);
    struct sites third = sites_of(HEAD ROUTE("192.0.2.0/24", "fleet_a") MARKED("2", "4") END);
    assert_true(sites_date(&third, &second, mono_add_ms(noon, 400)));
    assert_int_equal(third.site[0].service[0][FAMILY_4].since.ns, mono_add_ms(noon, 400).ns);
    assert_true(sites_date(&nobody, &third, mono_add_ms(noon, 600)));
}

static void lower_ids_go_first_but_not_for_ever(void **state)
{
    (void)state;
    struct sites nobody = { 0 };
    struct sites sites = sites_of(HEAD ROUTE("192.0.2.0/24", "fleet_a") MARKED("5", "4") END);
    sites_date(&sites, &nobody, noon);
    settings.node_id = 3;
    assert_int_equal(tally(&sites, 0).first, 0);
    settings.node_id = 7;
    assert_int_equal(tally(&sites, 0).first, 5);
    sites.site[0].service[0][FAMILY_4].since = mono_add_ms(noon, -3001); /* it is stuck */
    assert_int_equal(tally(&sites, 0).first, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(every_version_tells_of_the_other_site),
        TEST(another_asn_is_another_fleet),
        TEST(an_empty_table_is_nobody),
        TEST(no_table_is_said_so),
        TEST(sessions_are_counted),
        TEST(all_prefixes_must_be_there),
        TEST(the_least_attractive_prefix_counts),
        TEST(what_is_not_marked_or_not_ours_is_left_out),
        TEST(our_own_id_from_elsewhere_is_noticed),
        TEST(too_many_sites_are_not_counted),
        TEST(since_is_when_we_saw_it_first),
        TEST(lower_ids_go_first_but_not_for_ever),
    };
    return cmocka_run_group_tests_name("sites", tests, NULL, NULL);
}
