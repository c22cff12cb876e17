/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_commands.c - external checks as a whole: fall and rise, so many at once, and a system that
 * refuses to run them. */
#include "anycastctl/sense/commands.h"

#include "anycastctl/sense/streak.h"
#include "tests/unit/await.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { CHECKS = 3 };

static char folder[] = "/tmp/test_commands-XXXXXX";
static struct ev_loop *loop;
static struct settings settings;
static struct command_settings checks[CHECKS];
static char scripts[CHECKS][256];
static char *words[CHECKS][3];
static struct commands *commands;
static unsigned changes;

static void on_changed(void *arg)
{
    (void)arg;
    changes++;
}

static void path_of(const char *name, char out[128])
{
    snprintf(out, 128, "%s/%s", folder, name);
}

static bool exists(const char *name)
{
    char path[128];
    path_of(name, path);
    return access(path, F_OK) == 0;
}

static void put(const char *name, bool there)
{
    char path[128];
    path_of(name, path);
    FILE *file = there ? fopen(path, "w") : NULL;
    if (file)
        fclose(file);
    else
        unlink(path);
}

static int set_up(void **state)
{
    (void)state;
    static char names[][8] = { "one", "two", "three" };
    changes = 0;
    /* Not epoll, of which libev at times makes a new one: one test leaves it no descriptors. */
    loop = ev_loop_new(EVBACKEND_SELECT);
    for (int i = 0; i < CHECKS; i++) {
        words[i][0] = (char *)"/bin/sh";
        words[i][1] = (char *)"-c";
        words[i][2] = scripts[i];
        checks[i] = (struct command_settings){ .name = names[i],
                                               .command = { 3, words[i] },
                                               .interval_ms = 50,
                                               .timeout_ms = 20000,
                                               .fall = 2,
                                               .rise = 3,
                                               .service_name = (char *)"dns",
                                               .service = -1 };
    }
    settings =
        (struct settings){ .node = (char *)"n1", .checks = { 1, checks }, .checks_at_once = 4 };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    commands_free(commands);
    commands = NULL;
    ev_loop_destroy(loop);
    return 0;
}

static void begin(const char *one, const char *two, const char *three)
{
    const char *const texts[CHECKS] = { one, two, three };
    for (int i = 0; i < CHECKS; i++)
        snprintf(scripts[i], sizeof scripts[i], "cd %s; %s", folder, texts[i] ? texts[i] : "");
    settings.checks.count = three ? 3 : two ? 2 : 1;
    commands = commands_new(loop, &settings, on_changed, NULL);
}

#define AWAIT(condition)                                                                           \
    AWAIT_ON(loop, condition, "%s, \"%s\"", check_state_name(commands_facts(commands)->state),     \
             commands_facts(commands)->detail)

static enum check_state state_of(int i)
{
    return commands_facts(commands)[i].state;
}

static void streaks_begin_at_once_and_turn_slowly(void **state)
{
    (void)state;
    struct streak s = streak_add((struct streak){ 0 }, false, 2, 3);
    assert_false(s.good);
    static const struct {
        bool seen, good;
    } steps[] = {
        { true, false }, { true, false }, { false, false }, { true, false }, { true, false },
        { true, true },  { false, true }, { true, true },   { false, true }, { false, false },
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        s = streak_add(s, steps[i].seen, 2, 3);
        assert_int_equal(s.good, steps[i].good);
    }
}

static void a_check_passes_and_fails_and_passes(void **state)
{
    (void)state;
    put("bad", false);
    begin(
        "test ! -e bad || { echo \"bad: $PROXIMA_NODE $PROXIMA_CHECK $PROXIMA_SERVICE\"; exit 1; }",
        NULL, NULL);
    assert_int_equal(state_of(0), CHECK_AWAITED);
    AWAIT(state_of(0) == CHECK_PASSES);
    put("bad", true);
    AWAIT(state_of(0) == CHECK_FAILS);
    assert_string_equal(commands_facts(commands)->detail, "exit status 1: bad: n1 one dns");
    put("bad", false);
    AWAIT(state_of(0) == CHECK_PASSES);
    assert_int_equal(changes, 3);
    assert_string_equal(commands_facts(commands)->detail, "");
}

static void the_first_failure_counts_at_once(void **state)
{
    (void)state;
    checks[0].interval_ms = 3600000;
    begin("exit 1", NULL, NULL);
    AWAIT(state_of(0) == CHECK_FAILS);
}

/* The first is there as long as the file is; while it is, nobody else may begin. */
static void only_so_many_run_at_once(void **state)
{
    (void)state;
    settings.checks_at_once = 1;
    put("begun", false);
    put("go", false);
    begin("touch begun; while ! test -e go; do sleep 0.01; done", "test -e go", "test -e go");
    AWAIT(exists("begun"));
    AWAIT(state_of(1) == CHECK_NOT_RUN && state_of(2) == CHECK_NOT_RUN); /* for a whole interval */
    put("go", true);
    AWAIT(state_of(0) == CHECK_PASSES && state_of(1) == CHECK_PASSES &&
          state_of(2) == CHECK_PASSES);
}

static void what_cannot_be_forked_is_tried_again(void **state)
{
    (void)state;
    struct rlimit before, none;
    begin("exit 0", "exit 0", "exit 0");
    ev_run(loop, EVRUN_NOWAIT); /* the loop has its own descriptors by now */
    AWAIT(state_of(0) == CHECK_PASSES && state_of(1) == CHECK_PASSES &&
          state_of(2) == CHECK_PASSES);
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &none);
    AWAIT(state_of(0) == CHECK_NOT_RUN && state_of(1) == CHECK_NOT_RUN &&
          state_of(2) == CHECK_NOT_RUN);
    setrlimit(RLIMIT_NOFILE, &before);
    AWAIT(state_of(0) == CHECK_PASSES && state_of(1) == CHECK_PASSES &&
          state_of(2) == CHECK_PASSES);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    put("bad", false);
    put("begun", false);
    put("go", false);
    return rmdir(folder);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streaks_begin_at_once_and_turn_slowly),
        CASE(a_check_passes_and_fails_and_passes),
        CASE(the_first_failure_counts_at_once),
        CASE(only_so_many_run_at_once),
        CASE(what_cannot_be_forked_is_tried_again),
    };
#undef CASE
    return cmocka_run_group_tests_name("commands", tests, make_folder, remove_folder);
}
