/* SPDX-License-Identifier: GPL-3.0-or-later */
/* birdpid.c - one pidfd. */
#include "anycastctl/act/birdpid.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

void birdpid_drop(struct birdpid *birdpid)
{
    if (birdpid->fd >= 0)
        close(birdpid->fd);
    birdpid->fd = -1;
}

int birdpid_take(struct birdpid *birdpid, const struct bird_client *client, const char *pid_file,
                 struct err *err)
{
    birdpid_drop(birdpid);
    birdpid->fd = bird_client_open_process(client, pid_file, NULL, err);
    return birdpid->fd < 0 ? -1 : 0;
}

/* A pidfd is readable once its process has ended. */
static bool has_ended(int fd)
{
    struct pollfd pollfd = { .fd = fd, .events = POLLIN };
    return poll(&pollfd, 1, 0) > 0;
}

bool birdpid_runs(const struct birdpid *birdpid)
{
    return birdpid->fd >= 0 && !has_ended(birdpid->fd);
}

bool birdpid_is_dead(const struct birdpid *birdpid)
{
    return birdpid->fd >= 0 && has_ended(birdpid->fd);
}

int birdpid_kill(const struct birdpid *birdpid, struct err *err)
{
    if (syscall(SYS_pidfd_send_signal, birdpid->fd, SIGKILL, NULL, 0) < 0)
        return err_sys(err, "cannot end BIRD");
    return 0;
}
