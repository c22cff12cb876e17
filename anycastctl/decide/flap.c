/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flap.c - the flap budget: ages of the newest events. */
#include "anycastctl/decide/flap.h"

#include <string.h>

uint32_t flap_saturate(uint32_t value, uint32_t more, uint32_t limit)
{
    return value >= limit || more >= limit - value ? limit : value + more;
}

void flap_clear(uint32_t ago_ms[POLICY_FLAP_CYCLES_MAX], uint32_t window_ms)
{
    for (int i = 0; i < POLICY_FLAP_CYCLES_MAX; i++)
        ago_ms[i] = window_ms;
}

void flap_pass(uint32_t ago_ms[POLICY_FLAP_CYCLES_MAX], uint32_t elapsed_ms, uint32_t window_ms)
{
    for (int i = 0; i < POLICY_FLAP_CYCLES_MAX; i++)
        ago_ms[i] = flap_saturate(ago_ms[i], elapsed_ms, window_ms);
}

void flap_record(uint32_t ago_ms[POLICY_FLAP_CYCLES_MAX], uint8_t cycles)
{
    memmove(ago_ms + 1, ago_ms, (cycles - 1u) * sizeof(ago_ms[0]));
    ago_ms[0] = 0;
}

uint32_t flap_left_ms(const uint32_t ago_ms[POLICY_FLAP_CYCLES_MAX], uint8_t cycles,
                      uint32_t window_ms)
{
    return window_ms - ago_ms[cycles - 1];
}
