/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flap.h - a budget of events in a sliding window: at most `cycles` in any `window_ms`. The state
 * is the ages of the newest events, newest first, saturating at the window. Pure. */
#ifndef PROXIMA_DECIDE_FLAP_H
#define PROXIMA_DECIDE_FLAP_H

#include "anycastctl/decide/policy.h"

/* Adds without passing `limit`. */
uint32_t flap_saturate(uint32_t value, uint32_t more, uint32_t limit);

/* No event has happened within the window. */
void flap_clear(uint32_t ago_ms[POLICY_FLAP_CYCLES_MAX], uint32_t window_ms);

/* `elapsed_ms` pass. */
void flap_pass(uint32_t ago_ms[POLICY_FLAP_CYCLES_MAX], uint32_t elapsed_ms, uint32_t window_ms);

/* One event happens now; only the newest `cycles` are kept. */
void flap_record(uint32_t ago_ms[POLICY_FLAP_CYCLES_MAX], uint8_t cycles);

/* Milliseconds until the budget allows one more event; 0: now. `cycles` is 1 or more. */
uint32_t flap_left_ms(const uint32_t ago_ms[POLICY_FLAP_CYCLES_MAX], uint8_t cycles,
                      uint32_t window_ms);

#endif
