/* SPDX-License-Identifier: GPL-3.0-or-later */
/* details.h - what the BGP sessions carry: address families, routes, and which limits are hit.
 *
 * BIRD is asked about one session at a time, every DETAILS_MS, and when a session came or went: a
 * reply about all of its protocols at once would keep a single-threaded BIRD busy for milliseconds
 * in which it takes no command. */
#ifndef PROXIMA_ACT_DETAILS_H
#define PROXIMA_ACT_DETAILS_H

#include "anycastctl/model/view.h"
#include "bird/client.h"

enum { DETAILS_MS = 5000 };

struct details;

/* Returns new. Borrows `client` until details_free. `changed` is called when a limit was hit, or is
 * no more. */
struct details *details_new(struct bird_client *client, void (*changed)(void *arg), void *arg);
void details_free(struct details *details);

/* BIRD's sessions were just listed: asks if it is time to. */
void details_sessions(struct details *details, const struct session_view *sessions, unsigned count,
                      struct mono now);
/* The connection is gone, and so is what was known. */
void details_stop(struct details *details);

/* Whether a session to a provider has hit a limit in this family: `out` says which. */
bool details_limit_hit(const struct details *details, enum family family, char out[VIEW_TEXT_MAX]);

/* Fills the channels of the view's sessions, by name, and adds alarms. */
void details_view(const struct details *details, struct node_view *view);

#endif
