/* SPDX-License-Identifier: GPL-3.0-or-later */
/* offenders.h - which prefixes are being limited now: for the log, and for the count by which every
 * nth of a prefix's limited responses is let slip.
 *
 * A table of fixed size. Workers note each response that is over the limit; the main thread looks
 * through the table now and then, and tells when a prefix's limiting begins and when it has ended:
 * no worker ever writes a log, and what is told is bounded whatever the attack looks like. Prefixes
 * for which there is no place are limited all the same, and only not told. */
#ifndef PROXIMA_GUARD_OFFENDERS_H
#define PROXIMA_GUARD_OFFENDERS_H

#include "common/mono.h"

#include <stddef.h>

enum {
    OFFENDERS_MAX = 1024,
    OFFENDERS_QUIET_MS = 10000, /* without a response over the limit: it has ended */
};

struct offenders;

struct offenders *offenders_new(void);
void offenders_free(struct offenders *offenders);

/* Notes a response over the limit to `prefix` (rrl.h), of some class. Returns how many there have
 * been since it began, this one counted. Any thread. */
uint64_t offenders_note(struct offenders *offenders, uint64_t prefix, unsigned class,
                        struct mono now);

/* What is told of a prefix. */
struct offender {
    uint64_t prefix;
    unsigned class; /* of the first response over the limit */
    bool ended;
    uint64_t responses; /* over the limit; when it has ended, all of them */
    int64_t lasted_ms;
};

/* Tells at most `most` beginnings and ends, and forgets those that have ended. What there was no
 * room to tell waits for the next time; a prefix that has ended by then is not told of at all. Main
 * thread. */
void offenders_tell(struct offenders *offenders, struct mono now, unsigned most,
                    void (*tell)(void *arg, const struct offender *offender), void *arg);

/* How many prefixes are being limited. Any thread. */
size_t offenders_count(const struct offenders *offenders);

#endif
