/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_policies.h - which findings in which zone are errors, warnings or nothing, as zone/ takes
 * it.
 */
#ifndef PROXIMA_OPS_CONF_POLICIES_H
#define PROXIMA_OPS_CONF_POLICIES_H

#include "dnsd/ops/conf.h"

/* Gives each of conf->sources its policy, by settings that have been checked. */
void conf_policies_make(struct dnsd_conf *conf);

#endif
