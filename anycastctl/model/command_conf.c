/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command_conf.c - one item of the list of checks. */
#include "anycastctl/model/command_conf.h"

#include <string.h>

enum { HOUR_MS = 60 * 60 * 1000 };

static int check_command_name(void *item, struct err *err)
{
    const struct command_settings *raw = item;
    const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (raw->name[strspn(raw->name, allowed)] != '\0')
        return err_set(err, "\"%s\" may have only letters, digits, - and _", raw->name);
    return 0;
}

static int check_command(void *item, struct err *err)
{
    const struct command_settings *raw = item;
    if (raw->command.items[0][0] != '/')
        return err_set(err,
                       "\"%s\" is no absolute path: it is run without a shell, and sought nowhere",
                       raw->command.items[0]);
    return 0;
}

static int check_class(void *item, struct err *err)
{
    struct command_settings *raw = item;
    static const enum cause_class classes[] = { CLASS_ALARM, CLASS_SOFT, CLASS_WRONG };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strcmp(raw->class_name, cause_class_name(classes[i])) == 0) {
            raw->class = classes[i];
            return 0;
        }
    }
    return err_set(err, "\"%s\" is none of alarm, soft, wrong", raw->class_name);
}

void command_conf_defaults(void *item)
{
    struct command_settings *raw = item;
    raw->interval_ms = 10 * 1000;
    raw->timeout_ms = 3 * 1000; /* long for a look at something local */
    raw->fall = 2;              /* as for probes: once may be chance */
    raw->rise = 2;
    raw->class_name =
        (char *)"soft"; /* what fails here, fails at all sites that have the same file */
    raw->class = CLASS_SOFT;
    raw->service_name = (char *)""; /* all */
}

const struct conf_field command_conf_fields[] = {
    { "name", CONF_STRING, offsetof(struct command_settings, name), .min = 1,
      .max = COMMAND_NAME_MAX, .required = true, .check = check_command_name },
    { "command", CONF_STRING_LIST, offsetof(struct command_settings, command), .min = 1,
      .max = COMMAND_WORDS_MAX, .required = true, .check = check_command },
    { "interval", CONF_DURATION_MS, offsetof(struct command_settings, interval_ms), .min = 50,
      .max = 24 * HOUR_MS },
    { "timeout", CONF_DURATION_MS, offsetof(struct command_settings, timeout_ms), .min = 50,
      .max = HOUR_MS },
    { "class", CONF_STRING, offsetof(struct command_settings, class_name), .check = check_class },
    { "service", CONF_STRING, offsetof(struct command_settings, service_name) },
    { "fall", CONF_INT, offsetof(struct command_settings, fall), .min = 1, .max = 100 },
    { "rise", CONF_INT, offsetof(struct command_settings, rise), .min = 1, .max = 100 },
    { NULL },
};

int command_conf_check(struct command_settings *check, const struct command_settings *before,
                       size_t others, const struct settings *settings, struct err *err)
{
    for (size_t i = 0; i < others; i++)
        if (strcmp(before[i].name, check->name) == 0)
            return err_set(err, "two checks are called \"%s\"", check->name);
    check->service = -1;
    if (check->service_name[0])
        check->service = settings_find_service(settings, check->service_name);
    if (check->service_name[0] && check->service < 0)
        return err_set(err, "check \"%s\": there is no service \"%s\"", check->name,
                       check->service_name);
    return 0;
}

bool command_conf_same(const struct command_settings *a, const struct command_settings *b)
{
    return strcmp(a->name, b->name) == 0 && conf_strings_same(&a->command, &b->command) &&
           a->interval_ms == b->interval_ms && a->timeout_ms == b->timeout_ms &&
           a->class == b->class && strcmp(a->service_name, b->service_name) == 0 &&
           a->fall == b->fall && a->rise == b->rise;
}
