/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glass_conf.h - one item of the list of looking glasses: what the neighbours see of us, asked of
 * somebody else's router. For settings.c. */
#ifndef PROXIMA_MODEL_GLASS_CONF_H
#define PROXIMA_MODEL_GLASS_CONF_H

#include "anycastctl/model/settings.h"
#include "common/conf.h"

extern const struct conf_field glass_conf_fields[];
void glass_conf_defaults(void *item);

/* What no item can know by itself: its name is its own, its type has what it needs. */
int glass_conf_check(const struct glass_settings *glass, const struct glass_settings *before,
                     size_t others, struct err *err);
bool glass_conf_same(const struct glass_settings *a, const struct glass_settings *b);

#endif
