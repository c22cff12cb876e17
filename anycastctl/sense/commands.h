/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commands.h - the external checks: which runs when, at most so many at once, and what their
 * outcomes amount to, by each one's own fall and rise. */
#ifndef PROXIMA_SENSE_COMMANDS_H
#define PROXIMA_SENSE_COMMANDS_H

#include "anycastctl/model/check.h"
#include "anycastctl/model/settings.h"
#include "common/loop.h"

struct commands;

/* Starts them all, one after the other. `changed` is called when a state has changed. Borrows
 * `settings` until commands_free. */
struct commands *commands_new(struct ev_loop *loop, const struct settings *settings,
                              void (*changed)(void *arg), void *arg);
void commands_free(struct commands *commands); /* NULL is fine. Kills what runs. */

/* Of all settings->checks.count, in their order; borrowed. */
const struct check_facts *commands_facts(const struct commands *commands);

#endif
