/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonesame.c - comparison of zones through zone.h. */
#include "tests/unit/zonesame.h"

#include "dnsd/zone/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t *name_of(const struct zone *zone, const struct zone_node *node)
{
    return node ? zone_node_name(zone, node) : NULL;
}

static void assert_same_name(const uint8_t *got, const uint8_t *want, const char *what,
                             const uint8_t *where)
{
    char a[DNAME_TEXT_MAX], b[DNAME_TEXT_MAX], at[DNAME_TEXT_MAX];
    if (!got != !want || (got && !dname_equal(got, want)))
        fail_msg("at %s: %s is %s, should be %s", dname_to_text(where, at), what,
                 got ? dname_to_text(got, a) : "none", want ? dname_to_text(want, b) : "none");
}

static void assert_same_rrset(const struct zone *got_zone, const struct zone_rrset *got,
                              const struct zone *want_zone, const struct zone_rrset *want,
                              const uint8_t *name)
{
    assert_int_equal(got->type, want->type);
    assert_int_equal(got->count, want->count);
    assert_int_equal(got->ttl, want->ttl);
    assert_int_equal(got->bytes, want->bytes);
    assert_memory_equal(got->rdata, want->rdata, want->bytes);
    for (unsigned i = 0; i < want->count; i++)
        assert_same_name(name_of(got_zone, zone_rrset_target(got_zone, got, i)),
                         name_of(want_zone, zone_rrset_target(want_zone, want, i)), "target", name);
}

static void assert_same_node(const struct zone *got_zone, const struct zone_node *got,
                             const struct zone *want_zone, const struct zone_node *want)
{
    const uint8_t *name = zone_node_name(want_zone, want);
    char text[DNAME_TEXT_MAX];
    assert_same_name(zone_node_name(got_zone, got), name, "name", name);
    if (zone_node_flags(got) != zone_node_flags(want))
        fail_msg("at %s: flags are %#x, should be %#x", dname_to_text(name, text),
                 zone_node_flags(got), zone_node_flags(want));
    const struct zone_rrset *got_rrset = NULL, *want_rrset = NULL;
    while ((want_rrset = zone_node_next_rrset(want_zone, want, want_rrset))) {
        got_rrset = zone_node_next_rrset(got_zone, got, got_rrset);
        if (!got_rrset)
            fail_msg("at %s: an RRset is missing", dname_to_text(name, text));
        else
            assert_same_rrset(got_zone, got_rrset, want_zone, want_rrset, name);
    }
    assert_null(zone_node_next_rrset(got_zone, got, got_rrset));
}

/* What was found, as text. */
struct found {
    char text[1 << 20];
    size_t len;
};

static void note(void *arg, const struct zone_finding *finding)
{
    struct found *found = arg;
    found->len += (size_t)snprintf(
        found->text + found->len, sizeof found->text - found->len, "%s%s [%s]\n",
        finding->is_error ? "" : "warning: ", finding->text, check_rows[finding->check].name);
    assert_true(found->len < sizeof found->text);
}

static void assert_same_findings(const struct zone *got, const struct zone *want)
{
    static struct found got_found, want_found;
    struct err got_err = { "" }, want_err = { "" };
    const struct check_policy policy = check_policy_usual();
    struct findings got_findings = {
        .policy = &policy, .find = note, .arg = &got_found, .err = &got_err
    };
    struct findings want_findings = {
        .policy = &policy, .find = note, .arg = &want_found, .err = &want_err
    };
    got_found.len = want_found.len = 0;
    got_found.text[0] = want_found.text[0] = '\0';
    assert_int_equal(zone_check(got, &got_findings), zone_check(want, &want_findings));
    assert_string_equal(got_found.text, want_found.text);
    assert_string_equal(got_err.msg, want_err.msg);
}

void assert_zones_same(const struct zone *got, const struct zone *want)
{
    const struct zone_node *got_node = NULL, *want_node = NULL;
    do {
        got_node = zone_next_node(got, got_node);
        want_node = zone_next_node(want, want_node);
        if (!got_node != !want_node)
            assert_same_name(name_of(got, got_node), name_of(want, want_node), "the next name",
                             zone_name(want));
        if (want_node)
            assert_same_node(got, got_node, want, want_node);
    } while (want_node);
    const struct zone_size got_size = zone_size(got), want_size = zone_size(want);
    assert_int_equal(got_size.names, want_size.names);
    assert_int_equal(got_size.rrsets, want_size.rrsets);
    assert_int_equal(got_size.records, want_size.records);
    assert_int_equal(zone_serial(got), zone_serial(want));
    assert_int_equal(zone_negative_ttl(got), zone_negative_ttl(want));
    assert_same_findings(got, want);
}

void assert_matches_same(const struct zone *got_zone, const struct zone *want_zone,
                         const uint8_t *name)
{
    struct name_key key;
    struct zone_match got, want;
    name_key_init(&key, name);
    zone_match(got_zone, &key, &got);
    zone_match(want_zone, &key, &want);
    const struct {
        const char *what;
        const struct zone_node *got, *want;
    } rows[] = {
        { "node", got.node, want.node },
        { "encloser", got.encloser, want.encloser },
        { "cut", got.cut, want.cut },
        { "dname", got.dname, want.dname },
        { "wildcard", got.wildcard, want.wildcard },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_same_name(name_of(got_zone, rows[i].got), name_of(want_zone, rows[i].want),
                         rows[i].what, name);
    assert_int_equal(got.encloser_skip, want.encloser_skip);
}
