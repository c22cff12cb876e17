/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keeper.h - keeps one small file whole and up to date, without ever making the loop wait for a
 * disk: a thread writes a new file, syncs it, and renames it over the old one. The latest text
 * wins; one that could not be written is tried again each second.
 */
#ifndef PROXIMA_RECORD_KEEPER_H
#define PROXIMA_RECORD_KEEPER_H

#include "common/err.h"

#include <stdbool.h>

struct keeper;

/* Returns new; starts the thread. `path` is copied; its folder must exist by the first put. */
struct keeper *keeper_new(const char *path);
/* Finishes what was put, waiting at most 2 s, and frees. */
void keeper_free(struct keeper *keeper);

/* Hands over a text (takes it: malloc'd, NUL-terminated) that replaces the file's content. */
void keeper_put(struct keeper *keeper, char *text);

/* Waits at most `ms` until what was put is on the disk. Returns 0, or -1: it failed, or is not
 * there yet. */
int keeper_wait(struct keeper *keeper, int ms, struct err *err);

/* True, with the reason, if the file is not what was put last. */
bool keeper_problem(struct keeper *keeper, struct err *out);

#endif
