/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flap.c - the penalty's scale: to it, from it, and the two marks on it. */
#include "anycastctl/decide/flap.h"

#include <math.h>

static uint32_t to_scale(double penalty, const struct flap_budget *budget)
{
    const double ms = budget->half_life_ms * (FLAP_FORGOTTEN_HALVINGS + log2(penalty));
    return ms > 0 ? (uint32_t)llround(ms) : 0;
}

static double from_scale(uint32_t penalty_ms, const struct flap_budget *budget)
{
    if (penalty_ms == 0)
        return 0;
    return exp2((double)penalty_ms / budget->half_life_ms - FLAP_FORGOTTEN_HALVINGS);
}

/* Settings that were read again may have made the budget smaller. */
static uint32_t at_most_full(uint32_t penalty_ms, const struct flap_budget *budget)
{
    const uint32_t full_ms = to_scale(budget->cycles, budget);
    return penalty_ms < full_ms ? penalty_ms : full_ms;
}

uint32_t flap_pass(uint32_t penalty_ms, const struct flap_budget *budget, uint32_t elapsed_ms)
{
    const uint32_t now_ms = at_most_full(penalty_ms, budget);
    return now_ms > elapsed_ms ? now_ms - elapsed_ms : 0;
}

uint32_t flap_record(uint32_t penalty_ms, const struct flap_budget *budget)
{
    return at_most_full(to_scale(from_scale(penalty_ms, budget) + 1, budget), budget);
}

uint32_t flap_left_ms(uint32_t penalty_ms, const struct flap_budget *budget)
{
    const double allowed = budget->cycles > 1 ? budget->cycles - 1 : 0.5;
    const uint32_t allowed_ms = to_scale(allowed, budget);
    return penalty_ms > allowed_ms ? penalty_ms - allowed_ms : 0;
}
