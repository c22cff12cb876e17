/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eventlog.c - a bounded queue, a thread that appends its lines to a file, and the last lines in
 * memory. One lock guards all that both sides touch; it is never held over a system call on the
 * file. */
#include "anycastctl/record/eventlog.h"

#include "anycastctl/record/tail.h"
#include "common/background.h"
#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TAIL_BYTES = 1024 * 1024 }; /* of the file, read at start */

struct entry {
    struct moment when;
    char *text; /* with newline */
};

struct ring {
    char *line[EVENTLOG_KEPT]; /* without newline */
    size_t first, count;
};

struct eventlog {
    char *path, *node;
    pthread_t thread;

    pthread_mutex_t lock;
    pthread_cond_t work;
    struct entry queue[EVENTLOG_QUEUE];
    size_t first, count;
    size_t lost; /* lines that were neither written nor are queued, since the last one written */
    bool stop, reopen;
    struct err problem; /* why the last write failed */
    struct ring ring;

    int fd;   /* the thread's own: -1, or the open file */
    bool cut; /* the thread's own: the file ends within a line */
};

/* ---- the lines in memory ---- */

static void ring_add(struct ring *ring, char *line)
{
    if (ring->count == EVENTLOG_KEPT) {
        free(ring->line[ring->first]);
        ring->first = (ring->first + 1) % EVENTLOG_KEPT;
        ring->count--;
    }
    ring->line[(ring->first + ring->count++) % EVENTLOG_KEPT] = line;
}

/* Puts an older line in front, if there is room. */
static void ring_add_older(struct ring *ring, const char *line)
{
    if (ring->count == EVENTLOG_KEPT)
        return;
    ring->first = (ring->first + EVENTLOG_KEPT - 1) % EVENTLOG_KEPT;
    ring->line[ring->first] = mem_strdup(line);
    ring->count++;
}

static void ring_free(struct ring *ring)
{
    for (size_t i = 0; i < ring->count; i++)
        free(ring->line[(ring->first + i) % EVENTLOG_KEPT]);
}

/* ---- the thread ---- */

static int open_file(struct eventlog *log, struct err *err)
{
    if (log->fd >= 0)
        return 0;
    log->fd = open(log->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
    return log->fd < 0 ? err_sys(err, "event log %s", log->path) : 0;
}

static void close_file(struct eventlog *log)
{
    if (log->fd >= 0)
        close(log->fd);
    log->fd = -1;
    log->cut = false;
}

static bool looks_whole(const char *line)
{
    size_t len = strlen(line);
    return len >= 2 && len <= EVENTLOG_LINE_MAX && line[0] == '{' && line[len - 1] == '}';
}

/* What was there before us, so that `history` has it. */
static void read_earlier(struct eventlog *log)
{
    struct tail tail = tail_read(log->fd, EVENTLOG_KEPT, TAIL_BYTES);
    log->cut = tail.cut;
    pthread_mutex_lock(&log->lock);
    for (size_t i = tail.count; i > 0; i--)
        if (looks_whole(tail.lines[i - 1]))
            ring_add_older(&log->ring, tail.lines[i - 1]);
    pthread_mutex_unlock(&log->lock);
    tail_free(&tail);
}

static int write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        text += n;
        len -= (size_t)n;
    }
    return 0;
}

/* A line that is cut by a full disk shall not swallow the next one. */
static int write_line(struct eventlog *log, const char *text, struct err *err)
{
    if (open_file(log, err) < 0)
        return -1;
    if ((log->cut && write_all(log->fd, "\n", 1) < 0) ||
        write_all(log->fd, text, strlen(text)) < 0) {
        log->cut = true;
        return err_sys(err, "event log %s", log->path);
    }
    log->cut = false;
    return 0;
}

static char *format_line(const struct eventlog *log, struct moment when, const char *event,
                         json_t *fields);

static int write_gap(struct eventlog *log, struct moment when, size_t lost, struct err *err)
{
    if (lost == 0)
        return 0;
    char *text = format_line(log, when, "log-gap", json_pack("{s:I}", "lost", (json_int_t)lost));
    int result = write_line(log, text, err);
    free(text);
    return result;
}

static void note_success(struct eventlog *log, size_t lost)
{
    pthread_mutex_lock(&log->lock);
    bool over = log->problem.msg[0] != '\0';
    log->lost -= lost;
    err_clear(&log->problem);
    pthread_mutex_unlock(&log->lock);
    if (over)
        log_event(LOG_NOTICE, "event-log-works-again", "path=%s lost=%zu", log->path, lost);
}

static void note_failure(struct eventlog *log, const struct err *err)
{
    pthread_mutex_lock(&log->lock);
    bool news = log->problem.msg[0] == '\0';
    log->lost++;
    log->problem = *err;
    pthread_mutex_unlock(&log->lock);
    if (news)
        log_event(LOG_ERROR, "event-log-failed", "error=\"%s\"", err->msg);
}

static void write_entry(struct eventlog *log, const struct entry *entry)
{
    struct err err;
    pthread_mutex_lock(&log->lock);
    size_t lost = log->lost;
    pthread_mutex_unlock(&log->lock);
    int result = write_gap(log, entry->when, lost, &err);
    if (result == 0) {
        note_success(log, lost);
        result = write_line(log, entry->text, &err);
    }
    if (result < 0)
        note_failure(log, &err);
}

/* Waits for an entry. False: the end. */
static bool take_entry(struct eventlog *log, struct entry *out)
{
    pthread_mutex_lock(&log->lock);
    while (log->count == 0 && !log->stop && !log->reopen)
        pthread_cond_wait(&log->work, &log->lock);
    bool reopen = log->reopen;
    log->reopen = false;
    bool any = log->count > 0;
    *out = (struct entry){ 0 };
    if (any) {
        *out = log->queue[log->first];
        log->first = (log->first + 1) % EVENTLOG_QUEUE;
        log->count--;
    }
    bool go_on = any || !log->stop;
    pthread_mutex_unlock(&log->lock);
    if (reopen)
        close_file(log);
    return go_on;
}

static void *run(void *arg)
{
    struct eventlog *log = arg;
    struct err err;
    if (open_file(log, &err) == 0)
        read_earlier(log);
    else
        log_event(LOG_ERROR, "event-log-failed", "error=\"%s\"", err.msg);
    struct entry entry;
    while (take_entry(log, &entry)) {
        if (entry.text)
            write_entry(log, &entry);
        free(entry.text);
    }
    close_file(log);
    return NULL;
}

/* ---- the caller's side ---- */

static char *format_line(const struct eventlog *log, struct moment when, const char *event,
                         json_t *fields)
{
    time_t seconds = (time_t)(when.unix_ms / 1000);
    struct tm tm;
    char date[32], time_text[48];
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
    snprintf(time_text, sizeof time_text, "%s.%03dZ", date, (int)(when.unix_ms % 1000));
    json_t *line = json_pack("{s:s, s:I, s:s, s:s}", "time", time_text, "mono_ns",
                             (json_int_t)when.mono.ns, "node", log->node, "event", event);
    json_object_update(line, fields);
    json_decref(fields);
    char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(line);
    char *out = mem_printf("%s\n", text ? text : "{}");
    free(text);
    return out;
}

struct eventlog *eventlog_new(const char *path, const char *node)
{
    struct eventlog *log = mem_zalloc(sizeof *log);
    log->path = mem_strdup(path);
    log->node = mem_strdup(node);
    log->fd = -1;
    pthread_mutex_init(&log->lock, NULL);
    pthread_cond_init(&log->work, NULL);
    log->thread = background_start(run, log);
    return log;
}

void eventlog_free(struct eventlog *log)
{
    if (!log)
        return;
    pthread_mutex_lock(&log->lock);
    log->stop = true;
    pthread_cond_signal(&log->work);
    pthread_mutex_unlock(&log->lock);
    if (!background_join(log->thread))
        return; /* the file blocks its thread, which still needs all of this */
    ring_free(&log->ring);
    pthread_cond_destroy(&log->work);
    pthread_mutex_destroy(&log->lock);
    free(log->path);
    free(log->node);
    free(log);
}

void eventlog_add(struct eventlog *log, struct moment when, const char *event, json_t *fields)
{
    struct entry entry = { when, format_line(log, when, event, fields) };
    char *kept = mem_strdup(entry.text);
    kept[strlen(kept) - 1] = '\0';
    pthread_mutex_lock(&log->lock);
    ring_add(&log->ring, kept);
    if (log->count < EVENTLOG_QUEUE) {
        log->queue[(log->first + log->count++) % EVENTLOG_QUEUE] = entry;
        entry.text = NULL;
        pthread_cond_signal(&log->work);
    } else {
        log->lost++;
    }
    pthread_mutex_unlock(&log->lock);
    free(entry.text);
}

void eventlog_reopen(struct eventlog *log)
{
    pthread_mutex_lock(&log->lock);
    log->reopen = true;
    pthread_cond_signal(&log->work);
    pthread_mutex_unlock(&log->lock);
}

size_t eventlog_last(struct eventlog *log, const char **lines, size_t cap)
{
    pthread_mutex_lock(&log->lock);
    const struct ring *ring = &log->ring;
    size_t count = ring->count < cap ? ring->count : cap;
    for (size_t i = 0; i < count; i++)
        lines[i] = ring->line[(ring->first + ring->count - count + i) % EVENTLOG_KEPT];
    pthread_mutex_unlock(&log->lock);
    return count;
}

bool eventlog_problem(struct eventlog *log, struct err *out)
{
    pthread_mutex_lock(&log->lock);
    size_t lost = log->lost;
    *out = log->problem;
    pthread_mutex_unlock(&log->lock);
    if (lost == 0)
        return false;
    if (out->msg[0] == '\0')
        err_set(out, "event log %s: writing is slow, %zu lines are lost", log->path, lost);
    else
        err_wrap(out, "%zu lines are lost", lost);
    return true;
}
