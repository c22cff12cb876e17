/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagequeue.h - private: images that are to be written, and the thread that does it, behind
 * everybody else who wants a core or the disk. It is there as long as there is something to write.
 * Nobody waits for it. Thread-safe. */
#ifndef PROXIMA_ZONE_IMAGEQUEUE_H
#define PROXIMA_ZONE_IMAGEQUEUE_H

#include "dnsd/zone/imagefile.h"

struct image_queue;

struct image_queue *image_queue_new(void);

/* Forgets what waits, gives up what is being written, and leaves freeing to the thread. */
void image_queue_close(struct image_queue *queue);

/* Has the image of `zone` (held meanwhile; `origin` is copied) written to `path`; an older one that
 * is on its way there is not wanted any more. Log: "zone-image-written", "zone-image-failed". */
void image_queue_add(struct image_queue *queue, const char *path, const struct zone *zone,
                     const struct imagefile_origin *origin);

/* Nothing is wanted at `path` any more. */
void image_queue_drop(struct image_queue *queue, const char *path);

#endif
