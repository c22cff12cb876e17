/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loader.h - one load of zones, on a thread of its own: the configuration may be read again, zones
 * are loaded, and what came of it is handed back. Answering and reporting go on meanwhile. */
#ifndef PROXIMA_OPS_LOADER_H
#define PROXIMA_OPS_LOADER_H

#include "common/loop.h"
#include "dnsd/ops/conf.h"
#include "dnsd/zone/store.h"

#include <pthread.h>

/* The status of all zones after a load: a copy that lives as long as it is wanted. */
struct zone_table {
    size_t count;
    struct zone_status *zones;
};
void zone_table_free(struct zone_table *table); /* NULL is fine */

struct loader_job {
    /* what is to be done */
    struct zone_store *store;     /* nobody else touches it meanwhile */
    const struct dnsd_conf *conf; /* the current one */
    const char *conf_path;        /* read it again; NULL: no */
    bool has_only, force;
    struct dname only; /* this zone alone, if has_only */
    unsigned threads;
    bool quietly; /* at a lower priority: workers are answering */

    /* what came of it */
    struct dnsd_conf *new_conf; /* the new one; NULL: not read */
    const struct zone_set *set; /* NULL: nothing was loaded, because of `err` */
    struct zone_table *table;
    struct zone_load_result result;
    struct err err;

    /* private */
    pthread_t thread;
    struct ev_loop *loop;
    ev_async *done;
};

/* Starts the job; `done` is sent in `loop` when it has ended. Borrows `job` until loader_join. */
int loader_start(struct loader_job *job, struct ev_loop *loop, ev_async *done, struct err *err);

/* Waits for the thread to end: at once, after `done`. */
void loader_join(struct loader_job *job);

/* Does the job in the calling thread. */
void loader_run(struct loader_job *job);

#endif
