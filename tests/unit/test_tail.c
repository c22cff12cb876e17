/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_tail.c - the last lines of files, whole, cut, long and empty. */
#include "anycastctl/record/tail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct tail tail_of(const char *text, size_t lines_max, size_t bytes_max)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fflush(file), 0);
    struct tail tail = tail_read(fileno(file), lines_max, bytes_max);
    fclose(file);
    return tail;
}

static void lines_are_found_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t lines_max, bytes_max;
        const char *lines; /* joined by | */
        bool cut;
    } cases[] = {
        { "", 9, 99, "", false },
        { "\n", 9, 99, "", false },
        { "a", 9, 99, "", true },
        { "a\n", 9, 99, "a", false },
        { "a\nbc\ndef\n", 9, 99, "a|bc|def", false },
        { "a\nbc\nde", 9, 99, "a|bc", true },
        { "a\nbc\ndef\n", 2, 99, "bc|def", false },
        { "abc\nd\ne\n", 9, 6, "d|e", false }, /* "c\nd\ne\n": the first began earlier */
        { "abc\nd\ne\n", 9, 4, "e", false },   /* "d\ne\n": whether d is whole is not known */
        { "abcdef\n", 9, 3, "", false },
        { "abcdef", 9, 3, "", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tail tail = tail_of(cases[i].text, cases[i].lines_max, cases[i].bytes_max);
        char joined[64] = "";
        for (size_t l = 0; l < tail.count; l++) {
            strcat(joined, l ? "|" : "");
            strcat(joined, tail.lines[l]);
        }
        assert_string_equal(joined, cases[i].lines);
        assert_int_equal(tail.cut, cases[i].cut);
        tail_free(&tail);
    }
}

static void what_is_no_file_has_no_lines(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct tail tail = tail_read(ends[0], 9, 99);
    assert_int_equal(tail.count, 0);
    assert_false(tail.cut);
    tail_free(&tail);
    tail = tail_read(-1, 9, 99);
    assert_int_equal(tail.count, 0);
    tail_free(&tail);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_found_whole),
        cmocka_unit_test(what_is_no_file_has_no_lines),
    };
    return cmocka_run_group_tests_name("tail", tests, NULL, NULL);
}
