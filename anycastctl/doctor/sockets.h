/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sockets.h - which sockets of the machine have a port, and whose they are: from /proc/net and the
 * descriptors of processes. */
#ifndef PROXIMA_DOCTOR_SOCKETS_H
#define PROXIMA_DOCTOR_SOCKETS_H

#include "anycastctl/doctor/host.h"
#include "common/addr.h"

struct host_socket {
    bool tcp;
    struct addr addr; /* bound to, with port; any address is possible */
    uint64_t inode;
    int64_t uid;
};

/* Calls `each` with every UDP socket, and every TCP socket that listens, in this network namespace.
 * -1: /proc/net cannot be read. */
int sockets_each(const struct host *host, void (*each)(void *arg, const struct host_socket *socket),
                 void *arg, struct err *err);

/* The process that has this socket open, its name in `name`. 0: none that may be looked at. */
pid_t socket_owner(const struct host *host, uint64_t inode, char name[32]);

#endif
