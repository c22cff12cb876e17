/* SPDX-License-Identifier: GPL-3.0-or-later */
/* origin.h - private: $ORIGIN and $INCLUDE with a name that is relative to the origin in force,
 * which RFC 1035 5.1 allows and libzscanner does not. -1: the name, or the line, is wrong. */
#ifndef PROXIMA_ZONE_ORIGIN_H
#define PROXIMA_ZONE_ORIGIN_H

#include "common/dname.h"

/* Applies the $ORIGIN lines between `from` and `end`, where no records stand, to `origin`. */
int origin_follow(struct dname *origin, const char *from, const char *end);

/* From the origin in force to the one that the $INCLUDE line states for its file. */
int origin_of_include(struct dname *origin, const char *line, const char *end);

#endif
