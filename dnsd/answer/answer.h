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
    uint16_t type;       /* any but a meta type; ANY gets one RRset (RFC 8482) */
    bool dnssec_ok;      /* the DO bit: signatures come along (RFC 4035 3.1) */
    /* What was found already, so that nobody looks for it twice: the zone in the set `found_in` to
     * which the name belongs, or NULL if none. `found_in` NULL: nobody has looked yet. */
    const struct zone_set *found_in;
    const struct zone_entry *entry;
};

/* The response under construction. The caller has put the header and the question into `w`
 * and limits `w.cap` to what the client takes, less what OPT needs. Zero but for these. */
struct answer_response {
    struct wire_writer w; /* afterwards never latched: behind the last whole RRset */
    uint16_t rcode;       /* enum dns_rcode */
    bool aa;              /* authoritative answer */
    bool truncated;       /* an answer, authority RRset or glue that RFC 9471 wants did not fit */
    uint16_t ancount, nscount, arcount;
    enum dns_ede extended_error;    /* RFC 8914, or DNS_EDE_NONE */
    const struct zone_entry *entry; /* whose answer it is: the question's nearest zone, or NULL */
    /* What the answer was made of: the name that matched, or the wildcard, the cut, the DNAME;
     * where there is no such name, the zone; NULL in refusals. Answers that are alike share it,
     * however many names are asked for: so rate limits go by it. To be compared, never looked into.
     */
    const void *source;
};

/* Fills the answer, authority and additional sections. REFUSED outside all zones, SERVFAIL for a
 * zone that is not there (failed, expired). Chains of CNAMEs and DNAMEs are followed from zone to
 * zone, at most 16 steps; one that leaves our zones ends there as NOERROR, one that ends below a
 * cut has the referral, unless a zone above the question's own makes that cut. AA is about the
 * first name, the response code about the last (RFC 6604). The question's name stands at offset
 * DNS_HEADER_BYTES of the message. */
void answer(const struct zone_set *zones, const struct answer_question *question,
            struct answer_response *response);

#endif
