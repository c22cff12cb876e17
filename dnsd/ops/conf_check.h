/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_check.h - what the settings of dnsd must be beyond their type and range. For conf.c's
 * tables: each gets the struct that the setting is in (conf.h), and says what is wrong and what to
 * do. */
#ifndef PROXIMA_OPS_CONF_CHECK_H
#define PROXIMA_OPS_CONF_CHECK_H

#include "common/err.h"

int conf_check_node(void *dnsd_conf, struct err *err);
int conf_check_report_channel(void *dnsd_conf, struct err *err);
int conf_check_listen(void *dnsd_conf, struct err *err);
int conf_check_zones(void *dnsd_conf, struct err *err);
int conf_check_log_level(void *dnsd_conf, struct err *err);
int conf_check_zone_name(void *zone_conf, struct err *err);
int conf_check_cookies_mode(void *cookies_conf, struct err *err);
int conf_check_rrl_mode(void *rrl_conf, struct err *err);
int conf_check_anycast(void *dnsd_conf, struct err *err);
int conf_check_exempt(void *rrl_conf, struct err *err);
int conf_check_allow_transfer(void *zone_conf, struct err *err);
int conf_check_folder_transfer(void *zone_folder_conf, struct err *err);
int conf_check_checks(void *dnsd_conf, struct err *err);
int conf_check_zone_checks(void *zone_conf, struct err *err);

#endif
