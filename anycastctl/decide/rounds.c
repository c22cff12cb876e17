/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rounds.c - compares counts. */
#include "anycastctl/decide/rounds.h"

bool rounds_over(struct rounds *last, const struct rounds *now, const bool counts[FAMILY_COUNT])
{
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (counts[f] && now->of[f] == last->of[f])
            return false;
    *last = *now;
    return true;
}
