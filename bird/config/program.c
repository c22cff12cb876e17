/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program.c - runs BIRD, reads what it writes, and waits for its end. */
#include "bird/config/program.h"

#include "bird/config/render.h"
#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MAX = 900 };

/* Reads to the end, and keeps what fits. */
static void collect(int fd, char out[OUTPUT_MAX])
{
    char rest[512];
    size_t used = 0;
    for (;;) {
        const bool keep = used < OUTPUT_MAX - 1;
        ssize_t got = keep ? read(fd, out + used, OUTPUT_MAX - 1 - used)
                           : read(fd, rest, sizeof rest);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += keep ? (size_t)got : 0;
    }
    out[used] = '\0';
    while (used > 0 && strchr("\r\n ", out[used - 1]))
        out[--used] = '\0';
}

static int start(const char *const *argv, int output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    int result = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

/* Its exit status, with what it wrote in `out`; -1: it could not be run. */
static int run(const char *const *argv, char out[OUTPUT_MAX], struct err *err)
{
    int pipes[2], status;
    pid_t pid;
    if (pipe2(pipes, O_CLOEXEC))
        return err_sys(err, "pipe");
    errno = start(argv, pipes[1], &pid);
    close(pipes[1]);
    if (errno) {
        err_sys(err, "run %s", argv[0]);
        close(pipes[0]);
        return -1;
    }
    collect(pipes[0], out);
    close(pipes[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int bird_program_version(const char *program, char *out, size_t cap, struct err *err)
{
    const char *const argv[] = { program, "--version", NULL };
    char text[OUTPUT_MAX];
    if (run(argv, text, err) < 0)
        return -1;
    const char *number = strstr(text, "BIRD version ");
    if (!number)
        return err_set(err, "%s --version says \"%s\", which is no BIRD", program, text);
    number += strlen("BIRD version ");
    snprintf(out, cap, "%.*s", (int)strcspn(number, " \r\n"), number);
    return 0;
}

static int check_in(const char *program, const char *dir, struct err *err)
{
    char *path = mem_printf("%s/" BIRD_CONF_NAME, dir), text[OUTPUT_MAX];
    const char *const argv[] = { program, "-p", "-c", path, NULL };
    int status = run(argv, text, err);
    if (status > 0)
        err_set(err, "%s refuses it: %s", program, *text ? text : "without a word");
    free(path);
    return status ? -1 : 0;
}

int bird_program_check(const char *program, const struct bird_files *files, struct err *err)
{
    char dir[] = "/tmp/proxima-bird-XXXXXX";
    if (!mkdtemp(dir))
        return err_sys(err, "make a folder in /tmp");
    int result = bird_files_write(dir, "", files, err);
    if (result == 0)
        result = check_in(program, dir, err);
    struct err ignored;
    const struct bird_files nothing = { 0 };
    bird_files_write(dir, "", &nothing, &ignored);
    rmdir(dir);
    return result;
}
