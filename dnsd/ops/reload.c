/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reload.c - the queue of loads. Knows what is said about each, to the log and to who asked. */
#include "dnsd/ops/reload.h"

#include "common/log.h"
#include "common/mem.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_MAX = 64 }; /* who asks more often than that is told to wait */

struct reload {
    struct ev_loop *loop;
    const char *conf_path;
    const struct dnsd_conf *first_conf; /* what needs a restart goes by this one */
    struct dnsd_conf *new_conf;         /* the last one that was read since; NULL: none */
    const struct reload_owner *owner;
    struct zone_store *store;
    struct zone_table *table;
    struct reload_request queue[QUEUE_MAX]; /* the first is under way while `job` is there */
    size_t queued;
    struct loader_job *job;
    ev_async done;
};

static unsigned cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) ? 1 : (unsigned)CPU_COUNT(&set);
}

/* Starts the load that is first in the queue, if none is under way. */
static void start_next(struct reload *reload);

static void drop_first(struct reload *reload)
{
    reload->queued--;
    memmove(reload->queue, reload->queue + 1, reload->queued * sizeof *reload->queue);
}

static void fail_first(struct reload *reload, const struct err *err)
{
    log_event(LOG_ERROR, "reload-failed", "reason=\"%s\" effect=\"nothing changed\"", err->msg);
    if (reload->queue[0].client)
        ctl_push_error(reload->queue[0].client, err);
}

static const struct dnsd_conf *current_conf(const struct reload *reload)
{
    return reload->new_conf ? reload->new_conf : reload->first_conf;
}

/* What a restart would change, as JSON, and as lines of the log. */
static json_t *restart_needed(const struct reload *reload)
{
    const char *names[DNSD_CONF_FIELDS_MAX];
    size_t count = dnsd_conf_restart_needed(reload->first_conf, current_conf(reload), names);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        log_event(LOG_WARN, "restart-needed", "setting=%s", names[i]);
        json_array_append_new(list, json_string(names[i]));
    }
    return list;
}

/* The zones that are not served as their files say, for the reply. */
static json_t *problems(const struct zone_table *table)
{
    json_t *list = json_array();
    for (size_t i = 0; i < table->count; i++) {
        char name[DNAME_TEXT_MAX];
        const struct zone_status *zone = &table->zones[i];
        if (zone->error[0])
            json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "zone",
                                                  dname_to_text(zone->name.wire, name), "state",
                                                  report_zone_state_name(zone->state), "error",
                                                  zone->error));
    }
    return list;
}

static void report_first(struct reload *reload)
{
    json_t *needed = restart_needed(reload);
    const struct zone_load_result *result = &reload->job->result;
    log_event(result->failed ? LOG_WARN : LOG_INFO, "zones-loaded",
              "loaded=%zu unchanged=%zu failed=%zu removed=%zu", result->loaded, result->unchanged,
              result->failed, result->removed);
    if (!reload->queue[0].client) {
        json_decref(needed);
        return;
    }
    json_t *reply = json_pack(
        "{s:I, s:I, s:I, s:I, s:o, s:o}", "loaded", (json_int_t)result->loaded, "unchanged",
        (json_int_t)result->unchanged, "failed", (json_int_t)result->failed, "removed",
        (json_int_t)result->removed, "problems", problems(reload->table), "restart_needed", needed);
    ctl_push(reload->queue[0].client, reply, true);
}

static void apply(struct reload *reload)
{
    struct loader_job *job = reload->job;
    zone_table_free(reload->table);
    reload->table = job->table;
    if (job->new_conf) {
        dnsd_conf_free(reload->new_conf);
        reload->new_conf = job->new_conf;
    }
    reload->owner->apply(reload->owner->arg, current_conf(reload), job->set);
    report_first(reload);
}

static void on_done(struct ev_loop *loop, ev_async *async, int events)
{
    (void)loop, (void)events;
    struct reload *reload = async->data;
    loader_join(reload->job);
    if (reload->job->set)
        apply(reload);
    else
        fail_first(reload, &reload->job->err);
    free(reload->job);
    reload->job = NULL;
    drop_first(reload);
    start_next(reload);
}

static struct loader_job *new_job(const struct reload *reload, const struct reload_request *request)
{
    struct loader_job *job = mem_zalloc(sizeof *job);
    bool reread = !request->first && !request->has_only;
    job->store = reload->store;
    job->conf = current_conf(reload);
    job->conf_path = reread ? reload->conf_path : NULL;
    job->force = request->force;
    job->has_only = request->has_only;
    job->only = request->only;
    job->quietly = !request->first;
    job->threads = request->first ? cores() : (cores() + 1) / 2; /* leave some to the workers */
    return job;
}

static void start_next(struct reload *reload)
{
    while (reload->queued && !reload->job) {
        struct err err;
        reload->job = new_job(reload, &reload->queue[0]);
        if (loader_start(reload->job, reload->loop, &reload->done, &err) == 0)
            return;
        fail_first(reload, &err);
        free(reload->job);
        reload->job = NULL;
        drop_first(reload);
    }
}

/* True if a signal's load waits that has not begun: it will see what this signal is about. */
static bool signal_waits(const struct reload *reload)
{
    for (size_t i = reload->job ? 1 : 0; i < reload->queued; i++)
        if (!reload->queue[i].client)
            return true;
    return false;
}

int reload_ask(struct reload *reload, const struct reload_request *request, struct err *err)
{
    if (!request->client && signal_waits(reload))
        return 0;
    if (reload->queued == QUEUE_MAX)
        return err_set(err, "%d reloads wait already: try again later", QUEUE_MAX);
    reload->queue[reload->queued++] = *request;
    start_next(reload);
    return 0;
}

void reload_forget(struct reload *reload, const struct ctl_client *client)
{
    for (size_t i = 0; i < reload->queued; i++)
        if (reload->queue[i].client == client)
            reload->queue[i].client = NULL;
}

bool reload_is_idle(const struct reload *reload)
{
    return !reload->job;
}

const struct zone_table *reload_table(const struct reload *reload)
{
    return reload->table;
}

struct reload *reload_new(struct ev_loop *loop, const char *conf_path, const struct dnsd_conf *conf,
                          const struct reload_owner *owner)
{
    struct reload *reload = mem_zalloc(sizeof *reload);
    reload->loop = loop;
    reload->conf_path = conf_path;
    reload->first_conf = conf;
    reload->owner = owner;
    reload->store = zone_store_new(conf->image_dir);
    ev_async_init(&reload->done, on_done);
    reload->done.data = reload;
    ev_async_start(loop, &reload->done);
    return reload;
}

void reload_free(struct reload *reload)
{
    ev_async_stop(reload->loop, &reload->done);
    zone_table_free(reload->table);
    zone_store_free(reload->store);
    dnsd_conf_free(reload->new_conf);
    free(reload);
}
