/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_zone.c - any bytes as a master file: no crash, and of what becomes a zone every name is
 * found again. The file is in memory; what it includes is not there. */
#include "dnsd/zone/load.h"
#include "dnsd/zone/rdata.h"

#include "common/wire.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count_line(void *arg, const char *text)
{
    size_t *lines = arg;
    if (text[0] == '\0')
        abort();
    ++*lines;
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t apex[] = "\7example";
    static int fd = -1;
    char path[64];
    size_t lines = 0;
    struct err err = { "" };
    if (fd < 0)
        fd = memfd_create("zone", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
        return 0;
    const struct zone *zone = zone_load(apex, path, count_line, &lines, &err);
    if (zone)
        check_zone(zone);
    else if (err.msg[0] == '\0' || lines == 0)
        abort();
    zone_release(zone);
    return 0;
}
