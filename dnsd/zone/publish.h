/* SPDX-License-Identifier: GPL-3.0-or-later */
/* publish.h - one pointer that a writer replaces while readers use it: epochs in C11 atomics.
 *
 * A reader (a worker thread) enters once per batch and is offline while it waits for events;
 * entering is two atomic operations, no lock, never waits. The writer swaps the pointer and frees
 * the old value once every reader that might hold it has left or gone offline. A reader that hangs
 * delays freeing, nothing else. */
#ifndef PROXIMA_ZONE_PUBLISH_H
#define PROXIMA_ZONE_PUBLISH_H

#include <stddef.h>

struct publish;

/* For `readers` reader threads, numbered from 0; `destroy` frees a value. Takes `first`. */
struct publish *publish_new(size_t readers, void (*destroy)(const void *), const void *first);
void publish_free(struct publish *publish); /* no reader is inside; frees the current value too */

const void *publish_enter(struct publish *publish, size_t reader); /* valid until leave */
void publish_leave(struct publish *publish, size_t reader);

/* Makes `value` the current one (takes it) and retires the old one. One writer at a time. Never
 * waits. */
void publish_set(struct publish *publish, const void *value);
/* Frees retired values that nobody can hold; returns how many still wait. Same thread as
 * publish_set. */
size_t publish_collect(struct publish *publish);
/* The current value, for the writer's own thread only. */
const void *publish_current(const struct publish *publish);

#endif
