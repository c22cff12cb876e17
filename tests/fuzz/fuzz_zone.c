/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_zone.c - any bytes as a master file: no crash, and of what becomes a zone every name is
 * found again; and read in small pieces, by several threads, it is the same zone, or there are the
 * same problems. The file is in memory; what it includes is not there. */
#include "tests/fuzz/target.h"

#include "dnsd/zone/load.h"
#include "dnsd/zone/rdata.h"
#include "tests/unit/zonesame.h"

#include "common/wire.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What was said, and what of it came first. */
struct said {
    size_t lines;
    uint64_t sum;
    struct err err;
};

static void hear(void *arg, const char *text)
{
    struct said *said = arg;
    if (text[0] == '\0')
        abort();
    said->lines++;
    for (; *text; text++)
        said->sum = (said->sum ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
}

static void check_rrset(const struct zone *zone, const struct zone_node *node,
                        const struct zone_rrset *rrset)
{
    if (zone_node_rrset(zone, node, rrset->type) != rrset)
        abort();
    const uint8_t *record = rrset->rdata;
    for (unsigned i = 0; i < rrset->count; i++, record += 2 + wire_peek_u16(record)) {
        if (rdata_problem(rrset->type, record + 2, wire_peek_u16(record)))
            abort();
        const struct zone_node *target = zone_rrset_target(zone, rrset, i);
        if (target &&
            !dname_valid(zone_node_name(zone, target), dname_len(zone_node_name(zone, target))))
            abort();
    }
    if (record != rrset->rdata + rrset->bytes)
        abort();
}

static void check_zone(const struct zone *zone)
{
    const struct zone_node *prev = NULL, *node;
    for (; (node = zone_next_node(zone, prev)); prev = node) {
        const uint8_t *name = zone_node_name(zone, node);
        struct name_key key;
        struct zone_match match;
        name_key_init(&key, name);
        zone_match(zone, &key, &match);
        const bool found = match.node == node;
        if (found == !!(zone_node_flags(node) & NODE_NSEC3)) /* RFC 5155 7.2.8 */
            abort();
        if (prev && dname_cmp(zone_node_name(zone, prev), name) >= 0)
            abort();
        const struct zone_rrset *rrset = NULL;
        while ((rrset = zone_node_next_rrset(zone, node, rrset)))
            check_rrset(zone, node, rrset);
    }
}

static const struct zone *load(const char *path, struct records_reader *reader, struct said *said)
{
    static const uint8_t apex[] = "\7example";
    struct zone_load load = {
        .apex = apex,
        .path = path,
        .warn = hear,
        .arg = said,
        .reader = reader,
    };
    *said = (struct said){ .lines = 0 };
    const struct zone *zone = zone_load_run(&load, &said->err);
    file_list_free(&load.files);
    return zone;
}

/* The definition: one thread reads the file as a whole. */
static const struct zone *load_whole(const char *path, struct said *said)
{
    static struct records_reader *reader;
    if (!reader) {
        reader = records_reader_new(1);
        records_reader_tune(reader, SIZE_MAX);
    }
    return load(path, reader, said);
}

/* `piece`: bytes that a thread scans at once. */
static void check_pieces(const char *path, size_t piece, const struct zone *whole,
                         const struct said *said)
{
    static struct records_reader *reader;
    struct said again;
    if (!reader)
        reader = records_reader_new(2);
    records_reader_tune(reader, piece);
    const struct zone *zone = load(path, reader, &again);
    if (!zone != !whole || again.lines != said->lines || again.sum != said->sum ||
        (!zone && strcmp(again.err.msg, said->err.msg) != 0))
        abort();
    if (zone)
        assert_zones_same(zone, whole);
    zone_release(zone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    char path[64];
    struct said said;
    if (fd < 0)
        fd = memfd_create("zone", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
        return 0;
    const struct zone *zone = load_whole(path, &said);
    if (zone)
        check_zone(zone);
    else if (said.err.msg[0] == '\0' || said.lines == 0)
        abort();
    check_pieces(path, 1, zone, &said); /* as small as can be */
    if (size)
        check_pieces(path, 1 + data[size / 2] * size / 256, zone, &said); /* anything up to all */
    zone_release(zone);
    return 0;
}
