/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bird_process.c - which process is behind a control socket: one that stays in the foreground,
 * one that went into the background, and what must not be taken for it. */
#include "bird/process.h"
#include "common/unixsock.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/test_bird_process-XXXXXX";
static char socket_path[64], pid_file[64];
static pid_t server; /* holds the listening socket */

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(socket_path, sizeof socket_path, "%s/bird.ctl", folder);
    snprintf(pid_file, sizeof pid_file, "%s/bird.pid", folder);
    server = 0;
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    if (server > 0)
        kill(server, SIGKILL);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    unlink(socket_path);
    unlink(pid_file);
    return rmdir(folder);
}

static void write_pid_file(pid_t pid)
{
    FILE *file = fopen(pid_file, "w");
    assert_non_null(file);
    fprintf(file, "%d\n", (int)pid);
    assert_int_equal(fclose(file), 0);
}

/* In the child: listens, goes into the background if asked to, tells its pid, and stays. */
static _Noreturn void serve(int report, bool background)
{
    if (unixsock_listen(socket_path, SOCK_STREAM, 0660, NULL) < 0)
        _exit(1);
    if (background && fork() > 0)
        _exit(0);
    pid_t self = getpid();
    if (write(report, &self, sizeof self) != sizeof self)
        _exit(1);
    for (;;)
        pause();
}

static void start_server(bool background)
{
    int report[2];
    assert_int_equal(pipe(report), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        serve(report[1], background);
    close(report[1]);
    assert_int_equal(read(report[0], &server, sizeof server), sizeof server);
    close(report[0]);
    if (background)
        assert_int_equal(waitpid(child, NULL, 0), child);
}

/* Returns what bird_process_open() did, on a connection of its own. */
static int open_process(const char *file, pid_t *pid, struct err *err)
{
    int fd = unixsock_connect(socket_path, SOCK_STREAM, err);
    assert_true(fd >= 0);
    int pidfd = bird_process_open(fd, socket_path, file, pid, err);
    close(fd);
    return pidfd;
}

static void assert_is_server(int pidfd, pid_t pid)
{
    assert_true(pidfd >= 0);
    assert_int_equal(pid, server);
    assert_int_equal(syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0), 0);
    struct pollfd poll_fd = { pidfd, POLLIN, 0 };
    assert_int_equal(poll(&poll_fd, 1, 10000), 1);
    close(pidfd);
}

static void in_the_foreground(void **state)
{
    (void)state;
    pid_t pid = 0;
    start_server(false);
    int pidfd = open_process(NULL, &pid, NULL);
    assert_is_server(pidfd, pid);
}

static void in_the_background_the_pid_file_says(void **state)
{
    (void)state;
    struct err err;
    pid_t pid = 0;
    start_server(true);
    assert_int_equal(open_process(NULL, &pid, &err), -1);
    assert_non_null(strstr(err.msg, "run bird -f, or with -P"));
    assert_int_equal(open_process("", &pid, &err), -1);
    assert_int_equal(open_process(pid_file, &pid, &err), -1); /* there is none yet */
    write_pid_file(server);
    int pidfd = open_process(pid_file, &pid, &err);
    assert_is_server(pidfd, pid);
}

static void wrong_pid_files_are_not_believed(void **state)
{
    (void)state;
    struct err err;
    pid_t pid = 0;
    start_server(true);
    write_pid_file(getpid());
    assert_int_equal(open_process(pid_file, &pid, &err), -1);
    write_pid_file(0);
    assert_int_equal(open_process(pid_file, &pid, &err), -1);
    write_pid_file(-1);
    assert_int_equal(open_process(pid_file, &pid, &err), -1);
    assert_int_equal(pid, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(in_the_foreground, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(in_the_background_the_pid_file_says, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(wrong_pid_files_are_not_believed, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests_name("bird_process", tests, NULL, NULL);
}
