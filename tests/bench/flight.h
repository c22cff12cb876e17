/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flight.h - the queries of one socket that have been sent and not answered, by ID. IDs are given
 * in turn, so that a ring of slots finds them. */
#ifndef PROXIMA_BENCH_FLIGHT_H
#define PROXIMA_BENCH_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

struct flight_slot {
    uint64_t sent_ns;
    uint16_t id;
    uint8_t kind;
    bool is_open;
};

struct flight {
    struct flight_slot *slots;
    uint32_t mask;
    unsigned open; /* how many are under way */
    uint16_t next_id;
};

/* With room for at least `room` queries, at most 65536. Freed by flight_free. Returns -1 without
 * memory. */
int flight_init(struct flight *flight, unsigned room);
void flight_free(struct flight *flight);

/* Takes note of a query that is sent now, and returns its ID. Where the ring has come round to one
 * that was never answered, that one is given up, and counted in `*lost`. */
uint16_t flight_send(struct flight *flight, uint64_t now_ns, uint8_t kind, uint64_t *lost);

/* Takes back the last `count` that were noted: they could not be sent. */
void flight_unsend(struct flight *flight, unsigned count);

/* The query that the answer `id` belongs to, now closed; NULL if there is none. Valid until the
 * next send. */
const struct flight_slot *flight_answer(struct flight *flight, uint16_t id);

/* Gives up all that are open; returns their number. */
unsigned flight_give_up(struct flight *flight);

#endif
