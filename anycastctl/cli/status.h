/* SPDX-License-Identifier: GPL-3.0-or-later */
/* status.h - the table that a tired person understands at 3 a.m. */
#ifndef PROXIMA_CLI_STATUS_H
#define PROXIMA_CLI_STATUS_H

#include <jansson.h>
#include <stdbool.h>

/* Prints anycastd's status (as serve/render.h makes it) and returns the exit status it stands for.
 */
int status_print(const json_t *status, bool colour);

#endif
