/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_eventlog.c - what is appended, what a full or missing disk loses, and what history has. */
#include "anycastctl/record/eventlog.h"

#include "common/mem.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_eventlog-XXXXXX";
static char path[64], moved[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/events.jsonl", folder);
    snprintf(moved, sizeof moved, "%s/events.jsonl.1", folder);
    return 0;
}

static int empty_folder(void **state)
{
    (void)state;
    unlink(path);
    unlink(moved);
    return 0;
}

static int remove_folder(void **state)
{
    empty_folder(state);
    return rmdir(folder);
}

static struct moment moment_at(int64_t unix_ms)
{
    return (struct moment){ { unix_ms * 1000 }, unix_ms };
}

/* Waits for what the thread does. */
#define AWAIT(condition)                                                                           \
    do {                                                                                           \
        for (int waited_ms = 0; !(condition); waited_ms++) {                                       \
            if (waited_ms > 20000)                                                                 \
                fail_msg("waited in vain for " #condition);                                        \
            usleep(1000);                                                                          \
        }                                                                                          \
    } while (0)

static void add(struct eventlog *log, int number)
{
    eventlog_add(log, moment_at(1787389200123 + number), "level", json_pack("{s:i}", "n", number));
}

static char *content(const char *file)
{
    FILE *f = fopen(file, "r");
    assert_non_null(f);
    char *text = mem_zalloc(1 << 20);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    text[n] = '\0';
    return text;
}

static void put(const char *file, const char *text)
{
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void a_line_has_both_clocks_the_node_and_its_fields(void **state)
{
    (void)state;
    struct eventlog *log = eventlog_new(path, "fra1");
    eventlog_add(log, moment_at(1787389200123), "level",
                 json_pack("{s:s, s:s}", "from", "normal", "to", "withdrawn"));
    eventlog_free(log);
    char *text = content(path);
    assert_string_equal(text, "{\"time\":\"2026-08-22T09:00:00.123Z\",\"mono_ns\":1787389200123000,"
                              "\"node\":\"fra1\",\"event\":\"level\",\"from\":\"normal\",\"to\":"
                              "\"withdrawn\"}\n");
    free(text);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0137, 0); /* not for everybody, whatever the umask */
}

static void history_goes_back_before_the_start(void **state)
{
    (void)state;
    put(path, "{\"n\":1}\nnot ours\n{\"n\":2}\n{\"n\":3,\"cut");
    struct eventlog *log = eventlog_new(path, "a");
    add(log, 4);
    const char *lines[10];
    size_t count;
    /* The thread reads the file when it starts: wait for what it has read. */
    AWAIT((count = eventlog_last(log, lines, 10)) >= 3);
    assert_int_equal(count, 3);
    assert_string_equal(lines[0], "{\"n\":1}");
    assert_string_equal(lines[1], "{\"n\":2}");
    assert_non_null(strstr(lines[2], "\"n\":4"));
    assert_int_equal(eventlog_last(log, lines, 2), 2);
    assert_string_equal(lines[0], "{\"n\":2}");
    eventlog_free(log);

    char *text = content(path); /* the cut line stays alone, and swallows nothing */
    assert_non_null(strstr(text, "{\"n\":3,\"cut\n{\"time\""));
    free(text);
}

static void rotation_goes_on_in_a_new_file(void **state)
{
    (void)state;
    struct eventlog *log = eventlog_new(path, "a");
    add(log, 1);
    struct stat st;
    AWAIT(stat(path, &st) == 0 && st.st_size > 0);
    assert_int_equal(rename(path, moved), 0);
    eventlog_reopen(log);
    add(log, 2);
    eventlog_free(log);
    char *before = content(moved), *after = content(path);
    assert_non_null(strstr(before, "\"n\":1"));
    assert_null(strstr(before, "\"n\":2"));
    assert_non_null(strstr(after, "\"n\":2"));
    free(before);
    free(after);
}

static void what_could_not_be_written_is_counted(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path, 0700), 0); /* nothing can be written there */
    struct eventlog *log = eventlog_new(path, "a");
    add(log, 1);
    add(log, 2);
    struct err err;
    AWAIT(eventlog_problem(log, &err) && strncmp(err.msg, "2 lines", 7) == 0);
    assert_non_null(strstr(err.msg, "Is a directory"));
    assert_int_equal(rmdir(path), 0);
    add(log, 3);
    AWAIT(!eventlog_problem(log, &err));
    eventlog_free(log);
    char *text = content(path);
    assert_non_null(strstr(text, "\"event\":\"log-gap\",\"lost\":2}\n"));
    assert_non_null(strstr(text, "\"n\":3"));
    assert_null(strstr(text, "\"n\":1"));
    free(text);
}

static void a_full_disk_delays_nothing(void **state)
{
    (void)state;
    struct eventlog *log = eventlog_new("/dev/full", "a");
    for (int i = 0; i < 3 * EVENTLOG_QUEUE; i++)
        add(log, i);
    struct err err;
    AWAIT(eventlog_problem(log, &err));
    const char *lines[EVENTLOG_KEPT];
    assert_int_equal(eventlog_last(log, lines, EVENTLOG_KEPT), EVENTLOG_KEPT);
    assert_non_null(strstr(lines[EVENTLOG_KEPT - 1], "\"n\":2999"));
    eventlog_free(log);
}

static void a_blocked_file_delays_nothing(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    struct eventlog *log = eventlog_new(path, "a"); /* nobody reads: writing will block */
    struct err err;
    for (int i = 0; !eventlog_problem(log, &err); i++)
        add(log, i);
    assert_non_null(strstr(err.msg, "writing is slow"));
    int fd = open(path, O_RDONLY);
    char drained[65536];
    assert_true(read(fd, drained, sizeof drained) > 0); /* now its thread can end */
    while (read(fd, drained, sizeof drained) == (ssize_t)sizeof drained)
        ;
    eventlog_free(log);
    close(fd);
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_has_both_clocks_the_node_and_its_fields),
        TEST(history_goes_back_before_the_start),
        TEST(rotation_goes_on_in_a_new_file),
        TEST(what_could_not_be_written_is_counted),
        TEST(a_full_disk_delays_nothing),
        TEST(a_blocked_file_delays_nothing),
    };
    return cmocka_run_group_tests_name("eventlog", tests, make_folder, remove_folder);
}
