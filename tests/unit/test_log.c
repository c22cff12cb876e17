/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_log.c - the log, read through a pipe that stands for stderr: lines, levels, the queue, and
 * what happens when nobody reads. */
#include "common/log.h"

#include "common/mono.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    QUEUE_LINES = 512,
    WAIT_MS = 10000, /* for what must come; never waited for in full when all is well */
};

static int real_stderr, pipe_end;

static int start_capture(void **state)
{
    int ends[2];
    (void)state;
    real_stderr = dup(STDERR_FILENO);
    if (pipe2(ends, O_CLOEXEC) || dup2(ends[1], STDERR_FILENO) < 0)
        return -1;
    close(ends[1]);
    pipe_end = ends[0];
    fcntl(pipe_end, F_SETPIPE_SZ, 4096); /* full after some lines */
    return 0;
}

static int stop_capture(void **state)
{
    (void)state;
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    close(pipe_end);
    return 0;
}

/* The next line, waited for; without its newline. */
static void read_line(char *out, size_t cap)
{
    size_t used = 0;
    for (;;) {
        struct pollfd poll_fd = { .fd = pipe_end, .events = POLLIN };
        assert_int_equal(poll(&poll_fd, 1, WAIT_MS), 1);
        assert_int_equal(read(pipe_end, out + used, 1), 1);
        if (out[used] == '\n')
            break;
        assert_true(++used < cap);
    }
    out[used] = '\0';
}

static bool nothing_written(void)
{
    struct pollfd poll_fd = { .fd = pipe_end, .events = POLLIN };
    return poll(&poll_fd, 1, 0) == 0;
}

/* The number behind `key` in the line. */
static unsigned long number_of(const char *line, const char *key)
{
    const char *at = strstr(line, key);
    assert_non_null(at);
    return strtoul(at + strlen(key), NULL, 10);
}

static void assert_matches(const char *line, const char *pattern)
{
    regex_t regex;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&regex, line, 0, NULL, 0))
        fail_msg("\"%s\" does not match \"%s\"", line, pattern);
    regfree(&regex);
}

static void test_line(void **state)
{
    char line[4096];
    (void)state;
    log_event(LOG_WARN, "withdraw", "service=%s family=%d", "dns", 4);
    read_line(line, sizeof line);
    assert_matches(line, "^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "
                         "warning withdraw service=dns family=4$");
    log_event(LOG_ERROR, "bare", "");
    read_line(line, sizeof line);
    assert_matches(line, "Z error bare$");
}

static void test_levels(void **state)
{
    char line[4096];
    enum log_level level;
    (void)state;
    log_event(LOG_DEBUG, "hidden", "x=1");
    assert_true(nothing_written());
    log_set_level(LOG_ERROR);
    log_event(LOG_WARN, "hidden", "x=1");
    assert_true(nothing_written());
    log_set_level(LOG_DEBUG);
    log_event(LOG_DEBUG, "seen", "x=1");
    read_line(line, sizeof line);
    assert_matches(line, "debug seen x=1$");
    log_set_level(LOG_INFO);

    assert_int_equal(log_level_parse("warning", &level), 0);
    assert_int_equal(level, LOG_WARN);
    assert_int_equal(log_level_parse("WARNING", &level), -1);
    assert_int_equal(log_level_parse("", &level), -1);
}

static void test_escapes(void **state)
{
    char line[4096];
    (void)state;
    log_event(LOG_INFO, "peer", "says=\"%s\"", "a\nb\x1b[2J\x7f\tc\u00e9");
    read_line(line, sizeof line);
    assert_non_null(strstr(line, "says=\"a\\nb\\x1b[2J\\x7f\\x09c\u00e9\""));
}

static void test_cut(void **state)
{
    char text[3000], line[4096];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    log_event(LOG_INFO, "long", "%s", text);
    read_line(line, sizeof line);
    assert_matches(line, "long x{255}");
    assert_int_equal(strlen(strstr(line, "long")), 2000);
    memset(text, '\x01', sizeof text - 1); /* four times as long when escaped */
    log_event(LOG_INFO, "long", "%s", text);
    read_line(line, sizeof line);
    assert_in_range(strlen(line), 1900, 2100);
    assert_true(nothing_written());
}

static void test_journal(void **state)
{
    char line[4096], stream[64];
    struct stat status;
    (void)state;
    assert_int_equal(fstat(STDERR_FILENO, &status), 0);
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)status.st_dev,
             (unsigned long long)status.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_event(LOG_WARN, "withdraw", "x=1");
    read_line(line, sizeof line);
    assert_string_equal(line, "<4>withdraw x=1");
    setenv("JOURNAL_STREAM", "1:1", 1); /* inherited, but stderr goes elsewhere */
    log_event(LOG_WARN, "withdraw", "x=1");
    read_line(line, sizeof line);
    assert_matches(line, "^20.*Z warning withdraw x=1$");
    unsetenv("JOURNAL_STREAM");
}

static void test_queue_keeps_order(void **state)
{
    char line[4096], expected[64];
    (void)state;
    log_start_thread();
    for (int i = 0; i < 20; i++)
        log_event(LOG_INFO, "event", "n=%d", i);
    log_stop_thread();
    for (int i = 0; i < 20; i++) {
        read_line(line, sizeof line);
        snprintf(expected, sizeof expected, "info event n=%d$", i);
        assert_matches(line, expected);
    }
    log_event(LOG_INFO, "direct", "again=1");
    read_line(line, sizeof line);
    assert_matches(line, "direct again=1$");
}

enum { WRITERS = 4, LINES_EACH = 100 };

static void *write_lines(void *arg)
{
    for (int i = 0; i < LINES_EACH; i++)
        log_event(LOG_INFO, "event", "writer=%d n=%d", *(int *)arg, i);
    return NULL;
}

/* The lines of each writer come whole and in order. */
static void test_many_threads(void **state)
{
    pthread_t threads[WRITERS];
    int numbers[WRITERS], next[WRITERS] = { 0 };
    char line[4096];
    (void)state;
    log_start_thread();
    for (int i = 0; i < WRITERS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &numbers[i]), 0);
    }
    for (int i = 0; i < WRITERS * LINES_EACH; i++) {
        read_line(line, sizeof line);
        unsigned long writer = number_of(line, "writer=");
        assert_in_range(writer, 0, WRITERS - 1);
        assert_int_equal(number_of(line, " n="), next[writer]++);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    log_stop_thread();
}

/* With nobody reading, callers never wait; what is lost is counted, and the count is told. */
static void test_dropped_lines_are_counted(void **state)
{
    enum { TOTAL = 3 * QUEUE_LINES };
    char line[4096];
    int whole = 0;
    unsigned long dropped = 0;
    (void)state;
    log_start_thread();
    for (int i = 0; i < TOTAL; i++)
        log_event(LOG_INFO, "event", "n=%d", i);
    while ((unsigned long)whole + dropped < TOTAL) {
        read_line(line, sizeof line);
        if (strstr(line, "warning log-dropped lines="))
            dropped += number_of(line, "lines=");
        else
            whole++;
    }
    assert_int_equal((unsigned long)whole + dropped, TOTAL);
    assert_true(whole >= QUEUE_LINES);
    assert_true(dropped > 0);
    log_stop_thread();
    assert_true(nothing_written());
}

static void *read_slowly(void *arg)
{
    char *text = arg;
    size_t used = 0;
    ssize_t n;
    while ((n = read(pipe_end, text + used, 100)) > 0)
        used += (size_t)n;
    text[used] = '\0';
    return NULL;
}

/* A full pipe that does not block is waited for, in the middle of a line too. */
static void test_non_blocking_stderr(void **state)
{
    enum { LINES = 60 };
    static char text[LINES * 2100];
    char filler[1001] = "";
    pthread_t reader;
    (void)state;
    memset(filler, 'x', 1000);
    fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK);
    assert_int_equal(pthread_create(&reader, NULL, read_slowly, text), 0);
    for (int i = 0; i < LINES; i++)
        log_event(LOG_INFO, "event", "n=%d %s", i, filler);
    close(STDERR_FILENO); /* the reader's end */
    pthread_join(reader, NULL);
    int lines = 0;
    char *rest = text;
    for (char *line = strsep(&rest, "\n"); *line; line = strsep(&rest, "\n")) {
        char expected[64];
        snprintf(expected, sizeof expected, "event n=%d x{255}x*$", lines++);
        assert_matches(line, expected);
    }
    assert_int_equal(lines, LINES);
}

/* The queue is empty, and the thread is in the middle of writing the one line that it took out. */
static void test_stop_in_the_last_line(void **state)
{
    char filler[1901] = "";
    (void)state;
    memset(filler, 'x', 1900);
    log_start_thread();
    for (int i = 0; i < 3; i++) /* more than the pipe holds, less than leaves one in the queue */
        log_event(LOG_INFO, "event", "%s", filler);
    struct mono before = mono_now();
    log_stop_thread();
    assert_in_range(mono_diff_ms(mono_now(), before), 400, WAIT_MS);
    log_event(LOG_INFO, "silent", "x=1"); /* returns, rather than blocks the process's end */

    char line[4096];
    for (int i = 0; i < 3; i++) {
        read_line(line, sizeof line);
        assert_matches(line, "event x{255}");
    }
}

int main(void)
{
#define CAPTURED(test) cmocka_unit_test_setup_teardown(test, start_capture, stop_capture)
    const struct CMUnitTest tests[] = {
        CAPTURED(test_line),
        CAPTURED(test_levels),
        CAPTURED(test_escapes),
        CAPTURED(test_cut),
        CAPTURED(test_journal),
        CAPTURED(test_queue_keeps_order),
        CAPTURED(test_many_threads),
        CAPTURED(test_dropped_lines_are_counted),
        CAPTURED(test_non_blocking_stderr),
        CAPTURED(test_stop_in_the_last_line), /* leaves a thread behind: the last one */
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
