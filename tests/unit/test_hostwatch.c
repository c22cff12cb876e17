/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_hostwatch.c - the thread that looks at the host, and what it tells the loop: with a /proc of
 * the test's own. */
#include "anycastctl/sense/hostwatch.h"

#include "tests/unit/await.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char root[] = "/tmp/test_hostwatch-XXXXXX";
static struct ev_loop *loop;
static struct settings settings;
static unsigned changes;

static void write_load(const char *text)
{
    char path[64], fresh[64];
    snprintf(path, sizeof path, "%s/loadavg", root);
    snprintf(fresh, sizeof fresh, "%s/fresh", root);
    FILE *file = fopen(fresh, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(fresh, path), 0);
}

static int set_up(void **state)
{
    (void)state;
    changes = 0;
    loop = ev_loop_new(EVFLAG_AUTO);
    settings = (struct settings){ .state_dir = root, .event_log = (char *)"/events.jsonl" };
    settings.host = (struct host_settings){
        .interval_ms = 50, .proc = root, .disk = true, .load_per_processor = 1000
    };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ev_loop_destroy(loop);
    return 0;
}

static void on_changed(void *arg)
{
    (void)arg;
    changes++;
}

static void await_state(const struct hostwatch *watch, enum host_check check, enum host_state state)
{
    AWAIT_ON(loop, hostwatch_findings(watch)[check].state == state, "%u changes", changes);
}

static void changes_are_told(void **state)
{
    (void)state;
    write_load("1.00 1.00 1.00 1/1 1\n");
    struct hostwatch *watch = hostwatch_new(loop, &settings, on_changed, NULL);
    assert_int_equal(hostwatch_findings(watch)[HOST_LOAD].state, HOST_UNKNOWN);
    await_state(watch, HOST_LOAD, HOST_GOOD);
    assert_int_equal(hostwatch_findings(watch)[HOST_DISK].state, HOST_GOOD);
    assert_int_equal(hostwatch_findings(watch)[HOST_CLOCK].state, HOST_OFF);
    assert_int_equal(changes, 1);
    write_load("1000000.00 1.00 1.00 1/1 1\n");
    await_state(watch, HOST_LOAD, HOST_BAD);
    assert_int_equal(changes, 2);
    hostwatch_free(watch);
}

static void it_ends_at_any_moment(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct hostwatch *watch = hostwatch_new(loop, &settings, on_changed, NULL);
        if (i % 2)
            await_state(watch, HOST_DISK, HOST_GOOD);
        hostwatch_free(watch);
    }
    settings.event_log = (char *)"/nowhere/at/all/events.jsonl"; /* which is no disk's fault */
    settings.state_dir = (char *)"/nowhere/at/all";
    struct hostwatch *watch = hostwatch_new(loop, &settings, on_changed, NULL);
    await_state(watch, HOST_CLOCK, HOST_OFF);
    assert_int_equal(hostwatch_findings(watch)[HOST_DISK].state, HOST_UNKNOWN);
    hostwatch_free(watch);
}

static int make_root(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "%s/loadavg", root);
    unlink(path);
    return rmdir(root);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(changes_are_told),
        CASE(it_ends_at_any_moment),
    };
#undef CASE
    return cmocka_run_group_tests_name("hostwatch", tests, make_root, remove_root);
}
