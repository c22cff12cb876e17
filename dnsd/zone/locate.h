/* SPDX-License-Identifier: GPL-3.0-or-later */
/* locate.h - private: the file and line of what the builder finds. Nobody keeps lines while a zone
 * is loaded; where something is found, and only then, its files are read a second time. */
#ifndef PROXIMA_ZONE_LOCATE_H
#define PROXIMA_ZONE_LOCATE_H

#include "dnsd/zone/finding.h"
#include "dnsd/zone/records.h"

enum { LOCATE_MAX = 20 }; /* in one reading; a person fixes these first */

/* Takes "FILE:LINE: text", or "FILE: text" where there is no line. */
typedef void locate_tell(void *arg, bool is_error, const char *text);

struct locator {
    const uint8_t *apex;           /* borrowed, as is */
    const struct file_list *files; /* what the builder's records came from */
    struct records_reader *reader; /* borrowed: reads them again */
    locate_tell *tell;
    void *arg;

    struct zone_finding held[LOCATE_MAX]; /* until their lines are known; the texts are copies */
    size_t count;
    bool full; /* has been */
};

/* Has the first LOCATE_MAX findings told with their lines, and all errors; other warnings without,
 * as soon as they come. `locator` is a struct locator: this is a zone_find. */
void locate(void *locator, const struct zone_finding *finding);

/* Tells what is still held. What the findings borrow from must live. */
void locate_finish(struct locator *locator);

#endif
