/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log.c - the log's sink. Knows line formats and the queue; hides the thread. The queue is the one
 * mutable global of the project. */
#include "common/log.h"

#include "common/mem.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    TEXT_MAX_BYTES = 2000, /* of an event and its keys */
    LINE_MAX_BYTES = 2100, /* with the prefix, and some room for escapes */
    ESCAPE_BYTES = 4,      /* "\\x1b" */
    QUEUE_LINES = 512,     /* 1 MB: some seconds of a busy log */
    STOP_WAIT_MS = 500,
};

/* What becomes of an event. */
enum mode {
    DIRECT, /* its caller writes it */
    QUEUED, /* the thread writes it */
    SILENT, /* nobody: stderr was blocked when the thread was to end, and would block us too */
};

struct line {
    unsigned short len;
    char text[LINE_MAX_BYTES];
};

static struct {
    atomic_int level;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    pthread_t thread;
    enum mode mode;
    bool stopping;
    struct line *ring; /* QUEUE_LINES entries while QUEUED */
    unsigned head;     /* next to write out */
    unsigned count;
    unsigned long dropped;
} sink = {
    .level = LOG_INFO,
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .filled = PTHREAD_COND_INITIALIZER,
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

/* systemd sets JOURNAL_STREAM to the "device:inode" of the stream that it made (systemd.exec(5)); a
 * child whose stderr goes elsewhere inherits the variable all the same. */
static bool is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    char own[64];
    if (!stream || fstat(STDERR_FILENO, &status))
        return false;
    snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)status.st_dev,
             (unsigned long long)status.st_ino);
    return strcmp(stream, own) == 0;
}

static size_t put_prefix(char *to, size_t cap, enum log_level level)
{
    if (is_journal())
        return (size_t)snprintf(to, cap, "<%d>", level_priorities[level]);
    struct timespec ts;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    size_t n = strftime(to, cap, "%Y-%m-%dT%H:%M:%S", &tm);
    return n + (size_t)snprintf(to + n, cap - n, ".%03ldZ %s ", ts.tv_nsec / 1000000,
                                level_names[level]);
}

/* Appends one byte as it is, or as "\n" or "\x1b" if it would break the line or the terminal. */
static void put_escaped(struct line *line, unsigned char c)
{
    char *to = line->text + line->len;
    if (c >= ' ' && c != 127)
        line->len += (unsigned short)sprintf(to, "%c", c);
    else if (c == '\n')
        line->len += (unsigned short)sprintf(to, "\\n");
    else
        line->len += (unsigned short)sprintf(to, "\\x%02x", c);
}

static void format_line(struct line *line, enum log_level level, const char *text)
{
    line->len = (unsigned short)put_prefix(line->text, sizeof line->text, level);
    for (; *text && line->len < LINE_MAX_BYTES - ESCAPE_BYTES - 1; text++)
        put_escaped(line, (unsigned char)*text);
    line->text[line->len++] = '\n';
}

/* Waits while a non-blocking stderr is full. */
static void write_line(const struct line *line)
{
    size_t done = 0;
    while (done < line->len) {
        ssize_t n = write(STDERR_FILENO, line->text + done, line->len - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno == EAGAIN)
            poll(&(struct pollfd){ .fd = STDERR_FILENO, .events = POLLOUT }, 1, -1);
        else if (errno != EINTR)
            return; /* there is nobody to tell */
    }
}

static void enqueue(const struct line *line)
{
    if (sink.count == QUEUE_LINES) {
        sink.dropped++;
        return;
    }
    sink.ring[(sink.head + sink.count++) % QUEUE_LINES] = *line;
    pthread_cond_signal(&sink.filled);
}

void log_event(enum log_level level, const char *event, const char *fmt, ...)
{
    if ((int)level < atomic_load_explicit(&sink.level, memory_order_relaxed))
        return;
    char text[TEXT_MAX_BYTES + 1];
    va_list args;
    va_start(args, fmt);
    int n = snprintf(text, sizeof text, "%s%s", event, *fmt ? " " : "");
    if (n >= 0 && n < TEXT_MAX_BYTES)
        vsnprintf(text + n, sizeof text - (size_t)n, fmt, args);
    va_end(args);
    struct line line;
    format_line(&line, level, text);

    pthread_mutex_lock(&sink.lock);
    enum mode mode = sink.mode;
    if (mode == QUEUED)
        enqueue(&line);
    pthread_mutex_unlock(&sink.lock);
    if (mode == DIRECT)
        write_line(&line);
}

/* Takes the oldest line out of the queue, and the count of those dropped behind it. */
static bool dequeue(struct line *line, unsigned long *dropped)
{
    if (!sink.count)
        return false;
    *line = sink.ring[sink.head];
    sink.head = (sink.head + 1) % QUEUE_LINES;
    sink.count--;
    *dropped = sink.dropped;
    sink.dropped = 0;
    return true;
}

/* The count of dropped lines does not go through the queue, which may be full again. */
static void write_out(const struct line *line, unsigned long dropped)
{
    write_line(line);
    if (!dropped)
        return;
    struct line notice;
    char text[64];
    snprintf(text, sizeof text, "log-dropped lines=%lu", dropped);
    format_line(&notice, LOG_WARN, text);
    write_line(&notice);
}

static void *sink_thread(void *unused)
{
    (void)unused;
    struct line line;
    unsigned long dropped;
    pthread_mutex_lock(&sink.lock);
    for (;;) {
        while (!sink.count && !sink.stopping)
            pthread_cond_wait(&sink.filled, &sink.lock);
        if (!dequeue(&line, &dropped))
            break;
        pthread_mutex_unlock(&sink.lock);
        write_out(&line, dropped);
        pthread_mutex_lock(&sink.lock);
    }
    sink.mode = DIRECT;
    pthread_mutex_unlock(&sink.lock);
    return NULL;
}

/* The thread takes no signals: they are for the event loops. But its own faults are its own. */
static int start_without_signals(void)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    sigset_t others, before;
    sigfillset(&others);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&others, faults[i]);
    pthread_sigmask(SIG_SETMASK, &others, &before);
    int failed = pthread_create(&sink.thread, NULL, sink_thread, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

void log_start_thread(void)
{
    pthread_mutex_lock(&sink.lock);
    if (sink.mode == DIRECT && !sink.ring) {
        sink.ring = mem_calloc(QUEUE_LINES, sizeof *sink.ring);
        sink.stopping = false;
        if (start_without_signals() == 0)
            sink.mode = QUEUED;
    }
    pthread_mutex_unlock(&sink.lock);
}

/* If the thread hangs in write(2), it and its ring are left to the end of the process. */
void log_stop_thread(void)
{
    struct timespec until;
    pthread_mutex_lock(&sink.lock);
    bool started = sink.ring && sink.mode == QUEUED;
    sink.stopping = true;
    pthread_cond_signal(&sink.filled);
    pthread_mutex_unlock(&sink.lock);
    if (!started)
        return;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += STOP_WAIT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    bool ended = pthread_timedjoin_np(sink.thread, NULL, &until) == 0;

    pthread_mutex_lock(&sink.lock);
    sink.mode = ended ? DIRECT : SILENT;
    if (ended) {
        free(sink.ring);
        sink.ring = NULL;
    } else {
        pthread_detach(sink.thread);
    }
    pthread_mutex_unlock(&sink.lock);
}
