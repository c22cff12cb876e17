/* SPDX-License-Identifier: GPL-3.0-or-later */
/* starter.c - one child that becomes a fixed command. Nothing of it comes from a client. */
#include "anycastctl/breaker/starter.h"

#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int spawn(char *const *command, pid_t *pid)
{
    static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char *const environment[] = { path, NULL };
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    int result = posix_spawn(pid, command[0], NULL, &attributes, command, environment);
    posix_spawnattr_destroy(&attributes);
    return result;
}

static int run(char *const *command, enum role role, struct err *err)
{
    pid_t pid;
    errno = spawn(command, &pid);
    if (errno)
        return err_sys(err, "cannot run %s", command[0]);
    log_event(LOG_NOTICE, "starting", "role=%s command=%s pid=%d", role_name(role), command[0],
              (int)pid);
    return 0;
}

static int run_own(const struct conf_strings *start, enum role role, struct err *err)
{
    char **command = mem_calloc(start->count + 1, sizeof *command);
    memcpy(command, start->items, start->count * sizeof *command);
    int result = run(command, role, err);
    free(command);
    return result;
}

int starter_start(const struct breaker_conf *conf, enum role role, struct err *err)
{
    static char systemctl[] = "/usr/bin/systemctl", verb[] = "start", block[] = "--no-block";
    const struct role_conf *of = &conf->role[role];
    char *const command[] = { systemctl, verb, block, of->unit, NULL };
    if (of->start.count)
        return run_own(&of->start, role, err);
    if (access("/run/systemd/system", F_OK))
        return err_set(err,
                       "nobody starts %s: no systemd runs here, and anycastdrill.conf has no "
                       "%s.start",
                       role_name(role), role_name(role));
    return run(command, role, err);
}
