/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answer.h - from a question and a view of the zones to the sections of a response.
 *
 * A pure function: no socket, no clock, no allocation. It reads like the RFC (1034 4.3.2, with
 * 2308, 4592, 6672): find the zone, match the name, then answer, authority, additional. What does
 * not fit latches: see `truncated`. */
#ifndef PROXIMA_ANSWER_ANSWER_H
#define PROXIMA_ANSWER_ANSWER_H

#include "common/dnsmsg.h"
#include "dnsd/zone/set.h"

#include <stdbool.h>

struct answer_question {
    const uint8_t *name; /* wire, uncompressed, the client's case (0x20 is given back) */
    struct name_key key; /* of that name */
    uint16_t type;
};

/* The response under construction. The caller has put the header and the question into `w`
 * and limits `w.cap` to what the client takes, less what OPT needs. */
struct answer_response {
    struct wire_writer w;
    uint16_t rcode; /* enum dns_rcode */
    bool aa;        /* authoritative answer */
    bool truncated; /* the answer or authority section, or glue that RFC 9471 wants, did not fit: TC
                     */
    uint16_t ancount, nscount, arcount;
    uint16_t question_offset; /* where the question's name stands, for compression (12) */
};

/* Fills the answer, authority and additional sections. REFUSED outside all zones, SERVFAIL for a
 * zone that is not there (failed, expired). CNAME chains are followed within one zone set, at most
 * 16 steps. */
void answer(const struct zone_set *zones, const struct answer_question *question,
            struct answer_response *response);

#endif
