/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query_rate.h - how many queries a second a service gets in one address family, and how that is
 * known. */
#ifndef PROXIMA_MODEL_QUERY_RATE_H
#define PROXIMA_MODEL_QUERY_RATE_H

#include <stdbool.h>

struct query_rate {
    double per_s; /* own probes not counted; -1: unknown */
    bool own;     /* of this service; false: of the whole node, because dnsd does not tell them
                     apart */
};

#endif
