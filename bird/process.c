/* SPDX-License-Identifier: GPL-3.0-or-later */
/* process.c - finds the process behind BIRD's control socket.
 * Knows SO_PEERCRED, pid files and what /proc tells about sockets. */
#include "bird/process.h"

#include "common/unixsock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SOCKET_FLAG_LISTENS 0x10000 /* __SO_ACCEPTCON in the kernel's /proc/net/unix */

/* Where the n-th word of a line starts (from 0); its end if it has fewer. */
static const char *word(const char *line, int n)
{
    for (; n > 0; n--) {
        line += strcspn(line, " ");
        line += strspn(line, " ");
    }
    return line;
}

/* The inode of the socket that listens at `path`; 0: not found.
 * A line: "000000005f: 00000002 00000000 00010000 0001 01 20269 /run/bird/bird.ctl" */
static uint64_t listening_inode(const char *path)
{
    FILE *file = fopen("/proc/net/unix", "re");
    if (!file)
        return 0;
    uint64_t found = 0;
    char line[512];
    while (!found && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        unsigned long flags = strtoul(word(line, 3), NULL, 16);
        if ((flags & SOCKET_FLAG_LISTENS) && strcmp(word(line, 7), path) == 0)
            found = strtoull(word(line, 6), NULL, 10);
    }
    fclose(file);
    return found;
}

enum holds { HOLDS_NOT, HOLDS, HOLDS_UNKNOWN };

/* Does `pid` have this socket open? Unknown where /proc doesn't let us look (another user's). */
static enum holds holds_socket(pid_t pid, uint64_t inode)
{
    char path[64], wanted[64], link[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    snprintf(wanted, sizeof wanted, "socket:[%" PRIu64 "]", inode);
    DIR *dir = opendir(path);
    if (!dir)
        return errno == EACCES || errno == EPERM ? HOLDS_UNKNOWN : HOLDS_NOT;
    enum holds result = HOLDS_NOT;
    for (struct dirent *entry; result == HOLDS_NOT && (entry = readdir(dir));) {
        ssize_t len = readlinkat(dirfd(dir), entry->d_name, link, sizeof link - 1);
        if (len < 0)
            continue;
        link[len] = '\0';
        if (strcmp(link, wanted) == 0)
            result = HOLDS;
    }
    closedir(dir);
    return result;
}

static bool is_called_bird(pid_t pid)
{
    char path[64], name[32] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t len = read(fd, name, sizeof name - 1);
    close(fd);
    return len > 0 && strncmp(name, "bird", 4) == 0;
}

/* Opened first and checked after: the pid can't be reused while we look. */
static int open_if_bird(pid_t pid, const char *socket_path)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return -1;
    uint64_t inode = listening_inode(socket_path);
    enum holds holds = inode ? holds_socket(pid, inode) : HOLDS_UNKNOWN;
    if (holds == HOLDS || (holds == HOLDS_UNKNOWN && is_called_bird(pid)))
        return fd;
    close(fd);
    return -1;
}

/* 0: there is none. */
static pid_t read_pid_file(const char *path)
{
    char text[32] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return 0;
    ssize_t len = read(fd, text, sizeof text - 1);
    close(fd);
    long pid = len > 0 ? strtol(text, NULL, 10) : 0;
    return pid > 0 && pid <= INT32_MAX ? (pid_t)pid : 0;
}

int bird_process_open(int fd, const char *socket_path, const char *pid_file, pid_t *pid,
                      struct err *err)
{
    struct unixsock_peer peer;
    if (unixsock_peer(fd, &peer, err))
        return -1;
    const pid_t candidates[] = { peer.pid, pid_file ? read_pid_file(pid_file) : 0 };
    for (int i = 0; i < 2; i++) {
        int pidfd = candidates[i] > 0 ? open_if_bird(candidates[i], socket_path) : -1;
        if (pidfd < 0)
            continue;
        if (pid)
            *pid = candidates[i];
        return pidfd;
    }
    return err_set(err,
                   "%s: which process is BIRD? pid %d, which opened the socket, is gone or another"
                   " one, and the pid file %s does not help: run bird -f, or with -P",
                   socket_path, (int)peer.pid, pid_file ? pid_file : "(none)");
}
