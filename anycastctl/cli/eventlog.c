/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eventlog.c - reads the event log, line by line. Lines torn by a full disk are passed over. */
#include "anycastctl/cli/eventlog.h"

#include "anycastctl/cli/show.h"
#include "anycastctl/model/settings.h"
#include "common/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *eventlog_without_daemon(const struct cli *cli, const struct err *why)
{
    struct settings settings;
    struct err ignored;
    char *path;
    if (settings_read(cli->config ? cli->config : PROXIMA_SYSCONFDIR "/anycastd.conf", &settings,
                      &ignored) == 0) {
        path = mem_strdup(settings.event_log);
        settings_free(&settings);
    } else {
        path = mem_strdup(PROXIMA_LOGDIR "/events.jsonl");
    }
    fprintf(stderr, "anycastctl: %s\nanycastctl: from the event log, %s:\n", why->msg, path);
    return path;
}

/* Hands each event to `take`. */
static int read_log(const char *path, void (*take)(void *arg, json_t *event), void *arg,
                    struct err *err)
{
    FILE *log = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    if (!log)
        return err_sys(err, "%s", path);
    while (getline(&line, &size, log) > 0) {
        json_t *event = json_loads(line, 0, NULL);
        if (event)
            take(arg, event);
        json_decref(event);
    }
    free(line);
    fclose(log);
    return 0;
}

/* ---- one change ---- */

struct sought {
    int64_t change;
    json_t *events;
};

static void take_of_change(void *arg, json_t *event)
{
    struct sought *sought = arg;
    if (get_number(event, "change") == sought->change)
        json_array_append(sought->events, event);
}

int eventlog_change(const char *path, int64_t change, json_t *events, struct err *err)
{
    struct sought sought = { change, events };
    struct err ignored;
    if (read_log(path, take_of_change, &sought, err) < 0)
        return err_wrap(err, "change %" PRId64 " is not in anycastd's memory", change);
    if (json_array_size(events) > 0)
        return 0;
    char *rotated = mem_printf("%s.1", path);
    read_log(rotated, take_of_change, &sought, &ignored);
    free(rotated);
    if (json_array_size(events) == 0)
        return err_set(err, "no change %" PRId64 " is known, nor in %s: see anycastctl history",
                       change, path);
    return 0;
}

/* ---- the last ones ---- */

struct window {
    size_t count;
    json_t *events;
};

static void take_last(void *arg, json_t *event)
{
    struct window *window = arg;
    if (json_array_size(window->events) == window->count)
        json_array_remove(window->events, 0);
    json_array_append(window->events, event);
}

int eventlog_last(const char *path, int count, json_t *events, struct err *err)
{
    struct window window = { (size_t)count, events };
    return read_log(path, take_last, &window, err);
}
