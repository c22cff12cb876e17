/* SPDX-License-Identifier: GPL-3.0-or-later */
/* failing.h - zones that fail on purpose, for a drill: they answer SERVFAIL for a bounded time,
 * while reports go on saying that they are served.
 *
 * It stands between the loader and the readers: the set of zones that is published is then a copy
 * in which these zones have no data, and the true set is kept beside it. So queries pay nothing for
 * it, and its end is the publication of the true set. For the main thread. */
#ifndef PROXIMA_OPS_FAILING_H
#define PROXIMA_OPS_FAILING_H

#include "common/dname.h"
#include "common/err.h"
#include "common/mono.h"
#include "common/report.h"
#include "dnsd/zone/publish.h"
#include "dnsd/zone/set.h"

enum { FAILING_LONGEST_MS = 10 * 60 * 1000 };

struct failing {
    struct publish *publish;      /* NULL until zones are loaded; borrowed */
    const struct zone_set *truth; /* NULL: nothing fails, what is published is true. Owned */
    size_t count;
    struct dname zone[REPORT_WATCHED_MAX];
    struct mono until;
};

/* Publishes `set` (takes it), but for the zones that fail now. */
void failing_publish(struct failing *failing, const struct zone_set *set);

/* Lets `count` zones fail until `until`, in place of those that fail already. An error if there are
 * none, too many, or one that is not served here: then nothing changes. */
int failing_begin(struct failing *failing, const struct dname *zones, size_t count,
                  struct mono until, struct err *err);
/* All zones answer again. */
void failing_end(struct failing *failing);
/* The same, once the time is over. */
void failing_check(struct failing *failing, struct mono now);

/* The zones as they are: what reports tell of. NULL before they are loaded; borrowed until the next
 * call of the above. */
const struct zone_set *failing_truth(const struct failing *failing);

#endif
