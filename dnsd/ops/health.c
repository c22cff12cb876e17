/* SPDX-License-Identifier: GPL-3.0-or-later */
/* health.c - gathers the report. Decides nothing: what a silent worker means is anycastd's to say.
 */
#include "dnsd/ops/health.h"

#include "common/log.h"
#include "dnsd/zone/set.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Six ticks missed: a loop that turns, however busy, does not do that, unless it gets no CPU. */
enum { HUNG_MS = 300 };

void health_count_zones(struct health *health)
{
    const struct zone_set *set = failing_truth(health->failing);
    memset(health->zones, 0, sizeof health->zones);
    for (size_t i = 0; i < zone_set_count(set); i++)
        health->zones[zone_set_at(set, i)->state]++;
}

/* What we know of a zone that anycastd asked about; one that is not ours counts as failed, because
 * it cannot be answered. */
static struct report_zone describe(const struct zone_set *set, const struct dname *name)
{
    struct report_zone zone = { .name = *name, .state = ZONE_FAILED, .expires_s = -1 };
    struct name_key key;
    name_key_init(&key, name->wire);
    const struct zone_entry *entry = zone_set_find(set, &key, 0);
    if (!entry || !dname_equal(entry->apex, name->wire))
        return zone;
    zone.state = entry->state;
    if (entry->zone) {
        zone.has_serial = true;
        zone.serial = zone_serial(entry->zone);
        zone.signed_until_unix = entry->signed_until;
    }
    return zone;
}

static void fill_zones(const struct health *health, const struct report_reply *watch,
                       struct report *report)
{
    memcpy(report->zones, health->zones, sizeof report->zones);
    const struct zone_set *set = health->failing ? failing_truth(health->failing) : NULL;
    if (!set)
        return;
    report->watched_count = watch->watch_count;
    report->watched_left_out = watch->watch_left_out;
    for (size_t i = 0; i < watch->watch_count; i++)
        report->watched[i] = describe(set, &watch->watch[i]);
}

static void fill_workers(const struct health *health, struct report *report)
{
    if (!health->net)
        return;
    report->worker_count = net_workers(health->net);
    for (size_t i = 0; i < report->worker_count; i++) {
        report->worker_tick[i] = net_worker_tick(health->net, i);
        report->worker_starved[i] = net_worker_is_starved(health->net, i, report->sent);
    }
    net_counters(health->net, &report->counters);
}

/* What is listened on beyond REPORT_ADDRESSES_MAX is not told apart. */
static void fill_addresses(const struct health *health, struct report *report)
{
    for (size_t i = 0; health->net && i < net_listen_count(health->net) && i < REPORT_ADDRESSES_MAX;
         i++)
        report->address[report->address_count++] =
            (struct report_address){ *net_listen(health->net, i), net_queries_at(health->net, i) };
}

void health_fill(const struct health *health, const struct report_reply *watch,
                 struct report *report)
{
    snprintf(report->node, sizeof report->node, "%s", health->node);
    snprintf(report->version, sizeof report->version, "%s", PACKAGE_VERSION);
    report->state = health->state;
    report->pid = getpid();
    report->started_unix = health->started_unix;
    fill_workers(health, report);
    fill_addresses(health, report);
    fill_zones(health, watch, report);
}

static void tell_worker(size_t worker, enum health_worker state, int64_t silent_ms)
{
    static const struct {
        const char *event;
        int level;
    } words[] = {
        [WORKER_TURNS] = { "worker-recovered", LOG_NOTICE },
        [WORKER_STARVED] = { "worker-starved", LOG_ERROR },
        [WORKER_HUNG] = { "worker-hung", LOG_ERROR },
    };
    log_event(words[state].level, words[state].event, "worker=%zu silent_ms=%" PRId64, worker,
              silent_ms);
}

bool health_watch_workers(struct health *health, struct mono now)
{
    bool changed = false;
    for (size_t i = 0; health->net && i < net_workers(health->net); i++) {
        int64_t silent_ms = mono_diff_ms(now, net_worker_tick(health->net, i));
        bool starved = net_worker_is_starved(health->net, i, now); /* asked in time: see there */
        enum health_worker state = silent_ms <= HUNG_MS ? WORKER_TURNS
                                   : starved            ? WORKER_STARVED
                                                        : WORKER_HUNG;
        if (state == health->worker[i])
            continue;
        tell_worker(i, state, silent_ms);
        health->worker[i] = state;
        changed = true;
    }
    return changed;
}

bool health_none_hangs(const struct health *health)
{
    for (size_t i = 0; i < REPORT_WORKERS_MAX; i++)
        if (health->worker[i] == WORKER_HUNG)
            return false;
    return true;
}
