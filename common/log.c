/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log.c - the log's sink. Knows line formats and the queue; hides the thread. The queue is the one
 * mutable global of the project. */
#include "common/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    LINE_MAX_BYTES = 2048,
    QUEUE_LINES = 512, /* 1 MB: some seconds of a busy log */
    STOP_WAIT_MS = 500,
};

struct line {
    unsigned short len;
    char text[LINE_MAX_BYTES];
};

static struct {
    atomic_int level;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    pthread_cond_t emptied;
    pthread_t thread;
    bool running;
    bool stopping;
    struct line *ring; /* QUEUE_LINES entries while running */
    unsigned head;     /* next to write out */
    unsigned count;
    unsigned long dropped;
} sink = {
    .level = LOG_INFO,
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .filled = PTHREAD_COND_INITIALIZER,
    .emptied = PTHREAD_COND_INITIALIZER,
};

static const char *const level_names[] = {
#define LOG_NAME(id, name, priority) [id] = name,
    LOG_LEVELS(LOG_NAME)
#undef LOG_NAME
};

static const int level_priorities[] = {
#define LOG_PRIORITY(id, name, priority) [id] = priority,
    LOG_LEVELS(LOG_PRIORITY)
#undef LOG_PRIORITY
};

void log_set_level(enum log_level level)
{
    atomic_store(&sink.level, (int)level);
}

int log_level_parse(const char *name, enum log_level *out)
{
    for (unsigned i = 0; i < sizeof level_names / sizeof *level_names; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *out = (enum log_level)i;
            return 0;
        }
    }
    return -1;
}

static size_t put_prefix(char *to, size_t cap, enum log_level level)
{
    if (getenv("JOURNAL_STREAM"))
        return (size_t)snprintf(to, cap, "<%d>", level_priorities[level]);
    struct timespec ts;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    size_t n = strftime(to, cap, "%Y-%m-%dT%H:%M:%S", &tm);
    return n + (size_t)snprintf(to + n, cap - n, ".%03ldZ %s ", ts.tv_nsec / 1000000,
                                level_names[level]);
}

static void format_line(struct line *line, enum log_level level, const char *event, const char *fmt,
                        va_list args)
{
    size_t cap = sizeof line->text - 1; /* the newline */
    size_t n = put_prefix(line->text, cap, level);
    n += (size_t)snprintf(line->text + n, cap - n, "%s%s", event, *fmt ? " " : "");
    if (n < cap) {
        int more = vsnprintf(line->text + n, cap - n, fmt, args);
        if (more > 0)
            n += (size_t)more;
    }
    if (n >= cap)
        n = cap - 1;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)line->text[i] < ' ' || line->text[i] == 127)
            line->text[i] = '?';
    line->text[n++] = '\n';
    line->len = (unsigned short)n;
}

static void write_line(const struct line *line)
{
    size_t done = 0;
    while (done < line->len) {
        ssize_t n = write(STDERR_FILENO, line->text + done, line->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* there is nobody to tell */
        done += (size_t)n;
    }
}

static bool enqueue(const struct line *line)
{
    pthread_mutex_lock(&sink.lock);
    bool queued = sink.running;
    if (queued && sink.count == QUEUE_LINES) {
        sink.dropped++;
    } else if (queued) {
        sink.ring[(sink.head + sink.count++) % QUEUE_LINES] = *line;
        pthread_cond_signal(&sink.filled);
    }
    pthread_mutex_unlock(&sink.lock);
    return queued;
}

void log_event(enum log_level level, const char *event, const char *fmt, ...)
{
    if ((int)level < atomic_load_explicit(&sink.level, memory_order_relaxed))
        return;
    struct line line;
    va_list args;
    va_start(args, fmt);
    format_line(&line, level, event, fmt, args);
    va_end(args);
    if (!enqueue(&line))
        write_line(&line);
}

static unsigned long take_dropped(void)
{
    unsigned long dropped = sink.dropped;
    sink.dropped = 0;
    return dropped;
}

static void *sink_thread(void *unused)
{
    (void)unused;
    struct line line;
    pthread_mutex_lock(&sink.lock);
    while (!sink.stopping || sink.count) {
        if (!sink.count) {
            pthread_cond_broadcast(&sink.emptied);
            pthread_cond_wait(&sink.filled, &sink.lock);
            continue;
        }
        line = sink.ring[sink.head];
        sink.head = (sink.head + 1) % QUEUE_LINES;
        sink.count--;
        unsigned long dropped = take_dropped();
        pthread_mutex_unlock(&sink.lock);
        write_line(&line);
        if (dropped)
            log_event(LOG_WARN, "log-dropped", "lines=%lu", dropped);
        pthread_mutex_lock(&sink.lock);
    }
    pthread_cond_broadcast(&sink.emptied);
    pthread_mutex_unlock(&sink.lock);
    return NULL;
}

void log_start_thread(void)
{
    sink.ring = calloc(QUEUE_LINES, sizeof *sink.ring);
    if (!sink.ring)
        return;
    sink.stopping = false;
    pthread_mutex_lock(&sink.lock);
    sink.running = pthread_create(&sink.thread, NULL, sink_thread, NULL) == 0;
    pthread_mutex_unlock(&sink.lock);
}

void log_stop_thread(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += STOP_WAIT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;

    pthread_mutex_lock(&sink.lock);
    bool was_running = sink.running;
    sink.running = false;
    sink.stopping = true;
    pthread_cond_signal(&sink.filled);
    int late = 0;
    while (was_running && sink.count && late == 0)
        late = pthread_cond_timedwait(&sink.emptied, &sink.lock, &until);
    pthread_mutex_unlock(&sink.lock);
    if (!was_running)
        return;
    if (late) { /* the thread hangs in write(2): leave it and its ring to the process's end */
        pthread_detach(sink.thread);
        return;
    }
    pthread_join(sink.thread, NULL);
    free(sink.ring);
    sink.ring = NULL;
}
