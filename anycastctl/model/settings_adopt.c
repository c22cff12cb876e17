/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settings_adopt.c - settings read again: what is taken over, and what differs besides. */
#include "anycastctl/model/command_conf.h"
#include "anycastctl/model/glass_conf.h"
#include "anycastctl/model/service_conf.h"
#include "anycastctl/model/settings.h"

#include <string.h>

static bool same_services(const struct settings *a, const struct settings *b)
{
    if (a->service_count != b->service_count)
        return false;
    for (unsigned i = 0; i < a->service_count; i++)
        if (!service_conf_same(&a->service[i], &b->service[i]))
            return false;
    return true;
}

static bool same_commands(const struct settings *a, const struct settings *b)
{
    if (a->checks.count != b->checks.count || a->checks_at_once != b->checks_at_once)
        return false;
    for (size_t i = 0; i < a->checks.count; i++)
        if (!command_conf_same(settings_command(a, i), settings_command(b, i)))
            return false;
    return true;
}

static bool same_glasses(const struct settings *a, const struct settings *b)
{
    if (a->glasses.count != b->glasses.count)
        return false;
    for (size_t i = 0; i < a->glasses.count; i++)
        if (!glass_conf_same(settings_glass(a, i), settings_glass(b, i)))
            return false;
    return true;
}

static bool same_probe(const struct probe_settings *a, const struct probe_settings *b)
{
    return a->interval_ms == b->interval_ms && a->timeout_ms == b->timeout_ms &&
           a->silent_ms == b->silent_ms && a->signatures == b->signatures &&
           a->signature_warning_ms == b->signature_warning_ms &&
           a->zone_warning_ms == b->zone_warning_ms;
}

static bool same_host(const struct host_settings *a, const struct host_settings *b)
{
    return strcmp(a->proc, b->proc) == 0 && a->interval_ms == b->interval_ms &&
           a->addresses == b->addresses && a->default_route == b->default_route &&
           a->disk == b->disk && a->disk_free_mb == b->disk_free_mb &&
           a->disk_free_inodes == b->disk_free_inodes && a->clock == b->clock &&
           a->clock_jump_ms == b->clock_jump_ms && a->clock_synchronised == b->clock_synchronised &&
           a->conntrack_percent == b->conntrack_percent &&
           a->load_per_processor == b->load_per_processor;
}

static const char *first_difference(const struct settings *a, const struct settings *b)
{
    const struct {
        const char *name, *a, *b;
    } texts[] = {
        { "node", a->node, b->node },
        { "user", a->user, b->user },
        { "report_socket", a->report_socket, b->report_socket },
        { "control_socket", a->control_socket, b->control_socket },
        { "lease_socket", a->lease_socket, b->lease_socket },
        { "state_dir", a->state_dir, b->state_dir },
        { "event_log", a->event_log, b->event_log },
        { "log_level", a->log_level, b->log_level },
        { "bird.socket", a->bird.socket, b->bird.socket },
        { "bird.pid_file", a->bird.pid_file, b->bird.pid_file },
        { "bird.intent_dir", a->bird.intent_dir, b->bird.intent_dir },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].a, texts[i].b) != 0)
            return texts[i].name;
    if (a->node_id != b->node_id)
        return "node_id";
    if (a->asn != b->asn)
        return "asn";
    if (a->dry_run != b->dry_run)
        return "dry_run";
    if (a->bird.poll_ms != b->bird.poll_ms || a->bird.timeout_ms != b->bird.timeout_ms)
        return "bird";
    if (!same_probe(&a->probe, &b->probe))
        return "probe";
    if (!same_host(&a->host, &b->host))
        return "host";
    if (a->proof.limit_ms != b->proof.limit_ms)
        return "proof";
    if (a->guard.lease_ms != b->guard.lease_ms || a->guard.confirm_ms != b->guard.confirm_ms ||
        a->guard.kill_bird != b->guard.kill_bird)
        return "guard";
    if (!same_commands(a, b))
        return "checks";
    if (!same_glasses(a, b))
        return "looking_glasses";
    return same_services(a, b) ? NULL : "services";
}

const char *settings_adopt(struct settings *running, const struct settings *fresh)
{
    running->policy = fresh->policy;
    running->drain = fresh->drain;
    running->drill = fresh->drill;
    return first_difference(running, fresh);
}
