/* SPDX-License-Identifier: GPL-3.0-or-later */
/* birdconfig.h - what bird-config can do besides writing to its output. Part of birdconfig.c. */
#ifndef PROXIMA_CLI_BIRDCONFIG_H
#define PROXIMA_CLI_BIRDCONFIG_H

#include "anycastctl/cli/cli.h"
#include "bird/config/files.h"
#include "bird/config/plan.h"

int birdconfig_profiles(const struct cli *cli);

/* Returns an exit status. */
int birdconfig_apply(const struct cli *cli, const struct plan *plan,
                     const struct bird_files *fresh);

/* The program to ask for its version, and to check with: $BIRD, or bird. */
const char *birdconfig_program(void);

#endif
