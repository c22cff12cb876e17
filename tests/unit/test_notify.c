/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_notify.c - what the service manager hears, and when its watchdog wants to be fed. */
#include "common/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* Binds a datagram socket to a name of the kernel's choice, and has $NOTIFY_SOCKET say it. */
static int open_manager(void)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    socklen_t len = sizeof name.sun_family; /* the kernel chooses an abstract address */
    char text[sizeof name.sun_path + 1];
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, len), 0);
    len = sizeof name;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
    size_t bytes = len - offsetof(struct sockaddr_un, sun_path);
    memcpy(text, name.sun_path, bytes);
    text[0] = '@';
    text[bytes] = '\0';
    setenv("NOTIFY_SOCKET", text, 1);
    return fd;
}

static void test_manager_hears_it(void **state)
{
    (void)state;
    char heard[64] = "";
    int manager = open_manager();
    notify_manager("READY=1\nSTATUS=x");
    assert_int_equal(recv(manager, heard, sizeof heard - 1, MSG_DONTWAIT), 16);
    assert_string_equal(heard, "READY=1\nSTATUS=x");
    close(manager);
    notify_manager("STOPPING=1"); /* nobody is there any more */
    unsetenv("NOTIFY_SOCKET");
    notify_manager("STOPPING=1");
}

static void test_watchdog_is_fed_twice_as_often_as_it_barks(void **state)
{
    (void)state;
    char pid[32];
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    assert_int_equal(notify_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "10000000", 1);
    assert_int_equal(notify_watchdog_ms(), 5000);
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    assert_int_equal(notify_watchdog_ms(), 5000);
    setenv("WATCHDOG_PID", "1", 1); /* meant for somebody else */
    assert_int_equal(notify_watchdog_ms(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manager_hears_it),
        cmocka_unit_test(test_watchdog_is_fed_twice_as_often_as_it_barks),
    };
    return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
