/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help.h - what --help says: of the whole program, or of one command. */
#ifndef PROXIMA_CLI_HELP_H
#define PROXIMA_CLI_HELP_H

struct cli_command;

/* To standard output; NULL: of all commands. */
void print_help(const struct cli_command *command);

#endif
