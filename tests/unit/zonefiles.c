/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zonefiles.c - temporary files, and loading them. */
#include "tests/unit/zonefiles.h"

#include "common/dnsmsg.h"
#include "dnsd/zone/rrtype.h"

#include <fcntl.h>
#include <ftw.h>
#include <libknot/libknot.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

void files_begin(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/zonefiles.XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        fail_msg("mkdtemp %s", folder);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st, (void)kind, (void)walk;
    return remove(path);
}

void files_end(void)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *files_folder(void)
{
    return folder;
}

int files_setup(void **state)
{
    (void)state;
    files_begin();
    return 0;
}

int files_teardown(void **state)
{
    (void)state;
    files_end();
    return 0;
}

const char *files_path(const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* A file that is there keeps its inode. It is cut at the end: one that is emptied first is waited
 * for by ext4 until it is on the disk. */
void files_write_bytes(const char *name, const void *bytes, size_t len)
{
    const int fd = open(files_path(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    assert_int_equal(ftruncate(fd, (off_t)len), 0);
    close(fd);
}

void files_write(const char *name, const char *text)
{
    files_write_bytes(name, text, strlen(text));
}

/* Takes the folder's name out, wherever it stands. */
static void without_folder(char *text)
{
    const size_t len = strlen(folder) + 1;
    for (char *p; (p = strstr(text, folder));)
        memmove(p, p + len, strlen(p + len) + 1);
}

static void collect(void *arg, const char *text)
{
    struct loaded *loaded = arg;
    const size_t used = strlen(loaded->said);
    snprintf(loaded->said + used, sizeof loaded->said - used, "%s\n", text);
}

void files_load(const char *apex, const char *name, struct loaded *out)
{
    struct dname zone;
    struct err err = { "" };
    *out = (struct loaded){ .zone = NULL };
    assert_int_equal(dname_from_text(apex, &zone, &err), 0);
    out->zone = zone_load(zone.wire, files_path(name), collect, out, &err);
    snprintf(out->error, sizeof out->error, "%s", out->zone ? "" : err.msg);
    without_folder(out->error);
    without_folder(out->said);
}

/* The RDATA in text: libknot's word, not ours. */
static void rdata_text(uint16_t type, const uint8_t *record, char *out, size_t cap)
{
    static const uint8_t owner[] = { 0 };
    knot_rrset_t *rrset = knot_rrset_new(owner, type, KNOT_CLASS_IN, 0, NULL);
    assert_int_equal(knot_rrset_add_rdata(rrset, record + 2, wire_peek_u16(record), NULL), 0);
    if (knot_rrset_txt_dump_data(rrset, 0, out, cap, &KNOT_DUMP_STYLE_DEFAULT) < 0)
        snprintf(out, cap, "(malformed)");
    knot_rrset_free(rrset, NULL);
}

static char *dump_rrset(const char *owner, const struct zone_rrset *rrset, char *to, char *end)
{
    static char rdata[4 * DNS_MESSAGE_MAX];
    char type[RRTYPE_TEXT_MAX];
    const uint8_t *record = rrset->rdata;
    for (unsigned i = 0; i < rrset->count; i++, record += 2 + wire_peek_u16(record)) {
        rdata_text(rrset->type, record, rdata, sizeof rdata);
        to += snprintf(to, (size_t)(end - to), "%s %u %s %s\n", owner, rrset->ttl,
                       rrtype_text(rrset->type, type), rdata);
        assert_true(to < end);
    }
    return to;
}

char *zone_dump(const struct zone *zone, char *out, size_t cap)
{
    char owner[DNAME_TEXT_MAX], *to = out;
    out[0] = '\0';
    for (const struct zone_node *node = NULL; (node = zone_next_node(zone, node));)
        for (const struct zone_rrset *set = NULL; (set = zone_node_next_rrset(zone, node, set));)
            to = dump_rrset(dname_to_text(zone_node_name(zone, node), owner), set, to, out + cap);
    return out;
}
