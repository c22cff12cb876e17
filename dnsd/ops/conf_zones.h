/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_zones.h - which zones the settings ask for: those that are listed, and those that are in
 * folders of zone files. */
#ifndef PROXIMA_OPS_CONF_ZONES_H
#define PROXIMA_OPS_CONF_ZONES_H

#include "common/err.h"
#include "dnsd/ops/conf.h"

/* Makes conf->sources of conf->zones and conf->zone_folders, whose paths are absolute by now. Each
 * name once: what is listed goes before folders, an earlier folder before a later one. A file that
 * is no zone's by its name, or whose zone is there already, is logged ("zone-file-ignored") and
 * left out. A folder that cannot be read or has no zone at all is an error, -1: it is more likely
 * not mounted than meant. */
int conf_zones_make(struct dnsd_conf *conf, struct err *err);

void conf_zones_free(struct dnsd_conf *conf);

#endif
