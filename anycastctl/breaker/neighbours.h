/* SPDX-License-Identifier: GPL-3.0-or-later */
/* neighbours.h - the addresses of the providers' BGP neighbours, as BIRD has them. Sessions that
 * are called fleet… are those of our own sites, and left out. */
#ifndef PROXIMA_BREAKER_NEIGHBOURS_H
#define PROXIMA_BREAKER_NEIGHBOURS_H

#include "common/addr.h"
#include "common/err.h"

#include <net/if.h>
#include <stddef.h>

enum { NEIGHBOURS_MAX = 64 };

struct neighbour {
    struct addr addr;
    char device[IF_NAMESIZE]; /* "" but for a link-local address */
};

struct neighbours {
    size_t count;
    struct neighbour neighbour[NEIGHBOURS_MAX];
};

/* Asks the BIRD at `path`, for at most a second. None is an error. */
int neighbours_ask(const char *path, struct neighbours *out, struct err *err);

/* Reads the text of `show protocols all`, line by line without codes. */
struct bird_reply;
void neighbours_read(const struct bird_reply *reply, struct neighbours *out);

#endif
