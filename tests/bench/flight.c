/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flight.c - a ring of slots, a power of two in size, found by the low bits of the ID. */
#include "tests/bench/flight.h"

#include <stdlib.h>

enum { ROOM_MAX = 65536 };

int flight_init(struct flight *flight, unsigned room)
{
    unsigned slots = 64;
    while (slots < room && slots < ROOM_MAX)
        slots *= 2;
    *flight = (struct flight){ .slots = calloc(slots, sizeof(*flight->slots)), .mask = slots - 1 };
    return flight->slots ? 0 : -1;
}

void flight_free(struct flight *flight)
{
    free(flight->slots);
}

uint16_t flight_send(struct flight *flight, uint64_t now_ns, uint8_t kind, uint64_t *lost)
{
    uint16_t id = flight->next_id++;
    struct flight_slot *slot = &flight->slots[id & flight->mask];
    if (slot->is_open)
        (*lost)++;
    else
        flight->open++;
    *slot = (struct flight_slot){ .sent_ns = now_ns, .id = id, .kind = kind, .is_open = true };
    return id;
}

void flight_unsend(struct flight *flight, unsigned count)
{
    flight->open -= count;
    while (count--)
        flight->slots[--flight->next_id & flight->mask].is_open = false;
}

const struct flight_slot *flight_answer(struct flight *flight, uint16_t id)
{
    struct flight_slot *slot = &flight->slots[id & flight->mask];
    if (!slot->is_open || slot->id != id)
        return NULL;
    slot->is_open = false;
    flight->open--;
    return slot;
}

unsigned flight_give_up(struct flight *flight)
{
    unsigned lost = flight->open;
    for (uint32_t i = 0; i <= flight->mask; i++)
        flight->slots[i].is_open = false;
    flight->open = 0;
    return lost;
}
