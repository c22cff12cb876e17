/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imageread.c - reads an image's file. Knows what makes it stale, and in which order it is cheap to
 * find out; hides how threads share the work. */
#include "common/mem.h"
#include "dnsd/zone/image.h"
#include "dnsd/zone/imagefile.h"
#include "dnsd/zone/imagelabel.h"
#include "dnsd/zone/imageverify.h"
#include "dnsd/zone/parallel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

enum { RUN_PARTS = 8 }; /* for a thread at once: about a huge page, so that two seldom fill one */

struct reading {
    int fd;
    const struct image_label *label;
    uint8_t *block;
    struct image_verifier *verifier;
    _Atomic(const char *) problem; /* NULL: none so far */
};

/* Reads from the block's offset `at` up to `end`. */
static int read_bytes(const struct reading *reading, uint64_t at, uint64_t end)
{
    while (at < end) {
        const ssize_t n = pread(reading->fd, reading->block + at, end - at,
                                (off_t)(reading->label->block_at + at));
        if (n == 0 || (n < 0 && errno != EINTR))
            return -1;
        if (n > 0)
            at += (uint64_t)n;
    }
    return 0;
}

/* What is wrong with the part, which begins at `from`, or NULL. What is read is still in the cache
 * when it is summed up and verified. */
static const char *read_part(const struct reading *reading, uint64_t from,
                             const struct image_part *part)
{
    if (read_bytes(reading, from, part->end))
        return "damaged: it cannot be read to its end";
    if (XXH3_64bits(reading->block + from, part->end - from) != part->checksum)
        return "damaged: a checksum is wrong";
    return from < reading->label->nodes_at ? NULL
                                           : image_verify_nodes(reading->verifier, from, part->end);
}

static void read_run(void *arg, size_t job)
{
    struct reading *reading = arg;
    const struct image_part *parts = reading->label->parts;
    const char *problem = atomic_load(&reading->problem);
    for (size_t i = job * RUN_PARTS;
         !problem && i < (job + 1) * RUN_PARTS && i < reading->label->part_count; i++)
        problem = read_part(reading, i ? parts[i - 1].end : 0, &parts[i]);
    if (problem)
        atomic_store(&reading->problem, problem);
}

/* Reads and verifies the whole into `reading->block`. */
static const char *read_block(struct reading *reading, unsigned threads)
{
    parallel_run((reading->label->part_count - 1) / RUN_PARTS + 1, threads, read_run, reading);
    const char *problem = atomic_load(&reading->problem);
    return problem ? problem : image_verify_whole(reading->verifier, threads);
}

static const struct zone *read_zone(int fd, const struct image_label *label, unsigned threads,
                                    struct err *err)
{
    const uint64_t bytes = image_label_block_bytes(label);
    struct reading reading = { .fd = fd, .label = label, .block = image_alloc(bytes) };
    if (!reading.block) {
        err_sys(err, "%.0f MB of memory", (double)bytes / 1e6);
        return NULL;
    }
    const struct image_facts facts = { reading.block, bytes, label->nodes_at, label->apex.wire };
    reading.verifier = image_verifier_new(&facts);
    const char *problem = read_block(&reading, threads);
    image_verifier_free(reading.verifier);
    if (!problem)
        return image_open(reading.block);
    err_set(err, "%s", problem);
    image_free(reading.block, bytes);
    return NULL;
}

/* Whether the image is the one that is wanted, and of the length that its label says. */
static int check_label(int fd, const struct image_label *label,
                       const struct imagefile_wanted *wanted, struct err *err)
{
    struct stat st;
    char name[DNAME_TEXT_MAX];
    if (!dname_equal(label->apex.wire, wanted->apex))
        return err_set(err, "foreign: of zone %.300s", dname_to_text(label->apex.wire, name));
    if (strcmp(label->files.entries[0].path, wanted->source) != 0)
        return err_set(err, "stale: made from %.300s", label->files.entries[0].path);
    const char *changed = file_list_changed(&label->files);
    if (changed)
        return err_set(err, "stale: %.300s has changed", changed);
    if (wanted->policy && !zone_verdict_holds(&label->verdict, wanted->policy))
        return err_set(err, "stale: other checks are wanted now");
    const uint64_t bytes = label->block_at + image_label_block_bytes(label);
    if (fstat(fd, &st) || (uint64_t)st.st_size != bytes)
        return err_set(err, "damaged: not %llu bytes long", (unsigned long long)bytes);
    return 0;
}

static const struct zone *read_open(int fd, const struct imagefile_wanted *wanted,
                                    struct imagefile_origin *origin, struct err *err)
{
    struct image_label label;
    if (image_label_read(fd, &label, err))
        return NULL;
    const struct zone *zone = NULL;
    if (check_label(fd, &label, wanted, err) == 0)
        zone = read_zone(fd, &label, wanted->threads, err);
    if (zone) {
        *origin = (struct imagefile_origin){ label.files, label.verdict };
        label.files = (struct file_list){ 0 };
    }
    image_label_free(&label);
    return zone;
}

const struct zone *imagefile_read(const char *path, const struct imagefile_wanted *wanted,
                                  struct imagefile_origin *origin, struct err *err)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        err_sys(err, "opening");
        return NULL;
    }
    const struct zone *zone = read_open(fd, wanted, origin, err);
    close(fd);
    return zone;
}
