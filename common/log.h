/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log.h - logs are events with keys, one line each:
 *   2026-08-22T10:11:12.345Z warning withdraw service=dns family=4 cause=dnsd_dead
 * Under systemd (JOURNAL_STREAM set) the time is left out and a <N> priority stands in front.
 * The sink is stderr; log_start_thread() puts a bounded queue and a thread between the caller and
 * the sink, so that a blocked stderr never delays a decision: when the queue is full, lines are
 * counted and dropped, and the count is logged later. Thread-safe. */
#ifndef PROXIMA_COMMON_LOG_H
#define PROXIMA_COMMON_LOG_H

#define LOG_LEVELS(X)                                                                              \
    X(LOG_DEBUG, "debug", 7)                                                                       \
    X(LOG_INFO, "info", 6)                                                                         \
    X(LOG_NOTICE, "notice", 5)                                                                     \
    X(LOG_WARN, "warning", 4)                                                                      \
    X(LOG_ERROR, "error", 3)

enum log_level {
#define LOG_ENUM(id, name, priority) id,
    LOG_LEVELS(LOG_ENUM)
#undef LOG_ENUM
};

/* Writes one event. `event` is a short-name-with-dashes; `fmt` gives its keys: "zone=%s serial=%u".
 * Control characters in the text are escaped. Cut at 2,000 bytes. */
void log_event(enum log_level level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Events below `level` are not written. Default: LOG_INFO. */
void log_set_level(enum log_level level);

/* Parses "debug" … "error". Returns -1 if the name is none of them. */
int log_level_parse(const char *name, enum log_level *out);

/* Starts and stops the queue's thread; stop writes what is queued, waiting at most 500 ms. If
 * stderr is blocked even then, further events are not written until it moves on. Call start after
 * any fork that logs, and both from the main thread. */
void log_start_thread(void);
void log_stop_thread(void);

#endif
