/* SPDX-License-Identifier: GPL-3.0-or-later */
/* delta.h - private: the next version of a zone from the records of its files and the version
 * before, at the cost of what has changed.
 *
 * Each record of the files is looked up in the old version. Those that are there as they were are
 * marked, a bit for each; the others are kept. What is not marked in the end has been taken away.
 * So the records that changed names have now are known, and layer.h makes the version. It is the
 * same as one that was loaded whole. */
#ifndef PROXIMA_ZONE_DELTA_H
#define PROXIMA_ZONE_DELTA_H

#include "dnsd/zone/batch.h"
#include "dnsd/zone/finding.h"
#include "dnsd/zone/zone.h"

struct delta;

/* Whether the version after `old` should be made by difference: not of a small zone, which is soon
 * loaded; not of one with a chain of NSEC or NSEC3, which would have to be made anew; not if the
 * differences so far have added up to much. */
bool delta_is_worthwhile(const struct zone *old);

/* `old` is borrowed while the delta lives. More than `limit` records that have come, or gone, are
 * too much. */
struct delta *delta_new(const struct zone *old, size_t limit);
void delta_free(struct delta *delta);

/* The limit where more would cost more than to load the whole. */
size_t delta_limit(const struct zone *old);

/* Looks the records of a batch up: on any thread, on several at once. Returns new memory (free). */
void *delta_digest(const struct delta *delta, const struct batch *batch);

/* Takes all batches, in the order of the files. False: too much has changed, or what cannot be done
 * by difference: the whole is to be loaded. */
bool delta_take(struct delta *delta, const struct batch *batch, const void *digest);

/* When all is taken: finds what has changed. False: as before. */
bool delta_compare(struct delta *delta);

/* Then makes the version, not yet checked (check.h): the old one, if all is as it was. Findings are
 * those of zone_builder_finish, and live as long as the delta. NULL: it cannot be built. */
const struct zone *delta_finish(struct delta *delta, struct findings *findings, struct err *err);
/* How many names have other records than before. */
uint64_t delta_changed_names(const struct delta *delta);

#endif
