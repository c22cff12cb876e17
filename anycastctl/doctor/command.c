/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command.c - what other programs know of this machine. Knows how to run one for a bounded time,
 * and to hear both what it says and why it failed. */
#include "anycastctl/doctor/host.h"

#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUN_LIMIT_MS = 3000, OUTPUT_BYTES_MAX = 64 << 20 };

/* The words, with spaces between them. New memory. */
static char *join(const char *const argv[])
{
    char *all = mem_strdup(argv[0]);
    for (size_t i = 1; argv[i]; i++) {
        char *longer = mem_printf("%s %s", all, argv[i]);
        free(all);
        all = longer;
    }
    return all;
}

/* Administrators' programs are not on everybody's PATH. New memory. */
static char *find_program(const char *name)
{
    static const char *const folders[] = { "/usr/sbin", "/sbin", "/usr/bin", "/bin" };
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char *path = mem_printf("%s/%s", folders[i], name);
        if (access(path, X_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

/* The bytes that were written to `fd`. New memory. */
static char *contents(int fd)
{
    const off_t end = lseek(fd, 0, SEEK_END);
    const size_t len = end < 0 ? 0 : end > OUTPUT_BYTES_MAX ? OUTPUT_BYTES_MAX : (size_t)end;
    char *text = mem_alloc(len + 1);
    const ssize_t got = pread(fd, text, len, 0);
    text[got > 0 ? got : 0] = '\0';
    return text;
}

/* 0: it ended well; else what waitpid says; -1: it did not end in time, and was killed. */
static int wait_for(pid_t pid)
{
    int status = 0;
    struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
    const bool ended = end.fd < 0 || poll(&end, 1, RUN_LIMIT_MS) != 0;
    if (!ended)
        kill(pid, SIGKILL);
    if (end.fd >= 0)
        close(end.fd);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return ended ? status : -1;
}

static int spawn(const char *program, const char *const argv[], const int out[2], pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[0], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDERR_FILENO);
    const int error = posix_spawn(pid, program, &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static int say_failed(const char *command, int status, int error_fd, struct err *err)
{
    char *said = contents(error_fd);
    if (status < 0)
        err_set(err, "%s: did not end within %d s", command, RUN_LIMIT_MS / 1000);
    else
        err_set(err, "%s: %.*s", command, (int)strcspn(said, "\n"),
                *said ? said : "failed, and does not say why");
    free(said);
    return -1;
}

static char *run(const char *program, const char *const argv[], struct err *err)
{
    char *command = join(argv), *output = NULL;
    pid_t pid;
    const int out[2] = { memfd_create("output", MFD_CLOEXEC), memfd_create("errors", MFD_CLOEXEC) };
    const int error = spawn(program, argv, out, &pid);
    if (error) {
        errno = error;
        err_sys(err, "%s", command);
    } else {
        const int status = wait_for(pid);
        if (status)
            say_failed(command, status, out[1], err);
        else
            output = contents(out[0]);
    }
    close(out[0]);
    close(out[1]);
    free(command);
    return output;
}

char *host_run(const struct host *host, const char *const argv[], struct err *err)
{
    if (host_is_recorded(host)) {
        char *name = join(argv), *text = host_recorded(host, name, err);
        free(name);
        return text;
    }
    char *program = find_program(argv[0]);
    if (!program) {
        err_set(err, "there is no program %s on this machine", argv[0]);
        return NULL;
    }
    char *output = run(program, argv, err);
    free(program);
    return output;
}

json_t *host_run_json(const struct host *host, const char *const argv[], struct err *err)
{
    json_error_t problem;
    char *text = host_run(host, argv, err);
    if (!text)
        return NULL;
    /* `ip -j` says nothing at all where it has nothing to say. */
    json_t *json = *text ? json_loads(text, 0, &problem) : json_array();
    if (!json)
        err_set(err, "%s: no JSON: %s", argv[0], problem.text);
    free(text);
    return json;
}
