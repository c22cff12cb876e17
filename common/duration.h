/* SPDX-License-Identifier: GPL-3.0-or-later */
/* duration.h - lengths of time as people write them: "250ms", "3s", "5m", "2h", "1d", "1h30m". */
#ifndef PROXIMA_COMMON_DURATION_H
#define PROXIMA_COMMON_DURATION_H

#include "common/err.h"

#include <stdint.h>

#define DURATION_TEXT_MAX 32

/* Parses one or more numbers, each with its unit. Never negative. */
int duration_parse(const char *text, int64_t *out_ms, struct err *err);

/* The shortest exact text with one unit: 300000 is "5m", 1500 is "1500ms", 0 is "0s". Returns
 * `out`. */
char *duration_text(int64_t ms, char out[DURATION_TEXT_MAX]);

#endif
