/* SPDX-License-Identifier: GPL-3.0-or-later */
/* failing.c - which zones fail on purpose. Knows two sets of zones, and which is published. */
#include "dnsd/ops/failing.h"

#include "common/log.h"
#include "common/mem.h"

#include <stdlib.h>

static bool is_named(const struct failing *failing, const uint8_t *apex)
{
    for (size_t i = 0; i < failing->count; i++)
        if (dname_equal(failing->zone[i].wire, apex))
            return true;
    return false;
}

/* A copy of `set` in which the named zones have no data. */
static const struct zone_set *without_data(const struct failing *failing,
                                           const struct zone_set *set)
{
    size_t count = zone_set_count(set);
    struct zone_entry *entries = mem_calloc(count, sizeof *entries);
    for (size_t i = 0; i < count; i++) {
        entries[i] = *zone_set_at(set, i);
        if (is_named(failing, entries[i].apex))
            entries[i].zone = NULL;
    }
    const struct zone_set *copy = zone_set_new(entries, count);
    free(entries);
    return copy;
}

static const struct zone_set *copy_of(const struct zone_set *set)
{
    static const struct failing none = { .count = 0 };
    return without_data(&none, set);
}

void failing_publish(struct failing *failing, const struct zone_set *set)
{
    if (!failing->truth) {
        publish_set(failing->publish, set);
        return;
    }
    publish_set(failing->publish, without_data(failing, set));
    zone_set_free(failing->truth);
    failing->truth = set;
}

static bool is_served(const struct zone_set *set, const struct dname *name)
{
    struct name_key key;
    name_key_init(&key, name->wire);
    const struct zone_entry *entry = zone_set_find(set, &key, 0);
    return entry && dname_equal(entry->apex, name->wire);
}

static int check_zones(const struct failing *failing, const struct dname *zones, size_t count,
                       struct err *err)
{
    char text[DNAME_TEXT_MAX];
    const struct zone_set *set = failing_truth(failing);
    if (!set)
        return err_set(err, "zones are being loaded for the first time: try again soon");
    if (count < 1 || count > REPORT_WATCHED_MAX)
        return err_set(err, "name 1 to %d zones that are to fail", REPORT_WATCHED_MAX);
    for (size_t i = 0; i < count; i++)
        if (!is_served(set, &zones[i]))
            return err_set(err, "zone %s is not served here", dname_to_text(zones[i].wire, text));
    return 0;
}

int failing_begin(struct failing *failing, const struct dname *zones, size_t count,
                  struct mono until, struct err *err)
{
    if (check_zones(failing, zones, count, err) < 0)
        return -1;
    if (!failing->truth)
        failing->truth = copy_of(publish_current(failing->publish));
    for (size_t i = 0; i < count; i++)
        failing->zone[i] = zones[i];
    failing->count = count;
    failing->until = until;
    publish_set(failing->publish, without_data(failing, failing->truth));
    log_event(LOG_WARN, "failing-on-purpose", "zones=%zu effect=\"SERVFAIL for their names\"",
              count);
    return 0;
}

void failing_end(struct failing *failing)
{
    if (!failing->truth)
        return;
    publish_set(failing->publish, failing->truth);
    failing->truth = NULL;
    failing->count = 0;
    log_event(LOG_NOTICE, "failing-ended", "effect=\"all zones answer again\"");
}

void failing_check(struct failing *failing, struct mono now)
{
    if (failing->truth && !mono_before(now, failing->until))
        failing_end(failing);
}

const struct zone_set *failing_truth(const struct failing *failing)
{
    if (failing->truth)
        return failing->truth;
    return failing->publish ? publish_current(failing->publish) : NULL;
}
