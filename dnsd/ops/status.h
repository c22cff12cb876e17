/* SPDX-License-Identifier: GPL-3.0-or-later */
/* status.h - what dnsd knows of itself, as JSON for operators. All return new references. */
#ifndef PROXIMA_OPS_STATUS_H
#define PROXIMA_OPS_STATUS_H

#include "common/mono.h"
#include "dnsd/ops/health.h"
#include "dnsd/ops/loader.h"

#include <jansson.h>

/* {"node", "state", "version", "pid", "started_unix", "anycastd": connected or not,
 *  "listen": [{"address", "present"}], "workers": [{"tick_age_ms", "hung", "starved"}], "zones":
 * {by state}}
 */
json_t *status_json(const struct health *health, const struct net *net, bool anycastd,
                    struct mono now);

/* {"counters": of all workers, "workers": [of each], "listen": [{"address", "queries"}],
 * "limited_networks": over their rate limit} */
json_t *status_stats_json(const struct net *net, const struct guard *guard);

/* {"zones": [{"name", "file", "state", "serial", "records", "rrsets", "names", "bytes",
 * "loaded_unix", "load_s", "from": "file", "difference" or "image", "changed", "error", "warnings":
 * how many, "checks": [names of those that found something], "signed_until_unix": when the first
 * RRset has no valid signature any more, or null}]}; `only`: this one, or NULL for all. */
json_t *status_zones_json(const struct zone_table *table, const struct dname *only);

#endif
