/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glass.h - one looking glass, asked about one prefix at a time: a BIRD's control socket, which is
 * connected to for the question only, or birdwatcher's API. */
#ifndef PROXIMA_SENSE_GLASS_H
#define PROXIMA_SENSE_GLASS_H

#include "anycastctl/sense/sight.h"
#include "anycastctl/sense/web.h"
#include "common/loop.h"

/* `sight` is NULL where it tells nothing, and `problem` says why. Borrowed for the call. */
typedef void glass_answer_fn(void *arg, const struct sight *sight, const char *problem);

struct glass;

/* Returns new. Borrows all until glass_free. `settings` says who we are. */
struct glass *glass_new(struct ev_loop *loop, struct web *web, const struct settings *settings,
                        const struct glass_settings *conf, glass_answer_fn *fn, void *arg);
void glass_free(struct glass *glass); /* without an answer to what is under way; NULL is fine */

/* Asks; the answer comes once, from the loop, within its timeout. One question at a time. */
void glass_ask(struct glass *glass, const struct prefix *prefix);

/* The URL for a prefix, as it is asked for: {prefix} and {table} are put in, the slash as %2F.
 * Returns new memory. */
char *glass_url(const struct glass_settings *conf, const struct prefix *prefix);

#endif
