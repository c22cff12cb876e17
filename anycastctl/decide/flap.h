/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flap.h - a budget of events, kept as a penalty: each event adds 1 to it, and it halves every
 * half-life. One more event is within the budget while the penalty is at most cycles - 1 (1/2 for a
 * budget of one): so `cycles` of them may come in a burst, and then one after a half-life at most.
 *
 * The penalty p is kept on a scale where time is a straight line: as half_life * (4 + log2 p), the
 * milliseconds until it is 1/16, which is forgotten. So it just falls by the time that passes,
 * however that is cut into steps, and what is left to wait is a difference. Pure. */
#ifndef PROXIMA_DECIDE_FLAP_H
#define PROXIMA_DECIDE_FLAP_H

#include <stdint.h>

enum { FLAP_FORGOTTEN_HALVINGS = 4 }; /* of 1: then nothing is left of it */

struct flap_budget {
    uint8_t cycles;        /* 1 or more */
    uint32_t half_life_ms; /* 1 ms to a day */
};

/* `penalty_ms` after time has passed. 0 is: nothing happened lately. */
uint32_t flap_pass(uint32_t penalty_ms, const struct flap_budget *budget, uint32_t elapsed_ms);

/* `penalty_ms` after one more event, now. It never grows beyond what a burst of `cycles` makes. */
uint32_t flap_record(uint32_t penalty_ms, const struct flap_budget *budget);

/* Milliseconds until the budget allows one more event; 0: now. At most a half-life. */
uint32_t flap_left_ms(uint32_t penalty_ms, const struct flap_budget *budget);

#endif
