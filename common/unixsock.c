/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unixsock.c - unix sockets. Knows paths, stale files, credentials and passed descriptors; hides
 * sockaddr_un and control messages. */
#include "common/unixsock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    BACKLOG = 64,
};

static int fill_address(const char *path, struct sockaddr_un *out, struct err *err)
{
    size_t len = strlen(path);
    if (len == 0)
        return err_set(err, "the path of a unix socket is empty");
    if (len >= sizeof out->sun_path)
        return err_set(err, "%s: the path of a unix socket has at most %zu bytes, this has %zu",
                       path, sizeof out->sun_path - 1, len);
    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    memcpy(out->sun_path, path, len);
    return 0;
}

static int new_socket(int type, struct err *err)
{
    int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        err_sys(err, "cannot make a unix socket");
    return fd;
}

static int bind_to(int fd, const struct sockaddr_un *address)
{
    return bind(fd, (const struct sockaddr *)address, sizeof *address);
}

static int connect_to(int fd, const struct sockaddr_un *address)
{
    return connect(fd, (const struct sockaddr *)address, sizeof *address);
}

/* Fills `err` with who listens at the other end of the connected `fd`. */
static int say_holder(const char *path, int fd, struct err *err)
{
    struct unixsock_peer peer = { 0 };
    char file[64], command[32] = "?";
    if (unixsock_peer(fd, &peer, NULL))
        return err_set(err, "%s: another process listens there: stop it first", path);
    snprintf(file, sizeof file, "/proc/%d/comm", (int)peer.pid);
    FILE *comm = fopen(file, "re");
    if (comm) {
        if (fscanf(comm, "%31[^\n]", command) != 1)
            strcpy(command, "?");
        fclose(comm);
    }
    return err_set(err, "%s: process %d (%s) listens there: stop it first", path, (int)peer.pid,
                   command);
}

/* Removes the socket file that `address` names if nobody listens there; an error if somebody does,
 * or if it is no socket. */
static int remove_stale(const struct sockaddr_un *address, int type, struct err *err)
{
    const char *path = address->sun_path;
    struct stat status;
    if (lstat(path, &status))
        return errno == ENOENT ? 0 : err_sys(err, "%s", path);
    if (!S_ISSOCK(status.st_mode))
        return err_set(err, "%s: exists and is not a socket: move it away", path);
    int probe = new_socket(type, err);
    if (probe < 0)
        return -1;
    int result = 0;
    if (connect_to(probe, address) == 0)
        result = say_holder(path, probe, err);
    else if (errno == EAGAIN || errno == EPROTOTYPE) /* its queue is full; it is of another type */
        result = err_set(err, "%s: another process listens there: stop it first", path);
    else if (errno != ECONNREFUSED && errno != ENOENT)
        result = err_sys(err, "%s: cannot tell whether somebody listens there", path);
    else if (unlink(path) && errno != ENOENT)
        result = err_sys(err, "%s: cannot remove the stale socket", path);
    close(probe);
    return result;
}

/* Opens the folder of `path` and locks it, so that of two processes that start at once the second
 * does not take the first one's socket, bound but not yet listening, for a stale one. */
static int lock_folder(const char *path, struct err *err)
{
    char folder[sizeof((struct sockaddr_un *)0)->sun_path];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    memcpy(folder, path, len);
    folder[len] = '\0';
    int fd = open(len ? folder : slash ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "%s: cannot open its folder", path);
    if (flock(fd, LOCK_EX)) {
        err_sys(err, "%s: cannot lock its folder", path);
        close(fd);
        return -1;
    }
    return fd;
}

/* bind(2) gives the file the descriptor's mode less the umask: with fchmod before and chmod behind
 * it the mode is exact and at no moment wider, whatever other threads do with the umask. */
static int bind_and_listen(int fd, const struct sockaddr_un *address, mode_t mode, struct err *err)
{
    const char *path = address->sun_path;
    if (fchmod(fd, mode) || bind_to(fd, address))
        return err_sys(err, "%s: cannot bind", path);
    if (chmod(path, mode) == 0 && listen(fd, BACKLOG) == 0)
        return 0;
    err_sys(err, "%s: cannot listen", path);
    unlink(path);
    return -1;
}

int unixsock_listen(const char *path, int type, mode_t mode, struct err *err)
{
    struct sockaddr_un address;
    if (fill_address(path, &address, err))
        return -1;
    int folder = lock_folder(path, err);
    if (folder < 0)
        return -1;
    int fd = new_socket(type, err);
    if (fd >= 0 &&
        (remove_stale(&address, type, err) || bind_and_listen(fd, &address, mode, err))) {
        close(fd);
        fd = -1;
    }
    close(folder);
    return fd;
}

int unixsock_connect(const char *path, int type, struct err *err)
{
    struct sockaddr_un address;
    if (fill_address(path, &address, err))
        return -1;
    int fd = new_socket(type, err);
    if (fd < 0 || connect_to(fd, &address) == 0)
        return fd;
    int reason = errno;
    err_sys(err, "%s", path);
    close(fd);
    errno = reason;
    return -1;
}

int unixsock_peer(int fd, struct unixsock_peer *out, struct err *err)
{
    struct ucred cred;
    socklen_t len = sizeof cred;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
        return err_sys(err, "cannot read the peer's credentials");
    *out = (struct unixsock_peer){ cred.pid, cred.uid, cred.gid };
    return 0;
}

/* Room for the control message of one descriptor. CMSG_SPACE rounds up: two would fit as well. */
union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
};

ssize_t unixsock_send(int fd, const void *data, size_t len, int pass_fd)
{
    struct iovec iov = { (void *)data, len };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
    union control control = { .bytes = { 0 } };
    if (pass_fd >= 0) {
        msg.msg_control = &control;
        msg.msg_controllen = sizeof control;
        struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
        cmsg->cmsg_level = SOL_SOCKET;
        cmsg->cmsg_type = SCM_RIGHTS;
        cmsg->cmsg_len = CMSG_LEN(sizeof pass_fd);
        memcpy(CMSG_DATA(cmsg), &pass_fd, sizeof pass_fd);
    }
    return sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* The first descriptor that came with `msg`, or -1; further ones are closed. */
static int take_descriptor(struct msghdr *msg)
{
    int first = -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t at = 0; CMSG_LEN(at + sizeof(int)) <= c->cmsg_len; at += sizeof(int)) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + at, sizeof fd);
            if (first < 0)
                first = fd;
            else
                close(fd);
        }
    }
    return first;
}

ssize_t unixsock_recv(int fd, void *data, size_t cap, int *passed_fd)
{
    struct iovec iov = { data, cap };
    union control control;
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
    };
    *passed_fd = -1;
    ssize_t got = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0)
        return -1;
    *passed_fd = take_descriptor(&msg);
    if (!(msg.msg_flags & MSG_TRUNC))
        return got;
    if (*passed_fd >= 0)
        close(*passed_fd);
    *passed_fd = -1;
    errno = EMSGSIZE;
    return -1;
}
