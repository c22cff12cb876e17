/* SPDX-License-Identifier: GPL-3.0-or-later */
/* anycastdrill_main.c - anycastdrill: breaks things on purpose, for a bounded time. */
#include "anycastctl/breaker/breaker.h"
#include "common/log.h"
#include "common/privs.h"

#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

static const struct option options[] = {
    { "config", required_argument, NULL, 'c' },
    { "check-config", no_argument, NULL, 'k' },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'v' },
    { NULL, 0, NULL, 0 },
};

static int print_help(void)
{
    puts(
        "usage: anycastdrill [-c FILE] [--check-config]\n\n"
        "Breaks one thing on purpose for a bounded time, and puts it right: for anycastctl drill.\n"
        "Runs in the foreground, as root.\n\n"
        "  -c, --config FILE  settings (default " PROXIMA_SYSCONFDIR
        "/anycastdrill.conf, if there)\n"
        "      --check-config read the settings, say what is wrong with them, and end\n"
        "      --help, --version\n\n"
        "See anycastdrill(8), anycastdrill.conf(5).");
    return EXIT_SUCCESS;
}

static int print_usage(void)
{
    fputs("usage: anycastdrill [-c FILE] [--check-config]; more with --help\n", stderr);
    return EXIT_USAGE;
}

/* The socket is to be the group's: files that we make are, from now on. */
static int become_group(const char *name, struct err *err)
{
    if (!*name)
        return 0;
    errno = 0;
    /* cppcheck-suppress getgrnamCalled ; there are no threads yet */
    const struct group *group = getgrnam(name);
    if (!group)
        return err_set(err, "the group \"%s\" does not exist: addgroup --system %s", name, name);
    return setegid(group->gr_gid) ? err_sys(err, "cannot take the group %s", name) : 0;
}

/* The folder is ours alone: what is in it makes us act. */
static int make_folder(const char *folder, struct err *err)
{
    struct stat status;
    if (privs_ensure_folder(folder, NULL, err))
        return -1;
    if (stat(folder, &status))
        return err_sys(err, "%s", folder);
    if (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)))
        return err_set(err, "%s: must be ours, and nobody else's to write: chown root, chmod 755",
                       folder);
    return 0;
}

/* A daemon that a command of ours starts inherits what we may do, so then we keep all of it. */
static int settle(const struct breaker_conf *conf, struct err *err)
{
    static const int keep[] = { CAP_KILL, CAP_NET_ADMIN, -1 };
    enum log_level level = LOG_INFO;
    log_level_parse(conf->log_level, &level); /* the settings are checked */
    log_set_level(level);
    signal(SIGPIPE, SIG_IGN);
    if (make_folder(conf->run_dir, err) || become_group(conf->group, err))
        return -1;
    return breaker_conf_has_commands(conf) ? 0 : privs_drop(NULL, keep, err);
}

static void on_end(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)watcher, (void)events;
    ev_break(loop, EVBREAK_ALL);
}

/* The loop reaps what starter.h started, because it is the default one. Who can ask us to begin can
 * ask us to end, so signals come first. */
static int serve(const struct breaker_conf *conf, struct err *err)
{
    struct ev_loop *loop = ev_default_loop(EVFLAG_NOENV);
    ev_signal terminate, interrupt;
    ev_signal_init(&terminate, on_end, SIGTERM);
    ev_signal_init(&interrupt, on_end, SIGINT);
    ev_signal_start(loop, &terminate);
    ev_signal_start(loop, &interrupt);
    struct breaker *breaker = breaker_new(loop, conf, err);
    if (!breaker)
        return -1;
    log_event(LOG_NOTICE, "start", "version=%s socket=%s", PACKAGE_VERSION, conf->socket);
    ev_run(loop, 0);
    breaker_free(breaker);
    log_event(LOG_NOTICE, "stop", "effect=\"nothing is broken\"");
    return 0;
}

static int run(const char *path, bool only_check)
{
    struct breaker_conf conf;
    struct err err;
    if (breaker_conf_read(path, &conf, &err)) {
        fprintf(stderr, "anycastdrill: %s\n", err.msg);
        return EXIT_FAILURE;
    }
    int result = 0;
    if (only_check)
        puts("anycastdrill: no mistakes found");
    else
        result = settle(&conf, &err) || serve(&conf, &err) ? -1 : 0;
    if (result)
        log_event(LOG_ERROR, "start-failed", "error=\"%s\"", err.msg);
    breaker_conf_free(&conf);
    return result ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const char *path = NULL;
    bool only_check = false;
    int option;
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) >= 0) {
        switch (option) {
        case 'c':
            path = optarg;
            break;
        case 'k':
            only_check = true;
            break;
        case 'h':
            return print_help();
        case 'v':
            puts("anycastdrill " PACKAGE_VERSION);
            return EXIT_SUCCESS;
        default:
            return print_usage();
        }
    }
    return optind < argc ? print_usage() : run(path, only_check);
}
