/* SPDX-License-Identifier: GPL-3.0-or-later */
/* streak.h - fall and rise: after how many good or bad observations in a row something counts as
 * good or bad. The first one decides at once, for there is nothing to hold on to. Pure. */
#ifndef PROXIMA_SENSE_STREAK_H
#define PROXIMA_SENSE_STREAK_H

#include <stdbool.h>
#include <stdint.h>

struct streak {
    bool begun, good;
    uint8_t against; /* observations in a row that contradict */
};

static inline struct streak streak_add(struct streak streak, bool good, int64_t fall, int64_t rise)
{
    if (!streak.begun)
        return (struct streak){ .begun = true, .good = good };
    if (good == streak.good) {
        streak.against = 0;
        return streak;
    }
    if (++streak.against >= (good ? rise : fall))
        return (struct streak){ .begun = true, .good = good };
    return streak;
}

#endif
