/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_changes.c - the number of the last change, from whatever is left of state and log. */
#include "anycastctl/record/changes.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_changes-XXXXXX";
static char state[64], logfile[64], rotated[64];

static int make_folder(void **unused)
{
    (void)unused;
    if (!mkdtemp(folder))
        return -1;
    snprintf(state, sizeof state, "%s/changes.json", folder);
    snprintf(logfile, sizeof logfile, "%s/events.jsonl", folder);
    snprintf(rotated, sizeof rotated, "%s/events.jsonl.1", folder);
    return 0;
}

static int empty_folder(void **unused)
{
    (void)unused;
    unlink(state);
    unlink(logfile);
    unlink(rotated);
    return 0;
}

static int remove_folder(void **unused)
{
    (void)unused;
    return rmdir(folder);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_last(uint64_t expected)
{
    uint64_t last = 99999;
    struct err err;
    if (changes_read(state, logfile, &last, &err) < 0)
        fail_msg("%s", err.msg);
    assert_int_equal(last, expected);
}

static void the_first_change_is_number_one(void **unused)
{
    (void)unused;
    assert_last(0);
}

static void a_number_survives(void **unused)
{
    (void)unused;
    char *text = changes_text(4294967296123);
    write_file(state, text);
    free(text);
    assert_last(4294967296123);
}

static void the_higher_one_counts(void **unused)
{
    (void)unused;
    write_file(logfile, "{\"event\":\"level\",\"change\":12}\n"
                        "{\"event\":\"confirmed\",\"change\":13}\n"
                        "{\"event\":\"bird\",\"change\":11}\n");
    write_file(state, "{\"v\":1,\"last\":12}");
    assert_last(13);
    write_file(state, "{\"v\":1,\"last\":14}");
    assert_last(14);
}

static void without_state_the_log_says(void **unused)
{
    (void)unused;
    write_file(rotated, "{\"event\":\"level\",\"change\":7}\n");
    assert_last(7);
    write_file(logfile, "{\"event\":\"start\"}\n");
    assert_last(7);
    write_file(logfile, "{\"event\":\"level\",\"change\":8}\n");
    assert_last(8);
}

static void strange_lines_say_nothing(void **unused)
{
    (void)unused;
    write_file(logfile, "{\"event\":\"level\",\"change\":5}\n"
                        "{\"event\":\"order\",\"order_reason\":\"\\\"change\\\":77\"}\n"
                        "{\"event\":\"level\",\"change\":\"78\"}\n"
                        "{\"event\":\"level\",\"change\":-79}\n"
                        "{\"event\":\"level\",\"change\":9223372036854775807}\n"
                        "[{\"change\":80}]\n"
                        "{\"event\":\"level\",\"change\":81\n"
                        "{\"event\":\"level\",\"change\":82}"); /* cut: no newline */
    assert_last(5);
}

static void a_lost_state_leaves_a_gap(void **unused)
{
    static const char *const texts[] = {
        "", "{\"v\":1,\"la", "{\"v\":1}", "{\"last\":-1}", "{\"last\":9223372036854775807}", "[]"
    };
    (void)unused;
    write_file(logfile, "{\"event\":\"level\",\"change\":12}\n");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint64_t last = 0;
        struct err err;
        write_file(state, texts[i]);
        assert_int_equal(changes_read(state, logfile, &last, &err), -1);
        assert_int_equal(last, 12 + CHANGES_GAP);
        assert_non_null(strstr(err.msg, state));
    }
}

static void what_is_no_file_is_not_waited_for(void **unused)
{
    (void)unused;
    assert_int_equal(mkfifo(logfile, 0600), 0);
    assert_last(0);
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_change_is_number_one),
        TEST(a_number_survives),
        TEST(the_higher_one_counts),
        TEST(without_state_the_log_says),
        TEST(strange_lines_say_nothing),
        TEST(a_lost_state_leaves_a_gap),
        TEST(what_is_no_file_is_not_waited_for),
    };
    return cmocka_run_group_tests_name("changes", tests, make_folder, remove_folder);
}
