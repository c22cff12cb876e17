/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_mem.c - allocation: what comes back, and that running out ends the process. */
#include "common/mem.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void test_kinds(void **state)
{
    static const char zeros[32];
    (void)state;
    char *zeroed = mem_zalloc(32), *many = mem_calloc(4, 8);
    assert_memory_equal(zeroed, zeros, 32);
    assert_memory_equal(many, zeros, 32);
    char *copy = mem_dup("abc", 4), *text = mem_strdup("abc"), *made = mem_printf("%s-%d", "a", 7);
    assert_string_equal(copy, "abc");
    assert_string_equal(text, "abc");
    assert_string_equal(made, "a-7");
    text = mem_realloc(text, 1000);
    assert_string_equal(text, "abc");
    free(zeroed);
    free(many);
    free(copy);
    free(text);
    free(made);
}

/* Nothing is something: never NULL. */
static void test_empty(void **state)
{
    (void)state;
    void *empties[] = { mem_alloc(0),         mem_zalloc(0),
                        mem_calloc(0, 8),     mem_calloc(8, 0),
                        mem_dup(NULL, 0),     mem_realloc(NULL, 0),
                        mem_printf("%s", ""), mem_realloc(mem_alloc(5), 0) };
    for (size_t i = 0; i < sizeof empties / sizeof *empties; i++) {
        assert_non_null(empties[i]);
        free(empties[i]);
    }
}

static void ask_too_much(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    signal(SIGABRT, SIG_DFL); /* cmocka has set its own */
    close(STDERR_FILENO);
    void *volatile much = mem_calloc(SIZE_MAX / 4,
                                     8); /* the product does not wrap to a small one */
    (void)much;
    _exit(0);
}

static void test_out_of_memory(void **state)
{
    int status;
    (void)state;
    pid_t child = fork();
    if (child == 0)
        ask_too_much();
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
