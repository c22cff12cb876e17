/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conf_policies.c - lists of "CHECK=LEVEL" to policies: one for all zones, and one for each zone
 * with a list of its own. */
#include "dnsd/ops/conf_policies.h"

#include "common/mem.h"

static void apply(struct check_policy *policy, const struct conf_strings *checks)
{
    for (size_t i = 0; i < checks->count; i++)
        check_policy_set(policy, checks->items[i], NULL);
}

static size_t count_lists(const struct dnsd_conf *conf)
{
    const struct zone_conf *zones = conf->zones.items;
    size_t count = 0;
    for (size_t i = 0; i < conf->zones.count; i++)
        count += zones[i].checks.count != 0;
    return count;
}

void conf_policies_make(struct dnsd_conf *conf)
{
    const struct zone_conf *zones = conf->zones.items;
    struct check_policy *own = conf->policies = mem_calloc(count_lists(conf), sizeof *own);
    conf->policy = check_policy_usual();
    conf->policy.signature_warning_s = (uint32_t)(conf->signature_warning_ms / 1000);
    apply(&conf->policy, &conf->checks);
    for (size_t i = 0; i < conf->source_count; i++)
        conf->sources[i].policy = &conf->policy;
    for (size_t i = 0; i < conf->listed_count; i++) {
        if (!zones[i].checks.count)
            continue;
        *own = conf->policy;
        apply(own, &zones[i].checks);
        conf->sources[i].policy = own++;
    }
}

const struct check_policy *dnsd_conf_policy(const struct dnsd_conf *conf, const uint8_t *name)
{
    for (size_t i = 0; i < conf->source_count; i++)
        if (dname_equal(conf->sources[i].name.wire, name))
            return conf->sources[i].policy;
    return &conf->policy;
}
