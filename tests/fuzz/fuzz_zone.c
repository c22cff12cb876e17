/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_zone.c - any bytes as a master file: no crash, and of what becomes a zone every name is
 * found again; and read in small pieces, by several threads, it is the same zone, or there are the
 * same problems. The file is in memory; what it includes is not there. */
#include "tests/fuzz/target.h"

#include "dnsd/zone/load.h"
#include "dnsd/zone/rdata.h"

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
        if (match.node != node || (prev && dname_cmp(zone_node_name(zone, prev), name) >= 0))
            abort();
        const struct zone_rrset *rrset = NULL;
        while ((rrset = zone_node_next_rrset(zone, node, rrset)))
            check_rrset(zone, node, rrset);
    }
}

/* `piece`: bytes, SIZE_MAX for the whole. */
static const struct zone *load(const char *path, unsigned threads, size_t piece, struct said *said)
{
    static const uint8_t apex[] = "\7example";
    struct zone_load load = {
        .apex = apex,
        .path = path,
        .warn = hear,
        .arg = said,
        .reader = records_reader_new(threads),
    };
    *said = (struct said){ .lines = 0 };
    records_reader_tune(load.reader, piece);
    const struct zone *zone = zone_load_run(&load, &said->err);
    records_reader_free(load.reader);
    file_list_free(&load.files);
    return zone;
}

static void check_pieces(const char *path, size_t piece, const struct zone *whole,
                         const struct said *said)
{
    struct said again;
    const struct zone *zone = load(path, 2, piece, &again);
    if (!zone != !whole || again.lines != said->lines || again.sum != said->sum ||
        (!zone && strcmp(again.err.msg, said->err.msg) != 0))
        abort();
    if (zone && zone_size(zone).bytes != zone_size(whole).bytes)
        abort();
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
    const struct zone *zone = load(path, 1, SIZE_MAX, &said);
    if (zone)
        check_zone(zone);
    else if (said.err.msg[0] == '\0' || said.lines == 0)
        abort();
    check_pieces(path, 1 + size / 4, zone, &said);
    zone_release(zone);
    return 0;
}
