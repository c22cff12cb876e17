/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay.c - the main function of a fuzz target without libFuzzer: gives it the inputs that its
 * arguments name, or, as a unit test, its whole kept corpus. The last name in the log is that of
 * the input which ended the process. */
#include "tests/fuzz/target.h"

#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { INPUT_MAX = 1 << 20 };

/* Returns 0, or -1 with errno set. */
static int replay(const char *path)
{
    static uint8_t bytes[INPUT_MAX];
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    const int failed = ferror(file);
    fclose(file);
    if (failed)
        return -1;
    uint8_t *exact = malloc(size ? size : 1); /* so that reading behind it is seen */
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

static int replay_all(char **paths)
{
    for (; *paths; paths++)
        if (replay(*paths)) {
            fprintf(stderr, "%s: %s\n", *paths, strerror(errno));
            return 1;
        }
    return 0;
}

/* Of the target fuzz_NAME it is tests/fuzz/corpus/NAME. */
static void test_corpus(void **state)
{
    const char *target = *state, *source = getenv("PROXIMA_SRCDIR");
    char pattern[4096];
    glob_t inputs;
    snprintf(pattern, sizeof pattern, "%s/tests/fuzz/corpus/%s/*", source ? source : ".",
             target + sizeof "fuzz_" - 1);
    if (glob(pattern, 0, NULL, &inputs) != 0)
        fail_msg("%s: nothing there (PROXIMA_SRCDIR names the source folder)", pattern);
    assert_int_equal(replay_all(inputs.gl_pathv), 0);
    globfree(&inputs);
}

static void test_empty_input(void **state)
{
    (void)state;
    static const uint8_t nothing[1];
    LLVMFuzzerTestOneInput(nothing, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        { "empty_input", test_empty_input, NULL, NULL, NULL },
        { "corpus", test_corpus, NULL, NULL, program_invocation_short_name },
    };
    if (argc > 1)
        return replay_all(argv + 1);
    return cmocka_run_group_tests_name(program_invocation_short_name, tests, NULL, NULL);
}
