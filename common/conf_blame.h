/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_blame.h - what a reader of a configuration says of a setting that is wrong. For conf.c only.
 * All that complain return -1. */
#ifndef PROXIMA_COMMON_CONF_BLAME_H
#define PROXIMA_COMMON_CONF_BLAME_H

#include "common/conf.h"
#include "common/conf_source.h"

#include <libconfig.h>

struct conf_reader {
    const struct conf_source *source;
    struct err *err;
};

struct conf_place conf_place_of(const struct conf_reader *r, const config_setting_t *setting);

/* Puts place and name in front of the reason that `err` has already. */
int conf_blame(const struct conf_reader *r, const config_setting_t *setting);

/* It is of another kind than `wanted`: "true or false". */
int conf_blame_kind(const struct conf_reader *r, const config_setting_t *setting,
                    const char *wanted);

/* `group` lacks the setting `name`. */
int conf_blame_missing(const struct conf_reader *r, const config_setting_t *group,
                       const char *name);

/* Checks a value or a count by the field's range. `what` is put before it: "", or "its number of
 * texts, ". 0: it is fine. */
int conf_check_range(const struct conf_reader *r, const config_setting_t *setting,
                     const struct conf_field *field, const char *what, int64_t value);

#endif
