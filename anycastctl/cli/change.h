/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change.h - one change of a level: its events and its proof. */
#ifndef PROXIMA_CLI_CHANGE_H
#define PROXIMA_CLI_CHANGE_H

#include "anycastctl/cli/cli.h"

/* Shows the change of this number ("12" or "#12"). Returns the exit status. */
int show_change(const struct cli *cli, const char *number);

#endif
