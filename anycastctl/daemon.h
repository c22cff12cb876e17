/* SPDX-License-Identifier: GPL-3.0-or-later */
/* daemon.h - what the mains of anycastd and anycastguard have in common: the command line, the
 * settings, folders and rights, and the signals that end or reload. */
#ifndef PROXIMA_DAEMON_H
#define PROXIMA_DAEMON_H

#include "anycastctl/model/settings.h"
#include "common/err.h"
#include "common/loop.h"
#include "common/protect.h"

struct daemon {
    const char *name;             /* "anycastd" */
    const char *about;            /* one line for --help */
    bool has_dry_run;             /* takes --dry-run */
    const char *path;             /* of the configuration */
    struct protection protection; /* to be taken, if it is allowed */
    struct settings settings;
};

/* The whole main: reads command line and settings, calls `run`, and says what went wrong. Returns
 * the exit status. --help, --version and --check-config don't run. */
int daemon_main(struct daemon *daemon, int argc, char **argv,
                int (*run)(struct daemon *daemon, struct err *err));

/* For `run`, first: makes the folders of all that we create, and becomes settings.user if it is not
 * empty, keeping the capabilities `keep` (ended by -1; may be NULL). Before, it takes the
 * protection that the daemon wants. Then starts the log's thread. SIGHUP, SIGTERM and SIGINT wait
 * from here on for daemon_run(). */
int daemon_settle(struct daemon *daemon, const int *keep, struct err *err);

/* What daemon_run() calls. */
struct daemon_life {
    void *arg;
    void (*reload)(void *arg);
    bool (*is_ready)(void *arg); /* BIRD's state is known */
};

/* Runs until SIGTERM or SIGINT; reloads on SIGHUP. The service manager hears that we are ready:
 * once `is_ready` says so, or after 5 s without BIRD, because dnsd is started after us and must not
 * wait for it; then its STATUS says so. Its watchdog hears that the loop turns. */
void daemon_run(struct ev_loop *loop, const struct daemon_life *life);

#endif
