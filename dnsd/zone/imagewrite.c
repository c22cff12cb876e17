/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagewrite.c - writes an image's file. Knows that nothing takes the old file's place before it is
 * whole and on the disk. */
#include "common/mem.h"
#include "dnsd/zone/image.h"
#include "dnsd/zone/imagefile.h"
#include "dnsd/zone/imageflat.h"
#include "dnsd/zone/imagelabel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

/* The parts of a block that is there. */
static void cut(const uint8_t *block, struct image_label *label)
{
    const uint64_t bytes = image_head(block)->bytes;
    uint64_t at = (uint64_t)image_head(block)->apex * IMAGE_UNIT;
    image_label_add_front(label, at);
    while (at < bytes) {
        image_label_cut(label, at);
        at += (uint64_t)image_node(block, (uint32_t)(at / IMAGE_UNIT))->units * IMAGE_UNIT;
    }
    image_label_add_part(label, bytes);
}

struct writing {
    const struct zone *zone;
    struct image_label label;
    struct image_flat *flat; /* of a zone of two layers */
    const atomic_bool *stop;
};

static int write_at(int fd, uint64_t at, const uint8_t *data, uint64_t bytes, struct err *err)
{
    while (bytes) {
        const ssize_t n = pwrite(fd, data, bytes, (off_t)at);
        if (n < 0 && errno != EINTR)
            return err_sys(err, "writing");
        if (n > 0) {
            at += (uint64_t)n;
            data += n;
            bytes -= (uint64_t)n;
        }
    }
    return 0;
}

/* Each part where it belongs; its checksum goes into the label. */
static int write_parts(int fd, struct writing *writing, struct err *err)
{
    struct image_label *label = &writing->label;
    uint64_t from = 0;
    for (uint32_t i = 0; i < label->part_count; i++) {
        struct image_part *part = &label->parts[i];
        if (atomic_load(writing->stop))
            return err_set(err, "given up");
        const uint8_t *bytes = writing->flat ? image_flat_part(writing->flat, from, part->end)
                                             : writing->zone->base + from;
        part->checksum = XXH3_64bits(bytes, part->end - from);
        if (write_at(fd, image_label_bytes(label) + from, bytes, part->end - from, err))
            return -1;
        from = part->end;
    }
    return 0;
}

static int write_image(int fd, struct writing *writing, struct err *err)
{
    if (write_parts(fd, writing, err))
        return -1;
    uint8_t *label = image_label_encode(&writing->label);
    const int result = write_at(fd, 0, label, image_label_bytes(&writing->label), err);
    free(label);
    return result == 0 && fdatasync(fd) ? err_sys(err, "syncing") : result;
}

/* Makes the file `path`; after an error it is not there. */
static int write_new(const char *path, struct writing *writing, struct err *err)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_sys(err, "opening");
    int result = write_image(fd, writing, err);
    if (close(fd) && result == 0)
        result = err_sys(err, "closing");
    if (result)
        unlink(path);
    return result;
}

int imagefile_write(const char *path, const struct zone *zone,
                    const struct imagefile_origin *origin, const atomic_bool *stop, struct err *err)
{
    struct writing writing = { .zone = zone, .stop = stop };
    struct image_label *label = &writing.label;
    label->files = origin->files;
    label->verdict = origin->verdict;
    label->apex.len = (uint8_t)dname_lower(label->apex.wire, zone_name(zone));
    if (zone->top)
        writing.flat = image_flat_new(zone, label);
    else
        cut(zone->base, label);
    char *new_path = mem_printf("%s.new", path);
    int result = write_new(new_path, &writing, err);
    if (result == 0 && rename(new_path, path)) {
        result = err_sys(err, "renaming");
        unlink(new_path);
    }
    image_flat_free(writing.flat);
    free(label->parts);
    free(new_path);
    return result;
}
