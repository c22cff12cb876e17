/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_zone_random.c - random small zones: what zone_match and its kin say against a naive model
 * that scans a list of records. PROXIMA_SEED=n repeats a run. */
#include "common/dnsmsg.h"
#include "dnsd/zone/builder.h"
#include "tests/unit/zonerandom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { RECORDS_MAX = 60, ZONES = 1000, QUERIES = 60 };

struct model_record {
    struct dname owner;
    uint16_t type;
    uint8_t rdata[DNAME_MAX];
    uint16_t rdlength;
};

struct model {
    struct dname apex;
    struct model_record records[RECORDS_MAX];
    size_t count;
    const struct zone *zone;
};

static bool has(const struct model *model, const uint8_t *name, uint16_t type)
{
    for (size_t i = 0; i < model->count; i++)
        if (model->records[i].type == type && dname_equal(model->records[i].owner.wire, name))
            return true;
    return false;
}

static bool has_any(const struct model *model, const uint8_t *name)
{
    for (size_t i = 0; i < model->count; i++)
        if (dname_equal(model->records[i].owner.wire, name))
            return true;
    return false;
}

static bool exists(const struct model *model, const uint8_t *name)
{
    for (size_t i = 0; i < model->count; i++)
        if (dname_is_at_or_below(model->records[i].owner.wire, name))
            return true;
    return false;
}

static void model_add(struct model *model, const struct dname *owner, uint16_t type,
                      const uint8_t *rdata, size_t len)
{
    struct model_record *record = &model->records[model->count++];
    record->owner = *owner;
    record->type = type;
    record->rdlength = (uint16_t)len;
    memcpy(record->rdata, rdata, len);
}

/* One more record, unless it would make the zone invalid. */
static void model_add_random(struct model *model)
{
    static const uint16_t types[] = { DNS_TYPE_A,   DNS_TYPE_A,  DNS_TYPE_AAAA,  DNS_TYPE_NS,
                                      DNS_TYPE_TXT, DNS_TYPE_MX, DNS_TYPE_CNAME, DNS_TYPE_DNAME };
    const struct dname owner = random_name(&model->apex, 5);
    const uint16_t type = types[random_below(sizeof types / sizeof types[0])];
    const bool apex = owner.len == model->apex.len;
    const struct dname host = random_name(&model->apex, 3);
    uint8_t rdata[DNAME_MAX] = { 1, (uint8_t)('a' + random_below(3)) };
    size_t len = type == DNS_TYPE_AAAA ? 16 : type == DNS_TYPE_A ? 4 : 2;
    if (has(model, owner.wire, DNS_TYPE_CNAME) ||
        (type == DNS_TYPE_CNAME && has_any(model, owner.wire)))
        return;
    if (type == DNS_TYPE_NS && !apex &&
        (memcmp(owner.wire, "\1*", 2) == 0 || has(model, owner.wire, DNS_TYPE_DNAME)))
        return;
    if (type == DNS_TYPE_DNAME &&
        (has(model, owner.wire, DNS_TYPE_DNAME) || (!apex && has(model, owner.wire, DNS_TYPE_NS))))
        return;
    if (type == DNS_TYPE_NS || type == DNS_TYPE_CNAME || type == DNS_TYPE_DNAME) {
        memcpy(rdata, host.wire, host.len);
        len = host.len;
    } else if (type == DNS_TYPE_MX) {
        memcpy(rdata + 2, host.wire, host.len);
        len = 2u + host.len;
    }
    model_add(model, &owner, type, rdata, len);
}

static void model_make(struct model *model)
{
    static const char *const apexes[] = { ".", "example.", "a.b.c.example." };
    static const uint8_t soa[22];
    *model = (struct model){ .count = 0 };
    struct err err;
    assert_int_equal(dname_from_text(apexes[random_below(3)], &model->apex, &err), 0);
    model_add(model, &model->apex, DNS_TYPE_SOA, soa, sizeof soa);
    model_add(model, &model->apex, DNS_TYPE_NS, soa, 1);
    const unsigned more = random_below(RECORDS_MAX - 2);
    for (unsigned i = 0; i < more; i++)
        model_add_random(model);

    struct zone_builder *builder = zone_builder_new(model->apex.wire);
    zone_builder_tune(builder, 1 + random_below(3), random_below(8));
    for (size_t i = model->count; i-- > 0;) {
        const struct model_record *record = &model->records[i];
        const struct zone_record add = { record->owner.wire, record->type, 300, record->rdlength,
                                         record->rdata };
        if (zone_builder_add(builder, &add, &err))
            fail_msg("%s", err.msg);
    }
    model->zone = zone_builder_finish(builder, NULL, &err);
    if (!model->zone)
        fail_msg("%s", err.msg);
    zone_builder_free(builder);
}

static const uint8_t *node_name(const struct model *model, const struct zone_node *node)
{
    return node ? zone_node_name(model->zone, node) : NULL;
}

static void assert_same_name(const uint8_t *got, const uint8_t *want, const char *what,
                             const uint8_t *query)
{
    char a[DNAME_TEXT_MAX], b[DNAME_TEXT_MAX], q[DNAME_TEXT_MAX];
    if (!got != !want || (got && !dname_equal(got, want)))
        fail_msg("query %s: %s is %s, should be %s", dname_to_text(query, q), what,
                 got ? dname_to_text(got, a) : "none", want ? dname_to_text(want, b) : "none");
}

/* What hides `name`, told from the apex downwards: the first cut or DNAME on the way. */
static void model_occlusion(const struct model *model, const uint8_t *name, const uint8_t **cut,
                            const uint8_t **dname)
{
    const unsigned apex = dname_labels(model->apex.wire), labels = dname_labels(name);
    *cut = *dname = NULL;
    for (unsigned n = apex; n <= labels && !*cut && !*dname; n++) {
        const uint8_t *above = dname_skip(name, labels - n);
        if (n > apex && has(model, above, DNS_TYPE_NS))
            *cut = above;
        else if (n < labels && has(model, above, DNS_TYPE_DNAME))
            *dname = above;
    }
}

static void check_match(const struct model *model, const struct dname *query)
{
    struct name_key key;
    struct zone_match match;
    name_key_init(&key, query->wire);
    zone_match(model->zone, &key, &match);

    const bool there = exists(model, query->wire);
    unsigned skip = 0;
    while (!exists(model, dname_skip(query->wire, skip)))
        skip++;
    const uint8_t *encloser = dname_skip(query->wire, skip), *cut, *dname;
    model_occlusion(model, query->wire, &cut, &dname);
    uint8_t wildcard[DNAME_MAX + 2] = { 1, '*' };
    memcpy(wildcard + 2, encloser, dname_len(encloser));

    assert_same_name(node_name(model, match.node), there ? query->wire : NULL, "node", query->wire);
    assert_same_name(node_name(model, match.encloser), encloser, "encloser", query->wire);
    assert_same_name(node_name(model, match.cut), cut, "cut", query->wire);
    assert_same_name(node_name(model, match.dname), dname, "dname", query->wire);
    assert_same_name(node_name(model, match.wildcard),
                     !there && exists(model, wildcard) ? wildcard : NULL, "wildcard", query->wire);
    assert_int_equal(match.encloser_skip, skip);
}

static unsigned model_flags(const struct model *model, const uint8_t *name)
{
    const uint8_t *cut, *dname;
    uint8_t wildcard[DNAME_MAX + 2] = { 1, '*' };
    memcpy(wildcard + 2, name, dname_len(name));
    const bool apex = dname_equal(name, model->apex.wire);
    model_occlusion(model, name, &cut, &dname);
    return (apex ? NODE_APEX : 0) | (!apex && has(model, name, DNS_TYPE_NS) ? NODE_CUT : 0) |
           (dname || (cut && cut != name) ? NODE_BELOW_CUT : 0) |
           (has(model, name, DNS_TYPE_DNAME) ? NODE_DNAME : 0) |
           (has_any(model, name) ? 0 : NODE_EMPTY) |
           (exists(model, wildcard) ? NODE_HAS_WILDCARD : 0);
}

/* Records of the RRset, without duplicates, are those of the model; their targets are right. */
static size_t check_rrset(const struct model *model, const uint8_t *name,
                          const struct zone_rrset *rrset)
{
    size_t offset = 0;
    for (unsigned i = 0; i < rrset->count; i++) {
        const uint16_t len = wire_peek_u16(rrset->rdata + offset);
        const uint8_t *rdata = rrset->rdata + offset + 2;
        bool found = false;
        for (size_t r = 0; r < model->count; r++)
            found |= model->records[r].type == rrset->type && model->records[r].rdlength == len &&
                     dname_equal(model->records[r].owner.wire, name) &&
                     memcmp(model->records[r].rdata, rdata, len) == 0;
        assert_true(found);
        offset += 2u + len;
        const uint8_t *cut, *dname, *want = NULL;
        if (rrset->type == DNS_TYPE_NS || rrset->type == DNS_TYPE_MX) {
            want = rdata + (rrset->type == DNS_TYPE_MX ? 2 : 0);
            model_occlusion(model, dname_is_at_or_below(want, model->apex.wire) ? want : name, &cut,
                            &dname);
            if (dname || !(has(model, want, DNS_TYPE_A) || has(model, want, DNS_TYPE_AAAA)))
                want = NULL;
        }
        assert_same_name(node_name(model, zone_rrset_target(model->zone, rrset, i)), want, "target",
                         name);
    }
    assert_int_equal(offset, rrset->bytes);
    return rrset->count;
}

/* RFC 2181 5: same owner, type and RDATA; hosts in it without regard to case. */
static bool is_duplicate(const struct model_record *a, const struct model_record *b)
{
    if (a->type != b->type || a->rdlength != b->rdlength ||
        !dname_equal(a->owner.wire, b->owner.wire))
        return false;
    const bool host = a->type == DNS_TYPE_NS || a->type == DNS_TYPE_MX;
    const size_t plain = a->type == DNS_TYPE_MX ? 2 : host ? 0 : a->rdlength;
    return memcmp(a->rdata, b->rdata, plain) == 0 &&
           (!host || dname_equal(a->rdata + plain, b->rdata + plain));
}

static size_t model_distinct(const struct model *model)
{
    size_t distinct = 0;
    for (size_t i = 0; i < model->count; i++) {
        bool before = false;
        for (size_t j = 0; j < i; j++)
            before |= is_duplicate(&model->records[i], &model->records[j]);
        distinct += !before;
    }
    return distinct;
}

/* Walks all nodes and RRsets: order, flags, records, counts. */
static void check_walk(const struct model *model)
{
    struct zone_size count = { 0 };
    const struct zone_node *node = NULL, *prev = NULL;
    for (; (node = zone_next_node(model->zone, prev)); prev = node) {
        const uint8_t *name = zone_node_name(model->zone, node);
        if (prev)
            assert_true(dname_cmp(zone_node_name(model->zone, prev), name) < 0);
        assert_int_equal(zone_node_flags(node), model_flags(model, name));
        count.names++;
        const struct zone_rrset *rrset = NULL;
        while ((rrset = zone_node_next_rrset(model->zone, node, rrset))) {
            assert_ptr_equal(rrset, zone_node_rrset(model->zone, node, rrset->type));
            count.records += check_rrset(model, name, rrset);
            count.rrsets++;
        }
    }
    const struct zone_size size = zone_size(model->zone);
    assert_int_equal(count.records, model_distinct(model));
    assert_int_equal(size.records, count.records);
    assert_int_equal(size.rrsets, count.rrsets);
    assert_int_equal(size.names, count.names);
}

static void test_against_the_model(void **state)
{
    (void)state;
    static struct model model;
    for (int i = 0; i < ZONES; i++) {
        model_make(&model);
        check_walk(&model);
        for (int q = 0; q < QUERIES; q++) {
            const struct dname query = random_name(&model.apex, 7);
            check_match(&model, &query);
        }
        zone_release(model.zone);
    }
}

int main(void)
{
    random_begin();
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_against_the_model) };
    return cmocka_run_group_tests_name("zone_random", tests, NULL, NULL);
}
