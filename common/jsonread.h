/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jsonread.h - reading fields of a JSON object that came from elsewhere: each function checks that
 * `key` is there, of the right type and in range, and says so by name if it is not. On error `out`
 * is untouched. */
#ifndef PROXIMA_COMMON_JSONREAD_H
#define PROXIMA_COMMON_JSONREAD_H

#include "common/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The value of `key` (borrowed), or NULL with "\"key\" is missing". */
const json_t *json_read(const json_t *object, const char *key, struct err *err);

int json_read_bool(const json_t *object, const char *key, bool *out, struct err *err);
int json_read_int(const json_t *object, const char *key, int64_t min, int64_t max, int64_t *out,
                  struct err *err);

/* At most `cap - 1` bytes, and a NUL. */
int json_read_text(const json_t *object, const char *key, char *out, size_t cap, struct err *err);

/* The object or array `key` (borrowed), or NULL. An array has at most `max` elements. */
const json_t *json_read_object(const json_t *object, const char *key, struct err *err);
const json_t *json_read_array(const json_t *object, const char *key, size_t max, struct err *err);

/* A JSON text of any bytes (new reference): where they are no UTF-8, each that is not ASCII becomes
 * "?". For file names, error messages, and what peers say. */
json_t *json_text(const char *bytes);

#endif
