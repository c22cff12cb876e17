/* SPDX-License-Identifier: GPL-3.0-or-later */
/* held.h - one configured zone, and what became of it. For store.c only. */
#ifndef PROXIMA_ZONE_HELD_H
#define PROXIMA_ZONE_HELD_H

#include "dnsd/zone/imagestore.h"
#include "dnsd/zone/records.h"
#include "dnsd/zone/store.h"

struct held {
    uint8_t *name; /* wire, lower case */
    char *file;
    struct prefix *allow_transfer;
    size_t allow_transfer_count;

    const struct check_policy *policy; /* in a run: the source's */

    const struct zone *zone; /* what is served; NULL: nothing */
    enum report_zone_state state;
    struct imagefile_origin origin; /* files of the last load, well or not; verdict on the zone */
    char *error;                    /* of the last load; NULL: none, or not yet tried */
    time_t loaded_unix;
    double load_s;
    enum zone_from from;
    uint64_t changed; /* names, if that was by difference */

    bool wanted;  /* to be loaded in this run */
    bool is_read; /* that has been done: from its image */
    bool is_of_many;
    bool is_large; /* still to be loaded, by all threads */
    size_t logged; /* problems in this run */
};

/* Wanted, and without data yet. `usual`: the policy of zones that state none; borrowed. */
struct held held_new(const struct zone_source *source, const struct check_policy *usual);
void held_free(struct held *held);

/* The zone goes on with what `old` has served; a file of another name is a reason to load. */
void held_inherit(struct held *held, struct held *old);

/* Loads it. On failure what was served before is served on, as stale. A zone that is too large for
 * the reader is left alone, and `is_large`. */
void held_load(struct held *held, struct records_reader *reader);

/* Takes it from its image, if there is one that is still true: then it `is_read`. */
void held_read_image(struct held *held, const struct image_store *images, unsigned threads);

#endif
