/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_command.c - runs of small programs: how they end, what they print, and that nothing of them
 * is left. */
#include "anycastctl/sense/command.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG_MS = 20000, SHORT_MS = 100 };

struct bench {
    struct ev_loop *loop;
    ev_timer deadline;
    struct command command;
    unsigned told, gone;
};

static void on_told(struct command *command)
{
    struct bench *b = command->arg;
    assert_int_equal(b->told, b->gone);
    b->told++;
}

static void on_gone(struct command *command)
{
    struct bench *b = command->arg;
    b->gone++;
    assert_int_equal(b->told, b->gone);
    ev_break(b->loop, EVBREAK_ONE);
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop, (void)timer, (void)events;
    fail_msg("nothing happened for 20 s");
}

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        return -1;
    b->loop = ev_loop_new(EVFLAG_AUTO);
    b->command = (struct command){ .loop = b->loop, .told = on_told, .gone = on_gone, .arg = b };
    command_init(&b->command);
    ev_timer_init(&b->deadline, on_deadline, LONG_MS / 1000.0, 0);
    ev_timer_start(b->loop, &b->deadline);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    command_stop(&b->command);
    ev_timer_stop(b->loop, &b->deadline);
    ev_loop_destroy(b->loop);
    free(b);
    const bool left = waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD; /* a zombie, or a child */
    return left ? -1 : 0;
}

static void start(struct bench *b, const char *script, int64_t timeout_ms)
{
    char *const words[] = { (char *)"/bin/sh", (char *)"-c", (char *)script, NULL };
    char *const environment[] = { (char *)"PATH=/usr/bin:/bin", (char *)"COLOUR=blue", NULL };
    command_start(&b->command, words, environment, timeout_ms);
}

static void assert_run(struct bench *b, const char *script, enum command_outcome outcome,
                       const char *line)
{
    const unsigned before = b->gone;
    start(b, script, LONG_MS);
    while (b->gone == before)
        ev_run(b->loop, EVRUN_ONCE);
    assert_int_equal(b->command.outcome, outcome);
    assert_string_equal(b->command.line, line);
}

static void the_exit_status_decides(void **state)
{
    struct bench *b = *state;
    assert_run(b, "exit 0", COMMAND_PASSED, "");
    assert_run(b, "echo fine; echo more", COMMAND_PASSED, "fine");
    assert_run(b, "exit 3", COMMAND_FAILED, "exit status 3");
    assert_run(b, "echo 'no space' >&2; exit 1", COMMAND_FAILED, "exit status 1: no space");
    assert_run(b, "kill -SEGV $$", COMMAND_FAILED, "ended by signal SEGV");
    assert_run(b, "exit 127", COMMAND_NOT_RUN, "it cannot be run");
}

static void what_it_prints_is_tidied(void **state)
{
    struct bench *b = *state;
    char long_line[COMMAND_LINE_MAX];
    assert_run(b, "printf 'a\\033[31m\"b\\r\\n'", COMMAND_PASSED, "a?[31m?b");
    memset(long_line, 'x', sizeof long_line);
    long_line[90] = '\0';
    assert_run(b, "head -c 100000 /dev/zero | tr '\\0' x | head -c 30000", COMMAND_PASSED,
               long_line);
}

static void it_has_an_environment_of_its_own(void **state)
{
    struct bench *b = *state;
    assert_run(b, "echo $COLOUR $HOME; test -z \"$HOME\"", COMMAND_PASSED, "blue");
    assert_run(b, "read nothing; echo \"read: $?\"", COMMAND_PASSED, "read: 1");
    assert_run(b, "ls /proc/self/fd | tr '\\n' ' '", COMMAND_PASSED, "0 1 2 3 "); /* 3: ls's own */
}

/* Only root may take what is given up here. */
static void it_is_not_favoured_as_we_are(void **state)
{
    struct bench *b = *state;
    const int before = getpriority(PRIO_PROCESS, 0);
    if (setpriority(PRIO_PROCESS, 0, -5))
        skip(); /* not root: nothing to give up */
    assert_run(b, "nice", COMMAND_PASSED, "0");
    assert_int_equal(setpriority(PRIO_PROCESS, 0, before), 0);
}

static void a_program_that_is_not_there(void **state)
{
    struct bench *b = *state;
    char *const words[] = { (char *)"/nowhere/at/all", NULL }, *const environment[] = { NULL };
    command_start(&b->command, words, environment, LONG_MS);
    while (b->gone == 0)
        ev_run(b->loop, EVRUN_ONCE);
    assert_int_equal(b->command.outcome, COMMAND_NOT_RUN);
    assert_string_equal(b->command.line, "it cannot be run: No such file or directory");
}

/* A pipe whose other end is held by all that run: at its end, none is left. */
static int lifeline[2];

static void assert_all_are_gone(void)
{
    char byte;
    close(lifeline[1]);
    assert_int_equal(read(lifeline[0], &byte, 1), 0);
    close(lifeline[0]);
}

static void a_late_one_is_killed_with_all_that_it_started(void **state)
{
    struct bench *b = *state;
    char script[128];
    /* The lifeline is closed in the child, so the shell opens it again by its name in /proc. */
    assert_int_equal(pipe(lifeline), 0);
    snprintf(script, sizeof script, "exec 9>/proc/%d/fd/%d; echo begun; sleep 1000 & sleep 1000",
             (int)getpid(), lifeline[1]);
    start(b, script, SHORT_MS);
    while (b->gone == 0)
        ev_run(b->loop, EVRUN_ONCE);
    assert_int_equal(b->command.outcome, COMMAND_LATE);
    assert_int_equal(strncmp(b->command.line, "not ended within 100 ms", 23), 0);
    assert_all_are_gone();
}

static void what_it_leaves_behind_is_killed(void **state)
{
    struct bench *b = *state;
    char script[128];
    assert_int_equal(pipe(lifeline), 0);
    snprintf(script, sizeof script, "exec 9>/proc/%d/fd/%d; sleep 1000 & exit 0", (int)getpid(),
             lifeline[1]);
    assert_run(b, script, COMMAND_PASSED, "");
    assert_all_are_gone();
}

static void one_that_prints_without_end_is_late(void **state)
{
    struct bench *b = *state;
    start(b, "exec yes", SHORT_MS);
    while (b->gone == 0)
        ev_run(b->loop, EVRUN_ONCE);
    assert_int_equal(b->command.outcome, COMMAND_LATE);
    assert_string_equal(b->command.line, "not ended within 100 ms: y");
}

static void signals_are_as_usual_in_it(void **state)
{
    struct bench *b = *state;
    signal(SIGPIPE, SIG_IGN);
    assert_run(b, "trap '' USR1; kill -PIPE $$; echo ignored", COMMAND_FAILED,
               "ended by signal PIPE");
    signal(SIGPIPE, SIG_DFL);
}

static void without_descriptors_it_is_not_run(void **state)
{
    struct bench *b = *state;
    struct rlimit before, none;
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &none);
    start(b, "exit 0", LONG_MS);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(b->gone, 1);
    assert_int_equal(b->command.outcome, COMMAND_NOT_RUN);
    assert_string_equal(b->command.line, "it cannot be run: Too many open files");
    assert_run(b, "exit 0", COMMAND_PASSED, "");
}

static void where_nobody_waits_for_children_nothing_is_known(void **state)
{
    struct bench *b = *state;
    signal(SIGCHLD, SIG_IGN);
    assert_run(b, "exit 0", COMMAND_NOT_RUN, "its exit status is lost");
    signal(SIGCHLD, SIG_DFL);
}

static void one_that_is_stopped_tells_nothing(void **state)
{
    struct bench *b = *state;
    start(b, "sleep 1000", LONG_MS);
    const pid_t pid = b->command.pid;
    command_stop(&b->command);
    waitpid(pid, NULL, 0); /* the owner ends, and with it its children */
    assert_int_equal(b->told, 0);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(the_exit_status_decides),
        CASE(what_it_prints_is_tidied),
        CASE(it_has_an_environment_of_its_own),
        CASE(it_is_not_favoured_as_we_are),
        CASE(a_program_that_is_not_there),
        CASE(a_late_one_is_killed_with_all_that_it_started),
        CASE(what_it_leaves_behind_is_killed),
        CASE(one_that_prints_without_end_is_late),
        CASE(signals_are_as_usual_in_it),
        CASE(without_descriptors_it_is_not_run),
        CASE(where_nobody_waits_for_children_nothing_is_known),
        CASE(one_that_is_stopped_tells_nothing),
    };
#undef CASE
    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
