/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf.h - anycastdrill.conf: where the daemons are found, how a dead one is started again, and who
 * may ask. Every setting has a default, so the file may be absent. As it names commands that root
 * runs, it must be root's (or ours), and nobody else's to write. */
#ifndef PROXIMA_BREAKER_CONF_H
#define PROXIMA_BREAKER_CONF_H

#include "anycastctl/breaker/act.h"
#include "common/conf.h"
#include "common/err.h"

#include <stdbool.h>

struct role_conf {
    char *socket;              /* whoever listens there is the daemon */
    char *unit;                /* that starts it, where systemd runs */
    struct conf_strings start; /* a command that starts it instead; empty: none */
};

struct breaker_conf {
    char *group;   /* may ask, besides root; "": nobody */
    char *run_dir; /* ours alone: socket and note are in it */
    char *log_level;
    struct role_conf role[ROLE_COUNT];
    char *socket, *note; /* below run_dir */
};

/* Reads `path`; if it is NULL, the default file, which may be missing. Free it with
 * breaker_conf_free. */
int breaker_conf_read(const char *path, struct breaker_conf *out, struct err *err);
void breaker_conf_free(struct breaker_conf *conf);

/* True if a daemon may have to be started by a command of the file's. */
bool breaker_conf_has_commands(const struct breaker_conf *conf);

#endif
