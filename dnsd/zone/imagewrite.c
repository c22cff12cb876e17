/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagewrite.c - writes an image's file. Knows where a block may be cut, and that nothing takes the
 * old file's place before it is whole and on the disk. */
#include "common/mem.h"
#include "dnsd/zone/image.h"
#include "dnsd/zone/imagefile.h"
#include "dnsd/zone/imagelabel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

enum {
    PART_BYTES = 256 << 10, /* fit into a core's cache, where they are summed up and verified */
    WRITE_BYTES = 1 << 20   /* at once: then it is asked whether to go on */
};

/* --- cutting ---------------------------------------------------------------------------------- */

static void add_part(struct image_label *label, uint64_t end)
{
    label->parts = mem_realloc(label->parts, (label->part_count + 1) * sizeof *label->parts);
    label->parts[label->part_count++] = (struct image_part){ .end = end };
}

/* What stands before the nodes is cut anywhere; nodes are cut between two of them. */
static void cut(const uint8_t *block, struct image_label *label)
{
    const struct image_head *head = (const void *)block;
    uint64_t at = PART_BYTES;
    label->nodes_at = (uint64_t)head->apex * IMAGE_UNIT;
    for (; at < label->nodes_at; at += PART_BYTES)
        add_part(label, at);
    add_part(label, label->nodes_at);
    uint64_t full = label->nodes_at + PART_BYTES;
    for (at = label->nodes_at; at < head->bytes;) {
        if (at >= full) {
            add_part(label, at);
            full = at + PART_BYTES;
        }
        at += (uint64_t)((const struct zone_node *)(const void *)(block + at))->units * IMAGE_UNIT;
    }
    add_part(label, head->bytes);
}

static void sum_up(const uint8_t *block, struct image_label *label)
{
    uint64_t at = 0;
    for (uint32_t i = 0; i < label->part_count; i++) {
        struct image_part *part = &label->parts[i];
        part->checksum = XXH3_64bits(block + at, part->end - at);
        at = part->end;
    }
}

/* --- writing ---------------------------------------------------------------------------------- */

static int write_all(int fd, const uint8_t *data, uint64_t bytes, const atomic_bool *stop,
                     struct err *err)
{
    while (bytes) {
        if (atomic_load(stop))
            return err_set(err, "given up");
        const ssize_t n = write(fd, data, bytes < WRITE_BYTES ? bytes : WRITE_BYTES);
        if (n < 0 && errno != EINTR)
            return err_sys(err, "writing");
        if (n > 0) {
            data += n;
            bytes -= (uint64_t)n;
        }
    }
    return 0;
}

static int write_image(int fd, const uint8_t *block, struct image_label *label,
                       const atomic_bool *stop, struct err *err)
{
    uint8_t *bytes = image_label_encode(label);
    int result = write_all(fd, bytes, label->block_at, stop, err);
    free(bytes);
    if (result == 0)
        result = write_all(fd, block, image_label_block_bytes(label), stop, err);
    if (result == 0 && fdatasync(fd))
        result = err_sys(err, "syncing");
    return result;
}

/* Makes the file `path`; after an error it is not there. */
static int write_new(const char *path, const uint8_t *block, struct image_label *label,
                     const atomic_bool *stop, struct err *err)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_sys(err, "opening");
    int result = write_image(fd, block, label, stop, err);
    if (close(fd) && result == 0)
        result = err_sys(err, "closing");
    if (result)
        unlink(path);
    return result;
}

int imagefile_write(const char *path, const struct zone *zone, const struct file_list *files,
                    const atomic_bool *stop, struct err *err)
{
    struct image_label label = { .files = *files };
    label.apex.len = (uint8_t)dname_lower(label.apex.wire, zone_name(zone));
    cut(zone->base, &label);
    sum_up(zone->base, &label);
    char *new_path = mem_printf("%s.new", path);
    int result = write_new(new_path, zone->base, &label, stop, err);
    if (result == 0 && rename(new_path, path)) {
        result = err_sys(err, "renaming");
        unlink(new_path);
    }
    free(label.parts);
    free(new_path);
    return result;
}
