/* SPDX-License-Identifier: GPL-3.0-or-later */
/* origin.h - private: $ORIGIN with a name that is relative to the origin in force, which RFC 1035
 * 5.1 allows and libzscanner does not. */
#ifndef PROXIMA_ZONE_ORIGIN_H
#define PROXIMA_ZONE_ORIGIN_H

#include "common/dname.h"

/* Applies the $ORIGIN lines between `from` and `end`, where no records stand, to `origin`. -1: one
 * of them is wrong. */
int origin_follow(struct dname *origin, const char *from, const char *end);

#endif
