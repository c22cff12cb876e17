/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_diff.c - unified differences, by example and by law. */
#include "anycastctl/cli/diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char *diff(const char *a, const char *b, bool *differs)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    *differs = diff_texts(out, "a", a, "b", b);
    fclose(out);
    return text;
}

static void expect(const char *a, const char *b, const char *expected)
{
    bool differs;
    char *text = diff(a, b, &differs);
    assert_string_equal(text, expected);
    assert_int_equal(differs, *expected != '\0');
    free(text);
}

static void test_examples(void **state)
{
    (void)state;
    expect("", "", "");
    expect("a\nb\n", "a\nb\n", "");
    expect("a\nb\nc\n", "a\nx\nc\n", "--- a\n+++ b\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
    expect(NULL, "a\n", "--- /dev/null\n+++ b\n@@ -0,0 +1,1 @@\n+a\n");
    expect("a\n", NULL, "--- a\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n");
    expect("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\nX\n",
           "--- a\n+++ b\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+X\n");
}

/* Far enough apart for two hunks, and not. */
static void test_hunks(void **state)
{
    (void)state;
    expect("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
           "--- a\n+++ b\n@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
    expect(
        "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
        "--- a\n+++ b\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}

/* What a hunk keeps and takes is a, what it keeps and adds is b. */
static void check_sides(const char *text, const char *a, const char *b)
{
    char side_a[4096] = "", side_b[4096] = "";
    for (const char *line = text; *line;) {
        int length = (int)strcspn(line, "\n");
        const bool head = strncmp(line, "--- ", 4) == 0 || strncmp(line, "+++ ", 4) == 0;
        if (!head && (*line == ' ' || *line == '-'))
            snprintf(side_a + strlen(side_a), sizeof side_a - strlen(side_a), "%.*s\n", length - 1,
                     line + 1);
        if (!head && (*line == ' ' || *line == '+'))
            snprintf(side_b + strlen(side_b), sizeof side_b - strlen(side_b), "%.*s\n", length - 1,
                     line + 1);
        line += length + (line[length] == '\n');
    }
    assert_string_equal(side_a, a);
    assert_string_equal(side_b, b);
}

/* Texts so short that a hunk has all of them. */
static void test_random(void **state)
{
    unsigned seed = 7;
    (void)state;
    for (int round = 0; round < 2000; round++) {
        char text[2][64] = { "", "" };
        for (int side = 0; side < 2; side++)
            for (int i = 0, lines = rand_r(&seed) % 4; i < lines; i++) {
                const char line[] = { (char)('a' + rand_r(&seed) % 3), '\n', '\0' };
                strcat(text[side], line);
            }
        bool differs;
        char *said = diff(text[0], text[1], &differs);
        assert_int_equal(differs, strcmp(text[0], text[1]) != 0);
        if (differs)
            check_sides(said, text[0], text[1]);
        free(said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_hunks),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
