/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonesame.c - comparison of zones through zone.h; random records. */
#include "tests/unit/zonesame.h"

#include "common/dnsmsg.h"
#include "common/wire.h"
#include "dnsd/zone/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    do {
        got_rrset = zone_node_next_rrset(got_zone, got, got_rrset);
        want_rrset = zone_node_next_rrset(want_zone, want, want_rrset);
        assert_int_equal(got_rrset != NULL, want_rrset != NULL);
        if (want_rrset)
            assert_same_rrset(got_zone, got_rrset, want_zone, want_rrset, name);
    } while (want_rrset);
}

/* What was found, as text. */
struct found {
    char text[64 << 10];
    size_t len;
};

static void note(void *arg, const struct zone_finding *finding)
{
    struct found *found = arg;
    found->len += (size_t)snprintf(found->text + found->len, sizeof found->text - found->len,
                                   "%s%s\n", finding->is_error ? "" : "warning: ", finding->text);
    assert_true(found->len < sizeof found->text);
}

static void assert_same_findings(const struct zone *got, const struct zone *want)
{
    static struct found got_found, want_found;
    struct err got_err = { "" }, want_err = { "" };
    got_found.len = want_found.len = 0;
    got_found.text[0] = want_found.text[0] = '\0';
    assert_int_equal(zone_check(got, note, &got_found, &got_err),
                     zone_check(want, note, &want_found, &want_err));
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

static uint64_t random_state;

void random_begin(void)
{
    const char *seed = getenv("PROXIMA_SEED");
    random_state = seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    fprintf(stderr, "seed: PROXIMA_SEED=%llu\n", (unsigned long long)random_state);
}

unsigned random_below(unsigned n)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % n;
}

struct dname random_name(const struct dname *below, unsigned labels)
{
    static const char *const alphabet[] = { "\1a", "\1b", "\1A", "\2aa", "\1*", "\1\0", "\3xyz" };
    static const uint8_t sizes[] = { 2, 2, 2, 3, 2, 2, 4 };
    struct dname name = { .len = 0 };
    for (unsigned n = random_below(labels + 1); n; n--) {
        const unsigned i = random_below(7);
        memcpy(name.wire + name.len, alphabet[i], sizes[i]);
        name.len = (uint8_t)(name.len + sizes[i]);
    }
    memcpy(name.wire + name.len, below->wire, below->len);
    name.len = (uint8_t)(name.len + below->len);
    return name;
}

/* Fixed bytes before the name in RDATA of the types that are made, and whether there is one. */
static const struct shape {
    uint16_t type;
    uint8_t head;
    bool name;
} shapes[] = {
    { DNS_TYPE_A, 4, false },    { DNS_TYPE_A, 4, false },    { DNS_TYPE_AAAA, 16, false },
    { DNS_TYPE_TXT, 2, false },  { DNS_TYPE_NS, 0, true },    { DNS_TYPE_MX, 2, true },
    { DNS_TYPE_SRV, 6, true },   { DNS_TYPE_SVCB, 2, true },  { DNS_TYPE_DS, 5, false },
    { DNS_TYPE_CNAME, 0, true }, { DNS_TYPE_DNAME, 0, true },
};

static void set_rdata(const struct random_zone *zone, struct random_record *record)
{
    static const struct dname root = { .len = 1 };
    const struct shape *shape = &shapes[random_below(sizeof shapes / sizeof shapes[0])];
    const struct dname host = random_name(random_below(6) ? &zone->apex : &root, 3);
    record->type = shape->type;
    memset(record->rdata, 0, sizeof record->rdata);
    record->rdata[0] = 1; /* a character-string of one byte, if it is TXT */
    record->rdata[1] = (uint8_t)random_below(3);
    memcpy(record->rdata + shape->head, host.wire, host.len);
    record->rdlength = (uint16_t)(shape->head + (shape->name ? host.len : 0));
}

static void add_record(struct random_zone *zone)
{
    if (zone->count == RANDOM_RECORDS_MAX)
        return;
    struct random_record *record = &zone->records[zone->count++];
    record->owner = random_name(&zone->apex, 5);
    record->ttl = random_below(8) ? 300 : 60;
    set_rdata(zone, record);
}

static void change_record(struct random_zone *zone)
{
    static const uint8_t soa[22];
    const size_t i = random_below((unsigned)zone->count);
    struct random_record *record = &zone->records[i];
    if (i == 0)
        record->rdata[sizeof soa - 17]++; /* the serial */
    else if (random_below(2))
        set_rdata(zone, record);
    else
        record->ttl ^= 1;
}

static void remove_record(struct random_zone *zone)
{
    const size_t i = 1 + random_below((unsigned)zone->count);
    if (i >= zone->count)
        return;
    zone->count--;
    memmove(&zone->records[i], &zone->records[i + 1], (zone->count - i) * sizeof *zone->records);
}

static void remove_subtree(struct random_zone *zone)
{
    const struct dname top = random_name(&zone->apex, 3);
    size_t kept = 1;
    for (size_t i = 1; i < zone->count; i++)
        if (top.len == zone->apex.len ||
            !dname_is_at_or_below(zone->records[i].owner.wire, top.wire))
            zone->records[kept++] = zone->records[i];
    zone->count = kept;
}

void random_zone_begin(struct random_zone *zone)
{
    static const char *const apexes[] = { ".", "example.", "a.b.c.example." };
    *zone = (struct random_zone){ .count = 1 };
    assert_int_equal(dname_from_text(apexes[random_below(3)], &zone->apex, NULL), 0);
    zone->records[0] = (struct random_record){
        .owner = zone->apex,
        .type = DNS_TYPE_SOA,
        .ttl = 300,
        .rdlength = 22,
    };
    for (unsigned n = random_below(RANDOM_RECORDS_MAX); n; n--)
        add_record(zone);
}

void random_zone_edit(struct random_zone *zone)
{
    void (*const edits[])(struct random_zone *) = { add_record, add_record, change_record,
                                                    remove_record };
    for (unsigned n = random_below(6); n; n--)
        edits[random_below(4)](zone);
    if (random_below(10) == 0)
        remove_subtree(zone);
}

void random_zone_add(const struct random_zone *zone, struct zone_builder *builder,
                     const uint8_t *owner)
{
    struct err err;
    for (size_t i = 0; i < zone->count; i++) {
        const struct random_record *record = &zone->records[i];
        const struct zone_record add = { record->owner.wire, record->type, record->ttl,
                                         record->rdlength, record->rdata };
        if (owner && !dname_equal(owner, record->owner.wire))
            continue;
        if (zone_builder_add(builder, &add, &err))
            fail_msg("%s", err.msg);
    }
}

const struct zone *random_zone_build(const struct random_zone *zone)
{
    struct err err;
    struct zone_builder *builder = zone_builder_new(zone->apex.wire);
    random_zone_add(zone, builder, NULL);
    const struct zone *built = zone_builder_finish(builder, NULL, NULL, &err);
    if (!built)
        fail_msg("%s", err.msg);
    zone_builder_free(builder);
    return built;
}
