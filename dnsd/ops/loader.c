/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loader.c - the work of a load, and its thread. */
#include "dnsd/ops/loader.h"

#include "common/mem.h"
#include "dnsd/net/thread.h"
#include "dnsd/zone/parallel.h"

#include <stdlib.h>
#include <sys/resource.h>

enum {
    LOADER_NICE = 10, /* a quarter of a worker's share where they compete for a core */
    ROWS = 1000,      /* of a table that a thread fills at once */
};

/* A table that is being filled, many rows at a time. */
struct filling {
    const struct zone_store *store;
    struct zone_table *table;
};

static void fill_rows(void *arg, size_t job)
{
    const struct filling *filling = arg;
    const struct zone_table *table = filling->table;
    for (size_t i = job * ROWS; i < (job + 1) * ROWS && i < table->count; i++) {
        struct zone_status *status = &table->zones[i];
        zone_store_status(filling->store, i, status);
        status->file = mem_strdup(status->file);
        status->error = mem_strdup(status->error);
    }
}

static struct zone_table *table_of(const struct zone_store *store, unsigned threads)
{
    struct zone_table *table = mem_zalloc(sizeof *table);
    table->count = zone_store_count(store);
    table->zones = mem_calloc(table->count, sizeof *table->zones);
    parallel_run(table->count / ROWS + 1, threads, fill_rows, &(struct filling){ store, table });
    return table;
}

void zone_table_free(struct zone_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->count; i++) {
        free((char *)table->zones[i].file);
        free((char *)table->zones[i].error);
    }
    free(table->zones);
    free(table);
}

void loader_run(struct loader_job *job)
{
    const struct dnsd_conf *conf = job->conf;
    if (job->conf_path) {
        job->new_conf = dnsd_conf_read(job->conf_path, &job->err);
        if (!job->new_conf)
            return;
        conf = job->new_conf;
    }
    job->set = zone_store_load(job->store, conf->sources, conf->source_count,
                               job->has_only ? &job->only : NULL, job->force, job->threads,
                               &job->result);
    job->table = table_of(job->store, job->threads);
}

/* In Linux a priority is a thread's own, and the threads that it makes inherit it. */
static void thread_run(void *arg)
{
    struct loader_job *job = arg;
    if (job->quietly)
        (void)setpriority(PRIO_PROCESS, 0, LOADER_NICE);
    loader_run(job);
    ev_async_send(job->loop, job->done);
}

int loader_start(struct loader_job *job, struct ev_loop *loop, ev_async *done, struct err *err)
{
    job->loop = loop;
    job->done = done;
    return thread_start(&job->thread, "loader", thread_run, job, err);
}

void loader_join(struct loader_job *job)
{
    pthread_join(job->thread, NULL);
}
