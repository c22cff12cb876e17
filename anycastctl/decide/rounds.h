/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rounds.h - is a round of observation over? Families that share their fate are observed together:
 * a round is over when each of them has had one. Else one bad probe of a family would count again
 * with each round that the other one completes meanwhile, and `fall` would be no protection from a
 * lost datagram. Pure. */
#ifndef PROXIMA_DECIDE_ROUNDS_H
#define PROXIMA_DECIDE_ROUNDS_H

#include "anycastctl/model/settings.h"

#include <stdbool.h>
#include <stdint.h>

/* How many rounds each family had completed when one was over last. */
struct rounds {
    uint64_t of[FAMILY_COUNT];
};

/* `now` is how many they have completed up to now, `counts` which of them are observed. If a round
 * is over, the next one begins. */
bool rounds_over(struct rounds *last, const struct rounds *now, const bool counts[FAMILY_COUNT]);

#endif
