/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glass_conf.c - the table of one looking glass. */
#include "anycastctl/model/glass_conf.h"

#include <stdio.h>
#include <string.h>
#include <sys/un.h>

enum {
    SOCKET_PATH_MAX = sizeof((struct sockaddr_un *)0)->sun_path - 1,
    URL_MAX = 1024,
    TABLE_MAX = 63, /* a name of BIRD's */
    MINUTE_MS = 60 * 1000,
};

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

static int check_glass_name(void *item, struct err *err)
{
    const struct glass_settings *glass = item;
    for (const char *p = glass->name; *p; p++)
        if (!strchr(letters, *p) && !strchr("-.", *p))
            return err_set(err, "\"%s\" may have only letters, digits, - . and _", glass->name);
    return 0;
}

static int check_type(void *item, struct err *err)
{
    struct glass_settings *glass = item;
    static const char *const names[] = {
#define GLASS_NAME(id, name) [id] = name,
        GLASS_TYPES(GLASS_NAME)
#undef GLASS_NAME
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(glass->type_name, names[i]) == 0) {
            glass->type = (enum glass_type)i;
            return 0;
        }
    }
    return err_set(err, "\"%s\" is neither bird (a control socket) nor http (birdwatcher's API)",
                   glass->type_name);
}

static int check_table(const char *table, struct err *err)
{
    if (table[strspn(table, letters)] != '\0')
        return err_set(err, "\"%s\" is no name of a table in BIRD", table);
    return 0;
}

static int check_table4(void *item, struct err *err)
{
    return check_table(((const struct glass_settings *)item)->table4, err);
}

static int check_table6(void *item, struct err *err)
{
    return check_table(((const struct glass_settings *)item)->table6, err);
}

static int check_url(void *item, struct err *err)
{
    const struct glass_settings *glass = item;
    if (strncmp(glass->url, "https://", 8) != 0 && strncmp(glass->url, "http://", 7) != 0)
        return err_set(err, "\"%s\" begins with neither https:// nor http://", glass->url);
    if (!strstr(glass->url, "{prefix}"))
        return err_set(err,
                       "\"%s\" does not say where the prefix goes: "
                       "https://lg.example/routes/prefix?prefix={prefix}",
                       glass->url);
    return 0;
}

void glass_conf_defaults(void *item)
{
    struct glass_settings *glass = item;
    glass->socket = glass->url = glass->table4 = glass->table6 = glass->via = (char *)"";
    glass->interval_ms = MINUTE_MS; /* what is asked without a reason is asked seldom */
    glass->timeout_ms = 5 * 1000;   /* it may be far away, and busy */
}

const struct conf_field glass_conf_fields[] = {
    { "name", CONF_STRING, offsetof(struct glass_settings, name), .min = 1, .max = GLASS_NAME_MAX,
      .required = true, .check = check_glass_name },
    { "type", CONF_STRING, offsetof(struct glass_settings, type_name), .required = true,
      .check = check_type },
    { "socket", CONF_STRING, offsetof(struct glass_settings, socket), .min = 1,
      .max = SOCKET_PATH_MAX },
    { "url", CONF_STRING, offsetof(struct glass_settings, url), .min = 1, .max = URL_MAX,
      .check = check_url },
    { "table4", CONF_STRING, offsetof(struct glass_settings, table4), .max = TABLE_MAX,
      .check = check_table4 },
    { "table6", CONF_STRING, offsetof(struct glass_settings, table6), .max = TABLE_MAX,
      .check = check_table6 },
    { "via", CONF_STRING, offsetof(struct glass_settings, via), .max = TABLE_MAX },
    { "interval", CONF_DURATION_MS, offsetof(struct glass_settings, interval_ms), .min = 1000,
      .max = 24 * 60 * MINUTE_MS },
    { "timeout", CONF_DURATION_MS, offsetof(struct glass_settings, timeout_ms), .min = 100,
      .max = MINUTE_MS },
    { NULL },
};

int glass_conf_check(const struct glass_settings *glass, const struct glass_settings *before,
                     size_t others, struct err *err)
{
    const bool http = glass->type == GLASS_HTTP;
    for (size_t i = 0; i < others; i++)
        if (strcmp(before[i].name, glass->name) == 0)
            return err_set(err, "two looking glasses are called \"%s\"", glass->name);
    if (http && !glass->url[0])
        return err_set(err, "looking glass \"%s\": type http needs a url", glass->name);
    if (!http && !glass->socket[0])
        return err_set(err, "looking glass \"%s\": type bird needs a socket", glass->name);
    if (http ? glass->socket[0] : glass->url[0])
        return err_set(err, "looking glass \"%s\": type %s has no %s", glass->name,
                       glass->type_name, http ? "socket" : "url");
    return 0;
}

bool glass_conf_same(const struct glass_settings *a, const struct glass_settings *b)
{
    return strcmp(a->name, b->name) == 0 && a->type == b->type &&
           strcmp(a->socket, b->socket) == 0 && strcmp(a->url, b->url) == 0 &&
           strcmp(a->table4, b->table4) == 0 && strcmp(a->table6, b->table6) == 0 &&
           strcmp(a->via, b->via) == 0 && a->interval_ms == b->interval_ms &&
           a->timeout_ms == b->timeout_ms;
}
