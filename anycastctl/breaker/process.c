/* SPDX-License-Identifier: GPL-3.0-or-later */
/* process.c - from a socket to a pidfd. Knows SO_PEERPIDFD, SO_PEERCRED and /proc/PID/stat.
 *
 * Linux 6.5 hands out a pidfd of the very process that called listen(). Older ones tell its pid
 * only, which may be another's by now: then the process must have been there before the socket. */
#include "anycastctl/breaker/process.h"

#include "common/unixsock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

enum { STAT_STARTED = 22, CLOCK_SLACK_S = 2 };

/* The start of `pid` in clock ticks since boot; 0: it is gone. proc(5): the command may hold spaces
 * and brackets, so fields are counted behind the last one. */
static uint64_t read_started(pid_t pid)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (len <= 0)
        return 0;
    text[len] = '\0';
    char *field = strrchr(text, ')');
    for (int i = 2; field && i < STAT_STARTED; i++)
        field = strchr(field + 1, ' ');
    return field ? strtoull(field, NULL, 10) : 0;
}

static int64_t started_unix_s(uint64_t started)
{
    struct timespec boot, wall;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_REALTIME, &wall);
    return wall.tv_sec - boot.tv_sec + (int64_t)(started / (uint64_t)sysconf(_SC_CLK_TCK));
}

/* A process that took over the pid since is younger than the socket. */
static bool was_there_before(const char *path, uint64_t started)
{
    struct stat status;
    return started && stat(path, &status) == 0 &&
           started_unix_s(started) <= status.st_ctim.tv_sec + CLOCK_SLACK_S;
}

static int open_peer(int fd, const char *path, pid_t pid)
{
    int pidfd = -1;
    socklen_t len = sizeof pidfd;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len) == 0)
        return pidfd;
    pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd >= 0 && !was_there_before(path, read_started(pid))) {
        close(pidfd);
        pidfd = -1;
    }
    return pidfd;
}

int process_find(const char *path, struct process *out, struct err *err)
{
    struct unixsock_peer peer;
    int fd = unixsock_connect(path, SOCK_STREAM, err);
    *out = (struct process){ .pidfd = -1 };
    if (fd < 0)
        return -1;
    int result = unixsock_peer(fd, &peer, err);
    if (result == 0 && (peer.pid <= 1 || peer.pid == getpid()))
        result = err_set(err, "%s: process %d listens there, which is not for us to touch", path,
                         (int)peer.pid);
    if (result == 0) {
        out->pid = peer.pid;
        out->pidfd = open_peer(fd, path, peer.pid);
        out->started = read_started(peer.pid);
        if (out->pidfd < 0 || !out->started)
            result = err_set(err,
                             "%s: process %d, which made the socket, is gone: the daemon must run "
                             "in the foreground",
                             path, (int)peer.pid);
    }
    close(fd);
    if (result)
        process_close(out);
    return result;
}

int process_find_again(pid_t pid, uint64_t started, struct process *out)
{
    *out = (struct process){ .pidfd = (int)syscall(SYS_pidfd_open, pid, 0), pid, started };
    if (out->pidfd >= 0 && read_started(pid) == started)
        return 0;
    process_close(out);
    return -1;
}

void process_close(struct process *process)
{
    if (process->pidfd >= 0)
        close(process->pidfd);
    process->pidfd = -1;
}

int process_signal(const struct process *process, int number, struct err *err)
{
    if (syscall(SYS_pidfd_send_signal, process->pidfd, number, NULL, 0) < 0)
        return err_sys(err, "cannot signal process %d", (int)process->pid);
    return 0;
}

bool process_is_new(const char *path, const struct process *than)
{
    struct process now;
    struct err ignored;
    if (process_find(path, &now, &ignored))
        return false;
    bool other = now.pid != than->pid || now.started != than->started;
    process_close(&now);
    return other;
}
