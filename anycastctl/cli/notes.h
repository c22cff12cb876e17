/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notes.h - the lines below the table of services that explain its rows: orders, evidence, trouble,
 * what comes next, alarms. What is true of several rows is said once. */
#ifndef PROXIMA_CLI_NOTES_H
#define PROXIMA_CLI_NOTES_H

#include <jansson.h>
#include <stdbool.h>

void notes_print(const json_t *status, bool colour);

#endif
