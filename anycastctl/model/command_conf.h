/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command_conf.h - an external check as anycastd.conf writes it, and its table for common/conf.h.
 * Only settings.c includes this. */
#ifndef PROXIMA_MODEL_COMMAND_CONF_H
#define PROXIMA_MODEL_COMMAND_CONF_H

#include "anycastctl/model/settings.h"
#include "common/conf.h"

extern const struct conf_field command_conf_fields[]; /* of struct command_settings */

void command_conf_defaults(void *item);

/* Finds the check's service among those of `settings`, and looks at the name beside the `others`
 * (so many checks before it in the list). */
int command_conf_check(struct command_settings *check, const struct command_settings *before,
                       size_t others, const struct settings *settings, struct err *err);

bool command_conf_same(const struct command_settings *a, const struct command_settings *b);

#endif
