/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receipts.h - replies to orders that say whether the order is on the disk. The order holds at
 * once; only its reply waits, some milliseconds, and never the loop: a disk may be slow. */
#ifndef PROXIMA_SERVE_RECEIPTS_H
#define PROXIMA_SERVE_RECEIPTS_H

#include "common/ctl.h"
#include "common/err.h"
#include "common/loop.h"

#include <jansson.h>
#include <stdbool.h>

enum {
    RECEIPTS_MAX = 32,      /* that wait at once */
    RECEIPTS_WAIT_MS = 200, /* then the reply says that it is not stored yet */
    RECEIPTS_LOOK_MS = 2,   /* how often the disk is asked after */
};

struct receipts_ops {
    void *arg;
    /* 0: everything ordered so far is stored. -1: not (yet), with the reason. */
    int (*stored)(void *arg, struct err *why);
    /* The reply; `warning` is NULL if all is well. Returns new. */
    json_t *(*reply)(void *arg, const char *warning);
};

struct receipts;

struct receipts *receipts_new(struct ev_loop *loop, const struct receipts_ops *ops);
void receipts_free(struct receipts *receipts); /* NULL is fine; who waits gets no reply */

/* Defers `client`, and replies as soon as its order is stored. False: too many wait already, and
 * the caller replies itself. */
bool receipts_await(struct receipts *receipts, struct ctl_client *client);
/* The client has gone. */
void receipts_forget(struct receipts *receipts, const struct ctl_client *client);

#endif
