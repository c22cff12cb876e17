/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_guard.h - the settings about who may be refused, as guard/ takes them. */
#ifndef PROXIMA_OPS_CONF_GUARD_H
#define PROXIMA_OPS_CONF_GUARD_H

#include "common/err.h"
#include "dnsd/ops/conf.h"

/* Makes conf->guard of the settings, which have been checked, and reads the file of secrets; where
 * there is none, `secrets.count` stays 0, and dnsd makes one for itself. */
int conf_guard_make(struct dnsd_conf *conf, struct err *err);

#endif
