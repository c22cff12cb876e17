/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_blame.c - what is wrong with a setting: its place, its name, its kind, its range. */
#include "common/conf_blame.h"

#include "common/duration.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STRING_MAX_DEFAULT = 4096, PATH_TEXT_MAX = 256 };

/* "tcp.idle": the names on the way from the root to the setting; items of lists have none. */
static void put_path(const config_setting_t *setting, char out[PATH_TEXT_MAX])
{
    out[0] = '\0';
    if (!setting || config_setting_is_root(setting))
        return;
    put_path(config_setting_parent(setting), out);
    const char *name = config_setting_name(setting);
    size_t used = strlen(out);
    if (name)
        snprintf(out + used, PATH_TEXT_MAX - used, "%s%s", used ? "." : "", name);
}

struct conf_place conf_place_of(const struct conf_reader *r, const config_setting_t *setting)
{
    return conf_source_place(r->source, config_setting_source_line(setting));
}

int conf_blame(const struct conf_reader *r, const config_setting_t *setting)
{
    char path[PATH_TEXT_MAX];
    struct conf_place place = conf_place_of(r, setting);
    put_path(setting, path);
    return err_wrap(r->err, "%s:%u: setting \"%s\"", place.file, place.line, path);
}

static const char *kind_of(const config_setting_t *setting)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_GROUP:
        return "a group";
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        return "an integer";
    case CONFIG_TYPE_FLOAT:
        return "a number with a fraction";
    case CONFIG_TYPE_STRING:
        return "a text in quotes";
    case CONFIG_TYPE_BOOL:
        return "true or false";
    default:
        return config_setting_length(setting) ? "a list" : "an empty list";
    }
}

int conf_blame_kind(const struct conf_reader *r, const config_setting_t *setting,
                    const char *wanted)
{
    err_set(r->err, "must be %s, not %s", wanted, kind_of(setting));
    return conf_blame(r, setting);
}

int conf_blame_missing(const struct conf_reader *r, const config_setting_t *group, const char *name)
{
    char path[PATH_TEXT_MAX];
    struct conf_place place = conf_place_of(r, group);
    put_path(group, path);
    if (config_setting_is_root(group))
        return err_set(r->err, "%s: setting \"%s\" is missing", place.file, name);
    return err_set(r->err, "%s:%u: setting \"%s.%s\" is missing", place.file, place.line, path,
                   name);
}

/* --- ranges ----------------------------------------------------------------------------------- */

struct range {
    int64_t min, max;
};

static struct range range_of(const struct conf_field *field)
{
    struct range range = { field->min, field->max };
    if (range.max == 0 && range.min >= 0)
        range.max = field->type == CONF_STRING ? STRING_MAX_DEFAULT : INT64_MAX;
    if (field->min == 0 && field->max == 0 && field->type == CONF_INT)
        range.min = INT64_MIN;
    return range;
}

static void limit_text(const struct conf_field *field, int64_t limit, char out[DURATION_TEXT_MAX])
{
    if (field->type == CONF_DURATION_MS)
        duration_text(limit, out);
    else
        snprintf(out, DURATION_TEXT_MAX, "%" PRId64, limit);
}

int conf_check_range(const struct conf_reader *r, const config_setting_t *setting,
                     const struct conf_field *field, const char *what, int64_t value)
{
    struct range range = range_of(field);
    if (value >= range.min && value <= range.max)
        return 0;
    char min[DURATION_TEXT_MAX], max[DURATION_TEXT_MAX], is[DURATION_TEXT_MAX];
    limit_text(field, range.min, min);
    limit_text(field, range.max, max);
    limit_text(field, value, is);
    if (range.max == INT64_MAX)
        err_set(r->err, "%s%s is too small: at least %s", what, is, min);
    else
        err_set(r->err, "%s%s is out of range: %s to %s", what, is, min, max);
    return conf_blame(r, setting);
}
