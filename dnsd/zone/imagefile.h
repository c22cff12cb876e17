/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagefile.h - a zone's image in a file: written once, read instead of parsing as long as it is
 * true.
 *
 * The file is a label (imagelabel.h) and the block (image.h), which is cut into parts of some 256
 * KB, each with a checksum. Several threads take the parts: each is read into huge pages, and while
 * it is in the cache summed up, and its structure verified (imageverify.h), so that not
 * even an image with right checksums and wrong contents makes a look-up leave it.
 *
 * A zone of two layers is written as one (imageflat.h): so whatever was loaded last, the next start
 * is from a whole image.
 *
 * It is read, not mapped. A mapping would start some 7 ms sooner per 70 MB, and two processes could
 * share it; but a file that somebody truncates is a SIGBUS, one that somebody changes is no longer
 * what was verified, what the kernel evicts makes an answer wait for the disk, and where the file
 * system has no large folios the end of the process takes 15 times as long. */
#ifndef PROXIMA_ZONE_IMAGEFILE_H
#define PROXIMA_ZONE_IMAGEFILE_H

#include "dnsd/zone/file.h"
#include "dnsd/zone/policy.h"
#include "dnsd/zone/zone.h"

#include <stdatomic.h>

/* What an image is true of. */
struct imagefile_origin {
    struct file_list files;      /* that the zone was loaded from */
    struct zone_verdict verdict; /* on what was loaded */
};

/* Writes the image of `zone`, which is of that origin, to `path`: into a new file beside it that is
 * synced and takes its place, so what stands there is whole or not there. Gives up when `stop`
 * becomes true. Errors: what the file system says. */
int imagefile_write(const char *path, const struct zone *zone,
                    const struct imagefile_origin *origin, const atomic_bool *stop,
                    struct err *err);

/* Which zone is wanted. */
struct imagefile_wanted {
    const uint8_t *apex;               /* wire, lower case */
    const char *source;                /* path of its master file */
    unsigned threads;                  /* to read with, at most */
    const struct check_policy *policy; /* borrowed: by which it was judged; NULL: any */
};

/* Reads the image at `path`. It must be whole, of this program and machine, of the zone that is
 * wanted, all files that it was made from as they were then, and judged as the policy would judge
 * it (but for what depends on the time: zone_check_times); else NULL with the reason: "damaged: …",
 * "foreign: …", "stale: …", or what the file system says. Returns a zone with one reference and
 * fills `origin` (the caller frees the files; zeroed before, and after an error). */
const struct zone *imagefile_read(const char *path, const struct imagefile_wanted *wanted,
                                  struct imagefile_origin *origin, struct err *err);

#endif
