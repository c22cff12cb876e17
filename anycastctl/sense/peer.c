/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peer.c - pidfds, and what /proc says of a process. */
#include "anycastctl/sense/peer.h"

#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5; older headers lack it, older kernels refuse it */
#endif

/* The number behind `key` in a /proc file of "key: number" lines. -1: no such file or line. */
static int read_number(const char *path, const char *key, long *out)
{
    char line[128];
    const size_t len = strlen(key);
    int result = -1;
    FILE *file = fopen(path, "re");

    if (!file)
        return -1;
    while (result < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, key, len) == 0 && line[len] == ':')
            result = sscanf(line + len + 1, "%ld", out) == 1 ? 0 : -1;
    fclose(file);
    return result;
}

/* A descriptor that was sent to us may be anything. That of a process that is gone has the pid -1:
 * then it was the peer's, for nobody else could have sent it. */
static bool is_pidfd_of(int fd, pid_t pid)
{
    char path[64];
    long of;

    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    return read_number(path, "Pid", &of) == 0 && (of == pid || of == -1);
}

int peer_pidfd(int socket, pid_t pid, int passed)
{
    int fd = -1;
    socklen_t len = sizeof fd;

    if (passed >= 0 && is_pidfd_of(passed, pid))
        return passed;
    if (passed >= 0)
        close(passed);
    if (getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &fd, &len) == 0)
        return fd;
    return pidfd_open(pid, 0);
}

bool peer_is_dead(int pidfd)
{
    struct pollfd poller = { .fd = pidfd, .events = POLLIN };
    return pidfd >= 0 && poll(&poller, 1, 0) == 1;
}

bool peer_is_dumping(int pidfd, pid_t pid)
{
    char path[64];
    long dumping;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    /* That it is not dead yet shows that the number has not gone to another process. */
    return pidfd >= 0 && read_number(path, "CoreDumping", &dumping) == 0 && dumping == 1 &&
           !peer_is_dead(pidfd);
}

uid_t peer_uid_of(const char *user)
{
    char name[64];
    const struct passwd *entry;

    if (!user || !*user)
        return geteuid();
    snprintf(name, sizeof name, "%.*s", (int)strcspn(user, ":"), user);
    entry = getpwnam(name);
    return entry ? entry->pw_uid : geteuid();
}
