/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program.h - BIRD, the program: which version is installed, and what it says of a configuration.
 */
#ifndef PROXIMA_BIRD_CONFIG_PROGRAM_H
#define PROXIMA_BIRD_CONFIG_PROGRAM_H

#include "bird/config/files.h"
#include "common/err.h"

#include <stddef.h>

/* `bird --version`: "2.0.12". */
int bird_program_version(const char *program, char *out, size_t cap, struct err *err);

/* `bird -p` on the files, in a temporary folder that only we can read. The error is what BIRD says,
 * with the line of bird.conf. */
int bird_program_check(const char *program, const struct bird_files *files, struct err *err);

#endif
