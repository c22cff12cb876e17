/* SPDX-License-Identifier: GPL-3.0-or-later */
/* daemon.c - from the command line to a running loop. */
#include "anycastctl/daemon.h"

#include "common/log.h"
#include "common/mem.h"
#include "common/notify.h"
#include "common/privs.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EXIT_USAGE = 2,
    READY_LOOK_MS = 20,
    READY_WAIT_MS = 5000, /* a BIRD that takes longer does not come soon */
};

#define DEFAULT_PATH PROXIMA_SYSCONFDIR "/anycastd.conf"

static const struct option options[] = {
    { "config", required_argument, NULL, 'c' }, { "check-config", no_argument, NULL, 'k' },
    { "dry-run", no_argument, NULL, 'd' },      { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'v' },      { NULL, 0, NULL, 0 },
};

static int print_help(const struct daemon *daemon)
{
    printf("usage: %s [-c FILE] [--check-config]%s\n\n"
           "%s Runs in the foreground.\n\n"
           "  -c, --config FILE  settings (default %s)\n"
           "      --check-config read the settings, say what is wrong with them, and end\n"
           "%s"
           "      --help, --version\n\n"
           "See %s(8), anycastd.conf(5).\n",
           daemon->name, daemon->has_dry_run ? " [--dry-run]" : "", daemon->about, DEFAULT_PATH,
           daemon->has_dry_run ? "      --dry-run      decide and log, but touch neither BIRD nor "
                                 "the intent folder\n"
                               : "",
           daemon->name);
    return EXIT_SUCCESS;
}

static int print_usage(const struct daemon *daemon)
{
    fprintf(stderr, "usage: %s [-c FILE] [--check-config]; more with --help\n", daemon->name);
    return EXIT_USAGE;
}

static int read_settings(struct daemon *daemon, bool only_check)
{
    struct err err;
    if (settings_read(daemon->path, &daemon->settings, &err) < 0) {
        fprintf(stderr, "%s: %s\n", daemon->name, err.msg);
        return EXIT_FAILURE;
    }
    if (!only_check)
        return -1;
    printf("%s: no mistakes found\n", daemon->path);
    settings_free(&daemon->settings);
    return EXIT_SUCCESS;
}

/* Returns -1 to go on, or the exit status. */
static int begin(struct daemon *daemon, int argc, char **argv)
{
    bool only_check = false, dry_run = false;
    int option;
    daemon->path = DEFAULT_PATH;
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) >= 0) {
        switch (option) {
        case 'c':
            daemon->path = optarg;
            break;
        case 'k':
            only_check = true;
            break;
        case 'd':
            if (!daemon->has_dry_run)
                return print_usage(daemon);
            dry_run = true;
            break;
        case 'h':
            return print_help(daemon);
        case 'v':
            printf("%s %s\n", daemon->name, PACKAGE_VERSION);
            return EXIT_SUCCESS;
        default:
            return print_usage(daemon);
        }
    }
    if (optind < argc)
        return print_usage(daemon);
    const int status = read_settings(daemon, only_check);
    daemon->settings.dry_run |= dry_run;
    return status;
}

int daemon_main(struct daemon *daemon, int argc, char **argv,
                int (*run)(struct daemon *daemon, struct err *err))
{
    int status = begin(daemon, argc, argv);
    if (status >= 0)
        return status;
    struct err err;
    int result = run(daemon, &err);
    if (result < 0)
        log_event(LOG_ERROR, "start-failed", "error=\"%s\"", err.msg);
    log_stop_thread();
    settings_free(&daemon->settings);
    return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Makes the folder that `path` is in. */
static int ensure_folder_of(const char *path, const char *user, struct err *err)
{
    char *folder = mem_strdup(path);
    char *slash = strrchr(folder, '/');
    int result = 0;
    if (slash && slash != folder) {
        *slash = '\0';
        result = privs_ensure_folder(folder, user, err);
    }
    free(folder);
    return result;
}

static int ensure_folders(const struct settings *s, struct err *err)
{
    if (ensure_folder_of(s->report_socket, s->user, err) < 0 ||
        ensure_folder_of(s->control_socket, s->user, err) < 0 ||
        ensure_folder_of(s->lease_socket, s->user, err) < 0 ||
        ensure_folder_of(s->bird.intent_dir, s->user, err) < 0)
        return -1;
    /* Records are not worth not starting: their owners complain, and go on without. */
    struct err ignored;
    ensure_folder_of(s->event_log, s->user, &ignored);
    privs_ensure_folder(s->state_dir, s->user, &ignored);
    return 0;
}

/* Holds what comes while we start, or lets it through (`how`: SIG_BLOCK or SIG_UNBLOCK). */
static void mask_signals(int how)
{
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGHUP);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigprocmask(how, &ours, NULL);
}

int daemon_settle(struct daemon *daemon, const int *keep, struct err *err)
{
    const struct settings *settings = &daemon->settings;
    enum log_level level = LOG_INFO;
    log_level_parse(settings->log_level, &level); /* the settings are checked */
    log_set_level(level);
    signal(SIGPIPE, SIG_IGN);
    mask_signals(SIG_BLOCK);
    if (ensure_folders(settings, err) < 0)
        return -1;
    protect_take(daemon->protection);
    if (settings->user[0] && privs_drop(settings->user, keep, err) < 0)
        return -1;
    log_start_thread();
    return 0;
}

/* The loop while it runs, and what the service manager knows of it. */
struct running {
    const struct daemon_life *life;
    ev_signal hangup, terminate, interrupt;
    ev_timer watchdog, readiness;
    int waited_ms; /* for BIRD */
};

static void on_end(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)watcher, (void)events;
    ev_break(loop, EVBREAK_ALL);
}

static void on_reload(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)loop, (void)events;
    const struct running *running = watcher->data;
    running->life->reload(running->life->arg);
}

static void on_watchdog(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)timer, (void)events;
    notify_manager("WATCHDOG=1");
}

static void on_readiness(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct running *running = timer->data;
    running->waited_ms += READY_LOOK_MS;
    if (running->life->is_ready(running->life->arg))
        notify_manager("READY=1\nSTATUS=BIRD's state is known");
    else if (running->waited_ms >= READY_WAIT_MS)
        notify_manager("READY=1\nSTATUS=waiting for BIRD: see anycastctl check");
    else
        return;
    ev_timer_stop(loop, timer);
}

static void start_signal(struct ev_loop *loop, ev_signal *watcher, int number,
                         void (*call)(struct ev_loop *loop, ev_signal *watcher, int events))
{
    ev_signal_init(watcher, call, number);
    ev_signal_start(loop, watcher);
}

static void start_timer(struct ev_loop *loop, ev_timer *timer, int64_t interval_ms,
                        void (*call)(struct ev_loop *loop, ev_timer *timer, int events))
{
    const double interval_s = (double)interval_ms / 1000;
    ev_timer_init(timer, call, interval_s, interval_s);
    if (interval_ms > 0)
        ev_timer_start(loop, timer);
}

void daemon_run(struct ev_loop *loop, const struct daemon_life *life)
{
    struct running running = { .life = life };
    start_signal(loop, &running.hangup, SIGHUP, on_reload);
    start_signal(loop, &running.terminate, SIGTERM, on_end);
    start_signal(loop, &running.interrupt, SIGINT, on_end);
    mask_signals(SIG_UNBLOCK);
    start_timer(loop, &running.watchdog, notify_watchdog_ms(), on_watchdog);
    start_timer(loop, &running.readiness, READY_LOOK_MS, on_readiness);
    running.hangup.data = running.readiness.data = &running;
    ev_run(loop, 0);
    notify_manager("STOPPING=1");
    ev_timer_stop(loop, &running.readiness);
    ev_timer_stop(loop, &running.watchdog);
    ev_signal_stop(loop, &running.hangup);
    ev_signal_stop(loop, &running.terminate);
    ev_signal_stop(loop, &running.interrupt);
}
