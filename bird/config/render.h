/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render.h - the plan as BIRD's configuration.
 *
 * Hurting others is worse than not being heard, so what keeps the routes of one provider from ever
 * reaching another one stands there four times, and each is enough by itself:
 *   1. Each session has a routing table of its own, and what comes in goes there. Between it and
 *      the node's table is a pipe; what it lets towards the session says services_out, one filter
 * for all: a service's prefix exactly, made here, by a protocol of ours.
 *   2. The session's own filter begins with the same test, and only then changes something.
 *   3. The export limit: as many prefixes as the services have, no more.
 *   4. The role (RFC 9234): BIRD marks what a provider sends, and sends nothing so marked to
 * others. Nothing is included below them, no session has a template, and what includes set before
 * is set again: the operator's own file comes first, an intent file before the settings of its
 * protocol.
 *
 * The text depends on plan and dialect alone. */
#ifndef PROXIMA_BIRD_CONFIG_RENDER_H
#define PROXIMA_BIRD_CONFIG_RENDER_H

#include "bird/config/dialect.h"
#include "bird/config/plan.h"

#define BIRD_CONF_NAME      "bird.conf"
#define BIRD_PASSWORDS_NAME "passwords.conf"

/* bird.conf. Returns new memory. */
char *render_bird_conf(const struct plan *plan, const struct dialect *dialect);

/* passwords.conf, which bird.conf includes; NULL where no session has one. plan_read_passwords()
 * was before. Returns new memory. */
char *render_passwords(const struct plan *plan);

/* True if some session has one. */
bool render_needs_passwords(const struct plan *plan);

#endif
