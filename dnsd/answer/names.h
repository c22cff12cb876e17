/* SPDX-License-Identifier: GPL-3.0-or-later */
/* names.h - name compression (RFC 1035 4.1.4): which names stand where in a message.
 *
 * Nearly every name of a response ends as the question's does, or as one of the few names before.
 * So these are compared first, label by label from the right. Only a message with many names starts
 * the table: a tree of labels, hashed, in which a slot is a label that stands somewhere in the
 * message, filed under its parent (the offset of the name behind it). What is not found is written
 * out, with a pointer to what was. */
#ifndef PROXIMA_ANSWER_NAMES_H
#define PROXIMA_ANSWER_NAMES_H

#include "common/dname.h"
#include "common/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NAMES_OFFSET_MAX = 0x3fff, /* what the 14 bits of a pointer reach */
    /* Pointers on the way through a name. Readers stop at some number, to be safe from loops: Go's
     * at 10, dnspython's at 16. One more may lead to a name as a whole: an owner's. */
    NAMES_HOPS_MAX = 8,
    NAMES_UNREAD = UINT8_MAX, /* the question's labels are not counted yet */
    NAMES_RECENT_MAX = 8,     /* more are found quicker in the table, and so are longer ones */
    NAMES_RECENT_LABELS_MAX = 4,
};

/* Where each label of a name begins, in bytes from its first; the last entry is the root's. */
struct names_labels {
    unsigned count; /* the root's not counted */
    uint8_t at[DNAME_LABELS_MAX + 1];
};

/* What was written out of a name: its first labels. */
struct names_recent {
    uint16_t offset; /* in the message */
    uint16_t parent; /* offset of what is behind them; 0: the root */
    uint8_t hops;    /* pointers on the way from here to the root */
    uint8_t count;
    uint8_t at[NAMES_RECENT_LABELS_MAX]; /* where each label begins, in bytes from `offset` */
};

struct names_slot {
    uint32_t offset : 14; /* of the label in the message; 0: the slot is free */
    uint32_t parent : 14; /* of the name behind it; 0: the root */
    uint32_t hops : 4;    /* pointers on the way from here to the root */
};

struct names {
    struct names_slot *slots; /* borrowed */
    uint32_t count;           /* of slots: a power of two */
    uint32_t used;
    uint16_t first; /* offset of an uncompressed name that stands in the message already; 0: none */
    bool exact_case; /* names are equal only in the same case: transfers keep it (RFC 5936 3.4) */
    bool ready;      /* the table is in use, and the list no more */
    uint8_t recent_count;
    struct names_recent recent[NAMES_RECENT_MAX];
    struct names_labels question; /* of the name at `first` */
};

/* Starts a new message. `slots` (`count`, a power of two) are borrowed, and need not be cleared.
 * `first`: where the name of the message's question will stand, or 0. */
static inline void names_init(struct names *names, struct names_slot *slots, uint32_t count,
                              uint16_t first)
{
    names->slots = slots;
    names->count = count;
    names->used = 0;
    names->first = first;
    names->exact_case = names->ready = false;
    names->recent_count = 0;
    names->question.count = NAMES_UNREAD;
}

/* Writes `name` (wire, uncompressed), compressed as far as the message allows, and returns the
 * offset at which the whole of it stands now: where it has been before, or where it was put. The
 * writer latches if it does not fit; the table is then of no more use for this message. */
uint16_t names_put(struct names *names, struct wire_writer *w, const uint8_t *name);

/* A compression pointer to `offset`, which is at most NAMES_OFFSET_MAX. */
static inline uint16_t names_pointer(uint16_t offset)
{
    return (uint16_t)(0xc000 | offset);
}

#endif
