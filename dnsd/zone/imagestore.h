/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagestore.h - the folder of images: a file for each large zone, "zone-example.com.image".
 *
 * Images are read when dnsd starts, and only then: whatever is loaded later has changed. They are
 * written behind everybody's back (imagequeue.h); what goes wrong there is a line of the log and
 * nothing else. A folder is one server's. */
#ifndef PROXIMA_ZONE_IMAGESTORE_H
#define PROXIMA_ZONE_IMAGESTORE_H

#include "dnsd/zone/imagefile.h"

struct image_store;

/* For the images in `folder`, which need not exist. */
struct image_store *image_store_open(const char *folder);

/* What is being written is given up, and not waited for. NULL is fine. */
void image_store_close(struct image_store *store);

/* Reads the zone's image as imagefile_read does, if it was there when the store was opened. NULL
 * with an empty `err`: it was not. Several threads may read. */
const struct zone *image_store_read(const struct image_store *store,
                                    const struct imagefile_wanted *wanted,
                                    struct imagefile_origin *origin, struct err *err);

/* Has the zone's image written in place of an older one, if it is large enough to pay. */
void image_store_write(struct image_store *store, const struct zone *zone,
                       const struct imagefile_origin *origin);

typedef bool image_is_wanted(const void *arg, const uint8_t *apex);

/* Removes the images of all zones but those that are wanted, and nothing that is no image. */
void image_store_tidy(struct image_store *store, image_is_wanted *is_wanted, const void *arg);

#endif
