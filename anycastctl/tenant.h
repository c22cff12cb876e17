/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tenant.h - the guard's end of the lease: listens, takes anycastd's connection (the newest
 * counts), and keeps what it said last. Knows no time but the stamps in the messages. */
#ifndef PROXIMA_TENANT_H
#define PROXIMA_TENANT_H

#include "anycastctl/act/lease.h"
#include "common/err.h"
#include "common/loop.h"

struct tenant;

struct tenant_ops {
    void *arg;
    /* A lease came. `pidfd` is dnsd's (yours to close), or -1. Returns what to answer. */
    struct lease_reply (*renewed)(void *arg, const struct lease *lease, int pidfd);
    void (*left)(void *arg, const char *reason); /* the connection is gone */
};

/* `path` is borrowed until tenant_free. */
struct tenant *tenant_new(struct ev_loop *loop, const char *path, const struct tenant_ops *ops,
                          struct err *err);
void tenant_free(struct tenant *tenant);

#endif
