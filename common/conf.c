/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf.c - a configuration read against tables of settings. Knows the types; hides libconfig. */
#include "common/conf.h"

#include "common/conf_blame.h"
#include "common/duration.h"
#include "common/mem.h"
#include "common/nearest.h"
#include "common/trial.h"

#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARSE_LIMIT_MS = 20000 }; /* 20,000 named groups take 5 s */

/* A group of the file, the table it is read by, and where its values go. */
struct target {
    const config_setting_t *group;
    const struct conf_field *fields;
    char *into;
};

static int read_group(const struct conf_reader *r, const struct target *target);

/* --- one reader per type ---------------------------------------------------------------------- */

typedef int field_reader(const struct conf_reader *r, const config_setting_t *setting,
                         const struct conf_field *field, void *to);

static bool is_integer(const config_setting_t *setting)
{
    int type = config_setting_type(setting);
    return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
}

static int read_bool(const struct conf_reader *r, const config_setting_t *setting,
                     const struct conf_field *field, void *to)
{
    (void)field;
    if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
        return conf_blame_kind(r, setting, "true or false");
    *(bool *)to = config_setting_get_bool(setting);
    return 0;
}

static int read_switch(const struct conf_reader *r, const config_setting_t *setting,
                       const struct conf_field *field, void *to)
{
    bool on = false;
    if (read_bool(r, setting, field, &on))
        return -1;
    *(int64_t *)to = on;
    return 0;
}

static int read_int(const struct conf_reader *r, const config_setting_t *setting,
                    const struct conf_field *field, void *to)
{
    if (!is_integer(setting))
        return conf_blame_kind(r, setting, "an integer");
    *(int64_t *)to = config_setting_get_int64(setting);
    return conf_check_range(r, setting, field, "", *(int64_t *)to);
}

static int read_duration(const struct conf_reader *r, const config_setting_t *setting,
                         const struct conf_field *field, void *to)
{
    const char *text = config_setting_get_string(setting);
    if (!text && !is_integer(setting))
        return conf_blame_kind(r, setting,
                               "a duration such as \"3s\" or an integer (milliseconds)");
    if (!text)
        *(int64_t *)to = config_setting_get_int64(setting);
    else if (duration_parse(text, to, r->err))
        return conf_blame(r, setting);
    return conf_check_range(r, setting, field, "", *(int64_t *)to);
}

static int read_string(const struct conf_reader *r, const config_setting_t *setting,
                       const struct conf_field *field, void *to)
{
    const char *text = config_setting_get_string(setting);
    if (!text)
        return conf_blame_kind(r, setting, "a text in quotes");
    free(*(char **)to);
    *(char **)to = mem_strdup(text);
    return conf_check_range(r, setting, field, "its length in bytes, ", (int64_t)strlen(text));
}

bool conf_strings_same(const struct conf_strings *a, const struct conf_strings *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return true;
}

static void free_strings(struct conf_strings *strings)
{
    for (size_t i = 0; i < strings->count; i++)
        free(strings->items[i]);
    free(strings->items);
    *strings = (struct conf_strings){ 0 };
}

static bool is_list(const config_setting_t *setting)
{
    return config_setting_is_list(setting) || config_setting_is_array(setting);
}

static int read_string_list(const struct conf_reader *r, const config_setting_t *setting,
                            const struct conf_field *field, void *to)
{
    struct conf_strings *strings = to;
    if (!is_list(setting))
        return conf_blame_kind(r, setting, "a list of texts: ( \"…\", \"…\" )");
    unsigned count = (unsigned)config_setting_length(setting);
    if (conf_check_range(r, setting, field, "its number of texts, ", count))
        return -1;
    free_strings(strings);
    strings->items = mem_calloc(count, sizeof *strings->items);
    for (unsigned i = 0; i < count; i++) {
        const config_setting_t *item = config_setting_get_elem(setting, i);
        const char *text = config_setting_get_string(item);
        if (!text)
            return conf_blame_kind(r, item, "a list of texts, each in quotes");
        strings->items[strings->count++] = mem_strdup(text);
    }
    return 0;
}

static int read_inner_group(const struct conf_reader *r, const config_setting_t *setting,
                            const struct conf_field *field, void *to)
{
    if (!config_setting_is_group(setting))
        return conf_blame_kind(r, setting, "a group: { … }");
    return read_group(r, &(struct target){ setting, field->group, to });
}

static void adopt_defaults(const struct conf_field *fields, char *into);

static int read_group_list(const struct conf_reader *r, const config_setting_t *setting,
                           const struct conf_field *field, void *to)
{
    struct conf_list *list = to;
    if (!is_list(setting))
        return conf_blame_kind(r, setting, "a list of groups: ( { … }, { … } )");
    unsigned count = (unsigned)config_setting_length(setting);
    if (conf_check_range(r, setting, field, "its number of groups, ", count))
        return -1;
    list->items = mem_calloc(count, field->size);
    list->count = count;
    for (unsigned i = 0; i < count; i++) {
        const config_setting_t *item = config_setting_get_elem(setting, i);
        char *into = (char *)list->items + i * field->size;
        if (!config_setting_is_group(item))
            return conf_blame_kind(r, item, "a list of groups, each in { }");
        if (field->init)
            field->init(into);
        adopt_defaults(field->group, into);
        if (read_group(r, &(struct target){ item, field->group, into }))
            return -1;
    }
    return 0;
}

static field_reader *const readers[] = {
    [CONF_BOOL] = read_bool,         [CONF_SWITCH] = read_switch,
    [CONF_INT] = read_int,           [CONF_DURATION_MS] = read_duration,
    [CONF_STRING] = read_string,     [CONF_STRING_LIST] = read_string_list,
    [CONF_GROUP] = read_inner_group, [CONF_GROUP_LIST] = read_group_list,
};

/* --- groups ----------------------------------------------------------------------------------- */

static int blame_unknown(const struct conf_reader *r, const config_setting_t *setting,
                         const struct conf_field *fields)
{
    struct nearest nearest = nearest_to(config_setting_name(setting));
    char known[400] = "";
    for (size_t used = 0; fields->name; fields++, used = strlen(known)) {
        if (fields->type == CONF_PLACE)
            continue;
        snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", fields->name);
        nearest_offer(&nearest, fields->name);
    }
    if (nearest.best)
        err_set(r->err, "unknown; did you mean \"%s\"?", nearest.best);
    else
        err_set(r->err, "unknown; known here are: %s", known);
    return conf_blame(r, setting);
}

static bool is_known(const struct conf_field *fields, const char *name)
{
    for (; fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return true;
    return false;
}

static int check_names(const struct conf_reader *r, const struct target *target)
{
    unsigned count = (unsigned)config_setting_length(target->group);
    for (unsigned i = 0; i < count; i++) {
        const config_setting_t *setting = config_setting_get_elem(target->group, i);
        if (!is_known(target->fields, config_setting_name(setting)))
            return blame_unknown(r, setting, target->fields);
    }
    return 0;
}

static void note_place(const struct conf_reader *r, const config_setting_t *group, char **to)
{
    struct conf_place place = conf_place_of(r, group);
    *to = mem_printf("%s:%u", place.file, place.line);
}

static int read_field(const struct conf_reader *r, const struct target *target,
                      const struct conf_field *field)
{
    if (field->type == CONF_PLACE) {
        note_place(r, target->group, (char **)(target->into + field->offset));
        return 0;
    }
    const config_setting_t *setting = config_setting_get_member(target->group, field->name);
    if (!setting)
        return field->required ? conf_blame_missing(r, target->group, field->name) : 0;
    if (readers[field->type](r, setting, field, target->into + field->offset))
        return -1;
    if (field->check && field->check(target->into, r->err))
        return conf_blame(r, setting);
    return 0;
}

static int read_group(const struct conf_reader *r, const struct target *target)
{
    if (check_names(r, target))
        return -1;
    for (const struct conf_field *field = target->fields; field->name; field++)
        if (read_field(r, target, field))
            return -1;
    return 0;
}

/* --- the caller's struct ---------------------------------------------------------------------- */

/* Replaces the texts that the caller set as defaults by copies, so that all are ours to free. */
static void adopt_defaults(const struct conf_field *fields, char *into)
{
    for (; fields->name; fields++) {
        char *at = into + fields->offset;
        struct conf_strings *strings = (struct conf_strings *)at;
        if (fields->type == CONF_STRING && *(char **)at) {
            *(char **)at = mem_strdup(*(char **)at);
        } else if (fields->type == CONF_GROUP) {
            adopt_defaults(fields->group, at);
        } else if (fields->type == CONF_STRING_LIST && strings->items) {
            strings->items = mem_dup(strings->items, strings->count * sizeof *strings->items);
            for (size_t i = 0; i < strings->count; i++)
                strings->items[i] = mem_strdup(strings->items[i]);
        }
    }
}

void conf_free(const struct conf_field *fields, void *from)
{
    for (; fields->name; fields++) {
        void *at = (char *)from + fields->offset;
        struct conf_list *list = at;
        if (fields->type == CONF_STRING || fields->type == CONF_PLACE) {
            free(*(char **)at);
            *(char **)at = NULL;
        } else if (fields->type == CONF_STRING_LIST) {
            free_strings(at);
        } else if (fields->type == CONF_GROUP) {
            conf_free(fields->group, at);
        } else if (fields->type == CONF_GROUP_LIST) {
            for (size_t i = 0; i < list->count; i++)
                conf_free(fields->group, (char *)list->items + i * fields->size);
            free(list->items);
            *list = (struct conf_list){ 0 };
        }
    }
}

/* --- parsing ---------------------------------------------------------------------------------- */

static int parse(const struct conf_source *source, config_t *config, struct err *err)
{
    if (config_read_string(config, conf_source_text(source)))
        return 0;
    unsigned line = config_error_line(config) > 0 ? (unsigned)config_error_line(config) : 1;
    struct conf_place place = conf_source_place(source, line);
    return err_set(err, "%s:%u: %s (here or just before)", place.file, place.line,
                   config_error_text(config));
}

static int try_to_parse(const void *source, struct err *err)
{
    config_t config;
    config_init(&config);
    return parse(source, &config, err); /* it all ends with the child */
}

/* Only what is known to parse is parsed here: on errors libconfig 1.5 leaks, if it does no worse.
 */
static int parse_safely(const struct conf_source *source, config_t *config, struct err *err)
{
    switch (trial_run(try_to_parse, source, PARSE_LIMIT_MS, err)) {
    case TRIAL_DONE:
        return parse(source, config, err);
    case TRIAL_FAILED:
        return -1;
    default:
        return err_wrap(err, "%s: libconfig cannot read this", conf_source_place(source, 1).file);
    }
}

int conf_read(const char *path, const struct conf_field *fields, void *into, struct err *err)
{
    adopt_defaults(fields, into);
    struct conf_source *source = conf_source_read(path, err);
    if (!source) {
        conf_free(fields, into);
        return -1;
    }
    config_t config;
    config_init(&config);
    struct conf_reader reader = { source, err };
    int result = parse_safely(source, &config, err);
    if (result == 0)
        result = read_group(&reader,
                            &(struct target){ config_root_setting(&config), fields, into });
    if (result)
        conf_free(fields, into);
    config_destroy(&config);
    conf_source_free(source);
    return result;
}
