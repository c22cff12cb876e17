/* SPDX-License-Identifier: GPL-3.0-or-later */
/* protect.h - who survives and runs first when memory or CPU are short: a node that cannot answer
 * must still be able to say so. The service manager gives both by the units; this is for daemons
 * that were started otherwise, and for telling what one has. */
#ifndef PROXIMA_COMMON_PROTECT_H
#define PROXIMA_COMMON_PROTECT_H

struct protection {
    int oom_score_adj; /* -1000: never ended by the kernel for lack of memory; 0: as others */
    int nice;          /* -20: first; 0: as others */
};

/* What this process has. What cannot be read counts as 0. */
struct protection protect_get(void);

/* Takes `want`, each of the two as far as it is better than what the process has, and allowed: root
 * is, before it gives up its rights. Returns what it has then. */
struct protection protect_take(struct protection want);

/* Gives it back: for a child, before it becomes somebody else's program. Safe after fork(). */
void protect_drop(void);

#endif
