/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jsonread.c - fields of a JSON object from elsewhere. Knows how to complain about them. */
#include "common/jsonread.h"

#include "common/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const json_t *json_read(const json_t *object, const char *key, struct err *err)
{
    const json_t *value = json_object_get(object, key);
    if (!value)
        err_set(err, json_is_object(object) ? "\"%s\" is missing" : "not an object with \"%s\"",
                key);
    return value;
}

int json_read_bool(const json_t *object, const char *key, bool *out, struct err *err)
{
    const json_t *value = json_read(object, key, err);
    if (!value)
        return -1;
    if (!json_is_boolean(value))
        return err_set(err, "\"%s\" is not true or false", key);
    *out = json_is_true(value);
    return 0;
}

int json_read_int(const json_t *object, const char *key, int64_t min, int64_t max, int64_t *out,
                  struct err *err)
{
    const json_t *value = json_read(object, key, err);
    if (!value)
        return -1;
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < min || number > max)
        return err_set(err, "\"%s\" is not an integer from %" PRId64 " to %" PRId64, key, min, max);
    *out = number;
    return 0;
}

int json_read_text(const json_t *object, const char *key, char *out, size_t cap, struct err *err)
{
    const json_t *value = json_read(object, key, err);
    if (!value)
        return -1;
    if (!json_is_string(value) || json_string_length(value) >= cap)
        return err_set(err, "\"%s\" is not a text of at most %zu bytes", key, cap - 1);
    memcpy(out, json_string_value(value), json_string_length(value) + 1);
    return 0;
}

const json_t *json_read_object(const json_t *object, const char *key, struct err *err)
{
    const json_t *value = json_read(object, key, err);
    if (value && !json_is_object(value)) {
        err_set(err, "\"%s\" is not an object", key);
        return NULL;
    }
    return value;
}

const json_t *json_read_array(const json_t *object, const char *key, size_t max, struct err *err)
{
    const json_t *value = json_read(object, key, err);
    if (value && (!json_is_array(value) || json_array_size(value) > max)) {
        err_set(err, "\"%s\" is not an array of at most %zu elements", key, max);
        return NULL;
    }
    return value;
}

json_t *json_text(const char *bytes)
{
    json_t *text = json_string(bytes);
    if (text)
        return text;
    char *ascii = mem_strdup(bytes);
    for (char *c = ascii; *c; c++)
        *c = *c & 0x80 ? '?' : *c;
    text = json_string(ascii);
    free(ascii);
    return text;
}
