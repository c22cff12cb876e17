/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eventlog.h - anycastd's event log as a file: what anycastd no longer has in memory, or cannot
 * tell because it does not run. */
#ifndef PROXIMA_CLI_EVENTLOG_H
#define PROXIMA_CLI_EVENTLOG_H

#include "anycastctl/cli/cli.h"

/* Where it is by anycastd's settings, for an anycastd that did not answer, as `why` says: tells
 * that on standard error, and whose words follow. Settings that cannot be read leave the usual
 * place. Returns new. */
char *eventlog_without_daemon(const struct cli *cli, const struct err *why);

/* Appends all events of one change to `events`; of the log itself, else of the one that logrotate
 * has put aside last. That there is none is an error. */
int eventlog_change(const char *path, int64_t change, json_t *events, struct err *err);

/* Appends the last `count` events, oldest first. */
int eventlog_last(const char *path, int count, json_t *events, struct err *err);

#endif
