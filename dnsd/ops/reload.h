/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reload.h - loads of zones, one after the other: the first, and those that a signal or an operator
 * asks for. Each runs on a loader thread; its result is applied between two turns of the main loop,
 * and published to the workers, who never wait. A configuration that is bad changes nothing. */
#ifndef PROXIMA_OPS_RELOAD_H
#define PROXIMA_OPS_RELOAD_H

#include "common/ctl.h"
#include "common/loop.h"
#include "dnsd/ops/loader.h"

struct reload;

/* What a load of everything or of one zone is to do. */
struct reload_request {
    bool first;    /* the load at start: the configuration has just been read */
    bool force;    /* files that seem unchanged too */
    bool has_only; /* one zone: the configuration is not read again */
    struct dname only;
    struct ctl_client *client; /* who waits for the reply; NULL: nobody (a signal) */
};

/* Applies what was loaded. Borrows `conf`, the configuration from now on; takes `set`. */
struct reload_owner {
    void (*apply)(void *arg, const struct dnsd_conf *conf, const struct zone_set *set);
    void *arg;
};

/* `conf` is the configuration that dnsd was started with, `conf_path` its file. Borrows all until
 * reload_free. */
struct reload *reload_new(struct ev_loop *loop, const char *conf_path, const struct dnsd_conf *conf,
                          const struct reload_owner *owner);

/* No load is under way: see reload_is_idle. */
void reload_free(struct reload *reload);

/* Queues a load. Signals that come while one of their kind waits are one with it. Fails when too
 * many wait already. */
int reload_ask(struct reload *reload, const struct reload_request *request, struct err *err);

/* The client went away: nobody waits for the reply any more. */
void reload_forget(struct reload *reload, const struct ctl_client *client);

bool reload_is_idle(const struct reload *reload);

/* The zones after the last load; NULL before the first has ended. Valid until the next turn. */
const struct zone_table *reload_table(const struct reload *reload);

#endif
