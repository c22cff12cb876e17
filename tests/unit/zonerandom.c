/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonerandom.c - random records from a small world, so that names and hosts meet. */
#include "tests/unit/zonerandom.h"

#include "common/dnsmsg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

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
    const struct zone *built = zone_builder_finish(builder, NULL, &err);
    if (!built)
        fail_msg("%s", err.msg);
    zone_builder_free(builder);
    return built;
}
