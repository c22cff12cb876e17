/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diff.h - what differs between two texts, as `diff -u` shows it. */
#ifndef PROXIMA_CLI_DIFF_H
#define PROXIMA_CLI_DIFF_H

#include <stdbool.h>
#include <stdio.h>

/* Writes the unified difference from `a` to `b` (NULL: no such file); false if there is none. */
bool diff_texts(FILE *out, const char *name_a, const char *a, const char *name_b, const char *b);

#endif
