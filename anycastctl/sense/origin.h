/* SPDX-License-Identifier: GPL-3.0-or-later */
/* origin.h - which of our sites announces a route, and at which level. Pure. */
#ifndef PROXIMA_SENSE_ORIGIN_H
#define PROXIMA_SENSE_ORIGIN_H

#include "bird/route.h"

/* As bird_route_origin(). With asn 0 any will do that both communities have: those tables are
 * filled by our own sessions, which let in nothing but our own prefixes. Two that contradict each
 * other are none. */
int origin_read(const struct bird_route *route, uint32_t asn, uint32_t *node_id, enum level *level);

#endif
