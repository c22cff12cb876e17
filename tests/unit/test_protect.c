/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_protect.c - what a process may take of the kernel, and what it gives back. */
#include "common/protect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* In a child: what is taken here shall not stay with the tests that follow. */
static void in_child(bool (*right)(void))
{
    int status;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(right() ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static int oom_in_proc(void)
{
    int value = 12345;
    FILE *file = fopen("/proc/self/oom_score_adj", "re");
    if (file) {
        if (fscanf(file, "%d", &value) != 1)
            value = 12345;
        fclose(file);
    }
    return value;
}

/* Not better than before, nor than allowed; and what is told is so. */
static bool takes_what_it_may(void)
{
    const struct protection before = protect_get();
    const struct protection want = { before.oom_score_adj - 1, before.nice - 1 };
    const struct protection got = protect_take(want);
    const bool oom = got.oom_score_adj == want.oom_score_adj ||
                     got.oom_score_adj == before.oom_score_adj;
    const bool nice = got.nice == want.nice || got.nice == before.nice;
    return oom && nice && got.oom_score_adj == oom_in_proc() &&
           got.nice == getpriority(PRIO_PROCESS, 0);
}

/* What is worse than it was at first anybody may put right. */
static bool takes_back(void)
{
    const int first = oom_in_proc();
    FILE *file = fopen("/proc/self/oom_score_adj", "we");
    if (!file || fprintf(file, "%d", first + 50) < 0 || fclose(file))
        return false;
    const struct protection got = protect_take((struct protection){ first + 10, 19 });
    return got.oom_score_adj == first + 10 && oom_in_proc() == first + 10;
}

static bool never_takes_less(void)
{
    const struct protection before = protect_get();
    const struct protection got =
        protect_take((struct protection){ before.oom_score_adj + 5, before.nice + 5 });
    return got.oom_score_adj == before.oom_score_adj && got.nice == before.nice;
}

static bool gives_all_back(void)
{
    protect_take((struct protection){ -500, -5 });
    protect_drop();
    const struct protection left = protect_get();
    return left.oom_score_adj >= 0 && left.nice >= 0;
}

/* One that is worse off than others stays so. */
static bool drops_no_more_than_it_took(void)
{
    const struct protection before = protect_get();
    if (setpriority(PRIO_PROCESS, 0, 7))
        return false;
    protect_drop();
    return protect_get().nice == 7 && protect_get().oom_score_adj == before.oom_score_adj;
}

static void test_takes_what_it_may(void **state)
{
    (void)state;
    in_child(takes_what_it_may);
}

static void test_takes_back(void **state)
{
    (void)state;
    in_child(takes_back);
}

static void test_never_takes_less(void **state)
{
    (void)state;
    in_child(never_takes_less);
}

static void test_gives_all_back(void **state)
{
    (void)state;
    in_child(gives_all_back);
}

static void test_drops_no_more_than_it_took(void **state)
{
    (void)state;
    in_child(drops_no_more_than_it_took);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_what_it_may),          cmocka_unit_test(test_takes_back),
        cmocka_unit_test(test_never_takes_less),           cmocka_unit_test(test_gives_all_back),
        cmocka_unit_test(test_drops_no_more_than_it_took),
    };
    return cmocka_run_group_tests_name("protect", tests, NULL, NULL);
}
