/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf.c - the table of anycastdrill.conf, and whose file it may be. */
#include "anycastctl/breaker/conf.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/path.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define DEFAULT_PATH PROXIMA_SYSCONFDIR "/anycastdrill.conf"

enum { SOCKET_PATH_MAX = sizeof((struct sockaddr_un *)0)->sun_path - 1, ARGUMENTS_MAX = 32 };

static int check_log_level(void *item, struct err *err)
{
    const struct breaker_conf *conf = item;
    enum log_level level;
    if (log_level_parse(conf->log_level, &level) < 0)
        return err_set(err, "\"%s\" is none of debug, info, notice, warning, error",
                       conf->log_level);
    return 0;
}

static int check_command(void *item, struct err *err)
{
    const struct role_conf *role = item;
    if (role->start.count && role->start.items[0][0] != '/')
        return err_set(err, "\"%s\" is no absolute path: a command is looked up nowhere",
                       role->start.items[0]);
    return 0;
}

static const struct conf_field role_fields[] = {
    { "socket", CONF_STRING, offsetof(struct role_conf, socket), .min = 1, .max = SOCKET_PATH_MAX },
    { "unit", CONF_STRING, offsetof(struct role_conf, unit), .min = 1, .max = 255 },
    { "start", CONF_STRING_LIST, offsetof(struct role_conf, start), .max = ARGUMENTS_MAX,
      .check = check_command },
    { NULL },
};

static const struct conf_field fields[] = {
    { "group", CONF_STRING, offsetof(struct breaker_conf, group), .max = 64 },
    { "run_dir", CONF_STRING, offsetof(struct breaker_conf, run_dir), .min = 1, .max = 80 },
    { "log_level", CONF_STRING, offsetof(struct breaker_conf, log_level),
      .check = check_log_level },
    { "dnsd", CONF_GROUP, offsetof(struct breaker_conf, role[ROLE_DNSD]), .group = role_fields },
    { "anycastd", CONF_GROUP, offsetof(struct breaker_conf, role[ROLE_ANYCASTD]),
      .group = role_fields },
    { "bird", CONF_GROUP, offsetof(struct breaker_conf, role[ROLE_BIRD]), .group = role_fields },
    { NULL },
};

/* conf_read copies strings that are given as defaults; without a file we do. */
static const struct breaker_conf defaults = {
    .group = (char *)"",
    .run_dir = (char *)PROXIMA_RUNDIR "-drill", /* not proxima's own, which the daemons may write */
    .log_level = (char *)"info",
    .role = {
        [ROLE_DNSD] = { (char *)PROXIMA_RUNDIR "/dnsd.sock", (char *)"dnsd.service", { 0 } },
        [ROLE_ANYCASTD] = { (char *)PROXIMA_RUNDIR "/anycastd.sock", (char *)"anycastd.service",
                            { 0 } },
        [ROLE_BIRD] = { (char *)"/run/bird/bird.ctl", (char *)"bird.service", { 0 } },
    },
};

static void copy_defaults(struct breaker_conf *out)
{
    *out = defaults;
    out->group = mem_strdup(out->group);
    out->run_dir = mem_strdup(out->run_dir);
    out->log_level = mem_strdup(out->log_level);
    for (int i = 0; i < ROLE_COUNT; i++) {
        out->role[i].socket = mem_strdup(out->role[i].socket);
        out->role[i].unit = mem_strdup(out->role[i].unit);
    }
}

/* Includes are as trustworthy as who wrote the file that names them. */
static int check_owner(const char *path, struct err *err)
{
    struct stat status;
    if (stat(path, &status))
        return err_sys(err, "%s", path);
    if (status.st_uid != 0 && status.st_uid != geteuid())
        return err_set(err, "%s: belongs to user %u, and names commands for root: chown root", path,
                       (unsigned)status.st_uid);
    if (status.st_mode & (S_IWGRP | S_IWOTH))
        return err_set(err, "%s: others may write it, and it names commands for root: chmod go-w",
                       path);
    return 0;
}

static void resolve_paths(struct breaker_conf *conf, const char *path)
{
    char *folder = path_folder(path);
    conf->run_dir = path_below(folder, conf->run_dir);
    for (int i = 0; i < ROLE_COUNT; i++)
        conf->role[i].socket = path_below(folder, conf->role[i].socket);
    free(folder);
    conf->socket = mem_printf("%s/drill.sock", conf->run_dir);
    conf->note = mem_printf("%s/broken.json", conf->run_dir);
}

int breaker_conf_read(const char *path, struct breaker_conf *out, struct err *err)
{
    if (!path && access(DEFAULT_PATH, F_OK) && errno == ENOENT) {
        copy_defaults(out);
    } else {
        path = path ? path : DEFAULT_PATH;
        *out = defaults;
        if (check_owner(path, err) || conf_read(path, fields, out, err))
            return -1;
    }
    resolve_paths(out, path ? path : DEFAULT_PATH);
    return 0;
}

void breaker_conf_free(struct breaker_conf *conf)
{
    conf_free(fields, conf);
    free(conf->socket);
    free(conf->note);
    conf->socket = conf->note = NULL;
}

bool breaker_conf_has_commands(const struct breaker_conf *conf)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (conf->role[i].start.count)
            return true;
    return false;
}
