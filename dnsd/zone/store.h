/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.h - the zones as configured, and what became of each: loads, reloads, publishes sets.
 *
 * One thread at a time may call (dnsd runs reloads on its loader thread and hands results back). A
 * zone whose new file is bad goes on with its old version, state "stale", and says why; one that
 * never loaded is "failed" (SERVFAIL). */
#ifndef PROXIMA_ZONE_STORE_H
#define PROXIMA_ZONE_STORE_H

#include "common/addr.h"
#include "common/err.h"
#include "common/report.h"
#include "dnsd/zone/policy.h"
#include "dnsd/zone/publish.h"
#include "dnsd/zone/set.h"

#include <time.h>

/* A zone as the configuration names it. */
struct zone_source {
    struct dname name;
    const char *file;                  /* absolute path */
    const struct check_policy *policy; /* borrowed during the call; NULL: the usual one */
    size_t allow_transfer_count;
    const struct prefix *allow_transfer;
};

/* Where a version of a zone is from. */
#define ZONE_FROMS(ROW)                                                                            \
    ROW(ZONE_FROM_FILE, "file")                                                                    \
    ROW(ZONE_FROM_DIFFERENCE, "difference") /* the file, compared with the version before */       \
    ROW(ZONE_FROM_IMAGE, "image")           /* what an earlier start has made of the file */

enum zone_from {
#define ROW(name, text) name,
    ZONE_FROMS(ROW)
#undef ROW
};

const char *zone_from_name(enum zone_from from);

/* A zone's status, for the control socket. Borrowed strings: valid until the next store call. */
struct zone_status {
    struct dname name;
    const char *file;
    enum report_zone_state state;
    bool has_serial;
    uint32_t serial;
    struct zone_size size;
    const char *error;  /* of the last load, "" if it went well */
    time_t loaded_unix; /* when the served version was loaded; 0: never */
    double load_s;      /* how long that took */
    enum zone_from from;
    uint64_t changed;            /* names, if it is by difference; else 0 */
    struct zone_verdict verdict; /* on the served version */
};

struct zone_store;

/* `image_folder`: where images of large zones are kept (imagestore.h); NULL: nowhere. */
struct zone_store *zone_store_new(const char *image_folder);
void zone_store_free(struct zone_store *store);

/* What a load run did. */
struct zone_load_result {
    size_t loaded, unchanged, failed, removed;
};

/* Makes the configured zones be `sources` (copied; no name twice), loads what is new, what failed
 * the last time, whose file changed (path, device, inode, size, mtime in ns; of included files too;
 * `force` loads all), and what would be judged otherwise now, by its policy or the time; and
 * returns the new set (the caller publishes it). The first run reads images where they are as good
 * as the files; later ones do not: what they load has changed. Files are loaded by up to `threads`
 * threads. Errors are per zone: see zone_store_status and the log
 * ("zone-loaded", on the level of debugging where there are many, "zone-failed", "zone-problem",
 * "zone-removed" events). `only` (may be NULL)
 * restricts loading to one zone. */
const struct zone_set *zone_store_load(struct zone_store *store, const struct zone_source *sources,
                                       size_t count, const struct dname *only, bool force,
                                       unsigned threads, struct zone_load_result *result);

/* The zones in canonical order of their names. */
size_t zone_store_count(const struct zone_store *store);
void zone_store_status(const struct zone_store *store, size_t i, struct zone_status *out);

#endif
