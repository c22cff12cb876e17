/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_peering.c - who goes before whom: session, provider, profile, default. */
#include "bird/config/peering.h"
#include "bird/config/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct peering resolve(const struct peering_input *session,
                              const struct peering_input *provider,
                              const struct peering_input *profile)
{
    const struct peering_input *places[] = { session, provider, profile, NULL };
    struct peering peering;
    struct err err = { "" };
    if (peering_resolve(places, &peering, &err))
        fail_msg("%s", err.msg);
    return peering;
}

static void test_defaults(void **state)
{
    struct peering_input session, provider;
    (void)state;
    peering_input_init(&session);
    peering_input_init(&provider);
    provider.asn = 64501;
    const struct peering p = resolve(&session, &provider, NULL);
    assert_int_equal(p.asn, 64501);
    assert_false(p.bfd || p.ttl_security || p.one_session || p.has_blackhole);
    assert_null(p.password_file);
    assert_int_equal(p.role, ROLE_CUSTOMER);
    assert_int_equal(p.import, IMPORT_DEFAULT);
    assert_int_equal(p.import_limit[0], 10);
    assert_int_equal(p.level[LEVEL_NORMAL].prepend, 0);
    assert_int_equal(p.level[LEVEL_BACKUP].prepend, 3);
    assert_memory_equal(&p.level[LEVEL_LEAVING], &p.level[LEVEL_BACKUP], sizeof p.level[0]);
    assert_int_equal(p.level[LEVEL_DRAIN].community_count, 1); /* GRACEFUL_SHUTDOWN */
    assert_int_equal(p.level[LEVEL_DRAIN].community[0].part[0], 65535);
}

static void test_first_counts(void **state)
{
    struct peering_input session, provider, profile;
    char *communities[] = { (char *)"1:2", (char *)"3:4" };
    (void)state;
    peering_input_init(&session);
    peering_input_init(&provider);
    peering_input_init(&profile);
    profile.asn = 1, profile.bfd = true, profile.multihop = 2, profile.import = (char *)"none";
    profile.neighbor4 = (char *)"198.51.100.1";
    profile.backup.communities = (struct conf_strings){ 2, communities };
    provider.asn = 2, provider.bfd = false, provider.import = (char *)"full";
    session.asn = 3, session.neighbor4 = (char *)"198.51.100.9";
    const struct peering p = resolve(&session, &provider, &profile);
    assert_int_equal(p.asn, 3);
    assert_false(p.bfd); /* said, if only to be off */
    assert_int_equal(p.multihop, 2);
    assert_int_equal(p.import, IMPORT_FULL);
    assert_true(p.has_neighbor[0] && !p.has_neighbor[1]);
    char text[ADDR_TEXT_MAX];
    assert_string_equal(addr_text_host(&p.neighbor[0], text), "198.51.100.9");
    assert_int_equal(p.level[LEVEL_BACKUP].community_count, 2);
}

/* A list without items is said, too. */
static void test_empty_goes_before(void **state)
{
    struct peering_input session, provider;
    char *communities[] = { (char *)"1:2" }, *none[] = { NULL };
    (void)state;
    peering_input_init(&session);
    peering_input_init(&provider);
    provider.asn = 1, provider.neighbor6 = (char *)"2001:db8::1";
    provider.backup.communities = (struct conf_strings){ 1, communities };
    session.backup.communities = (struct conf_strings){ 0, none };
    session.neighbor6 = (char *)"";
    const struct peering p = resolve(&session, &provider, NULL);
    assert_int_equal(p.level[LEVEL_BACKUP].community_count, 0);
    assert_false(p.has_neighbor[1]);
}

static void test_import_over_several_hops(void **state)
{
    struct peering_input session, provider;
    (void)state;
    peering_input_init(&session);
    peering_input_init(&provider);
    provider.asn = 1, provider.multihop = 2;
    assert_int_equal(resolve(&session, &provider, NULL).import, IMPORT_NONE);
    session.import = (char *)"default";
    assert_int_equal(resolve(&session, &provider, NULL).import, IMPORT_DEFAULT);
}

static void test_graceful_shutdown_once(void **state)
{
    struct peering_input session, provider;
    char *communities[] = { (char *)"65535:0", (char *)"1:2" };
    (void)state;
    peering_input_init(&session);
    peering_input_init(&provider);
    provider.asn = 1;
    provider.drain.communities = (struct conf_strings){ 2, communities };
    assert_int_equal(resolve(&session, &provider, NULL).level[LEVEL_DRAIN].community_count, 2);
}

/* What a table of facts says must make sense, and be told from where. */
static void test_profiles(void **state)
{
    (void)state;
    for (const struct profile *profile = profiles; profile->name; profile++) {
        struct peering_input session, input;
        struct err err = { "" };
        assert_ptr_equal(profile_find(profile->name, &err), profile);
        assert_non_null(profile->text);
        assert_non_null(profile->advice);
        assert_non_null(profile->source[0]);
        peering_input_init(&session);
        if (!profile->asn)
            session.asn = 64501;
        profile_peering(profile, &input);
        const struct peering p = resolve(&session, &input, NULL);
        assert_int_equal(p.multihop, profile->multihop);
        assert_int_equal(p.has_neighbor[0], profile->neighbor4 != NULL);
        assert_int_equal(p.has_blackhole, profile->blackhole != NULL);
    }
    struct err err = { "" };
    assert_null(profile_find("vulter", &err));
    assert_non_null(strstr(err.msg, "did you mean \"vultr\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_first_counts),
        cmocka_unit_test(test_empty_goes_before),
        cmocka_unit_test(test_import_over_several_hops),
        cmocka_unit_test(test_graceful_shutdown_once),
        cmocka_unit_test(test_profiles),
    };
    return cmocka_run_group_tests_name("peering", tests, NULL, NULL);
}
