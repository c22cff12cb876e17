/* SPDX-License-Identifier: GPL-3.0-or-later */
/* routes.h - asks the kernel where it would send a packet: rtnetlink(7), RTM_GETROUTE. All rules
 * and tables of its routing take part, so that it need not be known how a host is set up. */
#ifndef PROXIMA_SENSE_ROUTES_H
#define PROXIMA_SENSE_ROUTES_H

#include "common/addr.h"

#include <stddef.h>
#include <stdint.h>

enum route_kind {
    ROUTE_UNKNOWN, /* the kernel does not say */
    ROUTE_NONE,    /* nowhere: no route, or one that discards */
    ROUTE_HERE,    /* it is for this host */
    ROUTE_AWAY,
};

struct routes {
    int fd; /* -1: there is no such socket here, and everything is unknown */
    uint32_t seq;
};

struct routes routes_open(void);
void routes_close(struct routes *routes);

/* Does not wait: the kernel has answered when the question was sent. */
enum route_kind routes_look_up(struct routes *routes, const struct addr *to);

/* The bytes of the question, and what those of an answer say. Pure. An answer to another question
 * (`seq`), or that is malformed, is unknown. */
enum { ROUTES_QUESTION_MAX = 64 };
size_t routes_question(const struct addr *to, uint32_t seq, uint8_t out[ROUTES_QUESTION_MAX]);
enum route_kind routes_answer(const void *message, size_t len, uint32_t seq);

#endif
