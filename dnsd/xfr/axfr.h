/* SPDX-License-Identifier: GPL-3.0-or-later */
/* axfr.h - a zone handed out whole (RFC 5936), one message at a time, as its reader takes them.
 * Pure but for the zone that it holds: no socket, no clock, no allocation. The version that was
 * served when the transfer began is sent to its end, whatever is published meanwhile.
 *
 *   axfr_begin(&axfr, result.transfer, &query, &settings);
 *   while ((len = axfr_next(&axfr, out, sizeof(out))))
 *       … send two bytes of length, then the message …
 *   axfr_end(&axfr); */
#ifndef PROXIMA_XFR_AXFR_H
#define PROXIMA_XFR_AXFR_H

#include "dnsd/answer/names.h"
#include "dnsd/query/edns.h"

enum {
    AXFR_MESSAGE_BYTES = 16 * 1024, /* a message ends here: as far as compression pointers reach */
    AXFR_NAME_SLOTS = 2048,
};

/* A transfer under way; all fields are private. The caller provides the memory (about 9 KB). */
struct axfr {
    const struct zone *zone;        /* held */
    const struct zone_node *node;   /* of the record to send next */
    const struct zone_rrset *rrset; /* of that record; NULL: the closing SOA is next */
    unsigned record;                /* within the RRset */
    const uint8_t *rdata;           /* of that record, at its length */
    bool first, done, failed;
    uint16_t id, flags;
    uint8_t question[DNAME_MAX + 4];
    uint16_t question_bytes;
    uint8_t edns[EDNS_BYTES_MAX]; /* OPT of the first message */
    uint16_t edns_bytes;
    struct names_slot slots[AXFR_NAME_SLOTS];
};

/* Begins the transfer of `entry`'s zone (held until axfr_end). `query` is not needed afterwards. */
void axfr_begin(struct axfr *axfr, const struct zone_entry *entry, const struct query *query,
                const struct query_settings *settings);

/* Writes the next message, without TCP's length prefix, to `out` of `cap` bytes (DNS_MESSAGE_MAX,
 * so that any record fits). Returns its length; 0 at the end, and also when the transfer cannot go
 * on: see axfr_failed. */
size_t axfr_next(struct axfr *axfr, uint8_t *out, size_t cap);

/* True if a record did not fit into a message: the connection must be closed, so that the client
 * does not take what it has for the whole (RFC 5936 2.2). */
bool axfr_failed(const struct axfr *axfr);

/* Releases the zone. Also right in the middle of a transfer. */
void axfr_end(struct axfr *axfr);

#endif
