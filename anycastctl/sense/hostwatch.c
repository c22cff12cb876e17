/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hostwatch.c - the thread, and what it hands over: one reading, under a lock that is never held
 * while something is read. */
#include "anycastctl/sense/hostwatch.h"

#include "anycastctl/sense/hostjudge.h"
#include "common/background.h"
#include "common/log.h"
#include "common/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A figure of the kernel takes microseconds, a busy disk's seconds. */
enum { TURN_MS = 5 * 1000, STUCK_TURNS = 3 };

/* What both threads know. It outlives the watch where a disk has the thread hang for ever. */
struct shared {
    struct ev_loop *loop;
    ev_async ready;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool ending;                 /* under the lock */
    struct host_reading reading; /* under the lock */
    int interval_ms;
    char *proc, *folder[HOST_DISKS];
};

struct hostwatch {
    const struct settings *settings;
    void (*changed)(void *arg);
    void *arg;
    struct shared *shared;
    pthread_t thread;
    ev_timer patience;
    unsigned turns; /* of `patience` since the last reading */
    struct host_judgement judgement;
};

/* ---- the thread ---- */

/* Waits for the next look; false: there is none. */
static bool pause_thread(struct shared *shared)
{
    const struct timespec until = background_deadline(CLOCK_MONOTONIC, shared->interval_ms);
    bool due = false;
    pthread_mutex_lock(&shared->lock);
    while (!shared->ending && !due)
        due = pthread_cond_timedwait(&shared->wake, &shared->lock, &until) != 0;
    const bool go_on = !shared->ending;
    pthread_mutex_unlock(&shared->lock);
    return go_on;
}

static void hand_over(struct shared *shared, const struct host_reading *reading)
{
    pthread_mutex_lock(&shared->lock);
    shared->reading = *reading;
    if (!shared->ending)
        ev_async_send(shared->loop, &shared->ready);
    pthread_mutex_unlock(&shared->lock);
}

static void *run(void *arg)
{
    struct shared *shared = arg;
    const struct host_places places = { .proc = shared->proc,
                                        .folder = { shared->folder[0], shared->folder[1] } };
    struct routes routes = routes_open();
    do {
        struct host_reading reading;
        host_read(&places, &routes, &reading);
        hand_over(shared, &reading);
    } while (pause_thread(shared));
    routes_close(&routes);
    return NULL;
}

/* ---- the loop ---- */

/* What goes bad or gets well again is a line in the log, even where a worse cause hides it. */
static void log_change(enum host_check check, const struct host_finding *before,
                       const struct host_finding *now)
{
    if (before->state == HOST_BAD || now->state == HOST_BAD)
        log_event(now->state == HOST_BAD ? LOG_WARN : LOG_NOTICE, "host",
                  "check=%s state=%s detail=\"%s\"", host_check_name(check),
                  host_state_name(now->state), now->detail);
}

static void tell_changes(struct hostwatch *watch, const struct host_judgement *before)
{
    bool is_news = false;
    for (int i = 0; i < HOST_CHECK_COUNT; i++) {
        const struct host_finding *now = &watch->judgement.of[i];
        if (now->state == before->of[i].state)
            continue;
        log_change((enum host_check)i, &before->of[i], now);
        is_news = true;
    }
    if (is_news)
        watch->changed(watch->arg);
}

static void on_ready(struct ev_loop *loop, ev_async *async, int events)
{
    (void)loop, (void)events;
    struct hostwatch *watch = async->data;
    const struct host_judgement before = watch->judgement;
    struct host_reading reading;
    pthread_mutex_lock(&watch->shared->lock);
    reading = watch->shared->reading;
    pthread_mutex_unlock(&watch->shared->lock);
    watch->turns = 0;
    host_judge(&watch->judgement, watch->settings, &reading);
    tell_changes(watch, &before);
}

/* Nothing but a disk can keep the thread so long. Turns are counted, not the clock's time, so that
 * a pause of this process is no reproach. */
static void on_patience(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)events;
    struct hostwatch *watch = timer->data;
    const struct host_judgement before = watch->judgement;
    struct host_finding *disk = &watch->judgement.of[HOST_DISK];
    if (++watch->turns < STUCK_TURNS || !watch->settings->host.disk)
        return;
    disk->state = HOST_BAD;
    snprintf(disk->detail, sizeof disk->detail,
             "state_dir, or the folder of event_log, does not answer for %u s",
             watch->turns * (TURN_MS / 1000));
    tell_changes(watch, &before);
}

/* ---- for the owner ---- */

/* The folder of an absolute path. New memory. */
static char *folder_of(const char *path)
{
    char *folder = mem_strdup(path);
    char *slash = strrchr(folder, '/');
    slash[slash == folder] = '\0';
    return folder;
}

static struct shared *share(struct ev_loop *loop, const struct settings *settings)
{
    struct shared *shared = mem_zalloc(sizeof *shared);
    pthread_condattr_t monotonic;
    shared->loop = loop;
    shared->interval_ms = (int)settings->host.interval_ms;
    shared->proc = mem_strdup(settings->host.proc);
    shared->folder[0] = mem_strdup(settings->state_dir);
    shared->folder[1] = folder_of(settings->event_log);
    pthread_mutex_init(&shared->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&shared->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return shared;
}

static void free_shared(struct shared *shared)
{
    pthread_mutex_destroy(&shared->lock);
    pthread_cond_destroy(&shared->wake);
    for (int i = 0; i < HOST_DISKS; i++)
        free(shared->folder[i]);
    free(shared->proc);
    free(shared);
}

struct hostwatch *hostwatch_new(struct ev_loop *loop, const struct settings *settings,
                                void (*changed)(void *arg), void *arg)
{
    struct hostwatch *watch = mem_zalloc(sizeof *watch);
    watch->settings = settings;
    watch->changed = changed;
    watch->arg = arg;
    for (int i = 0; i < HOST_CHECK_COUNT; i++)
        watch->judgement.of[i].state = HOST_UNKNOWN;
    watch->shared = share(loop, settings);
    ev_async_init(&watch->shared->ready, on_ready);
    ev_timer_init(&watch->patience, on_patience, TURN_MS / 1000.0, TURN_MS / 1000.0);
    watch->shared->ready.data = watch->patience.data = watch;
    ev_async_start(loop, &watch->shared->ready);
    ev_timer_start(loop, &watch->patience);
    watch->thread = background_start(run, watch->shared);
    return watch;
}

void hostwatch_free(struct hostwatch *watch)
{
    if (!watch)
        return;
    struct shared *shared = watch->shared;
    pthread_mutex_lock(&shared->lock);
    shared->ending = true;
    pthread_cond_signal(&shared->wake);
    pthread_mutex_unlock(&shared->lock);
    ev_async_stop(shared->loop, &shared->ready);
    ev_timer_stop(shared->loop, &watch->patience);
    if (background_join(watch->thread))
        free_shared(shared);
    free(watch);
}

const struct host_finding *hostwatch_findings(const struct hostwatch *watch)
{
    return watch->judgement.of;
}
