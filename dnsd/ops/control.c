/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control.c - the commands of the control socket. */
#include "dnsd/ops/control.h"

#include "common/ctl.h"
#include "common/jsonread.h"
#include "common/mem.h"
#include "dnsd/ops/status.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct control {
    struct control_parts parts;
    struct ctl_server *server;
};

typedef json_t *command(struct control *control, struct ctl_client *client, const json_t *request,
                        struct err *err);

static json_t *command_status(struct control *control, struct ctl_client *client,
                              const json_t *request, struct err *err)
{
    (void)client, (void)request, (void)err;
    return status_json(control->parts.health, control->parts.net,
                       reporter_is_connected(control->parts.reporter), mono_now());
}

static json_t *command_stats(struct control *control, struct ctl_client *client,
                             const json_t *request, struct err *err)
{
    (void)client, (void)request, (void)err;
    return status_stats_json(control->parts.net, control->parts.guard);
}

/* Reads the argument "zone" into `*out`. Returns 1 if it is there and one of ours, 0 if it is not
 * there, -1 if it is wrong. */
static int zone_argument(const struct zone_table *table, const json_t *request, struct dname *out,
                         struct err *err)
{
    const json_t *zone = json_object_get(request, "zone");
    if (!zone || json_is_null(zone))
        return 0;
    if (!json_is_string(zone))
        return err_set(err, "\"zone\" must be a name in quotes");
    if (dname_from_text(json_string_value(zone), out, err))
        return -1;
    for (size_t i = 0; i < table->count; i++)
        if (dname_equal(table->zones[i].name.wire, out->wire))
            return 1;
    return err_set(err, "zone %s is not configured: add it to \"zones\" in dnsd.conf, then reload",
                   json_string_value(zone));
}

/* The zones, once they have been loaded for the first time. */
static const struct zone_table *table_of(const struct control *control, struct err *err)
{
    const struct zone_table *table = reload_table(control->parts.reload);
    if (!table)
        err_set(err, "zones are being loaded for the first time: try again soon");
    return table;
}

static json_t *command_zones(struct control *control, struct ctl_client *client,
                             const json_t *request, struct err *err)
{
    (void)client;
    struct dname only;
    const struct zone_table *table = table_of(control, err);
    int one = table ? zone_argument(table, request, &only, err) : -1;
    return one < 0 ? NULL : status_zones_json(table, one ? &only : NULL);
}

/* The reply comes when the load has ended. */
static json_t *command_reload(struct control *control, struct ctl_client *client,
                              const json_t *request, struct err *err)
{
    struct reload_request wanted = { .client = client };
    const struct zone_table *table = table_of(control, err);
    int one = table ? zone_argument(table, request, &wanted.only, err) : -1;
    if (one < 0)
        return NULL;
    wanted.has_only = one;
    wanted.force = one || json_is_true(json_object_get(request, "force"));
    if (reload_ask(control->parts.reload, &wanted, err) == 0)
        ctl_defer(client);
    return NULL;
}

/* Whoever may read and write the socket may look; to let zones fail, he must be one of us. */
static bool may_fail_zones(const struct unixsock_peer *peer)
{
    return peer->uid == 0 || peer->uid == geteuid() || peer->gid == getegid();
}

static int read_zones(const json_t *request, struct dname *out, size_t *count, struct err *err)
{
    const json_t *zones = json_read_array(request, "zones", REPORT_WATCHED_MAX, err);
    if (!zones)
        return -1;
    *count = json_array_size(zones);
    for (size_t i = 0; i < *count; i++) {
        const char *text = json_string_value(json_array_get(zones, i));
        if (!text)
            return err_set(err, "\"zones\" must be names in quotes");
        if (dname_from_text(text, &out[i], err))
            return -1;
    }
    return 0;
}

static json_t *command_fail(struct control *control, struct ctl_client *client,
                            const json_t *request, struct err *err)
{
    struct dname zones[REPORT_WATCHED_MAX];
    size_t count = 0;
    int64_t for_ms;
    if (!may_fail_zones(ctl_peer(client))) {
        err_set(err, "only root and the user and group of dnsd may let zones fail");
        return NULL;
    }
    if (json_read_int(request, "for_ms", 0, FAILING_LONGEST_MS, &for_ms, err))
        return NULL;
    if (for_ms == 0)
        failing_end(control->parts.failing);
    else if (read_zones(request, zones, &count, err) ||
             failing_begin(control->parts.failing, zones, count, mono_add_ms(mono_now(), for_ms),
                           err))
        return NULL;
    return json_pack("{s:I}", "zones", (json_int_t)count);
}

static const struct {
    const char *name;
    command *run;
} commands[] = {
    { "status", command_status }, { "stats", command_stats }, { "zones", command_zones },
    { "reload", command_reload }, { "fail", command_fail },
};

static json_t *handle(void *arg, struct ctl_client *client, const json_t *request, struct err *err)
{
    const char *name = json_string_value(json_object_get(request, "cmd"));
    for (size_t i = 0; name && i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(arg, client, request, err);
    err_set(err, "unknown command \"%s\": there are status, stats, zones, reload and fail",
            name ? name : "");
    return NULL;
}

static void forget(void *arg, struct ctl_client *client)
{
    const struct control *control = arg;
    reload_forget(control->parts.reload, client);
}

struct control *control_new(struct ev_loop *loop, const char *path,
                            const struct control_parts *parts, struct err *err)
{
    struct control *control = mem_zalloc(sizeof *control);
    control->parts = *parts;
    control->server = ctl_server_new(loop, path, handle, forget, control, err);
    if (!control->server) {
        err_wrap(err, "control socket");
        free(control);
        return NULL;
    }
    return control;
}

void control_free(struct control *control)
{
    ctl_server_free(control->server);
    free(control);
}
