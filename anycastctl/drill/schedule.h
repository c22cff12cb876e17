/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schedule.h - drills by a timer of systemd: the two units of one, and which there are. */
#ifndef PROXIMA_DRILL_SCHEDULE_H
#define PROXIMA_DRILL_SCHEDULE_H

#include "common/err.h"

#include <jansson.h>

/* The texts of the units. New memory. `program` is anycastctl's absolute path, `calendar` as
 * systemd.time(7) has it: one line without control characters, or -1. */
int schedule_check_calendar(const char *calendar, struct err *err);
char *schedule_service_text(const char *scenario, const char *program);
char *schedule_timer_text(const char *scenario, const char *calendar);

/* Writes the units into `folder` (/etc/systemd/system), or removes them. */
int schedule_write(const char *folder, const char *scenario, const char *program,
                   const char *calendar, struct err *err);
int schedule_remove(const char *folder, const char *scenario, struct err *err);

/* The scenarios that have a timer there: [{"name", "calendar"}]. New. */
json_t *schedule_list(const char *folder);

#endif
